//! The merge by examples; its laws are in `laws`.

mod laws;

use serde_json::{Value, json};

use super::*;

const BASE: &str = r##"{
  "color": {
    "$type": "color",
    "brand": { "$value": "#f00", "$description": "Brand" },
    "text": {
      "$value": "#000"
    }
  },
  "size": { "value": "4px", "type": "sizing" }
}
"##;

/// Merges, and checks what holds whatever is merged.
#[track_caller]
fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
    let merged = merge(Some(base.as_bytes()), ours.as_bytes(), theirs.as_bytes()).unwrap();
    let there = merge(Some(base.as_bytes()), theirs.as_bytes(), ours.as_bytes()).unwrap();
    let _value: Value = serde_json::from_str(merged.text.trim_start_matches('\u{feff}')).unwrap();
    let paths = |merged: &Merged| {
        let mut paths: Vec<_> = merged.conflicts.iter().map(|conflict| conflict.path.to_string()).collect();
        paths.sort();
        paths
    };
    assert_eq!(paths(&merged), paths(&there), "from the other side:\n{}\n{}", merged.text, there.text);
    merged
}

/// Merges without a conflict.
#[track_caller]
fn clean(base: &str, ours: &str, theirs: &str) -> String {
    let merged = merged(base, ours, theirs);
    assert_eq!(merged.conflicts, [], "{}", merged.text);
    merged.text
}

/// The conflicts of a merge, in short, and the merged file.
#[track_caller]
fn open(base: &str, ours: &str, theirs: &str) -> (Vec<(String, Value, Value)>, Value) {
    let merged = merged(base, ours, theirs);
    let json = |text: &Option<dss_model::JsonText>| {
        text.as_ref().map_or(Value::Null, |text| serde_json::from_str(text.as_str()).unwrap())
    };
    let short = merged.conflicts.iter().map(|c| (c.path.to_string(), json(&c.ours), json(&c.theirs)));
    (short.collect(), serde_json::from_str(&merged.text).unwrap())
}

