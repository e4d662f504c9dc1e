//! What differs, for people: as text, as Markdown, as a page.

mod condense;
mod html;
mod markdown;
mod sample;
mod text;

use dss_service::model::Kind;
use dss_service::{Change, DiffCounts, DiffItem, DiffPlace, DiffSummary, FieldChange, Matching};
use serde_json::value::RawValue;

use super::summary::noun;
use super::text::{bytes, count, escape};
use super::value::short;

pub(crate) use self::html::HtmlDiff;
pub(crate) use self::markdown::MarkdownDiff;
pub(crate) use self::text::TextDiff;

/// A report that is written as its items come. Each call gives what can be written by then.
pub(crate) trait DiffReport {
    /// How it starts.
    fn begin(&mut self, summary: &DiffSummary) -> String;
    /// One item.
    fn item(&mut self, item: DiffItem) -> String;
    /// How it ends.
    fn end(&mut self, summary: &DiffSummary) -> String;
}

/// All counts in one line.
pub(crate) fn stat(summary: &DiffSummary) -> String {
    let total = summary.total.total();
    let sides = format!("{} → {}", escape(&summary.old.name), escape(&summary.new.name));
    if total == 0 {
        return format!("{sides}: no differences");
    }
    format!("{sides}: {}: {}", differences(total), parts(&summary.total))
}

fn differences(total: u64) -> String {
    format!("{} {}", count(total), if total == 1 { "difference" } else { "differences" })
}

/// `1 added, 2 changed`
fn parts(counts: &DiffCounts) -> String {
    let parts = Change::ALL.iter().filter(|change| counts.of(**change) > 0);
    let parts: Vec<String> =
        parts.map(|change| format!("{} {}", count(counts.of(*change)), change.name())).collect();
    parts.join(", ")
}

/// How things were matched and what was left out, as sentences; `quote` makes names safe to show.
fn remarks(summary: &DiffSummary, quote: impl Fn(&str) -> String) -> Vec<String> {
    let mut remarks = Vec::new();
    remarks.push(match summary.matched_by {
        Matching::Id => "Both are copies of one project: matched by id.".to_owned(),
        Matching::IdThenPath => "Matched by id, and what is left by token set and path.".to_owned(),
    });
    let are_files = summary.old.kind == "file" && summary.new.kind == "file";
    if let Some(sets) = summary.only_sets.as_ref().filter(|_| !are_files) {
        let names: Vec<String> = sets.iter().map(|name| quote(name)).collect();
        let noun = if sets.len() == 1 { "set" } else { "sets" };
        remarks.push(format!(
            "A token file holds one token set: only the {noun} {} {} compared.",
            names.join(", "),
            if sets.len() == 1 { "was" } else { "were" },
        ));
    } else if summary.compared.len() < Kind::ALL.len() && !are_files {
        let nouns: Vec<String> = summary
            .compared
            .iter()
            .filter_map(|name| Kind::from_name(name).map(|kind| noun(kind, 2)))
            .collect();
        remarks
            .push(format!("Token files hold no more than {}: nothing else was compared.", nouns.join(", ")));
    }
    if summary.partial {
        remarks.push("A partial archive says nothing about what it lacks.".to_owned());
    }
    if summary.order_not_compared > 0 {
        let groups = count(summary.order_not_compared);
        remarks.push(format!("Not compared: the order of {groups} very large groups."));
    }
    remarks
}

/// What an item's section is called.
fn section(item: &DiffItem) -> &str {
    match (item.kind, &item.place.set) {
        (_, Some(set)) => set,
        ("set", None) => &item.place.path,
        ("layer" | "themeGroup" | "theme", None) => "Themes",
        ("component", None) => "Components",
        ("asset", None) => "Assets",
        _ => "Project",
    }
}

/// What an item is, unless it is a token.
fn label(item: &DiffItem) -> Option<String> {
    let kind = Kind::from_name(item.kind)?;
    (kind != Kind::Token).then(|| noun(kind, 1))
}

const fn mark(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Renamed | Change::Moved => '>',
        Change::Changed => '~',
    }
}

/// The name to show for a place: its path, which the root of a set has none of.
fn name_of(place: &DiffPlace) -> String {
    escape(&place.path)
}

/// Where something was, if it was elsewhere.
fn former_name(item: &DiffItem) -> Option<String> {
    let from = item.from.as_ref()?;
    Some(match &from.set {
        Some(set) if from.set != item.place.set => format!("{} in {}", name_of(from), escape(set)),
        _ => name_of(from),
    })
}

/// How a place among siblings changed: `now after b, was first`.
fn order_of(item: &DiffItem) -> Option<String> {
    let order = item.reordered.as_ref()?;
    let place = |after: &Option<String>| match after {
        Some(name) => format!("after {}", escape(name)),
        None => "first".to_owned(),
    };
    Some(format!("now {}, was {}", place(&order.after), place(&order.was_after)))
}

