//! Real design systems travel: token files → store → archive → another store → the same archive.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use dss_testkit::{DESIGN_SYSTEMS, TestResult};

use crate::support::{Machine, Said};

#[test]
fn real_design_systems() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    for source in DESIGN_SYSTEMS {
        let path = shared.join("data/tokens").join(source);
        let (one, two) = (Machine::new()?, Machine::new()?);
        let mut import = one.dss("import --project primer --limits aggressive");
        let summary = Said::of(import.arg(&path))?.ok(source)?;
        let read = |kind: &str| summary["kinds"][kind]["read"].as_u64().unwrap_or_default();
        assert!(read("token") > 100, "{source}: {summary}");

        one.ok("export primer -o a.dss")?;
        let archive = fs::read(one.join("a.dss"))?;
        let checked = one.ok("verify a.dss --canonical --limits aggressive")?;
        let tokens =
            checked["kinds"]["token"].as_u64().or_else(|| checked["kinds"]["token"]["read"].as_u64());
        assert_eq!(tokens, Some(read("token")), "{source}: {checked}");

        two.file("a.dss", &archive)?;
        two.ok("import a.dss --project primer --limits aggressive")?;
        two.ok("export primer -o b.dss")?;
        assert!(fs::read(two.join("b.dss"))? == archive, "{source}: the second archive differs");

        // Once more, and on to where it came from: nothing is new to anybody.
        one.ok("import a.dss --project primer --limits aggressive")?;
        assert!(one.archive("primer")? == archive, "{source}: importing it again changed something");
        let tools = opens_elsewhere(&one.join("a.dss"))?;
        println!(
            "{source}: {} sets, {} groups, {} tokens, {} themes, {} invalid tokens, {} bytes; {tools}",
            read("set"),
            read("group"),
            read("token"),
            read("theme"),
            summary["invalidTokens"],
            archive.len(),
        );
    }
    Ok(())
}

#[test]
fn archives_open_in_other_tools() -> TestResult {
    let machine = Machine::with_small()?;
    machine.ok("token rm p size.small --set base")?;
    for (options, name) in [("", "whole.dss"), ("--type color --by ann", "part.dss")] {
        machine.ok(&format!("export p -o {name} {options}"))?;
        println!("{name}: {}", opens_elsewhere(&machine.join(name))?);
    }
    Ok(())
}

/// Lets other programs check an archive; tells which did.
fn opens_elsewhere(archive: &Path) -> TestResult<String> {
    let python = "import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)";
    let tools: [(&[&str], &[&str]); 3] =
        [(&["unzip"], &["-tqq"]), (&["python3", "python"], &["-c", python]), (&["7z", "7za", "7zz"], &["t"])];
    let mut told = Vec::new();
    for (names, words) in tools {
        let found = names.iter().find_map(|name| match run(name, words, archive) {
            Ok(output) => Some(Ok((*name, output))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(Err(error)),
        });
        let Some((name, output)) = found.transpose()? else {
            told.push(format!("SKIPPED {}: not installed", names.join("/")));
            continue;
        };
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            return Err(format!("{name} refuses {}: {said}", archive.display()).into());
        }
        told.push(format!("{name} opens it"));
    }
    Ok(told.join(", "))
}

fn run(name: &str, words: &[&str], archive: &Path) -> io::Result<std::process::Output> {
    Command::new(name).args(words).arg(archive).stdin(Stdio::null()).output()
}
