//! Laws of the merge, over generated files and edits of them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::three_way::{self, Conflict, Merged};

/// A token file of a few names, so that edits meet: groups of groups and tokens.
fn file() -> impl Strategy<Value = Value> {
    let token = (0..4_u8, any::<bool>(), prop::option::of(0..3_u8)).prop_map(|(value, is_legacy, text)| {
        let mut token = Map::new();
        token.insert(if is_legacy { "value" } else { "$value" }.to_owned(), value.into());
        token.extend(text.map(|text| ("$description".to_owned(), text.to_string().into())));
        Value::Object(token)
    });
    let group = |inner: BoxedStrategy<Value>| {
        let names = prop::sample::select(vec!["a", "b", "c", "d.e", "é"]);
        prop::collection::btree_map(names, inner, 0..4)
            .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            .prop_map(Value::Object)
    };
    group(prop_oneof![3 => token.clone(), 1 => group(token.boxed())].boxed())
}

/// Every token's and property's path and what it says; an empty group says that it is there.
fn leaves(value: &Value) -> BTreeMap<Vec<String>, Value> {
    fn walk(value: &Value, path: &mut Vec<String>, out: &mut BTreeMap<Vec<String>, Value>) {
        let members = match value {
            Value::Object(members) if !members.is_empty() => members,
            _ => {
                out.insert(path.clone(), value.clone());
                return;
            }
        };
        for (name, member) in members.iter().filter(|(name, _)| *name != "$extensions") {
            path.push(name.clone());
            walk(member, path, out);
            path.pop();
        }
    }
    let mut out = BTreeMap::new();
    walk(value, &mut Vec::new(), &mut out);
    out
}

/// How a file is written.
#[derive(Clone, Copy)]
struct Spelling {
    line: &'static str,
    indent: &'static str,
    colon: &'static str,
    comma: &'static str,
    is_reversed: bool,
}

impl Spelling {
    fn push(self, out: &mut String, value: &Value, outer: &str) {
        let Value::Object(members) = value else { return out.push_str(&value.to_string()) };
        let inner = format!("{outer}{}", self.indent);
        let mut members: Vec<_> = members.iter().collect();
        if self.is_reversed {
            members.reverse();
        }
        out.push('{');
        for (index, (name, member)) in members.iter().enumerate() {
            out.push_str(if index > 0 { self.comma } else { "" });
            out.push_str(&format!("{}{inner}{}{}", self.line, Value::from(name.as_str()), self.colon));
            self.push(out, member, &inner);
        }
        if !members.is_empty() {
            out.push_str(&format!("{}{outer}", self.line));
        }
        out.push('}');
    }
}

/// One of the spellings of a file; the even ones in the order of names, the odd ones in the other.
fn spelled(value: &Value, style: u8) -> String {
    let (line, indent, colon, comma) = match style {
        0 => ("\n", "  ", ": ", ","),
        1 => ("", "", ":", ","),
        2 => ("\r\n", "\t", ": ", ","),
        3 => ("", "", " : ", " , "),
        _ => ("\n\n", " ", ": ", " ,"),
    };
    let mut out = if style == 4 { "\u{feff}".to_owned() } else { String::new() };
    Spelling { line, indent, colon, comma, is_reversed: style % 2 == 1 }.push(&mut out, value, "");
    out + line
}

/// A name of a token's value stands for the value, whatever dialect it is in.
fn plain(path: &[String]) -> Vec<String> {
    let name = |name: &String| if name == "value" { "$value".to_owned() } else { name.clone() };
    path.iter().map(name).collect()
}

