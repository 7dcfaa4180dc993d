//! A comparison as a figure: for each parameter the work-normalised variance of every rule, and its bias.

use std::fmt::Write as _;

use super::Comparison;

/// Okabe and Ito's blue, which readers with any colour vision tell from their vermillion.
const EXACT: &str = "#0072b2";
const TRUNCATED: &str = "#d55e00";

/// Widths of the rules' names, of a panel's axis and of the words beside it.
const NAMES: f64 = 150.0;
const AXIS: f64 = 260.0;
const WORDS: f64 = 110.0;

/// Heights of a row, and of what is above and below the rows.
const ROW: f64 = 26.0;
const HEAD: f64 = 34.0;
const FOOT: f64 = 74.0;

impl Comparison {
    /// The comparison as SVG: a panel for each parameter, in which every rule has a mark at its variance times cost (the seconds
    /// that a variance of 1 takes, on a logarithmic axis) and beside it how far its gradient is from the reference, in standard
    /// errors. A rule without variance has words in place of a mark.
    #[must_use]
    pub fn svg(&self) -> String {
        let panels: Vec<&str> =
            self.rules.first().into_iter().flat_map(|rule| &rule.parameters).map(|p| p.name).collect();
        let height = HEAD + ROW * self.rules.len() as f64 + FOOT;
        let width = NAMES + (AXIS + WORDS) * panels.len() as f64;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#222\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
        );
        for (row, rule) in self.rules.iter().enumerate() {
            text(&mut out, [NAMES - 12.0, baseline(row)], "end", rule.name);
        }
        for (panel, parameter) in panels.iter().enumerate() {
            self.panel(&mut out, NAMES + (AXIS + WORDS) * panel as f64, parameter);
        }
        let legend = [(EXACT, "exact rule"), (TRUNCATED, "truncated series")];
        for (place, (colour, words)) in legend.into_iter().enumerate() {
            let x = NAMES + 8.0 + 120.0 * place as f64;
            mark(&mut out, [x, height - 14.0], colour);
            text(&mut out, [x + 10.0, height - 10.0], "start", words);
        }
        out + "</svg>\n"
    }

    /// The panel of one parameter, from `left` on.
    fn panel(&self, out: &mut String, left: f64, parameter: &str) {
        let works: Vec<Option<f64>> = self.rules.iter().map(|rule| self.work(rule, parameter)).collect();
        let logarithms = works.iter().flatten().filter(|work| **work > 0.0).map(|work| work.log10());
        let (low, high) =
            logarithms.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let (low, high) = if low <= high { (low.floor(), high.floor() + 1.0) } else { (-9.0, -8.0) };
        let place = |logarithm: f64| left + AXIS * (logarithm - low) / (high - low);
        let foot = HEAD + ROW * self.rules.len() as f64;
        text(out, [left + AXIS / 2.0, 20.0], "middle", parameter);
        let step = ((high - low) / 6.0).ceil();
        let mut decade = low;
        while decade <= high {
            let x = place(decade);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "<path d=\"M{x:.1} {HEAD}V{foot}\" stroke=\"#ddd\"/>");
            let exponent = format!("{decade}").replace('-', "−");
            let label = format!("10<tspan dy=\"-5\" font-size=\"10\">{exponent}</tspan>");
            let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>", foot + 18.0);
            decade += step;
        }
        text(out, [left + AXIS / 2.0, foot + 36.0], "middle", "variance × cost [s]");
        text(out, [left + AXIS + WORDS - 14.0, 20.0], "end", "bias");
        for (row, (rule, work)) in self.rules.iter().zip(works).enumerate() {
            let (Some(work), Some(found)) = (work, rule.parameter(parameter)) else { continue };
            if work > 0.0 {
                let colour = if found.truncated { TRUNCATED } else { EXACT };
                mark(out, [place(work.log10()), baseline(row) - 4.0], colour);
            } else {
                text(out, [left + 8.0, baseline(row)], "start", "no variance");
            }
            if let Some(bias) = self.deviation(row, parameter) {
                text(out, [left + AXIS + WORDS - 14.0, baseline(row)], "end", &format!("{:.1} SE", bias.largest));
            }
        }
    }
}

/// Where the words of a row stand.
fn baseline(row: usize) -> f64 {
    HEAD + ROW * (row as f64 + 0.5) + 4.0
}

fn mark(out: &mut String, [x, y]: [f64; 2], colour: &str) {
    let _ = writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{colour}\"/>");
}

fn text(out: &mut String, [x, y]: [f64; 2], anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>");
}
