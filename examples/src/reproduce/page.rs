//! One page with everything, that opens from disk: figures are part of it, rules are typeset, and nothing is fetched.

use std::fmt::Write as _;

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

use super::account::{Account, Claim, Table, Verdict};

const STYLE: &str = "
body { font: 16px/1.5 Helvetica, Arial, sans-serif; color: #222; max-width: 1260px; margin: 2em auto; padding: 0 1em }
h1, h2 { line-height: 1.2 } h2 { margin-top: 2.5em; border-top: 1px solid #ccc; padding-top: 1em }
p { max-width: 50em } figure { margin: 1.5em 0; overflow-x: auto } figcaption, caption { color: #555; text-align: left; max-width: 50em }
svg { max-width: 100%; height: auto } table { border-collapse: collapse; margin: 1em 0 }
th, td { border-bottom: 1px solid #ddd; padding: .25em .8em; text-align: right; vertical-align: top }
th:first-child, td:first-child, table.claims td { text-align: left }
.held { color: #00664b } .failed { color: #a33c00 } .in-part, .open { color: #555 }
math[display=block] { overflow-x: auto; padding: .8em 0 }
.menv-align mtd:nth-child(odd) { text-align: right } .menv-align mtd:nth-child(even) { text-align: left }
pre { background: #f6f6f6; padding: .8em; overflow-x: auto; font-size: 13px; line-height: 1.35 }
";

/// The page of some experiments, each with its name.
#[must_use]
pub fn page(accounts: &[(String, Account)], version: &str) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>logphi: the experiments</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>Fourier stochastic backpropagation: the experiments</h1>\n\
         <p>Section 6 of Echraibi, Flocon Cholet, Gosselin and Vaton (2020), and what lies beyond it, by logphi {}. Every \
         estimator was derived from a log characteristic function by the compiler. Lines are means over seeds, bands one \
         standard deviation.</p>\n",
        escape(version),
    );
    text.push_str("<h2 id=\"claims\">The claims</h2>\n");
    text.push_str(&claims(accounts.iter().flat_map(|(_, account)| &account.claims)));
    for (name, account) in accounts {
        section(&mut text, name, account);
    }
    text.push_str("</body>\n</html>\n");
    text
}

/// Writing to a string cannot fail: results of `write!` are dropped here.
fn section(text: &mut String, name: &str, account: &Account) {
    let _ = writeln!(text, "<h2 id=\"{name}\">{}</h2>", escape(&account.title));
    for paragraph in &account.text {
        let _ = writeln!(text, "<p>{}</p>", escape(paragraph));
    }
    for figure in &account.figures {
        let _ = writeln!(
            text,
            "<figure>\n{}\n<figcaption>{} (<a href=\"{name}/{file}\">{file}</a>)</figcaption>\n</figure>",
            figure.svg.trim_end(),
            escape(&figure.caption),
            file = escape(&figure.file),
        );
    }
    account.tables.iter().for_each(|found| text.push_str(&table(found)));
    if !account.claims.is_empty() {
        text.push_str(&claims(account.claims.iter()));
    }
    for rule in &account.rules {
        let _ = writeln!(
            text,
            "<details><summary>The rule of <em>{}</em></summary>\n{}\n<pre>{}</pre>\n</details>",
            escape(&rule.name),
            typeset(&rule.latex),
            escape(rule.rule.trim_end()),
        );
    }
}

fn table(table: &Table) -> String {
    let row = |tag: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = table.rows.iter().map(|cells| row("td", cells)).collect();
    format!("<table>\n<caption>{}</caption>\n{}{rows}</table>\n", escape(&table.caption), row("th", &table.header))
}

fn claims<'a>(claims: impl Iterator<Item = &'a Claim>) -> String {
    let mut text =
        "<table class=\"claims\">\n<tr><th>paper</th><th>claim</th><th>in this run</th><th>numbers</th></tr>\n"
            .to_owned();
    for claim in claims {
        let class = match claim.verdict {
            Verdict::Held => "held",
            Verdict::InPart => "in-part",
            Verdict::Failed => "failed",
            Verdict::Open => "open",
        };
        let _ = writeln!(
            text,
            "<tr><td>{}</td><td>{}</td><td class=\"{class}\"><strong>{}</strong></td><td>{}</td></tr>",
            escape(&claim.place),
            escape(&claim.claim),
            claim.verdict.words(),
            escape(&claim.numbers),
        );
    }
    text + "</table>\n"
}

/// LaTeX as MathML, which browsers show without a script; the text itself where it cannot be read.
fn typeset(latex: &str) -> String {
    let storage = Storage::new();
    let config = RenderConfig { display_mode: DisplayMode::Block, ..RenderConfig::default() };
    let mut text = String::new();
    let is_read = Parser::new(latex, &storage).all(|event| event.is_ok());
    match push_mathml(&mut text, Parser::new(latex, &storage), config) {
        Ok(()) if is_read => text,
        _ => format!("<pre>{}</pre>", escape(latex.trim_end())),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::account::{Figure, RuleText};
    use super::*;

    #[test]
    fn the_page_holds_everything_escaped_and_fetches_nothing() {
        let account = Account {
            title: "a < b".to_owned(),
            text: vec!["done & said".to_owned()],
            figures: vec![Figure { file: "f.svg".to_owned(), caption: "shown".to_owned(), svg: "<svg/>".to_owned() }],
            tables: vec![Table {
                caption: "t".to_owned(),
                header: vec!["h".to_owned()],
                rows: vec![vec!["1".to_owned()]],
            }],
            claims: vec![Claim {
                place: "6.1".to_owned(),
                claim: "faster".to_owned(),
                verdict: Verdict::Failed,
                numbers: "2 > 1".to_owned(),
            }],
            rules: vec![RuleText {
                name: "r".to_owned(),
                rule: "E f'(z)".to_owned(),
                latex: "\\frac{1}{2}".to_owned(),
            }],
        };
        let text = page(&[("figure1".to_owned(), account)], "1");
        for word in
            ["a &lt; b", "done &amp; said", "<svg/>", "<td>1</td>", "did not hold", "2 &gt; 1", "E f'(z)", "<mfrac>"]
        {
            assert!(text.contains(word), "{word}");
        }
        assert_eq!(typeset("\\frac"), "<pre>\\frac</pre>");
        for word in ["http", "src=", "@import", "<script"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
