//! Looking into an archive, by its manifest alone.

use std::path::Path;

use dss_format::manifest::{Extent, Role};
use dss_format::time;
use dss_model::{JsonRef, Limits};

use crate::summary::{EntryView, Inspection, ReplicaView};
use crate::{ServiceError, import};

/// What an archive says about itself. Container and manifest are proven; entries are not read.
///
/// # Errors
/// [`ServiceError`] of the stage `archive`, `manifest` or `schema`.
pub fn inspect(input: &Path) -> Result<Inspection, ServiceError> {
    let limits = Limits { tokens: u64::MAX, components: u64::MAX, ..Limits::aggressive() };
    let metadata = std::fs::metadata(input);
    if metadata.is_ok_and(|metadata| metadata.is_dir()) {
        return Err(ServiceError::Usage {
            message: "a folder cannot be inspected".to_owned(),
            hint: "`dss verify FOLDER` checks it and says what is in it".to_owned(),
        });
    }
    let archive = import::open_archive(input, &limits)?;
    let manifest = archive.manifest().manifest();
    let project = manifest.project.get_ref();
    let name = project.get("name").and_then(JsonRef::string).unwrap_or_default().into_owned();
    Ok(Inspection {
        source: input.display().to_string(),
        name,
        project_id: import::archive_project_id(&archive).map(|id| id.to_string()).unwrap_or_default(),
        export_hash: archive.manifest().export_hash().to_string(),
        generator: manifest.generator.clone(),
        schema_version: manifest.schema_version,
        kind: match manifest.extent {
            Extent::Full => "full",
            Extent::Partial { .. } => "partial",
        },
        exported_at: time::format(manifest.exported_at_ms),
        by: manifest.by.clone(),
        kinds: manifest.counts.iter().map(|(kind, count)| (kind.name(), *count)).collect(),
        replicas: manifest
            .replicas
            .iter()
            .map(|(id, counter)| ReplicaView { id: id.to_string(), counter: *counter })
            .collect(),
        entries: archive
            .contents()
            .iter()
            .filter(|content| content.role != Role::Mimetype)
            .map(|content| EntryView {
                path: content.path.clone(),
                role: content.role.name(),
                size: content.size,
                count: content.count,
                sha256: content.sha256.to_string(),
            })
            .collect(),
        file_bytes: archive.container().archive_bytes(),
    })
}
