//! Whatever was edited, and whatever it was: the nodes are those that reading all of it tells.

use dss_testkit::{Edits, TokenFile};
use proptest::prelude::*;

use crate::three_way::tree::Tree;

/// Whether the second text is read with the first one's help, and what that gives: the same as without it.
#[track_caller]
fn is_like(was: &str, is: &str) -> bool {
    let other = Tree::parse("was", was.as_bytes()).unwrap();
    let like = Tree::parse_like("is", is.as_bytes(), &other);
    let plain = Tree::parse("is", is.as_bytes());
    match (like, plain) {
        (Ok(like), Ok(plain)) => {
            assert_eq!(like.text(), plain.text());
            assert_eq!(like.places(), plain.places(), "{was}\n{is}");
            !like.is_whole()
        }
        (Err(like), Err(plain)) => {
            assert_eq!(like.to_string(), plain.to_string());
            false
        }
        (like, plain) => panic!("{was}\n{is}\n{like:?}\n{plain:?}"),
    }
}

const WAS: &str = r##"{
  "a": {
    "b": { "$value": "#ff0000", "$description": "Red" },
    "c": { "$value": 125, "list": [1, 2, { "x": null }] }
  },
  "d": {
    "empty": {},
    "none": []
  },
  "end": true
}
"##;

#[test]
fn edits_of_values_are_read_alone() {
    is_like(WAS, WAS);
    for (from, to) in [
        ("#ff0000", "#fe0000"),
        ("#ff0000", ""),
        ("125", "1.5"),
        ("125", "[1,5]"),
        ("Red", "Re\\u0064"),
        ("{ \"x\": null }", "[]"),
        ("[]", "[{}, {}]"),
        ("{}", "{\"more\": 1}"),
        ("    \"empty\": {},\n", ""),
        ("    \"c\"", "    \"new\": {},\n    \"c\""),
        ("\"b\"", "\"bb\""),
        ("{\n    \"b\"", "{ \"b\""),
    ] {
        assert!(is_like(WAS, &WAS.replace(from, to)), "{from} {to}");
    }
    for end in ["", "\n\n \t"] {
        assert!(is_like(WAS, &format!("{}{end}", WAS.replace("125", "126").trim_end())));
    }
    let both = WAS.replace("#ff0000", "#00").replace("null", "{\"y\": 1}").replace("[]", "[[], 1]");
    assert!(is_like(WAS, &both));
    let marked = |text: &str| format!("\u{feff}{text}");
    assert!(is_like(&marked(WAS), &marked(&both)));
}

#[test]
fn what_changes_the_whole_is_read_as_a_whole() {
    for (from, to) in [("  \"end\": true\n", "  \"end\": true, \"x\": 1\n"), ("{\n  \"a\":", "{ \"a\" :")] {
        is_like(WAS, &WAS.replace(from, to));
    }
    for is in [format!("\u{feff}{WAS}"), format!(" {WAS}"), "1".to_owned(), "{}".to_owned()] {
        assert!(!is_like(WAS, &is), "{is}");
    }
    assert!(!is_like("1", "12"));
}

#[test]
fn many_small_edits_are_no_likeness() {
    let write = |value: u8, count: usize| format!("[{}0]", format!("[[{value}]],\n0,\n0,\n").repeat(count));
    assert!(is_like(&write(1, 10), &write(2, 10)));
    assert!(!is_like(&write(1, 100), &write(2, 100)));
}

#[test]
fn what_is_no_json_is_refused_as_ever() {
    for (from, to) in [
        ("125", "12.5.1"),
        ("125", "1,2"),
        ("\"#ff0000\"", "\"#ff\"0000\""),
        ("Red", "Re\nd"),
        ("null", "nul"),
        ("[1, 2", "[1 2"),
        ("{}", "{}}"),
        ("{}", "{{}"),
        ("}\n", "}\n}"),
        ("true\n}", "true\n"),
        ("{\n  \"a\"", "\n  \"a\""),
        ("Red", "\\ud800"),
        ("[]", "[[[],]"),
    ] {
        assert!(!is_like(WAS, &WAS.replace(from, to)), "{from} {to}");
    }
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(is_like(WAS, &WAS.replace("[]", &deep(126))));
    assert!(!is_like(WAS, &WAS.replace("[]", &deep(127))));
}

#[test]
fn generated_files_and_edits_are_alike() {
    let write = |edits: &Edits| {
        let mut out = Vec::new();
        TokenFile { tokens: 500, seed: 1 }.write_edited(edits, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let was = write(&Edits::default());
    for step in [3, 40, 125] {
        assert!(is_like(&was, &write(&Edits { from: 0, to: 500, step, by: 1 })));
    }
}

proptest! {
    #![proptest_config(dss_testkit::cases(2000))]

    /// Pieces of the text are left out, put elsewhere and made anew, which mostly is no JSON, and often is.
    #[test]
    fn any_edit_reads_the_same(
        edits in prop::collection::vec((0..WAS.len(), 0..20_usize, "[]\\[{}\",:0-9a\n ]{0,4}"), 1..5),
        is_split in any::<bool>(),
    ) {
        let mut is = WAS.to_owned();
        for (at, length, new) in edits {
            let from = at.min(is.len());
            is.replace_range(from..from.saturating_add(length).min(is.len()), &new);
        }
        if is_split { is_like(&WAS.replace('\n', ""), &is) } else { is_like(WAS, &is) };
    }

    /// Values are put in the place of others, which always is JSON.
    #[test]
    fn any_swaps_of_values_read_the_same(
        swaps in prop::collection::vec((0..20_usize, 0..8_usize), 0..6),
        seeds in prop::collection::vec(0..8_usize, 20),
    ) {
        const VALUES: [&str; 8] =
            ["1", "12", "\"a\"", "\"b\\n\"", "[]", "[1, [2]]", "{\"k\":\n{}}", "{\"k\":\n{\"l\": 3},\n\"m\": []}"];
        let write = |values: &[usize]| {
            let members = values.iter().enumerate().map(|(at, value)| {
                let group = if at % 5 == 0 { format!("\"g{at}\": {{\n") } else { String::new() };
                let end = if at % 5 == 4 { "\n}" } else { "" };
                format!("{group}\"{at}\": {}{end}", VALUES[*value])
            });
            format!("{{\n{}\n}}\n", members.collect::<Vec<_>>().join(",\n"))
        };
        let mut edited = seeds.clone();
        swaps.into_iter().for_each(|(at, value)| edited[at] = value);
        is_like(&write(&seeds), &write(&edited));
    }
}