fn merge(base: &str, ours: &str, theirs: &str) -> Merged {
    three_way::merge(Some(base.as_bytes()), ours.as_bytes(), theirs.as_bytes()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap()
}

fn names(conflict: &Conflict) -> Vec<String> {
    conflict.path.segments().map(std::borrow::Cow::into_owned).collect()
}

fn paths(merged: &Merged) -> Vec<Vec<String>> {
    let mut paths: Vec<_> = merged.conflicts.iter().map(|conflict| plain(&names(conflict))).collect();
    paths.sort();
    paths
}

proptest! {
    #![proptest_config(dss_testkit::cases(512))]

    #[test]
    fn one_sided_changes_are_taken_whole(base in file(), new in file(), style in 0..5_u8, other in 0..5_u8) {
        let (was, edited) = (spelled(&base, style), spelled(&new, other));
        // Ours changed: not a byte is different.
        let merged = merge(&was, &edited, &was);
        prop_assert_eq!(&merged.text, &edited);
        prop_assert!(merged.conflicts.is_empty());
        // Theirs changed: the same tokens.
        let merged = merge(&was, &was, &edited);
        prop_assert_eq!(json(&merged.text), new.clone(), "{}", merged.text);
        prop_assert!(merged.conflicts.is_empty());
        // Both did the same.
        let merged = merge(&was, &edited, &spelled(&new, style));
        prop_assert_eq!(&merged.text, &edited);
        prop_assert!(merged.conflicts.is_empty());
        // Nobody did anything but write it down differently.
        prop_assert_eq!(&merge(&was, &spelled(&base, other), &was).text, &spelled(&base, other));
        prop_assert_eq!(&merge(&was, &was, &spelled(&base, other)).text, &was);
    }

    #[test]
    fn nothing_is_lost(base in file(), ours in file(), theirs in file(), style in 0..5_u8, other in 0..5_u8) {
        let (b, o, t) = (spelled(&base, 0), spelled(&ours, style), spelled(&theirs, other));
        let merged = merge(&b, &o, &t);
        let there = merge(&b, &t, &o);
        prop_assert_eq!(paths(&merged), paths(&there), "{}\n{}", merged.text, there.text);
        let shown = leaves(&json(&merged.text));
        let (was, here, theirs_say) = (leaves(&base), leaves(&ours), leaves(&theirs));
        let in_conflict = paths(&merged);
        let is_open = |path: &Vec<String>| in_conflict.iter().any(|open| plain(path).starts_with(open));
        // Nobody is asked about what only one of them changed.
        for open in &in_conflict {
            let changed_in = |side: &BTreeMap<Vec<String>, Value>| {
                let all = was.iter().chain(side);
                all.filter(|(path, _)| plain(path).starts_with(open)).any(|(path, _)| was.get(path) != side.get(path))
            };
            prop_assert!(changed_in(&here) && changed_in(&theirs_say), "{open:?} in {}", merged.text);
        }
        for path in was.keys().chain(here.keys()).chain(theirs_say.keys()) {
            let (b, o, t) = (was.get(path), here.get(path), theirs_say.get(path));
            if [b, o, t].iter().flatten().any(|value| value.is_object()) {
                // Whether a group is empty is not anybody's edit.
                continue;
            }
            let expected = match (b == o, b == t) {
                (true, _) => t,
                (_, true) => o,
                _ if o == t => o,
                _ => {
                    prop_assert!(is_open(path), "{path:?} is no conflict in {}", merged.text);
                    continue;
                }
            };
            // A deletion that met an edit of the same token or group waits for a decision.
            if !is_open(path) {
                let is_kept_property = expected.is_none() && path.last().is_some_and(|name| name.starts_with('$'));
                prop_assert!(shown.get(path) == expected || is_kept_property, "{path:?} in {}", merged.text);
            }
        }
        // Spelling and order of the other side do not matter.
        let other_spelling = merge(&b, &o, &spelled(&theirs, 1));
        prop_assert_eq!(json(&other_spelling.text), json(&merged.text));
    }

    #[test]
    fn deciding_gives_one_side_or_the_other(base in file(), ours in file(), theirs in file(), style in 0..5_u8) {
        use three_way::{Choice, resolve};
        let (b, o, t) = (spelled(&base, 0), spelled(&ours, style), spelled(&theirs, 1));
        let merged = merge(&b, &o, &t);
        for (choice, side) in [(Choice::Ours, &ours), (Choice::Theirs, &theirs)] {
            let resolved = resolve("merged", merged.text.as_bytes(), None, &choice).unwrap();
            prop_assert!(resolved.open.is_empty() && resolved.ambiguous.is_empty());
            prop_assert_eq!(resolved.decided.len(), merged.conflicts.len());
            prop_assert!(!resolved.text.contains("org.dss"), "{}", resolved.text);
            let (shown, say) = (leaves(&json(&resolved.text)), leaves(side));
            for conflict in &merged.conflicts {
                let open = plain(&names(conflict));
                for (path, value) in say.iter().filter(|(path, _)| plain(path).starts_with(&open)) {
                    prop_assert_eq!(shown.get(path), Some(value), "{}", &resolved.text);
                }
            }
        }
    }

    #[test]
    fn any_three_texts_are_merged_or_refused(texts in prop::collection::vec(r#"[\[\]{}",:0-9\\ \nabtfu$]{0,24}"#, 3)) {
        if let [base, ours, theirs] = texts.as_slice()
            && let Ok(merged) = three_way::merge(Some(base.as_bytes()), ours.as_bytes(), theirs.as_bytes())
        {
            json(&merged.text);
        }
    }
}
