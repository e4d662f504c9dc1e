//! Pages of the documentation whose commands are run: a block of `console` has command lines (`$ dss …`), and
//! what they print. `DSS_DOCS_WRITE=1 cargo test -p dss-cli pages` brings them up to date.

use std::path::{Path, PathBuf};

use crate::support::Desk;

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// The page as it would be if it told what its commands print.
fn told(text: &str, desk: &Desk) -> (String, usize) {
    let mut written = String::new();
    let mut count = 0_usize;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        written.push_str(&format!("{line}\n"));
        if line != "```console" {
            continue;
        }
        for line in lines.by_ref().take_while(|line| *line != "```") {
            let Some(command) = line.strip_prefix("$ dss ") else { continue };
            let ran = desk.run(command);
            assert!([0, 1].contains(&ran.code), "dss {command}\n{}{}", ran.out, ran.err);
            written.push_str(&format!("{line}\n{}{}", ran.out, ran.err));
            count = count.saturating_add(1);
        }
        written.push_str("```\n");
    }
    (written, count)
}

#[test]
fn comparing() {
    let path = page("diff.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (told, count) = told(&text, &Desk::new());
    assert!(count > 8, "the page has only {count} commands");
    if std::env::var_os("DSS_DOCS_WRITE").is_some() {
        std::fs::write(path, told).unwrap();
    } else {
        assert_eq!(text, told, "docs/diff.md is not current (DSS_DOCS_WRITE=1)");
    }
}
