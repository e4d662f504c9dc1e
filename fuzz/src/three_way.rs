//! The three-way merge of files: whatever three texts say, the result is JSON, and nobody's change is lost in it.

use dss_format::three_way::{self, Choice, Merged};
use dss_model::{JsonLimits, JsonText};

/// What separates base, ours and theirs: a byte that no JSON text has.
const SEPARATOR: u8 = 0xff;

/// Merges three texts, and every two of them with the third for a base.
///
/// # Panics
/// If the result is no JSON, if a change of one side alone is not taken as it is, if both sides see different
/// conflicts, or if a conflict cannot be decided.
pub fn three_way(data: &[u8]) {
    let mut texts = data.splitn(3, |byte| *byte == SEPARATOR);
    let (Some(base), Some(ours), Some(theirs)) = (texts.next(), texts.next(), texts.next()) else { return };
    // Whoever reads one text reads any: of texts that are none, there is nothing to say.
    let Ok(lines) = [base, ours, theirs]
        .map(|text| three_way::lines("text", text))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
    else {
        assert!(three_way::merge(Some(base), ours, theirs).is_err(), "what is no JSON is merged");
        return;
    };
    assert_eq!(lines.len(), 3);
    for (base, edited) in [(base, ours), (ours, theirs), (theirs, base)] {
        one_sided(base, edited);
    }
    for base in [Some(base), None] {
        if let Ok(merged) = three_way::merge(base, ours, theirs) {
            check(&merged);
            if let (false, Ok(there)) = (is_ours(data), three_way::merge(base, theirs, ours)) {
                assert_eq!(merged.conflicts.len(), there.conflicts.len(), "{}\n{}", merged.text, there.text);
            }
        }
    }
}

/// What only one side changed is taken.
fn one_sided(base: &[u8], edited: &[u8]) {
    for theirs in [base, edited] {
        let kept = three_way::merge(Some(base), edited, theirs).expect("nothing to disagree about");
        assert_eq!(kept.text.as_bytes(), edited, "ours is changed");
    }
    let taken = three_way::merge(Some(base), base, edited).expect("nothing to disagree about");
    let limits = JsonLimits::default();
    // Order is not merged, neither of lists; and what our own extension says is merged by its own rules.
    let is_plain = |text: &[u8]| !is_ours(text) && !contains(text, b"id");
    if let (true, true, Ok(edited), Ok(taken)) =
        (is_plain(base), is_plain(edited), parse(edited, &limits), parse(taken.text.as_bytes(), &limits))
    {
        assert_eq!(taken, edited);
    }
}

fn check(merged: &Merged) {
    let mut limits = JsonLimits::default();
    limits.unique_keys = false;
    limits.depth = u32::MAX;
    parse(merged.text.as_bytes(), &limits).expect("the result is JSON");
    assert_eq!(
        three_way::conflicts("merged", merged.text.as_bytes()).expect("it is read again"),
        merged.conflicts
    );
    let nine = Choice::Value(JsonText::integer(9));
    for choice in [Choice::Ours, Choice::Theirs, nine] {
        let resolved =
            three_way::resolve("merged", merged.text.as_bytes(), None, &choice).expect("it can be decided");
        let is_undecided = resolved.ambiguous.is_empty() && !resolved.open.is_empty();
        // What comes back from theirs may keep conflicts of its own.
        assert!(
            !is_undecided || choice == Choice::Theirs || is_ours(merged.text.as_bytes()),
            "{}",
            resolved.text
        );
    }
}

fn parse(text: &[u8], limits: &JsonLimits) -> Result<JsonText, dss_model::JsonError> {
    JsonText::parse(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text), limits)
}

fn is_ours(text: &[u8]) -> bool {
    // Also where it is spelled with an escape.
    contains(text, b"org.dss") || contains(text, b"\\u")
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// Files of many tokens, in two spellings.
pub(crate) fn made() -> Vec<Vec<u8>> {
    let file = |skip: usize, value: usize, line: &str| {
        let tokens = (0..64).filter(|n| n % 7 != skip);
        let tokens: Vec<_> = tokens
            .map(|n| format!("{line}\"t{n}\":{{\"$value\":{},\"$description\":\"{n}\"}}", n % value))
            .collect();
        format!("{{{}{line}}}", tokens.join(","))
    };
    vec![[file(7, 5, "\n"), file(1, 4, "\n  "), file(2, 3, "")].map(String::into_bytes).join(&SEPARATOR)]
}
