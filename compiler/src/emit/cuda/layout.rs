//! Lines of a width that can be read.

/// Columns of a line.
const WIDTH: usize = 110;

/// `line` after `indent`, broken after commas and before operators where it is too long; what follows is indented once more.
pub(super) fn wrapped(indent: &str, line: &str) -> String {
    let mut text = String::new();
    let (mut rest, mut indent) = (line, indent.to_owned());
    let own = rest.len() - rest.trim_start().len();
    indent.push_str(&rest[..own]);
    rest = rest.trim_start();
    let further = format!("{indent}    ");
    while indent.len() + rest.len() > WIDTH {
        let room = WIDTH - indent.len().min(WIDTH / 2);
        let Some(at) = last_break(&rest[..room.min(rest.len())]) else { break };
        text.push_str(&indent);
        text.push_str(rest[..at].trim_end());
        text.push('\n');
        rest = rest[at..].trim_start();
        indent.clone_from(&further);
    }
    text.push_str(&indent);
    text.push_str(rest);
    text.push('\n');
    text
}

/// Where the line is cut last: after `, `, or before ` + `, ` - `, ` * ` and ` / `.
fn last_break(text: &str) -> Option<usize> {
    let after_comma = text.rfind(", ").map(|at| at + 2);
    let before_operator = [" + ", " - ", " * ", " / "].iter().filter_map(|operator| text.rfind(operator)).max();
    after_comma.max(before_operator).filter(|&at| at > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_and_lose_nothing() {
        let line = format!("const Scalar t0 = {};", vec!["mul_add(x, y, 1.0f)"; 12].join(" + "));
        let text = wrapped("    ", &line);
        assert!(text.lines().count() > 1 && text.lines().all(|line| line.len() <= WIDTH), "{text}");
        let joined: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(joined, line.split_whitespace().collect::<Vec<_>>());
        assert_eq!(wrapped("  ", "    x"), "      x\n");
    }
}
