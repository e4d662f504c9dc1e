//! What the programs said, beside what DSS holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::known::{Program, known};

/// Faults of one kind that are shown.
const SHOWN: usize = 5;

/// What came out.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    rows: Vec<Row>,
    faults: Vec<Fault>,
}

/// A source, and how many of its tokens each program has.
#[derive(Debug)]
struct Row {
    name: String,
    tokens: u64,
    built: u64,
    valid: u64,
    parsed: u64,
}

#[derive(Debug)]
struct Fault {
    program: Program,
    /// The source, the file and the token.
    place: String,
    message: String,
}

/// Compares; `sources` is what was written, `told` what the programs said, in the same order.
pub(super) fn of(sources: &Value, told: &Value) -> Verdict {
    let mut verdict = Verdict::default();
    for (source, told) in elements(sources).zip(elements(told)) {
        verdict.source(source, told);
    }
    verdict
}

impl Verdict {
    fn source(&mut self, source: &Value, told: &Value) {
        let name = text(source, "name");
        let invalid: BTreeSet<&str> = elements(&source["invalid"]).filter_map(Value::as_str).collect();
        // Whatever leads to one of those misses in the end what that one misses.
        let missed: BTreeSet<&str> = elements(&told["styleDictionary"])
            .flat_map(|theirs| elements(&theirs["complaints"]))
            .filter(|complaint| invalid.contains(text(complaint, "token")))
            .filter_map(|complaint| missing(text(complaint, "message")))
            .collect();
        let mut row = Row { name: name.to_owned(), tokens: 0, built: 0, valid: 0, parsed: 0 };
        row.tokens = all(&source["conservative"]);
        for (files, ours, theirs) in groups(&source["conservative"], &told["styleDictionary"]) {
            let (built, lines) = (number(&theirs["tokens"]), number(&theirs["lines"]));
            row.built = row.built.saturating_add(built);
            let mut add = |token: &str, message: String| {
                self.add(Program::StyleDictionary, format!("{name} {files} {token}"), message);
            };
            if built != ours {
                add("", format!("has {built} of {ours} tokens"));
            }
            if lines != built {
                add("", format!("writes {lines} of {built} custom properties"));
            }
            for complaint in elements(&theirs["complaints"]) {
                let (token, message) = (text(complaint, "token"), text(complaint, "message"));
                // What DSS marks invalid itself may well be complained of.
                if !invalid.contains(token) && !missing(message).is_some_and(|what| missed.contains(what)) {
                    add(token, message.to_owned());
                }
            }
        }
        row.valid = all(&source["strict"]);
        for (files, ours, theirs) in groups(&source["strict"], &told["terrazzo"]) {
            let parsed = number(&theirs["tokens"]);
            row.parsed = row.parsed.saturating_add(parsed);
            let mut add = |token: &str, message: String| {
                self.add(Program::Terrazzo, format!("{name} {files} {token}"), message);
            };
            if parsed != ours {
                add("", format!("has {parsed} of {ours} tokens"));
            }
            for complaint in elements(&theirs["complaints"]) {
                add(text(complaint, "token"), text(complaint, "message").to_owned());
            }
        }
        if (row.built, row.parsed) != (row.tokens, row.valid) {
            let message =
                format!("all of it: {} of {}, {} of {}", row.built, row.tokens, row.parsed, row.valid);
            self.add(Program::StyleDictionary, name.to_owned(), message);
        }
        for fault in elements(&source["schema"]) {
            let place = format!("{name} {} {}", text(fault, "file"), text(fault, "token"));
            self.add(Program::Schema, place, text(fault, "message").to_owned());
        }
        self.rows.push(row);
    }

    fn add(&mut self, program: Program, place: String, message: String) {
        self.faults.push(Fault { program, place, message });
    }

    /// The sources, and the faults that are known.
    pub(super) fn page(&self) -> String {
        let mut page =
            format!("\n{:<44} {:>7} {:>7}  {:>7} {:>7}\n", "source", "tokens", "built", "valid", "parsed");
        for Row { name, tokens, built, valid, parsed } in &self.rows {
            let _always = writeln!(page, "{name:<44} {tokens:>7} {built:>7}  {valid:>7} {parsed:>7}");
        }
        let mut counts: BTreeMap<(Program, &str), (u64, &str)> = BTreeMap::new();
        for fault in &self.faults {
            let Some(known) = known(fault.program, &fault.message) else { continue };
            let (count, _) = counts.entry((known.program, known.says)).or_insert((0, known.reason));
            *count = count.saturating_add(1);
        }
        if !counts.is_empty() {
            page.push_str("\nknown faults of the programs\n");
        }
        for ((program, says), (count, reason)) in counts {
            let _always = writeln!(page, "  {} ({count}): \"{says}\"\n    {reason}", program.name());
        }
        page
    }

