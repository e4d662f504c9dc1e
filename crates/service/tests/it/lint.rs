//! What lint finds in real token files, beside what the official schema finds (DTCG.md §13).

use std::collections::BTreeMap;

use dss_service::model::Limits;
use dss_service::{Finding, lint};

/// The sources that are DTCG, or nearly.
const SOURCES: [&str; 9] = [
    "primer-dtcg",
    "figma-sds-dtcg",
    "carbon-themes",
    "figma-native-bison",
    "shopware-meteor",
    "kong",
    "digdir-designsystemet",
    "open-props",
    "style-dictionary-v3",
];

/// A cause, what the schema counts of it in the eleven sources of that page, and which findings it is here.
type Cause = (&'static str, u64, fn(&Finding) -> bool);

const CAUSES: [Cause; 5] = [
    ("$type outside the thirteen", 1_139, |finding| finding.code == "type_unknown"),
    ("strings as colours", 583, |finding| {
        finding.code == "value_invalid" && finding.message.contains("expected a color object")
    }),
    ("no determinable type", 527, |finding| finding.code == "type_missing"),
    ("$value with children, or stray members", 265, |finding| {
        matches!(finding.code, "token_with_children" | "member_unknown")
    }),
    // The page counts 85, in other sources than these, which have eight `hex` of three digits.
    ("short hex", 8, |finding| finding.code == "hex_short"),
];

#[test]
fn the_causes_of_real_invalid_tokens_are_found() {
    let Some(shared) = dss_testkit::shared() else { return };
    let mut counts = [0_u64; CAUSES.len()];
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    for source in SOURCES {
        let folder = shared.join("data/tokens").join(source);
        let Ok(report) = lint(&folder, &Limits::aggressive(), &()) else {
            println!("{source}: no DTCG tokens");
            continue;
        };
        assert_eq!(report.untold, 0, "{source}");
        println!("{source}: {} tokens, {:?}", report.tokens, report.by_code);
        for (code, number) in &report.by_code {
            *codes.entry(code).or_default() += number;
        }
        for item in &report.items {
            for ((.., is_it), count) in CAUSES.iter().zip(&mut counts) {
                *count += u64::from(is_it(item));
            }
        }
    }
    println!("all: {codes:?}");
    for ((cause, official, _), count) in CAUSES.iter().zip(counts) {
        println!("{cause}: {count} here, {official} by the official schema");
        assert!(count * 10 >= *official && count <= official * 10, "{cause}: {count}, not about {official}");
    }
}
