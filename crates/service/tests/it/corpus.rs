//! Real token files: they come in, travel to another store, and come out as they were.
#![expect(clippy::arithmetic_side_effects, reason = "a test's own small numbers")]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use dss_service::format::archive::Archive;
use dss_service::format::manifest::Role;
use dss_service::interop::Format;
use dss_service::model::{JsonKind, JsonLimits, JsonRef, JsonText};
use dss_service::security::OpenOptions;
use dss_service::{ImportOptions, VerifyOptions, verify};
use dss_testkit::TestResult;

use crate::support::{fixture, options};

/// What is imported from each source, and where its token files are.
const SOURCES: [(&str, &str); 7] = [
    ("primer-dtcg/github-primer.resolver.json", "primer-dtcg"),
    ("figma-sds-dtcg/figma-sds.resolver.json", "figma-sds-dtcg"),
    ("carbon-themes", "carbon-themes"),
    ("figma-native-bison", "figma-native-bison"),
    ("shopware-meteor", "shopware-meteor"),
    ("kong", "kong"),
    ("open-props/open-props.resolver.json", "open-props"),
];

#[test]
fn real_design_systems_travel_unchanged() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    for (input, folder) in SOURCES {
        let one = fixture()?;
        // As what they are, be it that another tool has written them.
        let as_dtcg = ImportOptions { from: Some(Format::Dtcg), ..options("p") };
        let input_path = shared.join("data/tokens").join(input);
        let summary = one.service.import_project(&input_path, &as_dtcg, &())?;
        let read = |kind: &str| summary.kinds.get(kind).map_or(0, |kind| kind.read);
        assert!(read("token") > 100, "{input}");

        let archive = one.export("p", "a.dss")?;
        let checked = verify(
            &archive,
            &VerifyOptions { limits: options("p").limits, is_canonical: true, ..VerifyOptions::default() },
            &(),
        )?;
        assert_eq!(checked.invalid_tokens, summary.invalid_tokens, "{input}");

        let two = fixture()?;
        two.import(&archive, "p")?;
        let again = two.export("p", "b.dss")?;
        assert!(std::fs::read(&archive)? == std::fs::read(&again)?, "{input}: the second archive differs");

        let root = shared.join("data/tokens").join(folder);
        let files = compare_documents(&archive, &root)?;
        println!(
            "{input}: {} sets, {} groups, {} tokens ({} invalid), {} themes, {} errors and {} warnings, \
             {files} files JSON-equal, archive byte-identical after a second store",
            read("set"),
            read("group"),
            read("token"),
            summary.invalid_tokens,
            read("theme"),
            summary.findings.errors,
            summary.findings.warnings,
        );
    }
    Ok(())
}

/// Every token document in the archive is the file it came from, member order included.
fn compare_documents(archive: &Path, root: &Path) -> TestResult<usize> {
    let archive = Archive::open(File::open(archive)?, &OpenOptions::strict())?;
    let mut count = 0;
    for content in archive.contents_of(Role::Tokens) {
        let mut bytes = Vec::new();
        archive.payload(content)?.read_to_end(&mut bytes)?;
        let written = JsonText::parse(&bytes, &JsonLimits::default())?;
        let set = content.set.as_deref().unwrap_or_default();
        let Some(path) = original(root, set) else { continue };
        let read = JsonText::parse(&std::fs::read(&path)?, &JsonLimits::default())?;
        if let Some(difference) = difference(read.get_ref(), written.get_ref(), "$") {
            return Err(format!("{}: {difference}", path.display()).into());
        }
        count += 1;
    }
    Ok(count)
}

/// The file of that set; none for what a resolver document holds in place.
fn original(root: &Path, set: &str) -> Option<PathBuf> {
    let endings = [".tokens.json", ".json"];
    endings.iter().map(|ending| root.join(format!("{set}{ending}"))).find(|path| path.is_file())
}

/// Where two documents differ, apart from our own extension.
fn difference(read: JsonRef<'_>, written: JsonRef<'_>, at: &str) -> Option<String> {
    let differs = || Some(format!("{at}: {} became {}", read.as_str(), written.as_str()));
    match (read.kind(), written.kind()) {
        (JsonKind::Object, JsonKind::Object) => {
            let (read, written) = (members(read), members(written));
            let names = |list: &[(String, JsonRef<'_>)]| {
                list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
            };
            if names(&read) != names(&written) {
                return Some(format!("{at}: members {:?} became {:?}", names(&read), names(&written)));
            }
            let pairs = read.iter().zip(&written);
            pairs
                .map(|((name, a), (_, b))| difference(*a, *b, &format!("{at}.{name}")))
                .find_map(|found| found)
        }
        (JsonKind::Array, JsonKind::Array) => {
            let (a, b): (Vec<_>, Vec<_>) = (read.elements().collect(), written.elements().collect());
            if a.len() != b.len() {
                return differs();
            }
            a.into_iter().zip(b).find_map(|(a, b)| difference(a, b, &format!("{at}[]")))
        }
        (JsonKind::String, JsonKind::String) if read.string() == written.string() => None,
        _ if read.as_str() == written.as_str() => None,
        _ => differs(),
    }
}

/// An object's members without our extension, and without an `$extensions` that held nothing else.
fn members(object: JsonRef<'_>) -> Vec<(String, JsonRef<'_>)> {
    let is_foreign = |(name, value): &(std::borrow::Cow<'_, str>, JsonRef<'_>)| {
        let is_ours_alone = value.members().all(|(vendor, _)| vendor == "org.dss");
        name != "org.dss" && !(name == "$extensions" && value.kind() == JsonKind::Object && is_ours_alone)
    };
    object.members().filter(is_foreign).map(|(name, value)| (name.into_owned(), value)).collect()
}

#[test]
fn what_no_reader_understands_is_refused() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    let fixture = fixture()?;
    for (input, code) in [
        ("momentum", "json_duplicate_key"),
        ("momentum/theme-data", "not_tokens"),
        ("momentum/components", "not_tokens"),
    ] {
        let error = fixture.import(&shared.join("data/tokens").join(input), "refused").unwrap_err();
        assert_eq!(error.code(), code, "{input}: {error}");
    }
    Ok(())
}
