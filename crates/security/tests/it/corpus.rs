//! Every case of the shared corpus: all hostile ones refused, all honest ones opened, policy ones by their
//! option.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dss_security::{HiddenFiles, OpenError, OpenOptions, OpenedArchive, Policy, Stance};

#[path = "../../examples/zips/case.rs"]
mod case;

use case::Case;

/// Everything that an option can let in.
pub(crate) fn permissive(options: OpenOptions) -> OpenOptions {
    let allow = Stance::Allow;
    let policy = Policy::strict()
        .with_hidden_files(HiddenFiles::Allow)
        .with_invisible_characters(allow)
        .with_lookalike_separators(allow)
        .with_fold_collisions(allow)
        .with_nested_archives(allow)
        .with_slow_streams(allow)
        .with_special_modes(allow)
        .with_link_extras(allow)
        .with_header_details(allow)
        .with_newer_versions(allow)
        .with_stored_descriptors(allow);
    options.with_policy(policy)
}

pub(crate) fn data_folder() -> Option<PathBuf> {
    let shared = std::env::var_os("DSS_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let folder = shared.join("data/zips");
    folder.join("CASES.tsv").is_file().then_some(folder)
}

fn open(bytes: &[u8], options: &OpenOptions) -> Result<(), OpenError> {
    OpenedArchive::open_verified(bytes, options).map(|_| ())
}

#[test]
fn every_case_is_judged_right() {
    let Some(folder) = data_folder() else {
        eprintln!("SKIPPED: no corpus; set DSS_SHARED to the folder that holds data/zips");
        return;
    };
    let table = std::fs::read_to_string(folder.join("CASES.tsv")).unwrap();
    let (mut caught, mut hostile, mut refused, mut honest, mut policy) = (0, 0, 0, 0, 0);
    let mut slowest = (Duration::ZERO, "");
    let mut failures = Vec::new();
    for case in table.lines().skip(1).map(|line| Case::parse(line).unwrap()) {
        let options = case.options().unwrap();
        let bytes = std::fs::read(folder.join(case.file)).unwrap();
        let start = Instant::now();
        let strict = open(&bytes, &options);
        slowest = slowest.max((start.elapsed(), case.file));
        let is_refused = usize::from(strict.is_err());
        // A hard case must not lean on a policy: with everything allowed it is still refused, by its own
        // rule.
        let result =
            if case.is_policy || strict.is_ok() { strict } else { open(&bytes, &permissive(options)) };
        match &result {
            Ok(()) if case.is_hostile => failures.push(format!("{} was opened ({})", case.file, case.rule)),
            Err(error) if !case.is_hostile => failures.push(format!("{} was refused: {error}", case.file)),
            Err(error) if error.rule().trim_end_matches('b') != case.rule => {
                failures.push(format!("{} breaks {}, not {error}", case.file, case.rule));
            }
            _ => {}
        }
        match (case.is_policy, case.is_hostile) {
            (true, true) => {
                policy += is_refused;
                if let Err(error) = open(&bytes, &case.allowing_options().unwrap()) {
                    failures.push(format!(
                        "{} was refused although {} is allowed: {error}",
                        case.file, case.rule
                    ));
                }
            }
            (_, true) => (caught, hostile) = (caught + is_refused, hostile + 1),
            (_, false) => (refused, honest) = (refused + is_refused, honest + 1),
        }
    }
    eprintln!(
        "caught {caught}/{hostile}, refused {refused}/{honest} honest, {policy} by policy; slowest {slowest:?}"
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(hostile >= 300 && honest >= 90, "the corpus is incomplete");
}
