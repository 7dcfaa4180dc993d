//! Line figures as SVG.
//!
//! Text is left to the viewer's fonts, so no font is looked for and none is shipped. Colours are those of Okabe and
//! Ito, which readers with any colour vision tell apart. The library places points at whole units, too coarse for
//! noisy curves: figures are drawn larger by a factor and shown at their size.

use std::fmt::Display;
use std::ops::Range;

use plotters::coord::Shift;
use plotters::prelude::*;
use thiserror::Error;

/// Blue, vermillion, bluish green, reddish purple, orange, sky blue, black, and a grey in the place of yellow, which is faint on white.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(34, 34, 34),
    RGBColor(140, 140, 140),
];
const INK: RGBColor = RGBColor(34, 34, 34);
const GRID: RGBColor = RGBColor(225, 225, 225);
const FONT: &str = "Helvetica, Arial, sans-serif";

/// Units of the drawing for each unit of the figure.
const FINE: u32 = 8;

/// So many lines have their names in a corner of the panel; more would hide what they name.
const IN_A_CORNER: usize = 2;

/// Names under the panels: height of a row, where rows begin, the width of a sample and of a letter, and the gap after a name.
const KEY_ROW: u32 = 26;
const KEY_INDENT: u32 = 80;
const KEY_SAMPLE: u32 = 30;
const KEY_LETTER: u32 = 8;
const KEY_GAP: u32 = 20;

/// A figure could not be drawn.
#[derive(Debug, Error)]
#[error("the figure `{title}` cannot be drawn: {reason}")]
pub struct FigureError {
    /// Title of the panel.
    pub title: String,
    /// What the plotting library said.
    pub reason: String,
}

/// One pair of axes.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Title above the axes.
    pub title: String,
    /// What the horizontal axis shows, with its unit.
    pub x: String,
    /// The vertical axis.
    pub y: Axis,
    /// At most eight lines, or colours are repeated.
    pub lines: Vec<Line>,
}

/// What a vertical axis shows, with its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Axis {
    /// The numbers of lines are what is named.
    Linear(String),
    /// The numbers of lines are decimal logarithms of what is named; labels are powers of ten, other numbers where those are few.
    Logarithmic(String),
}

impl Axis {
    /// The numbers are what is named.
    #[must_use]
    pub fn linear(name: &str) -> Self {
        Self::Linear(name.to_owned())
    }

    /// The numbers are decimal logarithms of what is named.
    #[must_use]
    pub fn logarithmic(name: &str) -> Self {
        Self::Logarithmic(name.to_owned())
    }

    fn name(&self) -> &str {
        match self {
            Self::Linear(name) | Self::Logarithmic(name) => name,
        }
    }

    /// What stands at a number of an axis over the range.
    fn label(&self, value: f64, range: &Range<f64>) -> String {
        match self {
            Self::Linear(_) => format!("{value:.*}", decimals(range)),
            Self::Logarithmic(_) if range.end - range.start < FEW_POWERS => format!("{:.1e}", 10_f64.powf(value)),
            Self::Logarithmic(_) => power_of_ten(value),
        }
    }
}

/// So many powers of ten on a logarithmic axis are enough to label no other numbers.
const FEW_POWERS: f64 = 2.0;

/// `10⁻³`; nothing for other numbers.
fn power_of_ten(logarithm: f64) -> String {
    if (logarithm - logarithm.round()).abs() > 1e-6 {
        return String::new();
    }
    let raised = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' | '4'..='9' => char::from_u32(0x2070 + u32::from(digit) - u32::from('0')).unwrap_or(digit),
        other => other,
    };
    format!("10{}", format!("{:.0}", logarithm.round() + 0.0).chars().map(raised).collect::<String>())
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name; a single line needs none.
    pub name: String,
    /// Its points; those that are not finite are left out.
    pub points: Vec<(f64, f64)>,
    /// What is shaded around it, from the lower to the upper end at each place; empty for nothing. A lower end of minus
    /// infinity is drawn at the foot of the axes; upper ends that are not finite are left out.
    pub band: Vec<(f64, Range<f64>)>,
}

