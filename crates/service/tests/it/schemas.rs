//! schemas/ says what archives hold, and the official schemas of DTCG accept what they accepted before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dss_service::model::TokenPath;
use dss_service::{Allowed, ExportOptions, ImportOptions, Selection, Since};
use dss_testkit::TestResult;
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use crate::docs::acme;
use crate::support::{fixture, name, options};

const NAMES: [&str; 6] = ["manifest", "components", "assets", "deleted", "history", "org.dss.extension"];
const EXTENSION: &str = "org.dss.extension";

fn ours() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

fn read(path: &Path) -> TestResult<Value> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

fn id(schema: &Value) -> TestResult<String> {
    Ok(schema["$id"].as_str().ok_or("no $id")?.to_owned())
}

/// Our schemas, each able to refer to the others.
fn registry(files: &[PathBuf]) -> TestResult<Registry<'static>> {
    let mut registry = Registry::new();
    for file in files {
        let schema = read(file)?;
        registry = registry.add(id(&schema)?, schema)?;
    }
    Ok(registry.prepare()?)
}

fn our_registry() -> TestResult<Registry<'static>> {
    registry(&NAMES.map(|name| ours().join(format!("{name}.schema.json"))))
}

/// The validator of a schema, or of one of its definitions.
fn validator(registry: &Registry<'static>, name: &str, definition: &str) -> TestResult<Validator> {
    let id = id(&read(&ours().join(format!("{name}.schema.json")))?)?;
    let schema = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": format!("{id}{definition}")});
    Ok(jsonschema::options().with_registry(registry).should_validate_formats(true).build(&schema)?)
}

#[track_caller]
fn assert_valid(validator: &Validator, value: &Value, what: &str) {
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}

/// Checks every payload of an archive; returns what was checked.
fn check(archive: &Path) -> TestResult<BTreeSet<String>> {
    let registry = our_registry()?;
    let mut checked = BTreeSet::new();
    for (entry, bytes) in acme::entries(archive)? {
        if entry == "mimetype" || entry.starts_with("assets/") {
            continue;
        }
        if entry == "history.ndjson" {
            let schema = validator(&registry, "history", "")?;
            for line in String::from_utf8(bytes)?.lines() {
                assert_valid(&schema, &serde_json::from_str(line)?, line);
            }
            checked.insert("history".to_owned());
            continue;
        }
        let value: Value = serde_json::from_slice(&bytes)?;
        if entry.starts_with("tokens/") {
            check_tokens(&registry, &value, &entry)?;
            checked.insert("tokens".to_owned());
        } else if entry.ends_with(".resolver.json") {
            check_resolver(&registry, &value, &entry)?;
            checked.insert("resolver".to_owned());
        } else {
            let schema = entry.strip_suffix(".json").ok_or("an entry of no known kind")?;
            assert_valid(&validator(&registry, schema, "")?, &value, &entry);
            checked.insert(schema.to_owned());
        }
    }
    Ok(checked)
}

fn extension(object: &Value) -> Option<&Value> {
    object.get("$extensions")?.get("org.dss")
}

fn check_tokens(registry: &Registry<'static>, document: &Value, entry: &str) -> TestResult {
    let [root, group, token] =
        ["root", "group", "token"].map(|name| validator(registry, EXTENSION, &format!("#/$defs/{name}")));
    let (root, group, token) = (root?, group?, token?);
    assert_valid(&root, extension(document).ok_or("the root has no revision")?, entry);
    let mut open = vec![document];
    while let Some(object) = open.pop() {
        for (name, child) in object.as_object().into_iter().flatten() {
            if !child.is_object() || (name.starts_with('$') && name != "$root") {
                continue;
            }
            let is_token = child.get("$value").is_some() || child.get("$ref").is_some();
            match (extension(child), is_token) {
                (Some(ours), true) => assert_valid(&token, ours, entry),
                (Some(ours), false) => assert_valid(&group, ours, entry),
                (None, true) => return Err(format!("{entry}: token {name} has no revision").into()),
                (None, false) => {}
            }
            open.push(child);
        }
    }
    Ok(())
}

