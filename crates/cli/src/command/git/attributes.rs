//! Our lines in a file `.gitattributes`, and nobody else's.

/// What a line of ours says about files.
const VALUES: &str = "merge=dss diff=dss";

/// The line for a pattern.
pub(super) fn line(pattern: &str) -> String {
    let is_plain =
        !pattern.contains([' ', '\t', '"', '\\']) && !pattern.starts_with('#') && !pattern.starts_with('[');
    if is_plain {
        return format!("{pattern} {VALUES}");
    }
    let escaped = pattern.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\" {VALUES}")
}

/// Whether a line is ours.
pub(super) fn is_ours(line: &str) -> bool {
    line.trim_end().strip_suffix(VALUES).is_some_and(|pattern| pattern.ends_with(' '))
}

/// The text with `lines` that it does not have yet, at its end: there, they win.
pub(super) fn added(text: &str, lines: &[String]) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out = text.to_owned();
    for line in lines.iter().filter(|line| !has(text, line)) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push_str(end);
        }
        out.push_str(line);
        out.push_str(end);
    }
    out
}

/// Whether the text has a line.
pub(super) fn has(text: &str, line: &str) -> bool {
    text.lines().any(|other| other.trim_end() == line)
}

/// The text without our lines.
pub(super) fn removed(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !is_ours(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_once_and_takes_back_only_its_own() {
        let lines = [line("*.tokens.json"), line("my tokens/*.json"), line("#odd")];
        assert_eq!(
            lines,
            [
                "*.tokens.json merge=dss diff=dss",
                "\"my tokens/*.json\" merge=dss diff=dss",
                "\"#odd\" merge=dss diff=dss"
            ]
        );
        for before in ["", "*.png binary\n", "*.png binary\r\n*.txt text\r\n"] {
            let with = added(before, &lines);
            assert_eq!(added(&with, &lines), with);
            assert_eq!(removed(&with), before);
        }
        assert_eq!(removed(&added("*.png binary", &lines)), "*.png binary\n");
        assert_eq!(removed("*.json merge=dss diff=dss -text\n"), "*.json merge=dss diff=dss -text\n");
    }
}