/// Draws one panel.
///
/// # Errors
/// [`FigureError`].
pub fn single(panel: &Panel) -> Result<String, FigureError> {
    row(std::slice::from_ref(panel))
}

/// Draws panels side by side. Where a panel has more lines than a corner holds the names of, these stand under all panels, which
/// then have lines of the same names in the same order.
///
/// # Errors
/// [`FigureError`].
pub fn row(panels: &[Panel]) -> Result<String, FigureError> {
    let mut text = String::new();
    let (width, panel_height) = if panels.len() > 1 { (400 * panels.len() as u32, 340) } else { (640, 420) };
    let fullest = panels.iter().max_by_key(|panel| panel.lines.len());
    let entries = fullest.filter(|panel| panel.lines.len() > IN_A_CORNER).map(|panel| key(panels, panel, width));
    let height = panel_height + entries.as_ref().map_or(0, |entries| KEY_ROW * (1 + last_row(entries)));
    {
        let root = SVGBackend::with_string(&mut text, (FINE * width, FINE * height)).into_drawing_area();
        let title = panels.first().map_or("", |panel| panel.title.as_str());
        root.fill(&WHITE).map_err(|error| fault(title, &error))?;
        let (upper, lower) = root.split_vertically(FINE * panel_height);
        for (area, panel) in upper.split_evenly((1, panels.len())).iter().zip(panels) {
            draw(area, panel, entries.is_none()).map_err(|error| fault(&panel.title, &*error))?;
        }
        for entry in entries.iter().flatten() {
            draw_entry(&lower, entry).map_err(|error| fault(title, &*error))?;
        }
        root.present().map_err(|error| fault(title, &error))?;
    }
    // The first two are the attributes of the figure, its view box keeps the fine units.
    let drawn = format!("<svg width=\"{}\" height=\"{}\"", FINE * width, FINE * height);
    Ok(text.replacen(&drawn, &format!("<svg width=\"{width}\" height=\"{height}\""), 1))
}

fn fault(title: &str, error: &(impl Display + ?Sized)) -> FigureError {
    FigureError { title: title.to_owned(), reason: error.to_string() }
}

/// The name of a line under the panels.
struct Entry<'a> {
    name: &'a str,
    colour: RGBColor,
    /// Where it begins.
    left: u32,
    row: u32,
}

/// The names of lines that are there in some panel, from left to right and in as many rows as the width asks for.
fn key<'a>(panels: &[Panel], fullest: &'a Panel, width: u32) -> Vec<Entry<'a>> {
    let is_drawn = |name: &str| {
        let mut lines = panels.iter().flat_map(|panel| &panel.lines).filter(|line| line.name == name);
        lines.any(|line| line.points.iter().any(|(x, y)| x.is_finite() && y.is_finite()))
    };
    let (mut left, mut row) = (KEY_INDENT, 0);
    let mut entries = Vec::new();
    for (index, line) in fullest.lines.iter().enumerate().filter(|(_, line)| is_drawn(&line.name)) {
        let needed = KEY_SAMPLE + KEY_LETTER * line.name.chars().count() as u32 + KEY_GAP;
        if left + needed > width && left > KEY_INDENT {
            (left, row) = (KEY_INDENT, row + 1);
        }
        entries.push(Entry { name: &line.name, colour: COLOURS[index % COLOURS.len()], left, row });
        left += needed;
    }
    entries
}

