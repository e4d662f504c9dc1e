//! What becomes of real token files: `cargo xtask interop FOLDER`.
//!
//! Every folder of the corpus is read in the format that it is found to be of, written again, imported, sent to a
//! second store as an archive, and exported from there; both times the files must be the same JSON, member order and
//! number spelling included. A third store imports the source by itself, and exchanges archives with the first: nothing
//! may be a conflict, or be there twice, and both have to end up with the same archive.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is its purpose")]

mod trees;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dss_service::interop::{self, Bundle, File, Format, ReadLimits, WriteOptions};
use dss_service::model::Limits;
use dss_service::{Allowed, ExportOptions, ImportOptions, ProjectService, ServiceOptions};
use dss_testkit::TempDir;
use trees::Trees;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("which folder? cargo xtask interop FOLDER");
        return ExitCode::FAILURE;
    };
    match run(&folder) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line for every source; false if any did not come back.
fn run(folder: &Path) -> Result<bool> {
    println!(
        "{:<44} {:<17} {:>7} {:>8}  in → out  through .dss  two stores",
        "source", "format", "tokens", "invalid"
    );
    let mut all_equal = true;
    for source in children(folder)? {
        let name = name(&source);
        // Those are edits of files, for merging.
        if !source.is_dir() || name.starts_with("merges-") {
            continue;
        }
        if let Some(is_equal) = show(&name, &source)? {
            all_equal &= is_equal;
            continue;
        }
        // What is nothing as a whole may be several things.
        for part in children(&source)? {
            let is_tokens = part.is_dir() || part.extension().is_some_and(|ending| ending == "json");
            let name = format!("{name}/{}", self::name(&part));
            if is_tokens && name.rsplit('/').next() != Some("assets") {
                match show(&name, &part)? {
                    Some(is_equal) => all_equal &= is_equal,
                    None => println!("{name:<44} no token format: refused, nothing imported"),
                }
            }
        }
    }
    Ok(all_equal)
}

/// Tries one source; nothing if it is refused.
fn show(name: &str, source: &Path) -> Result<Option<bool>> {
    let before = Trees::load(source)?;
    let files: Vec<File> = before.files();
    let bundle = Bundle::new(files, ReadLimits::default());
    let Ok((format, reading)) = bundle.and_then(|bundle| interop::read(None, bundle)) else {
        return Ok(None);
    };
    let skipped: Vec<&str> = reading.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    let expected = before.without(&skipped);
    let written = interop::write(format, &reading.design, &WriteOptions::default())?;
    let direct = expected.difference(&Trees::of(&written.files));
    let Travelled { tokens, invalid, files: through, apart } = travel(source, format)?;
    let through = expected.difference(&through);
    let told = |difference: &Option<String>| if difference.is_some() { "DIFFERS" } else { "equal" };
    println!(
        "{name:<44} {:<17} {:>7} {invalid:>8}  {:<8}  {:<12}  {}",
        format.name(),
        tokens,
        told(&direct),
        told(&through),
        told(&apart),
    );
    for difference in direct.iter().chain(&through).chain(&apart) {
        println!("    {difference}");
    }
    Ok(Some([&direct, &through, &apart].iter().all(|difference| difference.is_none())))
}

/// What came of a source on its way.
struct Travelled {
    tokens: u64,
    invalid: u64,
    /// As they came out of the second store.
    files: Trees,
    /// What is not as it should be with two stores that imported it apart.
    apart: Option<String>,
}

/// Imports the source, sends it to another store, and exports it there; a third one imports it, too, and meets the first.
fn travel(source: &Path, format: Format) -> Result<Travelled> {
    let folder = TempDir::new()?;
    let project = "travelling".parse()?;
    let import = ImportOptions {
        project: Some("travelling".parse()?),
        limits: Limits::aggressive(),
        ..ImportOptions::default()
    };
    let store = |name: &str| {
        ProjectService::open(ServiceOptions {
            root: folder.join(name),
            witness_dir: None,
            busy_timeout_ms: 1_000,
            actor: String::new(),
        })
    };
    let (one, two, three) = (store("one")?, store("two")?, store("three")?);
    let summary = one.import_project(source, &import, &())?;
    let archive = folder.join("travelling.dss");
    one.export_project(&project, &archive, &ExportOptions::default(), &())?;
    two.import_project(&archive, &import, &())?;
    three.import_project(source, &import, &())?;
    let apart = exchange(&one, &three, folder.path())?;
    let out = folder.join("out/");
    std::fs::create_dir(&out)?;
    two.export_project(&project, &out, &ExportOptions { to: Some(format), ..ExportOptions::default() }, &())?;
    let tokens = summary.kinds.get("token").map_or(0, |kind| kind.read);
    Ok(Travelled { tokens, invalid: summary.invalid_tokens, files: Trees::load(&out)?, apart })
}

/// Makes one project of two that were made of one source; tells if they do not end up as one.
fn exchange(one: &ProjectService, other: &ProjectService, folder: &Path) -> Result<Option<String>> {
    let project = "travelling".parse()?;
    let import = ImportOptions {
        project: Some("travelling".parse()?),
        allow: Allowed { other_project: true, ..Allowed::default() },
        limits: Limits::aggressive(),
        ..ImportOptions::default()
    };
    let archive = folder.join("exchanged.dss");
    let export = ExportOptions { overwrite: true, ..ExportOptions::default() };
    let mut states = Vec::new();
    for (from, to) in [(one, other), (other, one), (one, other)] {
        from.export_project(&project, &archive, &export, &())?;
        let summary = to.import_project(&archive, &import, &())?;
        let added: u64 = summary.kinds.values().map(|kind| kind.added).sum();
        if (summary.open_conflicts, added) != (0, 0) {
            let conflicts = summary.open_conflicts;
            return Ok(Some(format!("two stores: {conflicts} conflicts, {added} items twice")));
        }
        states.push(summary.export_hash);
    }
    let is_one = states.get(1) == states.get(2);
    Ok((!is_one).then(|| "two stores: their archives stay different".to_owned()))
}

fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut children: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    children.sort();
    Ok(children)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
