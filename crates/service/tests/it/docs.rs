//! docs/archive-format.md tells the truth: every example in it is what the code writes.
//!
//! An example is a fenced block behind a comment `<!-- example: ENTRY at /POINTER, indented -->`; the last two
//! parts may be left out. `DSS_DOCS_WRITE=1 cargo test -p dss-service docs` brings them up to date.

pub(crate) mod acme;
mod made;

use std::path::{Path, PathBuf};

use dss_service::format::dtcg;
use dss_service::model::{JsonKind, JsonLimits, JsonRef, JsonText};
use dss_testkit::TestResult;

const MARK: &str = "<!-- example: ";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/archive-format.md")
}

/// What an example has to say.
fn told(what: &str, entries: &acme::Entries) -> TestResult<String> {
    let (what, is_indented) = match what.strip_suffix(", indented") {
        Some(what) => (what, true),
        None => (what, false),
    };
    let (name, pointer) = what.split_once(" at ").unwrap_or((what, ""));
    let found = entries.iter().find(|(entry, _)| entry == name).ok_or_else(|| format!("no entry {name}"))?;
    let text = String::from_utf8(found.1.clone())?;
    if pointer.is_empty() && !is_indented {
        return Ok(text.trim_end().to_owned());
    }
    let json = JsonText::parse(text.as_bytes(), &JsonLimits::default())?;
    let value = walk(json.get_ref(), pointer).ok_or_else(|| format!("nothing at {what}"))?;
    Ok(if is_indented { dtcg::indent(value, 0) } else { value.as_str().to_owned() })
}

/// What a JSON pointer (RFC 6901) leads to.
fn walk<'a>(from: JsonRef<'a>, pointer: &str) -> Option<JsonRef<'a>> {
    pointer.split('/').skip(1).try_fold(from, |value, name| {
        let name = name.replace("~1", "/").replace("~0", "~");
        match value.kind() {
            JsonKind::Array => value.elements().nth(name.parse().ok()?),
            _ => value.get(&name),
        }
    })
}

#[test]
fn every_example_is_what_the_code_writes() -> TestResult {
    let (_fixture, archive) = acme::archive()?;
    let mut entries = acme::entries(&archive)?;
    entries.extend(made::entries(&archive, &entries)?);
    entries.extend(acme::trail(&archive)?);
    let page_text = std::fs::read_to_string(page())?;
    let mut written = String::new();
    let mut wrong = Vec::new();
    let mut lines = page_text.lines();
    let mut count = 0_usize;
    while let Some(line) = lines.next() {
        written.push_str(&format!("{line}\n"));
        let Some(what) = line.strip_prefix(MARK).and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        count = count.saturating_add(1);
        let fence = lines
            .next()
            .filter(|fence| fence.starts_with("```"))
            .ok_or_else(|| format!("no block: {what}"))?;
        let shown: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let told = told(what, &entries)?;
        if shown.join("\n") != told {
            wrong.push(format!("{what}:\n{told}"));
        }
        written.push_str(&format!("{fence}\n{told}\n```\n"));
    }
    if std::env::var_os("DSS_DOCS_WRITE").is_some() {
        std::fs::write(page(), written)?;
        return Ok(());
    }
    assert!(count > 15, "the page has only {count} examples");
    assert!(
        wrong.is_empty(),
        "docs/archive-format.md is not current (DSS_DOCS_WRITE=1):\n{}",
        wrong.join("\n\n")
    );
    Ok(())
}

/// What the page says about itself elsewhere: every member of the extension, role and schema is explained.
#[test]
fn nothing_is_left_out() -> TestResult {
    let page_text = std::fs::read_to_string(page())?;
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let read = |name: &str| -> TestResult<serde_json::Value> {
        Ok(serde_json::from_slice(&std::fs::read(schemas.join(name))?)?)
    };
    let (manifest, extension) = (read("manifest.schema.json")?, read("org.dss.extension.schema.json")?);
    let members = |value: &serde_json::Value| -> Vec<String> {
        value["properties"].as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    };
    let mut names = members(&manifest);
    names.extend(members(&manifest["$defs"]["content"]));
    for definition in ["root", "token", "themeGroup", "pair"] {
        names.extend(members(&extension["$defs"][definition]));
    }
    let roles = manifest["$defs"]["content"]["properties"]["role"]["enum"].as_array().ok_or("no roles")?;
    names.extend(roles.iter().filter_map(|role| role.as_str().map(str::to_owned)));
    names.extend(["implicit".to_owned(), "absent".to_owned(), "sha256".to_owned()]);
    let missing: Vec<_> = names.iter().filter(|name| !page_text.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "not explained: {missing:?}");
    Ok(())
}
