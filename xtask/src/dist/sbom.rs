//! The list of all that is in the program (SBOM), as `CycloneDX` 1.5: <https://cyclonedx.org/docs/1.5/json/>. It is made
//! here, for it has to be the same each time: no time, and a serial number that follows from the content.
#![expect(
    clippy::indexing_slicing,
    reason = "JSON that lacks a member has null there; what is written to is an object, made here"
)]

use std::fs;

use serde_json::{Value, json};

use crate::failure::Failure;

use super::contents::{Contents, Crate};
use super::{Release, build, sums};

pub(super) const FILE: &str = "sbom.cdx.json";
/// The one thing in the program that is no crate, and the crate that brings it.
const SQLITE: &str = "libsqlite3-sys";

/// Writes the list.
pub(super) fn write(release: &Release, contents: &Contents) -> Result<(), Failure> {
    let mut list = list(contents);
    if let Some(carrier) = contents.crates.iter().find(|one| one.name == SQLITE) {
        add_sqlite(&mut list, carrier, &fs::read_to_string(carrier.folder.join("sqlite3/sqlite3.h"))?);
    }
    Ok(fs::write(release.staged(FILE), format!("{:#}\n", numbered(list)))?)
}

fn list(contents: &Contents) -> Value {
    let (program, libraries): (Vec<&Crate>, Vec<&Crate>) =
        contents.crates.iter().partition(|one| one.name == build::PACKAGE);
    let dependencies =
        contents.crates.iter().map(|one| json!({ "ref": one.reference(), "dependsOn": one.uses }));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": program.first().map(|one| component(one, "application")) },
        "components": libraries.into_iter().map(|one| component(one, "library")).collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    })
}

fn component(one: &Crate, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": one.reference(),
        "name": one.name,
        "version": one.version,
        "purl": one.reference(),
        "licenses": [{ "expression": one.licence }],
    });
    if let Some(sum) = &one.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
    }
    component
}

/// SQLite is built into the program from C, at a version that its header says.
fn add_sqlite(list: &mut Value, carrier: &Crate, header: &str) {
    let version = header.lines().find_map(|line| line.strip_prefix("#define SQLITE_VERSION "));
    let version = version.map_or("", |version| version.trim().trim_matches('"'));
    let reference = format!("pkg:generic/sqlite@{version}");
    if let Some(components) = list["components"].as_array_mut() {
        components.push(json!({
            "type": "library",
            "bom-ref": reference,
            "name": "sqlite",
            "version": version,
            "purl": reference,
            "licenses": [{ "license": { "id": "blessing" } }],
        }));
    }
    if let Some(dependencies) = list["dependencies"].as_array_mut() {
        for one in dependencies.iter_mut().filter(|one| one["ref"] == carrier.reference()) {
            if let Some(uses) = one["dependsOn"].as_array_mut() {
                uses.push(reference.clone().into());
            }
        }
        dependencies.push(json!({ "ref": reference, "dependsOn": [] }));
    }
}

/// The list with its serial number: a UUID made of the content's SHA-256 (RFC 9562 §5.8).
fn numbered(mut list: Value) -> Value {
    let hash = sums::hex(list.to_string().as_bytes());
    let part = |range| hash.get(range).unwrap_or_default();
    let uuid = format!("{}-{}-8{}-8{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32));
    list["serialNumber"] = format!("urn:uuid:{uuid}").into();
    list
}

#[cfg(test)]
mod tests {
    use super::super::contents::tests::example;
    use super::*;

    #[test]
    fn what_is_in_the_program_is_listed_and_nothing_else() {
        let contents = example();
        let mut list = list(&contents);
        add_sqlite(&mut list, &contents.crates[1], "/* x */\n#define SQLITE_VERSION        \"3.53.2\"\n");
        assert_eq!(list["metadata"]["component"]["purl"], "pkg:cargo/dss-cli@1.0.0");
        assert_eq!(list["metadata"]["component"]["type"], "application");
        let names: Vec<_> =
            list["components"].as_array().into_iter().flatten().map(|one| &one["purl"]).collect();
        assert_eq!(names, ["pkg:cargo/libsqlite3-sys@2.0.0", "pkg:generic/sqlite@3.53.2"]);
        assert_eq!(list["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(list["components"][0]["hashes"][0]["content"], "ab");
        let uses = json!([
            { "ref": "pkg:cargo/dss-cli@1.0.0", "dependsOn": ["pkg:cargo/libsqlite3-sys@2.0.0"] },
            { "ref": "pkg:cargo/libsqlite3-sys@2.0.0", "dependsOn": ["pkg:generic/sqlite@3.53.2"] },
            { "ref": "pkg:generic/sqlite@3.53.2", "dependsOn": [] },
        ]);
        assert_eq!(list["dependencies"], uses);
    }

    #[test]
    fn the_serial_number_follows_from_the_content() {
        let serial = |list: Value| numbered(list)["serialNumber"].as_str().unwrap_or_default().to_owned();
        let (one, other) = (serial(json!({ "version": 1 })), serial(json!({ "version": 2 })));
        assert_eq!(one, serial(json!({ "version": 1 })));
        assert_ne!(one, other);
        let form = "urn:uuid:00000000-0000-8000-8000-000000000000";
        let fits = |(found, form): (char, char)| match form {
            '0' => found.is_ascii_hexdigit(),
            _ => found == form,
        };
        assert!(one.len() == form.len() && one.chars().zip(form.chars()).all(fits), "{one}");
    }
}
