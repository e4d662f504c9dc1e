//! What the writer alone decides, and an honest zip program would decide otherwise: order, methods, compressed bytes, the
//! manifest's spelling. The container's own part of it is checked by `dss-security`.

use dss_model::{ContentHash, JsonLimits, JsonText, Stage};
use dss_security::{Method, OpenedArchive, ReadAt};

use super::reader::{manifest_bytes, refused};
use crate::error::{FormatError, FormatErrorKind};
use crate::layout::MANIFEST;
use crate::manifest::{Compressed, Content, Manifest};

/// Every byte of the file is then fixed: headers follow from the entries, compressed data has the hash that the manifest
/// lists, stored data has its SHA-256, and the manifest, which is stored, has one spelling and its own hash.
pub(super) fn check<S: ReadAt>(container: &OpenedArchive<S>, manifest: &Manifest) -> Result<(), FormatError> {
    let names = manifest.contents.iter().map(|content| content.path.as_str()).chain([MANIFEST]);
    for (entry, name) in container.entries().zip(names) {
        if entry.name() != name {
            let message = format!("stands where the manifest's order has {}", name.escape_debug());
            return Err(not_canonical(entry.name(), message));
        }
    }
    for content in &manifest.contents {
        check_data(container, content)?;
    }
    if container.find(MANIFEST).is_none_or(|entry| entry.method() != Method::Stored) {
        return Err(not_canonical(MANIFEST, "is compressed, and should be stored as it is"));
    }
    let bytes = manifest_bytes(container)?;
    let is_canonical = JsonText::parse(&bytes, &JsonLimits::default())
        .is_ok_and(|text| text.canonical().as_bytes() == bytes.as_slice());
    if !is_canonical {
        return Err(not_canonical(MANIFEST, "is not spelled as canonical JSON"));
    }
    container.check_canonical_headers().map_err(refused)
}

/// The entry's bytes in the file are those that were written.
fn check_data<S: ReadAt>(container: &OpenedArchive<S>, content: &Content) -> Result<(), FormatError> {
    let Some(entry) = container.find(&content.path) else { return Ok(()) };
    let listed = match (entry.method(), content.compressed) {
        (Method::Deflate, Some(compressed)) => compressed,
        (Method::Stored, None) => Compressed { size: content.size, sha256: content.sha256 },
        (Method::Deflate, None) => {
            return Err(not_canonical(&content.path, "is compressed, and the manifest does not say to what"));
        }
        _ => return Err(not_canonical(&content.path, "is not compressed as the manifest lists")),
    };
    let found =
        container.compressed_sha256(entry).map_err(|error| FormatError::read(&content.path, error.into()))?;
    let found = Compressed { size: entry.compressed_size(), sha256: ContentHash::from_bytes(found.0) };
    if found == listed {
        return Ok(());
    }
    let message = format!(
        "Manifest integrity check failed: {} bytes with the SHA-256 {} lie in the file, the manifest lists {} bytes with {}",
        found.size, found.sha256, listed.size, listed.sha256
    );
    Err(not_canonical(&content.path, message))
}

fn not_canonical(entry: &str, message: impl Into<String>) -> FormatError {
    FormatError::new(FormatErrorKind::NotCanonical, Stage::Archive, entry, message)
}
