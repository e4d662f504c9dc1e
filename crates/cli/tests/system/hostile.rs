//! The shared corpus of zips, through the program: what is hostile is refused at the first stage, what is not is opened,
//! and nothing is left behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dss_testkit::TestResult;

use crate::support::{Machine, Said};

/// What DSS lets in that the corpus calls hostile: assets may be archives themselves, and nobody here opens them.
const ALLOWED: &str = "P-nested";
/// What people zip, and is no archive of ours: set-id bits, which nobody applies, what Finder adds, and headers that differ
/// in what nobody reads (`OpenOptions::upload`).
const ZIPPED: [&str; 5] = [
    "gen/type-setuid.zip",
    "gen/hidden-ds-store.zip",
    "gen/hidden-macosx.zip",
    "gen/lc-flag-utf8.zip",
    "gen/lc-time.zip",
];
/// Rules that keep files in their place.
const PATH_RULES: [&str; 3] = ["N4", "N5", "N6"];

struct Case<'a> {
    file: &'a str,
    is_hostile: bool,
    /// Options that the case needs to be hostile.
    options: Vec<String>,
    rule: &'a str,
}

impl<'a> Case<'a> {
    fn parse(line: &'a str) -> TestResult<Self> {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[file, _, expected, _, _, options, rule, ..] = fields.as_slice() else {
            return Err(line.into());
        };
        let mut words = Vec::new();
        for (name, value) in options.split(',').filter_map(|option| option.split_once('=')) {
            let (option, value) = match (name, value) {
                ("max_entries", _) => ("--max-entries", value),
                ("max_total", _) => ("--max-total-size", value),
                ("ratio", "0") => ("--max-ratio", "2000"),
                _ => return Err(format!("unknown option {name}={value}").into()),
            };
            words.extend([option.to_owned(), value.to_owned()]);
        }
        Ok(Self { file, is_hostile: expected == "reject", options: words, rule })
    }
}

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("DSS_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let folder = shared.join("data/zips");
    folder.join("CASES.tsv").is_file().then_some(folder)
}

/// A machine that has nothing yet: a working folder, a folder for temporary files, a home.
struct Bare {
    machine: Machine,
}

impl Bare {
    fn new() -> TestResult<Self> {
        let machine = Machine::new()?;
        for folder in ["work", "tmp", "home"] {
            fs::create_dir(machine.join(folder))?;
        }
        Ok(Self { machine })
    }

    /// What a command says, which must leave nothing.
    fn says(&self, command: &str, file: &Path, options: &[String]) -> TestResult<Said> {
        let mut dss = Command::new(env!("CARGO_BIN_EXE_dss"));
        self.machine.set_up(&mut dss);
        dss.current_dir(self.machine.join("work")).env("TMPDIR", self.machine.join("tmp"));
        let said = Said::of(dss.args(["--json", command]).arg(file).args(options))?;
        let left = self.left()?;
        if left.is_empty() { Ok(said) } else { Err(format!("{command} left {left:?}").into()) }
    }

    /// Finds nothing wrong with the container of an honest zip. If it holds token files it is read like their folder,
    /// and else it is no archive of ours.
    fn opens(&self, file: &Path, options: &[String]) -> TestResult {
        let said = self.says("verify", file, options)?;
        if said.exit == Some(0) {
            let document = said.document()?;
            let is_archive = document["stages"].as_array().is_some_and(|stages| stages.len() > 3);
            return if is_archive { Err(document.to_string().into()) } else { Ok(()) };
        }
        let error = said.fails("verify", 3)?;
        if ["manifest", "schema"].contains(&error["stage"].as_str().unwrap_or_default()) {
            Ok(())
        } else {
            Err(error.to_string().into())
        }
    }

    /// Refuses a hostile zip before it is looked into.
    fn refuses(&self, file: &Path, case: &Case<'_>) -> TestResult {
        for command in ["verify", "import"] {
            let error = self.says(command, file, &case.options)?.fails(command, 3)?;
            let text = error["message"].as_str().unwrap_or_default();
            let says_slip = text.contains("Zip Slip vulnerability detected");
            if error["stage"] != "archive" || (PATH_RULES.contains(&case.rule) && !says_slip) {
                return Err(format!("{command}: {error}").into());
            }
        }
        Ok(())
    }

    /// Everything on the machine but its three folders, which are empty.
    fn left(&self) -> TestResult<Vec<PathBuf>> {
        let mut left = Vec::new();
        for folder in ["", "work", "tmp", "home"] {
            for entry in fs::read_dir(self.machine.join(folder))? {
                left.push(entry?.path());
            }
        }
        left.retain(|path| !["work", "tmp", "home"].iter().any(|own| *path == self.machine.join(own)));
        Ok(left)
    }
}

#[test]
fn every_case_is_refused_at_its_stage_or_opened_and_leaves_nothing() -> TestResult {
    let Some(folder) = corpus() else {
        eprintln!("SKIPPED: no corpus; set DSS_SHARED to the folder that holds data/zips");
        return Ok(());
    };
    let bare = Bare::new()?;
    let table = fs::read_to_string(folder.join("CASES.tsv"))?;
    let (mut hostile, mut honest, mut wrong) = (0, 0, Vec::new());
    for line in table.lines().skip(1) {
        let case = Case::parse(line)?;
        let file = folder.join(case.file);
        let told = if case.is_hostile && case.rule != ALLOWED && !ZIPPED.contains(&case.file) {
            hostile += 1;
            bare.refuses(&file, &case)
        } else {
            honest += 1;
            bare.opens(&file, &case.options)
        };
        if let Err(error) = told {
            wrong.push(format!("{} ({}): {error}", case.file, case.rule));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(hostile >= 300 && honest >= 90, "the corpus is incomplete");
    Ok(())
}

#[test]
fn an_archive_behind_something_else_is_an_archive_all_the_same() -> TestResult {
    let machine = Machine::with_small()?;
    let honest = fs::read(machine.export("p", "p.dss")?)?;
    // Under names that say nothing.
    for (name, before) in [("picture", &b"GIF89a and so on"[..]), ("tokens.json", b"{}\n")] {
        machine.file(name, [before, &honest].concat())?;
        let error = machine.fails(&format!("verify {name}"), 3)?;
        assert_eq!(
            (error["code"].as_str(), error["stage"].as_str()),
            (Some("directory_misplaced"), Some("archive"))
        );
    }
    Ok(())
}