    /// The faults that nobody knows of, a few of each kind.
    pub(super) fn new_faults(&self) -> Vec<String> {
        let mut by_kind: BTreeMap<(Program, String), (u64, Vec<&Fault>)> = BTreeMap::new();
        for fault in self.faults.iter().filter(|fault| known(fault.program, &fault.message).is_none()) {
            let kind: String = fault.message.chars().filter(|c| !c.is_ascii_digit()).take(40).collect();
            let (count, shown) = by_kind.entry((fault.program, kind)).or_default();
            *count = count.saturating_add(1);
            if shown.len() < SHOWN {
                shown.push(fault);
            }
        }
        let told = by_kind.into_iter().flat_map(|((program, _), (count, shown))| {
            let more = count.saturating_sub(u64::try_from(shown.len()).unwrap_or(u64::MAX));
            let lines = shown
                .into_iter()
                .map(move |fault| format!("{}: {}: {}", program.name(), fault.place, fault.message));
            lines.chain((more > 0).then(|| format!("{}: … and {more} more of that kind", program.name())))
        });
        told.collect()
    }
}

/// What a program says of each group of files: what they are called, how many tokens we have in them, and what it says.
fn groups<'a>(ours: &'a Value, theirs: &'a Value) -> impl Iterator<Item = (String, u64, &'a Value)> {
    elements(theirs).map(|group| {
        let files: Vec<&str> = elements(&group["files"]).filter_map(Value::as_str).collect();
        let count = files.iter().map(|file| number(&ours[*file])).fold(0, u64::saturating_add);
        let more = files.len().saturating_sub(1);
        let first = files.first().copied().unwrap_or_default();
        (if more > 0 { format!("{first} (+{more})") } else { first.to_owned() }, count, group)
    })
}

/// How many tokens are in all files.
fn all(counts: &Value) -> u64 {
    counts.as_object().into_iter().flatten().map(|(_, count)| number(count)).fold(0, u64::saturating_add)
}

fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// What is referred to and not there, by Style Dictionary's message.
fn missing(message: &str) -> Option<&str> {
    message.split_once("tries to reference ")?.1.strip_suffix(", which is not defined.")
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(styled: &Value, parsed: &Value, schema: &Value) -> Verdict {
        let sources = json!([{"name": "s", "conservative": {"a": 2, "empty": 0}, "strict": {"a": 1},
            "invalid": ["bad"], "schema": schema}]);
        let named = |said: &Value| {
            let mut said = said.clone();
            said.as_object_mut()
                .into_iter()
                .for_each(|said| drop(said.insert("files".to_owned(), json!(["a"]))));
            json!([said])
        };
        of(&sources, &json!([{"styleDictionary": named(styled), "terrazzo": named(parsed)}]))
    }

    #[test]
    fn what_is_as_it_should_be_is_no_fault() {
        let complaint = json!({"token": "bad", "message": "tries to reference"});
        let fine = verdict(
            &json!({"tokens": 2, "lines": 2, "complaints": [complaint]}),
            &json!({"tokens": 1, "complaints": []}),
            &json!([]),
        );
        assert!(fine.new_faults().is_empty(), "{fine:?}");
        assert!(fine.page().contains("s "));
    }

    #[test]
    fn what_leads_to_an_invalid_token_misses_what_that_one_misses() {
        let complaint = |token: &str, missing: &str| {
            json!({"token": token,
            "message": format!("{{{token}}} tries to reference {{{missing}}}, which is not defined.")})
        };
        let styled = |missing: &str| json!({"tokens": 2, "lines": 2, "complaints": [complaint("bad", "x"), complaint("other", missing)]});
        let parsed = json!({"tokens": 1, "complaints": []});
        assert!(verdict(&styled("x"), &parsed, &json!([])).new_faults().is_empty());
        assert_eq!(verdict(&styled("y"), &parsed, &json!([])).new_faults().len(), 1);
    }

    #[test]
    fn whatever_is_missing_or_complained_of_is_a_fault() {
        let complaint = json!({"token": "x", "message": "never heard of"});
        let (none, all) = (json!([]), json!({"tokens": 2, "lines": 2, "complaints": []}));
        let one = json!({"tokens": 1, "lines": 1, "complaints": []});
        let faults = [
            verdict(&one, &one, &none),
            verdict(&json!({"tokens": 2, "lines": 1, "complaints": []}), &one, &none),
            verdict(&json!({"tokens": 2, "lines": 2, "complaints": [complaint]}), &one, &none),
            verdict(&all, &json!({"tokens": 0, "complaints": []}), &none),
            verdict(&all, &json!({"tokens": 1, "complaints": [complaint]}), &none),
            verdict(&all, &one, &json!([complaint])),
            // A program that says nothing has nothing.
            of(&json!([{"name": "s", "conservative": {"a": 1}, "strict": {}}]), &json!([{}])),
        ];
        for verdict in faults {
            assert!(!verdict.new_faults().is_empty(), "{verdict:?}");
        }
        assert!(verdict(&all, &one, &none).new_faults().is_empty());
    }
}
