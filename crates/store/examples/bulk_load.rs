//! Loads, resolves and scans generated tokens, and prints what it cost:
//! `cargo run --release -p dss-store --example bulk_load -- 1000000`.
#![expect(clippy::print_stdout, reason = "an example shows its results")]

use std::time::Instant;

use dss_model::{JsonLimits, JsonText, Kind, OrderKey, RegName};
use dss_store::{
    Columns, NewProject, Reference, ReferenceKind, Row, Scan, SqliteStore, Store, StoreOptions, Visit,
};
use dss_testkit::{GeneratedToken, TempDir, TestResult, TokenFile, set, token};

fn main() -> TestResult {
    let tokens = std::env::args().nth(1).map_or(Ok(10_000), |count| count.parse())?;
    let dir = TempDir::new()?;
    let store = SqliteStore::open(StoreOptions::new(dir.path()))?;
    let name = "bulk".parse()?;

    let start = Instant::now();
    let mut tx = store.create(&name, &NewProject::fresh(0))?;
    tx.put(&row_of_set())?;
    for (place, generated) in (0..).zip(TokenFile { tokens, seed: 1 }.iter()) {
        tx.put(&row(&generated, place)?)?;
    }
    report("load (with making the tokens)", start);
    let start = Instant::now();
    tx.finish_load()?;
    report("indexes", start);
    let start = Instant::now();
    let mut findings = 0_u64;
    tx.resolve_references(&mut |_| {
        findings = findings.saturating_add(1);
        Visit::Continue(())
    })?;
    report(&format!("references ({findings} findings)"), start);
    let start = Instant::now();
    tx.commit()?;
    report("commit", start);

    let tx = store.read(&name)?;
    for (what, scan) in [
        ("scan by set", Scan::kinds(&[Kind::Token]).in_set(row_of_set().entity.id())),
        ("scan of all", Scan::default()),
    ] {
        let start = Instant::now();
        let mut bytes = 0_usize;
        tx.scan(&scan, &mut |row| {
            bytes =
                bytes.saturating_add(row.entity.json(&RegName::VALUE).map_or(0, |text| text.as_str().len()));
            Visit::Continue(())
        })?;
        report(&format!("{what} ({bytes} bytes of values)"), start);
    }
    let start = Instant::now();
    let counts = tx.counts()?;
    report(&format!("counts ({} tokens)", counts.alive(Kind::Token)), start);
    println!("{} MB on disk", store.projects()?.iter().map(|project| project.bytes).sum::<u64>() / 1_000_000);
    Ok(())
}

fn row_of_set() -> Row {
    let entity = set("base").build();
    let columns = Columns { path: "base".to_owned(), valid: true, ..Columns::default() };
    Row { entity, columns, references: Vec::new() }
}

fn row(generated: &GeneratedToken, place: u64) -> TestResult<Row> {
    let limits = JsonLimits::default();
    let text = JsonText::parse(generated.json.as_bytes(), &limits)?;
    let order = OrderKey::nth(place);
    let entity = token("base", generated.path.as_str())
        .stamped(1_700_000_000_000, "Ada")
        .write(RegName::VALUE, dss_model::Value::Json(text))
        .string(RegName::ORDER, order.as_str())
        .build();
    let alias = |target: &dss_model::TokenPath| Reference {
        target: target.as_str().to_owned(),
        kind: ReferenceKind::Alias,
        expected_type: None,
    };
    let columns = Columns {
        set: entity.value(&RegName::SET).and_then(dss_model::Value::entity),
        path: generated.path.as_str().to_owned(),
        sort: order.as_str().as_bytes().to_vec(),
        token_type: generated.token_type.map(ToOwned::to_owned),
        valid: true,
    };
    Ok(Row { entity, columns, references: generated.target.iter().map(alias).collect() })
}

fn report(what: &str, start: Instant) {
    // Peak memory and processor time so far, where the system tells: others may be busy, too.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: u64 = stat.split(' ').skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    println!("{what}: {:.2} s, peak {}, {ticks} ticks so far", start.elapsed().as_secs_f64(), peak.trim());
}
