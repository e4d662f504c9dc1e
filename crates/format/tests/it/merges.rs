//! Real three-way merges from the histories of public token repositories (`data/tokens/merges-*` of the shared data).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dss_format::three_way::{self, Choice, Merged};
use serde_json::Value;

type Leaves = BTreeMap<Vec<String>, Value>;

struct Case {
    name: String,
    base: String,
    ours: String,
    theirs: String,
    facts: Value,
}

fn cases() -> Option<Vec<Case>> {
    let tokens = dss_testkit::shared()?.join("data/tokens");
    let sorted = |folder: &Path| {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let name_of = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut cases = Vec::new();
    for repository in sorted(&tokens).into_iter().filter(|path| name_of(path).starts_with("merges-")) {
        for folder in sorted(&repository).into_iter().filter(|path| path.join("case.json").exists()) {
            let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
            cases.push(Case {
                name: format!("{}/{}", name_of(&repository), name_of(&folder)),
                base: read("base.json"),
                ours: read("ours.json"),
                theirs: read("theirs.json"),
                facts: serde_json::from_str(&read("case.json")).unwrap(),
            });
        }
    }
    Some(cases)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn merge(case: &Case, theirs: &str) -> Merged {
    three_way::merge(Some(case.base.as_bytes()), case.ours.as_bytes(), theirs.as_bytes()).unwrap()
}

/// What every member says that is no object; elements with ids go by those.
fn leaves(value: &Value) -> Leaves {
    fn walk(value: &Value, path: &mut Vec<String>, out: &mut Leaves) {
        let id = |value: &Value| value.get("id").and_then(Value::as_str).map(str::to_owned);
        let members: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
            Value::Array(elements) if !elements.is_empty() && elements.iter().all(|e| id(e).is_some()) => {
                elements.iter().map(|element| (id(element).unwrap(), element)).collect()
            }
            _ => {
                out.insert(path.clone(), value.clone());
                return;
            }
        };
        for (name, member) in members.into_iter().filter(|(name, _)| name != "$extensions") {
            path.push(name);
            walk(member, path, out);
            path.pop();
        }
    }
    let mut out = Leaves::new();
    walk(value, &mut Vec::new(), &mut out);
    out
}

fn open_paths(merged: &Merged) -> Vec<Vec<String>> {
    let names = |path: &dss_model::TokenPath| path.segments().map(std::borrow::Cow::into_owned).collect();
    merged.conflicts.iter().map(|conflict| names(&conflict.path)).collect()
}

#[test]
fn no_one_sided_change_is_lost_and_no_needless_question_asked() {
    let Some(cases) = cases() else { return };
    assert!(cases.len() >= 19, "only {} cases", cases.len());
    println!("{:24} {:>9} {:>9} {:>8} {:>8}", "case", "git hunks", "conflicts", "theirs", "allowed");
    for case in &cases {
        let merged = merge(case, &case.theirs);
        let shown = leaves(&json(&merged.text));
        let [base, ours, theirs] = [&case.base, &case.ours, &case.theirs].map(|text| leaves(&json(text)));
        let open = open_paths(&merged);
        let is_open = |path: &[String]| open.iter().any(|open| path.starts_with(open));
        let mut taken = 0_usize;
        for path in base.keys().chain(ours.keys()).chain(theirs.keys()) {
            let (b, o, t) = (base.get(path), ours.get(path), theirs.get(path));
            // A token's value and type go together: where one is in conflict, so is the other.
            let unit = path
                .split_last()
                .filter(|(name, _)| matches!(name.as_str(), "type" | "$type" | "value" | "$value"));
            let is_in_unit = unit.is_some_and(|(_, token)| {
                open.iter().any(|open| open.split_last().is_some_and(|(_, at)| at == token))
            });
            let expected = if b == t { o } else { t };
            if (b == o || b == t || o == t) && !is_open(path) && !is_in_unit {
                assert_eq!(shown.get(path), expected, "{}: {path:?}", case.name);
                taken += usize::from(b == o && b != t);
            } else {
                assert!(is_open(path) || is_in_unit, "{}: {path:?} is decided for nobody", case.name);
            }
        }
        let allowed: Vec<&str> =
            case.facts["conflict_paths"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let has_tokens = case.facts["tokens"]["base"] != 0;
        for path in &open {
            let text = path.join(".");
            let is_allowed =
                allowed.iter().any(|token| text == *token || text.starts_with(&format!("{token}.")));
            // The lists are of tokens: of other files, both sides must really differ there.
            let differs = |a: &Leaves, b: &Leaves| {
                a.iter().chain(b).any(|(at, _)| at.starts_with(path) && a.get(at) != b.get(at))
            };
            let is_real = differs(&base, &ours) && differs(&base, &theirs) && differs(&ours, &theirs);
            assert!(is_real && (is_allowed || !has_tokens), "{}: {text} is a needless conflict", case.name);
        }
        println!(
            "{:24} {:>9} {:>9} {:>8} {:>8}",
            case.name,
            case.facts["git_merge_file_conflict_hunks"],
            open.len(),
            taken,
            if has_tokens { allowed.len().to_string() } else { "–".to_owned() }
        );
    }
}

#[test]
fn neither_order_nor_indentation_of_theirs_matters() {
    let Some(cases) = cases() else { return };
    for case in &cases {
        let merged = json(&merge(case, &case.theirs).text);
        let sorted = json(&case.theirs);
        for copy in
            [sorted.to_string(), serde_json::to_string_pretty(&sorted).unwrap().replace('\n', "\r\n\t")]
        {
            let again = json(&merge(case, &copy).text);
            assert_eq!(without_order(&again), without_order(&merged), "{}", case.name);
        }
    }
}

/// Lists by the ids of their elements: where a new one comes in depends on the order of theirs.
fn without_order(value: &Value) -> Leaves {
    leaves(value)
}

#[test]
fn what_ours_has_is_not_touched() {
    let Some(cases) = cases() else { return };
    for case in &cases {
        let same =
            three_way::merge(Some(case.base.as_bytes()), case.ours.as_bytes(), case.base.as_bytes()).unwrap();
        assert_eq!(same.text, case.ours, "{}", case.name);
        let merged = merge(case, &case.theirs);
        let resolved = three_way::resolve("merged", merged.text.as_bytes(), None, &Choice::Ours).unwrap();
        assert!(resolved.open.is_empty(), "{}", case.name);
        // Every line of the result stands in ours or theirs, but for commas and indentation.
        let lines = |text: &str| {
            text.lines().map(|line| line.trim().trim_end_matches(',').replace(' ', "")).collect::<Vec<_>>()
        };
        let known: std::collections::BTreeSet<_> =
            lines(&case.ours).into_iter().chain(lines(&case.theirs)).collect();
        for line in lines(&resolved.text) {
            assert!(known.contains(&line) || line == "{}" || line.ends_with("{}"), "{}: {line}", case.name);
        }
    }
}
