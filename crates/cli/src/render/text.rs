//! Numbers, times and foreign text, made readable.

/// Shows characters that would move the cursor, hide or reorder text instead of obeying them.
pub(crate) fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            _ if is_harmful(c) => shown.extend(c.escape_unicode()),
            _ => shown.push(c),
        }
    }
    shown
}

fn is_harmful(c: char) -> bool {
    // Beside control characters: invisible marks, line separators, and whatever changes the direction of text.
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// How many columns text takes on a terminal, as far as people can tell.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

const fn char_width(c: char) -> usize {
    match c {
        // Marks that combine with what is before them.
        '\u{300}'..='\u{36f}'
        | '\u{200c}'
        | '\u{200d}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' => 0,
        // Hangul, CJK, full-width forms, emoji.
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// Cuts text to a width, and shows that it did.
pub(crate) fn elide(text: &str, width_max: usize) -> String {
    if width(text) <= width_max {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1_usize;
    for c in text.chars() {
        used = used.saturating_add(char_width(c));
        if used > width_max {
            break;
        }
        cut.push(c);
    }
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// A space at which no line is broken: between a number and what is counted.
pub(crate) const HOLD: &str = "\u{a0}";

/// Cuts text to a width at its start: of a file's path, the end tells more.
pub(crate) fn elide_start(text: &str, width_max: usize) -> String {
    if width(text) <= width_max {
        return text.to_owned();
    }
    let kept = text.char_indices().map(|(start, _)| text.get(start..).unwrap_or_default());
    let kept = kept.into_iter().find(|rest| width(rest) < width_max).unwrap_or_default();
    format!("…{kept}")
}

/// Breaks prose into lines; what has no spaces is never broken.
/// The first line may have another width than those that follow.
pub(crate) fn wrap(text: &str, first_max: usize, width_max: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let needed = width(&line).saturating_add(width(word)).saturating_add(1);
        let line_max = if lines.is_empty() { first_max } else { width_max };
        if !line.is_empty() && needed > line_max {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A number with separators: `12,345`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (digit, left) in digits.chars().zip((0..digits.len()).rev()) {
        text.push(digit);
        if left > 0 && left.is_multiple_of(3) {
            text.push(',');
        }
    }
    text
}

/// A number with its noun: `1 token`, `12,345 tokens`.
pub(crate) fn plural(number: u64, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    let many = match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{} {many}", count(number))
}

/// A size with its unit: `512 B`, `12.3 KiB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut tenths = u128::from(bytes).saturating_mul(10);
    let mut unit = "B";
    for next in units {
        if tenths < 10_240 {
            break;
        }
        tenths = tenths.div_euclid(1024);
        unit = next;
    }
    format!("{}.{} {unit}", tenths.div_euclid(10), tenths.rem_euclid(10))
}

/// A time span with its unit: `45 ms`, `1.2 s`, `3 min 20 s`.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0 => "under 1 ms".to_owned(),
        1..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms.div_euclid(1_000), ms.rem_euclid(1_000).div_euclid(100)),
        _ => format!("{} min {} s", ms.div_euclid(60_000), ms.rem_euclid(60_000).div_euclid(1_000)),
    }
}

/// A moment without what people do not read: `2026-11-24 10:55:15`, UTC.
pub(crate) fn moment(rfc3339: &str) -> String {
    let text = rfc3339.strip_suffix('Z').unwrap_or(rfc3339);
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let time = time.split('.').next().unwrap_or_default();
    escape(&format!("{date} {time}")).trim_end().to_owned()
}

/// JSON over several lines, with its members in their order and its numbers as they are spelled.
pub(crate) fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len().saturating_mul(2));
    let mut depth = 0_usize;
    let mut is_string = false;
    let mut is_escaped = false;
    let mut opened = false;
    for c in json.chars() {
        if is_string {
            out.push(c);
            is_string = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            continue;
        }
        if c.is_ascii_whitespace() {
            continue;
        }
        let is_end = matches!(c, '}' | ']');
        if is_end {
            depth = depth.saturating_sub(1);
        }
        if opened != is_end {
            break_line(&mut out, depth);
        }
        opened = matches!(c, '{' | '[');
        if opened {
            depth = depth.saturating_add(1);
        }
        out.push(c);
        match c {
            ',' => break_line(&mut out, depth),
            ':' => out.push(' '),
            '"' => is_string = true,
            _ => {}
        }
    }
    out
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmful_characters_are_shown() {
        assert_eq!(escape("a\u{1b}[31mb\n\u{202e}c"), "a\\u{1b}[31mb\\n\\u{202e}c");
        assert_eq!(escape("Größe 👍🏽"), "Größe 👍🏽");
        assert_eq!(escape("\u{9b}0m\u{7f}"), "\\u{9b}0m\\u{7f}");
    }

    #[test]
    fn json_keeps_its_order_and_spelling() {
        let text = r#"{"b":[1.50,{}],"a":"{\"x\": [1,2]}","c":[]}"#;
        let expected =
            "{\n  \"b\": [\n    1.50,\n    {}\n  ],\n  \"a\": \"{\\\"x\\\": [1,2]}\",\n  \"c\": []\n}";
        assert_eq!(pretty(text), expected);
        assert_eq!(pretty(expected), expected);
        assert_eq!(pretty("1e5"), "1e5");
    }

    #[test]
    fn widths_are_those_of_terminals() {
        assert_eq!(width("größe"), 5);
        assert_eq!(width("色"), 2);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(elide("abcdef", 4), "abc…");
        assert_eq!(elide("色色色", 4), "色…");
        assert_eq!(elide("abc", 3), "abc");
        assert_eq!(elide_start("a/b/c.json", 7), "…c.json");
        assert_eq!(elide_start("a/色", 3), "…色");
    }

    #[test]
    fn prose_is_broken_at_spaces() {
        assert_eq!(wrap("one two three", 7, 7), ["one two", "three"]);
        assert_eq!(wrap("one two three", 3, 9), ["one", "two three"]);
        assert_eq!(wrap("unbreakable", 3, 3), ["unbreakable"]);
        assert_eq!(wrap("", 3, 3), [""]);
    }

    #[test]
    fn numbers_have_units() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(plural(1, "entry"), "1 entry");
        assert_eq!(plural(2_000, "entry"), "2,000 entries");
        assert_eq!(plural(2, "day"), "2 days");
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(1_024), "1.0 KiB");
        assert_eq!(bytes(12_600), "12.3 KiB");
        assert_eq!(bytes(u64::MAX), "16777215.9 TiB");
        assert_eq!(duration(0), "under 1 ms");
        assert_eq!(duration(999), "999 ms");
        assert_eq!(duration(1_250), "1.2 s");
        assert_eq!(duration(200_000), "3 min 20 s");
        assert_eq!(moment("2026-11-24T10:55:15.123Z"), "2026-11-24 10:55:15");
        assert_eq!(moment("nonsense"), "nonsense");
    }
}