fn check_resolver(registry: &Registry<'static>, document: &Value, entry: &str) -> TestResult {
    for (member, definition) in [("sets", "layer"), ("modifiers", "themeGroup")] {
        let validator = validator(registry, EXTENSION, &format!("#/$defs/{definition}"))?;
        for (name, item) in document[member].as_object().into_iter().flatten() {
            assert_valid(&validator, extension(item).ok_or("no revision")?, &format!("{entry} {name}"));
        }
    }
    Ok(())
}

#[test]
fn what_is_exported_matches_the_schemas() -> TestResult {
    let (fixture, archive) = acme::archive()?;
    let all = ["assets", "components", "deleted", "manifest", "resolver", "tokens"];
    assert_eq!(check(&archive)?, all.map(str::to_owned).into());

    let partial = fixture.dir.join("partial.dss");
    let selection = Selection { folders: vec![TokenPath::from_alias("size")], ..Selection::default() };
    let options = ExportOptions { selection, by: Some("ann".to_owned()), ..ExportOptions::default() };
    fixture.service.export_project(&name("acme"), &partial, &options, &())?;
    assert_eq!(check(&partial)?, ["deleted", "manifest", "tokens"].map(str::to_owned).into());

    let everything = fixture.dir.join("everything.dss");
    let options = ExportOptions { history: true, ..ExportOptions::default() };
    fixture.service.export_project(&name("acme"), &everything, &options, &())?;
    assert!(check(&everything)?.contains("history"));
    for since in [
        Since::Archive(everything),
        Since::Import(1),
        Since::Context(vec!["aaaaaaaa-0000-4000-8000-000000000000:1".parse()?]),
    ] {
        let categories = vec!["action".to_owned()];
        let selection = Selection { categories, ..Selection::default() };
        let options =
            ExportOptions { selection, since: Some(since), overwrite: true, ..ExportOptions::default() };
        fixture.service.export_project(&name("acme"), &partial, &options, &())?;
        assert!(check(&partial)?.contains("manifest"));
    }

    let twin = fixture.dir.join("twin.tokens.json");
    std::fs::write(&twin, r#"{"size": {"$type": "number", "$value": 4}}"#)?;
    fixture.import(&twin, "twin")?;
    let adopting = ImportOptions {
        allow: Allowed { other_project: true, ..Allowed::default() },
        ..crate::support::options("twin")
    };
    fixture.service.import_project(&archive, &adopting, &())?;
    assert!(check(&fixture.export("twin", "twin.dss")?)?.contains("manifest"));

    // What came from here and comes back changes nothing, wherever a set stands in the archive.
    let before = fixture.bytes("acme")?;
    let selection = Selection { sets: vec!["scheme/light".to_owned()], ..Selection::default() };
    let options = ExportOptions { selection, overwrite: true, ..ExportOptions::default() };
    fixture.service.export_project(&name("acme"), &partial, &options, &())?;
    assert_eq!(check(&partial)?, ["manifest", "tokens"].map(str::to_owned).into());
    fixture.import(&partial, "acme")?;
    assert!(before == fixture.bytes("acme")?, "a set of its own came back changed");
    Ok(())
}

/// Makes a valid payload an invalid one.
type Break = fn(&mut Value);

#[test]
fn what_is_broken_does_not_match() -> TestResult {
    let (_fixture, archive) = acme::archive()?;
    let registry = our_registry()?;
    let entries = acme::entries(&archive)?;
    let entry = |name: &str| -> TestResult<Value> {
        let found = entries.iter().find(|(entry, _)| entry == name).ok_or("no such entry")?;
        Ok(serde_json::from_slice(&found.1)?)
    };
    let breaks: [(&str, Break); 13] = [
        ("manifest", |value| value["exportHash"] = json!("ABC")),
        ("manifest", |value| value["kind"] = json!("partial")),
        ("manifest", |value| value["contents"][0]["set"] = json!("base")),
        ("manifest", |value| value["contents"][0]["role"] = json!("virus")),
        ("manifest", |value| value["unknown"] = json!(1)),
        ("manifest", |value| value["project"]["$extensions"] = json!({})),
        ("manifest", |value| value["alsoKnownAs"] = json!([])),
        ("components", |value| value["components"][0]["props"] = json!([])),
        ("components", |value| value["components"][0]["$extensions"]["org.dss"]["rev"] = json!("0:01")),
        ("assets", |value| value["assets"][0]["sha256"] = json!(null)),
        ("assets", |value| value["replicas"] = json!(["ann"])),
        ("deleted", |value| value["deleted"][0]["kind"] = json!("tokens")),
        ("deleted", |value| value["deleted"][0]["regs"]["@life"]["value"] = json!({"life": "undead"})),
    ];
    for (index, (name, break_it)) in breaks.into_iter().enumerate() {
        let mut value = entry(&format!("{name}.json"))?;
        let validator = validator(&registry, name, "")?;
        assert_valid(&validator, &value, name);
        break_it(&mut value);
        assert!(!validator.is_valid(&value), "break {index} of {name} goes unnoticed");
    }
    Ok(())
}

#[test]
fn schemas_are_schemas() -> TestResult {
    let files = std::fs::read_dir(ours())?.map(|file| Ok(file?.path())).collect::<TestResult<Vec<_>>>()?;
    assert_eq!(files.len(), NAMES.len(), "{files:?}");
    for file in files {
        let schema = read(&file)?;
        assert!(jsonschema::meta::is_valid(&schema), "{}", file.display());
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(id(&schema)?.ends_with(&format!("/{name}")));
    }
    Ok(())
}

/// Where token files are, and how many of them the official schema accepts. (Of primer's 64 it accepts one more,
/// which holds no tokens and so is not imported.)
const SOURCES: [(&str, usize); 5] = [
    ("primer-dtcg", 47),
    ("figma-native-bison", 6),
    ("carbon-themes", 2),
    ("figma-sds-dtcg", 4),
    ("shopware-meteor", 0),
];

#[test]
fn valid_token_files_stay_valid() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    let official = official(&shared.join("data/dtcg-schemas-2025.10"))?;
    for (source, expected) in SOURCES {
        let fixture = fixture()?;
        // Without the resolver document, which does not name all of them.
        let folder = shared.join("data/tokens").join(source);
        for file in
            json_files(&folder)?.iter().filter(|file| !file.to_string_lossy().ends_with(".resolver.json"))
        {
            let name = Path::new("in").join(file.strip_prefix(&folder)?);
            fixture.file(&name.to_string_lossy(), std::fs::read(file)?)?;
        }
        fixture.service.import_project(&fixture.dir.join("in"), &options("p"), &())?;
        let archive = fixture.export("p", "a.dss")?;
        let (mut before, mut after, mut count) = (BTreeSet::new(), BTreeSet::new(), 0_usize);
        for (entry, bytes) in acme::entries(&archive)? {
            let set = entry.strip_prefix("tokens/").and_then(|name| name.strip_suffix(".tokens.json"));
            let Some(set) = set else { continue };
            let original = [".tokens.json", ".json"].map(|ending| folder.join(format!("{set}{ending}")));
            let original =
                original.into_iter().find(|path| path.is_file()).ok_or_else(|| format!("no {set}"))?;
            count = count.saturating_add(1);
            if official.is_valid(&read(&original)?) {
                before.insert(set.to_owned());
            }
            if official.is_valid(&serde_json::from_slice(&bytes)?) {
                after.insert(set.to_owned());
            }
        }
        assert_eq!(before, after, "{source}");
        println!("{source}: {} of {count} files are valid, before and after", after.len());
        assert_eq!(after.len(), expected, "{source}");
    }
    Ok(())
}

fn json_files(folder: &Path) -> TestResult<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for file in std::fs::read_dir(folder)? {
            let path = file?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// The official schema of token files (draft-07, in many files).
fn official(folder: &Path) -> TestResult<Validator> {
    let registry = registry(&json_files(folder)?)?;
    let schema = read(&folder.join("format.json"))?;
    Ok(jsonschema::options().with_registry(&registry).build(&schema)?)
}