fn last_row(entries: &[Entry<'_>]) -> u32 {
    entries.last().map_or(0, |entry| entry.row)
}

fn draw_entry(area: &DrawingArea<SVGBackend<'_>, Shift>, entry: &Entry<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let (left, middle) = ((FINE * entry.left) as i32, (FINE * (KEY_ROW * entry.row + KEY_ROW / 3)) as i32);
    let end = left + (FINE * (KEY_SAMPLE - 8)) as i32;
    area.draw(&PathElement::new([(left, middle), (end, middle)], entry.colour.stroke_width(3 * FINE / 2)))?;
    let place = (left + (FINE * KEY_SAMPLE) as i32, middle - (FINE * 7) as i32);
    area.draw(&Text::new(entry.name, place, font(14)))?;
    Ok(())
}

fn draw(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    panel: &Panel,
    names_lines: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let finite =
        |line: &Line| line.points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect::<Vec<_>>();
    let lines: Vec<Vec<(f64, f64)>> = panel.lines.iter().map(finite).collect();
    let x = range(lines.iter().flatten().map(|point| point.0), 0.0);
    let ends = panel.lines.iter().flat_map(|line| &line.band).flat_map(|(_, ends)| [ends.start, ends.end]);
    let y = range(lines.iter().flatten().map(|point| point.1).chain(ends.filter(|end| end.is_finite())), 0.06);
    let bottom = y.start;
    let extent = y.clone();
    let legend = corner(&lines, &x);
    let mut chart = ChartBuilder::on(area)
        .margin(14 * FINE)
        .margin_right(22 * FINE)
        .caption(&panel.title, font(17))
        .x_label_area_size(46 * FINE)
        .y_label_area_size(66 * FINE)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .x_desc(&panel.x)
        .y_desc(panel.y.name())
        .x_labels(6)
        .y_labels(7)
        .max_light_lines(0)
        .bold_line_style(GRID.stroke_width(FINE))
        .axis_style(INK.stroke_width(FINE))
        .set_all_tick_mark_size(5 * FINE)
        .axis_desc_style(font(15))
        .label_style(font(13))
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| panel.y.label(*value, &extent))
        .draw()?;
    for (index, line) in panel.lines.iter().enumerate().filter(|(_, line)| !line.band.is_empty()) {
        let finite = || line.band.iter().filter(|(_, ends)| ends.end.is_finite() && !ends.start.is_nan());
        let upper = finite().map(|(x, ends)| (*x, ends.end));
        let lower = finite().rev().map(|(x, ends)| (*x, ends.start.max(bottom)));
        let shade = COLOURS[index % COLOURS.len()].mix(0.2).filled();
        chart.draw_series(std::iter::once(Polygon::new(upper.chain(lower).collect::<Vec<_>>(), shade)))?;
    }
    for (index, (points, line)) in lines.into_iter().zip(&panel.lines).enumerate() {
        let style = COLOURS[index % COLOURS.len()].stroke_width(3 * FINE / 2);
        let drawn = chart.draw_series(LineSeries::new(points, style))?;
        if !line.name.is_empty() {
            let sample = move |(x, y)| PathElement::new([(x, y), (x + 16 * FINE as i32, y)], style);
            drawn.label(&line.name).legend(sample);
        }
    }
    if names_lines && panel.lines.iter().any(|line| !line.name.is_empty()) {
        chart
            .configure_series_labels()
            .position(legend)
            .background_style(WHITE.mix(0.85))
            .border_style(GRID.stroke_width(FINE))
            .margin(5 * FINE)
            .legend_area_size(26 * FINE)
            .label_font(font(14))
            .draw()?;
    }
    Ok(())
}

/// The upper corner away from the highest point.
fn corner(lines: &[Vec<(f64, f64)>], x: &Range<f64>) -> SeriesLabelPosition {
    match lines.iter().flatten().max_by(|one, two| one.1.total_cmp(&two.1)) {
        Some(highest) if highest.0 > 0.5 * (x.start + x.end) => SeriesLabelPosition::UpperLeft,
        _ => SeriesLabelPosition::UpperRight,
    }
}

fn font(size: u32) -> TextStyle<'static> {
    (FONT, FINE * size).into_font().color(&INK)
}

