//! `dss verify --canonical`: what `dss` wrote is let in, and nothing else that holds the same contents.

use dss_testkit::TestResult;
use zip::CompressionMethod::{Deflated, Stored};

use crate::pack::{MANIFEST, Pack};
use crate::support::Machine;

#[test]
fn a_changed_bit_is_refused() -> TestResult {
    let machine = Machine::with_small()?;
    let honest = std::fs::read(machine.export("p", "p.dss")?)?;
    machine.ok("verify p.dss --canonical")?;
    // `crates/service/tests/it/canonical.rs` tries every bit; here some of them go the whole way.
    for at in (0..honest.len()).step_by(89) {
        let mut changed = honest.clone();
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1 << (at % 8);
        }
        machine.file("bad.dss", &changed)?;
        machine.fails("verify bad.dss --canonical", 3)?;
    }
    Ok(())
}

#[test]
fn the_same_contents_in_other_bytes_are_let_in_but_not_canonical() -> TestResult {
    let machine = Machine::with_small()?;
    let pack = Pack::open(&machine.export("p", "p.dss")?)?;
    let mut reversed = pack.clone();
    reversed.entries.reverse();
    let mut with_folder = pack.clone();
    with_folder.entries.insert(1, ("tokens/".to_owned(), Vec::new()));
    let manifest_stored = |name: &str| if [MANIFEST, "mimetype"].contains(&name) { Stored } else { Deflated };
    let all_deflated = |_: &str| Deflated;
    for (what, bytes, entry) in [
        ("compressed at another level", pack.zip_with(manifest_stored, 9)?, Some("tokens/base.tokens.json")),
        ("stored", pack.zip_with(|_| Stored, 6)?, Some("tokens/base.tokens.json")),
        ("compressed mimetype", pack.zip_with(all_deflated, 2)?, Some("mimetype")),
        ("compressed manifest", pack.zip()?, None),
        ("another order", reversed.zip_with(manifest_stored, 2)?, Some(MANIFEST)),
        ("a folder", with_folder.zip_with(manifest_stored, 2)?, None),
    ] {
        machine.file("again.dss", &bytes)?;
        machine.ok("verify again.dss").map_err(|error| format!("{what}: {error}"))?;
        let error = machine.fails("verify again.dss --canonical", 3)?;
        assert_eq!(
            (error["code"].as_str(), error["stage"].as_str()),
            (Some("not_canonical"), Some("archive")),
            "{what}"
        );
        if let Some(entry) = entry {
            assert_eq!(error["entry"], entry, "{what}: {error}");
        }
    }
    Ok(())
}

#[test]
fn a_manifest_has_one_spelling() -> TestResult {
    let machine = Machine::with_small()?;
    let mut pack = Pack::open(&machine.export("p", "p.dss")?)?;
    let text = String::from_utf8(pack.get(MANIFEST)?.clone())?;
    *pack.get(MANIFEST)? = text.replacen(',', ", ", 1).into_bytes();
    let manifest_stored = |name: &str| if [MANIFEST, "mimetype"].contains(&name) { Stored } else { Deflated };
    machine.file("spaced.dss", &pack.zip_with(manifest_stored, 2)?)?;
    machine.ok("verify spaced.dss")?;
    let error = machine.fails("verify spaced.dss --canonical", 3)?;
    assert_eq!((error["code"].as_str(), error["entry"].as_str()), (Some("not_canonical"), Some(MANIFEST)));
    Ok(())
}
