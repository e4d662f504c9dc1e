//! Imports every path given, exports, verifies, imports into a second store, exports again, compares.
use std::path::Path;
use dss_service::*;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let dir = tempfile::tempdir()?;
        let open = |name: &str| ProjectService::open(ServiceOptions { root: dir.path().join(name), witness_dir: None, busy_timeout_ms: 5000, actor: "ann".into() });
        let (one, two) = (open("one")?, open("two")?);
        let options = ImportOptions { project: Some("p".parse()?), limits: model::Limits { tokens: u64::MAX, archive_bytes: u64::MAX/16, ..model::Limits::aggressive() }, ..Default::default() };
        let summary = one.import_project(Path::new(&path), &options, &())?;
        println!("{path}: {:?} findings {} {} skipped {:?}", summary.kinds.iter().map(|(k, s)| (*k, s.read)).collect::<Vec<_>>(), summary.findings.errors, summary.findings.warnings, summary.skipped.len());
        println!("   by code {:?}", summary.findings.by_code);
        for f in summary.findings.items.iter().take(3) { println!("   {f}"); }
        let a = dir.path().join("a.dss"); let b = dir.path().join("b.dss");
        let out = one.export_project(&"p".parse()?, &a, &ExportOptions::default(), &())?;
        println!("   export {} ms {} bytes {} entries; import {} ms", out.duration_ms, out.file_bytes, out.entries, summary.duration_ms);
        let check = verify(&a, &VerifyOptions { limits: options.limits, is_strict: false, is_canonical: true }, &())?;
        assert_eq!(check.invalid_tokens, summary.invalid_tokens);
        two.import_project(&a, &options, &())?;
        two.export_project(&"p".parse()?, &b, &ExportOptions::default(), &())?;
        assert!(std::fs::read(&a)? == std::fs::read(&b)?, "differ");
    }
    Ok(())
}
