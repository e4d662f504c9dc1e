//! Archives that no exporter writes: what is in them was changed, and all hashes hold.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use dss_service::format::archive::{Archive, ArchiveWriter, Header};
use dss_service::format::manifest::Role;
use dss_service::security::OpenOptions;
use dss_testkit::TestResult;

/// Writes `from` again to `to`: the text of every entry but the contents of assets as `change` makes it, by role and
/// path; `None` leaves it out. `header` may change what the manifest says.
pub(crate) fn edit(
    from: &Path,
    to: &Path,
    change: impl Fn(Role, &str, String) -> Option<String>,
    header: impl FnOnce(&mut Header),
) -> TestResult {
    let archive = Archive::open(File::open(from)?, &OpenOptions::strict())?;
    let manifest = archive.manifest().manifest();
    let mut zip = ArchiveWriter::new(File::create(to)?)?;
    for content in archive.contents().iter().filter(|content| content.role != Role::Mimetype) {
        let mut bytes = Vec::new();
        archive.payload(content)?.read_to_end(&mut bytes)?;
        if content.role != Role::Asset {
            match change(content.role, &content.path, String::from_utf8(bytes)?) {
                Some(text) => bytes = text.into_bytes(),
                None => continue,
            }
        }
        let mut entry = zip.entry(&content.path)?;
        entry.write_all(&bytes)?;
        entry.finish(content.role, &content.media_type, content.count, content.set.as_deref());
    }
    let mut new = Header {
        project: manifest.project.clone(),
        also_known_as: manifest.also_known_as.clone(),
        replicas: manifest.replicas.clone(),
        extent: manifest.extent.clone(),
        counts: manifest.counts.clone(),
        exported_at_ms: manifest.exported_at_ms,
        by: manifest.by.clone(),
    };
    header(&mut new);
    zip.finish(new)?;
    Ok(())
}

/// The text of all entries of that role.
pub(crate) fn text(archive: &Path, role: Role) -> TestResult<String> {
    let archive = Archive::open(File::open(archive)?, &OpenOptions::strict())?;
    let mut text = String::new();
    for content in archive.contents_of(role) {
        archive.payload(content)?.read_to_string(&mut text)?;
    }
    Ok(text)
}
