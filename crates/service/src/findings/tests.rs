use proptest::prelude::*;

use super::*;

const CODES: [(&str, Severity); 3] = [
    ("type_missing", Severity::Error),
    ("value_invalid", Severity::Error),
    ("type_unknown", Severity::Warning),
];

fn finding(code: usize, path: u8) -> Finding {
    let (code, severity) = CODES.get(code).copied().unwrap_or(("value_invalid", Severity::Error));
    let (file, path, message) = ("f.tokens.json".to_owned(), path.to_string(), "m".to_owned());
    Finding { code, stage: Stage::Schema, severity, file, path, line: Some(7), message }
}

fn id(item: u8) -> EntityId {
    EntityId::from_bytes([item; 16])
}

proptest! {
    /// What was in doubt and is left counts as if it had never been in doubt, where it was found.
    #[test]
    fn doubts_that_are_left_are_findings_and_others_never_were(
        found in prop::collection::vec((any::<bool>(), 0..3_usize, 0..8_u8), 0..40),
        cleared in prop::collection::btree_set(0..8_u8, 0..4),
        keep in 0..12_usize,
    ) {
        let (mut doubting, mut plain) = (Collector::new(keep), Collector::new(keep));
        for (in_doubt, code, item) in &found {
            let finding = finding(*code, *item);
            if !in_doubt || !cleared.contains(item) {
                plain.add(finding.clone());
            }
            if *in_doubt { doubting.doubt(id(*item), &finding)? } else { doubting.add(finding) }
        }
        for item in cleared {
            doubting.clear_up(id(item))?;
        }
        let (doubting, plain) = (doubting.finish()?, plain.finish()?);
        prop_assert_eq!(&doubting.first_error, &plain.first_error);
        prop_assert_eq!(doubting, plain);
    }
}
