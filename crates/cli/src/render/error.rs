//! Errors: what is wrong, where, and what to do next.

use super::look::{Page, Paint};
use super::text::escape;
use crate::failure::Report;

/// Shows a failure.
pub(crate) fn error(page: &mut Page, report: &Report) {
    let start = format!("error[{}]: ", report.code);
    let message = escape(&report.message);
    let first = page.look().paint(Paint::Bad, &start);
    // A message is one line, however long: it is what people search for.
    page.line(&format!("{first}{message}"));
    let mut detail = |name: &str, value: &str| {
        page.hanging_painted(&format!("  {name}: "), Some(Paint::Faint), "    ", &escape(value));
    };
    if let Some(stage) = report.stage {
        detail("stage", stage);
    }
    if let Some(place) = place(report) {
        detail("where", &place);
    }
    if let Some(rule) = report.rule {
        detail("rule", rule);
    }
    if !report.hint.is_empty() {
        detail("hint", &report.hint);
    }
}

/// `tokens/base.tokens.json:12, color.brand`
fn place(report: &Report) -> Option<String> {
    let line = report.line.map(|line| format!(":{line}")).unwrap_or_default();
    let entry = report.entry.as_ref().map(|entry| format!("{entry}{line}"));
    match (entry, &report.path) {
        (Some(entry), Some(path)) => Some(format!("{entry}, {path}")),
        (Some(place), None) => Some(place),
        (None, Some(path)) => Some(path.clone()),
        (None, None) => report.line.map(|line| format!("line {line}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::render::Look;

    #[test]
    fn errors_say_what_where_and_what_next() {
        let report = Report {
            code: "json_duplicate_key",
            stage: Some("schema"),
            message: "the key \"brand\u{1b}[2J\" appears twice".to_owned(),
            hint: "remove or rename one of the two members: one of them would be lost, and nobody could tell which \
                   one it was"
                .to_owned(),
            entry: Some("tokens/base.tokens.json".to_owned()),
            line: Some(12),
            path: Some("color".to_owned()),
            rule: None,
            exit: Exit::Refused,
        };
        let mut page = Page::new(Look::PLAIN, false);
        error(&mut page, &report);
        insta::assert_snapshot!(page.text(), @r#"
        error[json_duplicate_key]: the key "brand\u{1b}[2J" appears twice
          stage: schema
          where: tokens/base.tokens.json:12, color
          hint: remove or rename one of the two members: one of them would be lost, and
            nobody could tell which one it was
        "#);
    }
}