#[test]
fn takes_what_only_they_changed_and_touches_nothing_else() {
    let theirs = BASE.replace("#000", "#111").replace(r#""Brand""#, r#""The brand""#).replace("4px", "5px");
    let ours = BASE.replace("#f00", "#e00");
    let expected = theirs.replace("#f00", "#e00");
    assert_eq!(clean(BASE, &ours, &theirs), expected);
}

#[test]
fn order_indentation_and_spelling_are_no_changes() {
    let theirs = r##"{"size":{"type":"sizing","value":"5px"},"color":{"text":{"$value":"\u0023000"},"brand":{"$description":"Brand","$value":"#f00"},"$type":"color"}}"##;
    assert_eq!(clean(BASE, BASE, theirs), BASE.replace("4px", "5px"));
    assert_eq!(
        clean(r#"{"a": 1.0, "b": 1}"#, r#"{"a": 1.00, "b": 1}"#, r#"{"b": 2.50, "a": 1}"#),
        r#"{"a": 1.00, "b": 2.50}"#
    );
}

#[test]
fn what_comes_from_them_stands_where_it_stands_there_and_is_written_as_ours() {
    let theirs = BASE.replace(r##""#f00", "##, r##""#f00", "$deprecated": true, "##).replace(
        "    \"text\": {",
        "    \"link\": {\n      \"$value\": { \"a\": [1, 2] }\n    },\n    \"text\": {",
    );
    let ours = BASE.replace('\n', "\r\n").replace("  ", "\t");
    assert_eq!(
        clean(BASE, &ours, &theirs),
        ours.replace(r##""#f00", "##, r##""#f00", "$deprecated": true, "##).replace(
            "\t\t\"text\": {",
            "\t\t\"link\": {\r\n\t\t\t\"$value\": { \"a\": [1, 2] }\r\n\t\t},\r\n\t\t\"text\": {"
        )
    );
    // Into one line, from one line, and with nothing to stand beside.
    assert_eq!(
        clean("{}", "{}", r#"{"a":{"$value":[1,{"b":2}]}}"#),
        "{\n  \"a\": {\n    \"$value\": [\n      1,\n      {\n        \"b\": 2\n      }\n    ]\n  }\n}"
    );
    assert_eq!(
        clean(r#"{"a":1}"#, r#"{"a":1,"o":0}"#, "{\n  \"a\": 1,\n  \"t\": {\n    \"x\": 1\n  }\n}"),
        r#"{"a":1,"o":0,"t":{"x":1}}"#
    );
    assert_eq!(clean(r#"{"a":1}"#, r#"{"o":0,"a":1}"#, r#"{"t":2,"a":1}"#), r#"{"t":2,"o":0,"a":1}"#);
}

#[test]
fn a_few_aligned_values_are_no_style() {
    let ours = "{\n  \"a\":    1,\n  \"bcd\": { \"e\": 1, \"f\": 1 }\n}";
    assert_eq!(
        clean(ours, ours, &ours.replace("1 }\n", "1 },\n  \"n\": 2\n")),
        ours.replace("1 }\n", "1 },\n  \"n\": 2\n")
    );
}

#[test]
fn keeps_the_mark_and_the_missing_last_line_end() {
    assert_eq!(clean("{\"a\": 1}\n", "\u{feff}{\"a\": 1}", "\u{feff}{\"a\": 2}\n"), "\u{feff}{\"a\": 2}");
}

#[test]
fn a_value_and_its_type_are_one() {
    let base = r#"{"a": {"$type": "number", "$value": 1}}"#;
    let ours = r#"{"a": {"$type": "number", "$value": 2}}"#;
    let theirs = r#"{"a": {"$type": "dimension", "$value": 1}}"#;
    let (conflicts, file) = open(base, ours, theirs);
    let (ours, theirs) =
        (json!({"$type": "number", "$value": 2}), json!({"$type": "dimension", "$value": 1}));
    assert_eq!(conflicts, [("a.$value".to_owned(), ours, theirs)]);
    assert_eq!(file["a"]["$value"], 2);
    assert_eq!(
        file["a"]["$extensions"]["org.dss"]["conflicts"],
        json!([{
            "of": ["$value"],
            "base": {"$type": "number", "$value": 1},
            "theirs": {"$type": "dimension", "$value": 1}
        }])
    );
    // A composite value is not taken apart.
    let typography = |size: u8, family: &str| {
        format!(
            r#"{{"a": {{"value": {{"fontSize": {size}, "fontFamily": "{family}"}}, "type": "typography"}}}}"#
        )
    };
    let (conflicts, _) = open(&typography(1, "A"), &typography(2, "A"), &typography(1, "B"));
    assert_eq!(conflicts.first().unwrap().0, "a.value");
    // And what one side took out of it goes.
    assert_eq!(clean(base, base, r#"{"a": {"$value": 3}}"#), r#"{"a": { "$value": 3}}"#.replace("{ ", "{"));
}

#[test]
fn every_other_member_is_merged_for_itself() {
    let base = r#"{"a": {"$value": 1, "$description": "x", "$extensions": {"com.a": {"n": 1}, "com.b": 1}}}"#;
    let ours = base.replace("\"x\"", "\"ours\"").replace("{\"n\": 1}", "{\"n\": 2}");
    let theirs = base.replace("\"x\"", "\"theirs\"").replace("\"com.b\": 1", "\"com.b\": 2, \"com.c\": 3");
    let (conflicts, file) = open(base, &ours, &theirs);
    assert_eq!(conflicts, [("a.$description".to_owned(), json!("ours"), json!("theirs"))]);
    let extensions = &file["a"]["$extensions"];
    assert_eq!(
        (&extensions["com.a"], &extensions["com.b"], &extensions["com.c"]),
        (&json!({"n": 2}), &json!(2), &json!(3))
    );
    // A vendor's value is one thing.
    let theirs = base.replace("{\"n\": 1}", "{\"n\": 1, \"m\": 1}");
    let (conflicts, _) = open(base, &ours, &theirs);
    assert_eq!(conflicts.first().unwrap().0, "a.$extensions.com~1a");
    // What one side has none of.
    let (conflicts, file) =
        open(base, &base.replace("\"$description\": \"x\", ", ""), &base.replace("\"x\"", "\"y\""));
    assert_eq!(conflicts, [("a.$description".to_owned(), Value::Null, json!("y"))]);
    assert_eq!(file["a"].get("$description"), None);
}

#[test]
fn both_may_add() {
    assert_eq!(
        clean(r#"{"a": 0}"#, r#"{"a": 0, "x": {"$value": 1}}"#, r#"{"a": 0, "x": {"$value": 1.0}}"#),
        r#"{"a": 0, "x": {"$value": 1}}"#
    );
    let (conflicts, file) = open("{}", r#"{"x": {"$value": 1}}"#, r#"{"x": {"$value": 2}, "y": 3}"#);
    assert_eq!(conflicts, [("x.$value".to_owned(), json!({"$value": 1}), json!({"$value": 2}))]);
    assert_eq!(file["y"], 3);
    // Without a base, as git gives it for a file that both added.
    let merged = merge(None, br#"{"x": {"$value": 1}, "o": 1}"#, br#"{"x": {"$value": 2}, "t": 2}"#).unwrap();
    assert_eq!(merged.conflicts.len(), 1);
    assert!(merged.text.contains("\"t\": 2") && merged.text.contains("\"o\": 1"), "{}", merged.text);
}

#[test]
fn a_deletion_goes_through_if_nobody_edited() {
    let ours = BASE.replace("#000", "#111");
    let theirs = r##"{"color": {"$type": "color", "text": {"$value": "#000"}}}"##;
    assert_eq!(
        clean(BASE, &ours, theirs),
        "{\n  \"color\": {\n    \"$type\": \"color\",\n    \"text\": {\n      \"$value\": \"#111\"\n    }\n  }\n}\n"
    );
    assert_eq!(
        clean(BASE, r#"{"size": {"value": "4px", "type": "sizing"}}"#, BASE),
        r#"{"size": {"value": "4px", "type": "sizing"}}"#
    );
    // A group goes with its last token, and both may delete.
    assert_eq!(
        clean(BASE, BASE, r#"{"size": {"value": "4px", "type": "sizing"}}"#),
        "{\n  \"size\": { \"value\": \"4px\", \"type\": \"sizing\" }\n}\n"
    );
    assert_eq!(clean(BASE, "{}", "{}"), "{}");
}

#[test]
fn an_edit_wins_over_a_deletion_and_both_are_told() {
    let edited = BASE.replace("#000", "#111");
    let deleted = r#"{"size": {"value": "4px", "type": "sizing"}}"#;
    let (conflicts, file) = open(BASE, &edited, deleted);
    assert_eq!(conflicts, [("color.text".to_owned(), json!({"$value": "#111"}), Value::Null)]);
    assert_eq!(
        file["color"],
        json!({"$type": "color", "text": {"$value": "#111", "$extensions": {"org.dss": {"conflicts": [
            {"deleted": "theirs", "base": {"$value": "#000"}}
        ]}}}})
    );
    // The token comes back with the group's type, and without its untouched sibling.
    let (conflicts, file) = open(BASE, deleted, &edited);
    assert_eq!(conflicts, [("color.text".to_owned(), Value::Null, json!({"$value": "#111"}))]);
    assert_eq!(file["color"]["$type"], "color");
    assert_eq!(file["color"].get("brand"), None);
    // What somebody added to a group that the other one deleted stays, and is no conflict.
    let added = BASE.replace("    \"text\"", "    \"new\": { \"$value\": 1 },\n    \"text\"");
    let text = clean(BASE, deleted, &added);
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap()["color"],
        json!({"$type": "color", "new": {"$value": 1}})
    );
}

#[test]
fn a_group_here_and_a_token_there() {
    let base = r#"{"a": {"x": {"$value": 1}}}"#;
    let token = r#"{"a": {"$value": 5}}"#;
    assert_eq!(clean(base, base, token), token);
    assert_eq!(clean(base, token, base), token);
    let (conflicts, file) = open(base, r#"{"a": {"x": {"$value": 2}}}"#, token);
    assert_eq!(conflicts, [("a".to_owned(), json!({"x": {"$value": 2}}), json!({"$value": 5}))]);
    assert_eq!(file["a"]["x"]["$value"], 2);
    // An object cannot keep a conflict in what is none.
    let (conflicts, _) = open(base, r#"{"a": 3}"#, r#"{"a": {"x": {"$value": 2}}}"#);
    assert_eq!(conflicts, [("a".to_owned(), json!(3), json!({"x": {"$value": 2}}))]);
}

#[test]
fn arrays_are_whole_unless_their_objects_have_ids() {
    let (conflicts, _) = open(r#"{"order": ["a"]}"#, r#"{"order": ["a", "b"]}"#, r#"{"order": ["c", "a"]}"#);
    assert_eq!(conflicts, [("order".to_owned(), json!(["a", "b"]), json!(["c", "a"]))]);
    let base = r#"[{"id": "1", "name": "Light"}, {"id": "2", "name": "Dark"}]"#;
    let ours = r#"[{"id": "1", "name": "Light"}, {"id": "2", "name": "Night"}, {"id": "3"}]"#;
    let theirs = r#"[{"id": "4"}, {"id": "2", "name": "Dark"}, {"id": "1", "name": "Day"}]"#;
    assert_eq!(
        clean(base, ours, theirs),
        r#"[{"id": "4"}, {"id": "1", "name": "Day"}, {"id": "2", "name": "Night"}, {"id": "3"}]"#
    );
    let (conflicts, _) = open(base, &base.replace("Dark", "Night"), &base.replace("Dark", "Dusk"));
    assert_eq!(conflicts, [("2.name".to_owned(), json!("Night"), json!("Dusk"))]);
}

#[test]
fn a_conflict_that_nothing_can_keep_is_refused() {
    let error = merge(Some(b"[1]"), b"[2]", b"[3]").unwrap_err();
    assert_eq!(error.code(), "not_tokens");
    assert_eq!(clean("[1]", "[2]", "[1.0]"), "[2]");
    let error = merge(Some(b"{}"), b"{\"a\":1,}", b"{}").unwrap_err();
    assert_eq!((error.code(), error.entry(), error.line()), ("json_invalid", "ours", Some(1)));
    // What stands where records would is left alone, and the object around keeps them.
    let odd = |n: u8| format!(r#"{{"g": {{"a": {{"$value": {n}, "$extensions": 0}}}}}}"#);
    let (conflicts, file) = open(&odd(1), &odd(2), &odd(3));
    assert_eq!(conflicts.first().unwrap().0, "g.a.$value");
    assert_eq!(file["g"]["$extensions"]["org.dss"]["conflicts"][0]["of"], json!(["a", "$value"]));
    let odd = |n: u8| format!(r#"{{"$extensions": {{"org.dss": {n}}}}}"#);
    assert_eq!(
        merge(Some(odd(1).as_bytes()), odd(2).as_bytes(), odd(3).as_bytes()).unwrap_err().code(),
        "not_tokens"
    );
}

#[test]
fn revisions_are_merged_quietly_and_tags_as_a_set() {
    let file = |table: &str, token: &str, value: u8| {
        format!(
            r#"{{"$extensions": {{"org.dss": {{"replicas": [{table}]}}}}, "a": {{"$value": {value}, "$extensions": {{"org.dss": {token}}}}}}}"#
        )
    };
    let base = file(r#""b""#, r#"{"rev": "0:1", "tags": ["x", "y"]}"#, 1);
    let ours = file(r#""a", "b""#, r#"{"rev": "1:1", "tags": ["x", "y", "o"]}"#, 1);
    let theirs = file(r#""b", "c""#, r#"{"rev": "1:2", "seen": ["0:1"], "tags": ["t", "y"]}"#, 2);
    let text = clean(&base, &ours, &theirs);
    let own = &serde_json::from_str::<Value>(&text).unwrap()["a"]["$extensions"]["org.dss"];
    // Copy `c` is not in our table, `b` has another number there.
    assert_eq!(own, &json!({"rev": "c:2", "tags": ["y", "o", "t"], "seen": ["1:1"]}));
    // Both wrote: ours claims less than is true, which is safe.
    let ours = file(r#""a", "b""#, r#"{"rev": "0:9"}"#, 1);
    let text = clean(&base, &ours, &theirs);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["a"]["$extensions"]["org.dss"]["rev"], "0:9");
    // A revision alone is no edit: a deletion goes through.
    assert_eq!(clean(&file("", r#"{"rev": "0:1"}"#, 1), &file("", r#"{"rev": "0:2"}"#, 1), "{}"), "{}");
    // What comes new from them is told by our numbers, however it is written.
    let theirs = base.replace(r#""b""#, r#""z", "b""#).replace(
        r#", "a": {"#,
        r#", "n": {"$value": 7, "$extensions": {"org.dss": {"rev": "1:5"}}}, "a": {"#,
    );
    let file: Value = serde_json::from_str(&clean(&base, &base, &theirs)).unwrap();
    assert_eq!(file["n"]["$extensions"]["org.dss"]["rev"], "0:5");
}

#[test]
fn open_conflicts_travel_until_somebody_decides() {
    let value = |n: u8| format!(r#"{{"a": {{"$value": {n}}}, "b": {{"$value": 0}}}}"#);
    let open_file = merged(&value(1), &value(2), &value(3)).text;
    // Committed as it is: what others do elsewhere does not touch it.
    let elsewhere = open_file.replace(r#""b": {"$value": 0}"#, r#""b": {"$value": 1}"#);
    for (ours, theirs) in [(&open_file, &elsewhere), (&elsewhere, &open_file)] {
        let again = merged(&open_file, ours, theirs);
        assert_eq!((again.conflicts.len(), again.text.as_str()), (1, elsewhere.as_str()));
    }
    // Decided on one side, whichever and however: decided.
    for decided in [value(2), value(3)] {
        assert_eq!(clean(&open_file, &decided, &open_file), decided);
        let text = clean(&open_file, &open_file, &decided);
        assert_eq!(
            serde_json::from_str::<Value>(&text).unwrap(),
            serde_json::from_str::<Value>(&decided).unwrap()
        );
    }
    // Decided differently on both sides: that is a conflict, although one of the two values is the base's.
    let (conflicts, _) = open(&open_file, &value(2), &value(3));
    assert_eq!(conflicts.len(), 1);
    // A third value beside two: all are listed.
    let third = merged(&value(1), &open_file, &value(4));
    assert_eq!(third.conflicts.len(), 2);
    let theirs: Vec<_> =
        third.conflicts.iter().map(|c| c.theirs.as_ref().unwrap().as_str().to_owned()).collect();
    assert_eq!(theirs, [r#"{"$value":3}"#, r#"{"$value":4}"#]);
}

#[test]
fn open_conflicts_are_found_however_their_name_is_spelled() {
    let open_file = merged("{}", r#"{"a": {"b": {"$value": 1}}}"#, r#"{"a": {"b": {"$value": 2}}}"#).text;
    let none = r#"{"x": {"y": {"$value": "no conflict"}, "z": {"$value": 0}}}"#;
    let file = |other: &str| format!("{{\"p\": {none}, \"q\": {open_file}, \"r\": {other}}}");
    let paths = |file: &str| -> Vec<String> {
        let found = conflicts("test", file.as_bytes()).unwrap();
        found.iter().map(|conflict| conflict.path.to_string()).collect()
    };
    assert_eq!(paths(&file(none)), ["q.a.b.$value"]);
    assert_eq!(
        paths(&file(&open_file.replace("conflicts", "conf\\u006cicts"))),
        ["q.a.b.$value", "r.a.b.$value"]
    );
}

/// Decides everything and gives the file.
#[track_caller]
fn resolved(text: &str, path: Option<&str>, choice: &Choice) -> Resolved {
    let path = path.map(|path| dss_model::TokenPath::parse(path).unwrap());
    resolve("test", text.as_bytes(), path.as_ref(), choice).unwrap()
}

#[test]
fn deciding_leaves_what_either_side_would_have_written() {
    let value = |json: &str| Choice::Value(tree::parse(json));
    // What both sides did to the base, and what the file says after ours, theirs and `9`.
    let cases = [
        (
            r#"{"a": {"$type": "number", "$value": 1}}"#,
            r#"{"a": {"$type": "number", "$value": 2}}"#,
            r#"{"a": {"$value": 3}}"#,
            r#"{"a": { "$value": 3}}"#,
            r#"{"a": {"$type": "number", "$value": 9}}"#,
        ),
        (
            r#"{"a": {"x": 1}}"#,
            r#"{"a": {"x": 2}}"#,
            r#"{"a": {"x": 3}}"#,
            r#"{"a": {"x": 3}}"#,
            r#"{"a": {"x": 9}}"#,
        ),
        (
            r#"{"a": {"x": 1}}"#,
            r#"{"a": {}}"#,
            r#"{"a": {"x": 3}}"#,
            r#"{"a": {"x": 3}}"#,
            r#"{"a": {"x": 9}}"#,
        ),
        (r#"{"a": {"x": 1}}"#, r#"{"a": {"x": 2}}"#, r#"{"a": {}}"#, r#"{"a": {}}"#, r#"{"a": {"x": 9}}"#),
        (
            r#"{"a": {"$value": 1}, "b": 0}"#,
            r#"{"a": {"$value": 2}, "b": 0}"#,
            r#"{"b": 0}"#,
            r#"{"b": 0}"#,
            r#"{"a": 9, "b": 0}"#,
        ),
        (
            r#"{"a": {"$value": 1}, "b": 0}"#,
            r#"{"b": 0}"#,
            r#"{"a": {"$value": 2}, "b": 0}"#,
            r#"{"a": {"$value": 2}, "b": 0}"#,
            r#"{"a": 9, "b": 0}"#,
        ),
        (
            r#"{"a": {"x": {"$value": 1}}}"#,
            r#"{"a": {"x": {"$value": 2}}}"#,
            r#"{"a": {"$value": 3}}"#,
            r#"{"a": {"$value": 3}}"#,
            r#"{"a": 9}"#,
        ),
        (
            r#"{"a": {"$value": 0, "$extensions": {"com.x": 1}}}"#,
            r#"{"a": {"$value": 0, "$extensions": {"com.x": 2}}}"#,
            r#"{"a": {"$value": 0, "$extensions": {"com.x": 3, "com.y": 4}}}"#,
            r#"{"a": {"$value": 0, "$extensions": {"com.x": 3, "com.y": 4}}}"#,
            r#"{"a": {"$value": 0, "$extensions": {"com.x": 9, "com.y": 4}}}"#,
        ),
    ];
    for (base, ours, theirs, taken, nine) in cases {
        let file = merged(base, ours, theirs).text;
        let as_ours = resolved(&file, None, &Choice::Ours);
        assert_eq!((as_ours.open.len(), as_ours.decided.len()), (0, 1), "{file}");
        let expected = if ours.contains("com.x") { &ours.replace("2}", "2, \"com.y\": 4}") } else { ours };
        assert_eq!(as_ours.text, *expected, "{file}");
        let as_theirs = resolved(&file, None, &Choice::Theirs).text;
        assert_eq!(as_theirs.replace("{ ", "{"), taken.replace("{ ", "{"), "{file}");
        assert_eq!(resolved(&file, None, &value("9")).text, nine, "{file}");
    }
}

#[test]
fn deciding_some_leaves_the_others() {
    let file = |a: u8, d: &str| {
        format!(
            "{{\n  \"g\": {{\n    \"a\": {{ \"$value\": {a}, \"$description\": \"{d}\" }}\n  }},\n  \"b\": {a}\n}}\n"
        )
    };
    let text = merged(&file(1, "x"), &file(2, "y"), &file(3, "z")).text;
    assert_eq!(resolved(&text, None, &Choice::Ours).text, file(2, "y"));
    assert_eq!(resolved(&text, None, &Choice::Theirs).text, file(3, "z"));
    let some = resolved(&text, Some("g.a.$value"), &Choice::Theirs);
    assert_eq!((some.decided.len(), some.open.len()), (1, 2));
    let below = resolved(&some.text, Some("g"), &Choice::Theirs);
    assert_eq!((below.decided.len(), below.open.len()), (1, 1));
    assert_eq!(resolved(&below.text, Some("b"), &Choice::Theirs).text, file(3, "z"));
    let none = resolved(&text, Some("g.b"), &Choice::Theirs);
    assert_eq!((none.decided.len(), none.text.as_str()), (0, text.as_str()));
}

#[test]
fn theirs_may_be_two() {
    let value = |n: u8| format!(r#"{{"a": {{"$value": {n}}}}}"#);
    let text = merged(&value(1), &merged(&value(1), &value(2), &value(3)).text, &value(4)).text;
    let theirs = resolved(&text, None, &Choice::Theirs);
    assert_eq!((theirs.ambiguous.len(), theirs.open.len(), theirs.text.as_str()), (2, 2, text.as_str()));
    assert_eq!(resolved(&text, None, &Choice::Ours).text, value(2));
    assert_eq!(resolved(&text, Some("a"), &Choice::Value(tree::parse("4"))).text, value(4));
}

/// Records that no merge wrote must cost no more than they weigh.
#[test]
fn hostile_records_are_bounded() {
    let file = |records: &str, size: usize| {
        let members: Vec<_> = (0..size).map(|n| format!("\"k{n}\": {n}, ")).collect();
        format!(r#"{{{}"$extensions": {{"org.dss": {{"conflicts": [{records}]}}}}}}"#, members.concat())
    };
    let flood = file(&vec!["{}"; 5_000].join(","), 5_000);
    assert_eq!(conflicts("test", flood.as_bytes()).unwrap_err().code(), "item_over_limit");
    assert_eq!(resolve("test", flood.as_bytes(), None, &Choice::Ours).unwrap_err().code(), "item_over_limit");
    let many = file(&vec![r#"{"of": ["k4999"], "theirs": 1}"#; 5_000].join(","), 5_000);
    assert_eq!(conflicts("test", many.as_bytes()).unwrap().len(), 5_000);
    assert!(resolve("test", many.as_bytes(), None, &Choice::Ours).unwrap().open.is_empty());
    // Names that lead deeper than anything can be nested.
    let nine = Choice::Value(tree::parse("9"));
    for names in [2, 100, 128, 129, 100_000] {
        let deep = file(&format!(r#"{{"of": [{}]}}"#, vec!["\"x\""; names].join(",")), 1);
        let resolved = resolve("test", deep.as_bytes(), None, &nine);
        assert!(resolved.is_ok(), "{names}");
    }
    // What is no record at all.
    for odd in
        ["1", "[]", "null", r#"{"of": 1, "deleted": 2}"#, r#"{"of": [1, {}]}"#, r#"{"deleted": "both"}"#]
    {
        let text = file(odd, 1);
        for choice in [&Choice::Ours, &Choice::Theirs, &nine] {
            drop(resolve("test", text.as_bytes(), None, choice));
        }
        assert_eq!(
            resolve("test", text.as_bytes(), None, &Choice::Ours).unwrap().text,
            r#"{"k0": 0}"#,
            "{odd}"
        );
    }
}

#[test]
fn lines_say_what_counts() {
    let text = merged(BASE, &BASE.replace("#000", "#111"), &BASE.replace("#000", "#222")).text;
    assert_eq!(
        lines("test", text.as_bytes()).unwrap(),
        "color.$type = \"color\"\ncolor.brand = \"#f00\"\ncolor.brand.$description = \"Brand\"\n\
         color.text = \"#111\"\ncolor.text.$value = CONFLICT, theirs: {\"$value\":\"#222\"}\n\
         size = \"4px\" (sizing)\n"
    );
}
