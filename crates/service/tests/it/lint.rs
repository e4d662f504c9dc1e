//! What lint finds in real token files, beside what the official schema finds (DTCG.md §13): docs/lint.md says it.

use std::path::Path;

use dss_service::model::Limits;
use dss_service::{Finding, lint};
use dss_testkit::TestResult;

/// Those of the page's sources that are among the test data.
const SOURCES: [&str; 8] = [
    "primer-dtcg",
    "figma-sds-dtcg",
    "carbon-themes",
    "figma-native-bison",
    "shopware-meteor",
    "kong",
    "digdir-designsystemet",
    "open-props",
];

/// A cause, what the page counts of it in eleven sources, and which findings it is here.
type Cause = (&'static str, u64, fn(&Finding) -> bool);

const CAUSES: [Cause; 6] = [
    ("`$type` outside the thirteen", 1_139, |finding| finding.code == "type_unknown"),
    ("text or something else as a colour, each part of a composite counted for itself", 583, |finding| {
        finding.code == "value_invalid" && finding.message.contains("expected a color object")
    }),
    ("no determinable type", 527, |finding| finding.code == "type_missing"),
    ("`$value` with children, or stray members", 265, |finding| {
        matches!(finding.code, "token_with_children" | "member_unknown")
    }),
    ("`hex` of three or four digits", 85, |finding| finding.code == "hex_short"),
    ("`letterSpacing` missing or in percent", 30, |finding| {
        finding.code == "value_invalid" && finding.message.contains("letterSpacing")
    }),
];

#[test]
fn the_page_counts_the_causes_of_real_invalid_tokens() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    let mut counts = [0_u64; CAUSES.len()];
    for source in SOURCES {
        let report = lint(&shared.join("data/tokens").join(source), None, &Limits::aggressive(), &())?;
        assert_eq!(report.untold, 0, "{source}");
        println!("{source}: {} as {}, {:?}", report.tokens, report.source_kind, report.by_code);
        for item in &report.items {
            for ((.., is_it), count) in CAUSES.iter().zip(&mut counts) {
                *count += u64::from(is_it(item));
            }
        }
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lint.md");
    let page = std::fs::read_to_string(page)?;
    let grouped = |number: u64| match (number / 1000, number % 1000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    };
    for ((cause, official, _), count) in CAUSES.iter().zip(counts) {
        let row = format!("| {cause} | {} | {} |", grouped(count), grouped(*official));
        assert!(page.contains(&row), "docs/lint.md ought to say: {row}");
    }
    Ok(())
}