/// From the least to the greatest value, widened by a fraction of the span; never empty.
fn range(values: impl Iterator<Item = f64>, margin: f64) -> Range<f64> {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return 0.0..1.0;
    }
    // A span below what a double resolves would make all labels equal.
    let least = 1e-9 * low.abs().max(high.abs()).max(1e-300);
    if high - low < least {
        let half = 0.5 * low.abs().max(1.0);
        return low - half..high + half;
    }
    let widened = margin * (high - low);
    low - widened..high + widened
}

/// Decimals that tell about seven labels in a range apart.
fn decimals(range: &Range<f64>) -> usize {
    let step = (range.end - range.start) / 7.0;
    (-step.log10()).ceil().clamp(0.0, 12.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(points: Vec<(f64, f64)>) -> Panel {
        let band = points.iter().filter(|(_, y)| y.is_finite()).map(|(x, y)| (*x, f64::NEG_INFINITY..*y)).collect();
        let line = |name: &str, band| Line { name: name.to_owned(), points: points.clone(), band };
        Panel {
            title: "a < b".to_owned(),
            x: "epoch".to_owned(),
            y: Axis::linear("nats"),
            lines: vec![line("one", band), line("two", Vec::new())],
        }
    }

    #[test]
    fn a_figure_holds_its_words_escaped() {
        let text = single(&panel(vec![(1.0, 2.0), (2.0, 3.0)])).expect("drawn");
        for word in ["<svg", "a &lt; b", "epoch", "nats", "one", "two", "#0072B2", "#D55E00", "<polygon"] {
            assert!(text.contains(word), "{word}");
        }
    }

    #[test]
    fn many_names_stand_under_the_panels() {
        let mut crowded = panel(vec![(1.0, 2.0), (2.0, 3.0)]);
        for name in ["three", "a name so long that it needs a row of its own, as it stands here, two of them", "five"] {
            crowded.lines.push(Line { name: name.to_owned(), ..crowded.lines[1].clone() });
        }
        crowded.lines.push(Line { name: "nowhere".to_owned(), points: vec![(1.0, f64::NAN)], band: Vec::new() });
        let text = single(&crowded).expect("drawn");
        assert!(text.contains("height=\"498\"") && !text.contains("nowhere"), "420 and three rows of 26");
        for word in ["three", "five", "a name so long"] {
            assert_eq!(text.matches(word).count(), 1, "{word}");
        }
    }

    #[test]
    fn few_equal_or_infinite_points_can_be_drawn() {
        for points in [
            vec![],
            vec![(1.0, 5.0)],
            vec![(1.0, 5.0), (2.0, 5.0)],
            vec![(1.0, f64::NAN), (2.0, f64::INFINITY), (3.0, 1.0)],
            vec![(1.0, -1e300), (2.0, 1e300)],
        ] {
            assert!(single(&panel(points)).is_ok());
        }
    }

    #[test]
    fn logarithms_are_labelled_by_powers_of_ten() {
        assert_eq!([-13.0, -0.0, 6.0, -0.5, 2.0].map(power_of_ten), ["10⁻¹³", "10⁰", "10⁶", "", "10²"]);
        let axis = Axis::logarithmic("variance");
        assert_eq!([axis.label(-1.5, &(-2.0..-1.0)), axis.label(-3.0, &(-4.0..1.0))], ["3.2e-2", "10⁻³"]);
        let logarithmic = Panel { y: Axis::logarithmic("variance"), ..panel(vec![(1.0, -3.0), (2.0, 3.0)]) };
        let text = single(&logarithmic).expect("drawn");
        assert!(text.contains("10⁻²") && text.contains("variance"), "{text}");
    }

    #[test]
    fn labels_have_the_decimals_that_tell_them_apart() {
        assert_eq!(decimals(&(0.0..1.0)), 1);
        assert_eq!(decimals(&(0.88..0.92)), 3);
        assert_eq!(decimals(&(-700.0..0.0)), 0);
    }
}