/// A field to show: its name, and what both sides say.
struct Shown<'a> {
    name: &'a str,
    change: &'a FieldChange,
    old: Option<String>,
    new: Option<String>,
}

impl<'a> Shown<'a> {
    /// The fields of an item, each value with at most so many characters.
    fn all(item: &'a DiffItem, characters_max: usize) -> Vec<Self> {
        let types = (item.old_type.as_deref().or(item.new_type.as_deref()), item.new_type.as_deref());
        let one = |change: &'a FieldChange| {
            let words = |value: &Option<Box<RawValue>>, token_type| {
                value.as_ref().map(|value| value_text(&change.field, value, token_type))
            };
            let (mut old, mut new) = (words(&change.old, types.0), words(&change.new, types.1));
            if old == new {
                // What differs has no place in the short form: the tenth digit of a colour, the spacing of letters.
                let json = |value: &Option<Box<RawValue>>| value.as_ref().map(|value| value.get().to_owned());
                (old, new) = (json(&change.old), json(&change.new));
            }
            if let (Some(old), Some(new)) = (&mut old, &mut new) {
                skip_what_is_common(old, new, characters_max);
            }
            let (old, new) =
                (old.map(|text| cut(&text, characters_max)), new.map(|text| cut(&text, characters_max)));
            Self { name: &change.field, change, old, new }
        };
        // The type of what came or went stands beside its name.
        let is_alone = matches!(item.change, Change::Added | Change::Removed);
        let is_told = |change: &&FieldChange| is_alone && item.kind == "token" && change.field == "$type";
        item.fields.iter().filter(|change| !is_told(change)).map(one).collect()
    }

    /// Whether this is what a thing is there for.
    fn is_main(&self) -> bool {
        matches!(self.name, "$value" | "$ref" | "sources" | "content")
    }
}

/// A value in words, not escaped yet.
fn value_text(field: &str, value: &RawValue, token_type: Option<&str>) -> String {
    let parsed = || serde_json::from_str::<serde_json::Value>(value.get()).ok();
    let known = match field {
        "$value" | "$ref" => Some(short(value, token_type)),
        "sources" => parsed().and_then(|list| {
            let names = list.as_array()?.iter().map(|item| match item.as_str() {
                Some(name) => name.to_owned(),
                None => item.to_string(),
            });
            Some(names.collect::<Vec<_>>().join(", "))
        }),
        "content" => parsed().and_then(|content| {
            let hash: String = content.get("sha256")?.as_str()?.chars().take(12).collect();
            let size = content.get("size").and_then(serde_json::Value::as_u64);
            Some(size.map_or_else(|| hash.clone(), |size| format!("{}, sha256 {hash}…", bytes(size))))
        }),
        _ => None,
    };
    known.unwrap_or_else(|| value.get().to_owned())
}

/// Leaves out the start of two long texts, if they differ only behind what would be shown of them.
fn skip_what_is_common(old: &mut String, new: &mut String, characters_max: usize) {
    const CONTEXT: usize = 16;
    let common = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    if common < characters_max {
        return;
    }
    for text in [old, new] {
        let start = text.char_indices().nth(common.saturating_sub(CONTEXT)).map_or(0, |(start, _)| start);
        *text = format!("…{}", text.get(start..).unwrap_or_default());
    }
}

/// Cuts what is too long, and says how long it was.
fn cut(text: &str, characters_max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(characters_max) else { return text.to_owned() };
    let start = text.get(..end).unwrap_or_default();
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    format!("{start}… ({} characters)", count(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_say_how_long_they_are() {
        assert_eq!(cut("größe", 5), "größe");
        assert_eq!(cut("größer", 5), "größe… (6 characters)");
        assert_eq!(cut(&"x".repeat(2_000), 2), "xx… (2,000 characters)");
    }

    #[test]
    fn what_differs_is_always_seen() {
        let (mut old, mut new) = (format!("{}a", "x".repeat(100)), format!("{}ä", "x".repeat(100)));
        skip_what_is_common(&mut old, &mut new, 50);
        assert_eq!((old.as_str(), new.as_str()), ("…xxxxxxxxxxxxxxxxa", "…xxxxxxxxxxxxxxxxä"));
        skip_what_is_common(&mut old, &mut new, 50);
        assert!(old.starts_with("…x"));
    }

    #[test]
    fn values_are_told_in_their_own_words() {
        let text = |field: &str, json: &str| {
            value_text(field, &RawValue::from_string(json.to_owned()).unwrap(), Some("dimension"))
        };
        assert_eq!(text("$value", r#"{"value":1,"unit":"px"}"#), "1px");
        assert_eq!(
            text("sources", r##"["base","#layer",{"set":"x","overrides":{}}]"##),
            "base, #layer, {\"overrides\":{},\"set\":\"x\"}"
        );
        assert_eq!(
            text("content", r#"{"sha256":"0123456789abcdef","size":2048}"#),
            "2.0 KiB, sha256 0123456789ab…"
        );
        assert_eq!(text("$description", r#""A \"b\"""#), r#""A \"b\"""#);
    }
}
