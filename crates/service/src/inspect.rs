//! Looking into an archive, by its manifest alone.

use std::fs::File;
use std::path::Path;

use dss_format::archive::Archive;
use dss_format::manifest::{Extent, Role};
use dss_format::time;
use dss_model::{JsonRef, Kind, Limits, NearLimit};
use dss_security::EntryInfo;

use crate::operation::{Subject, observed};
use crate::summary::{EntryView, Inspection, LimitUse, ReplicaView};
use crate::{ServiceError, import};

/// What an archive says about itself. Container and manifest are proven; entries are not read.
///
/// An archive may be larger than `limits`: looking at it is how one finds out. It says which of them an import would
/// meet.
///
/// # Errors
/// [`ServiceError`] of the stage `archive`, `manifest` or `schema`.
pub fn inspect(input: &Path, limits: &Limits) -> Result<Inspection, ServiceError> {
    observed(Subject::file("inspect", input), || run(input, limits))
}

fn run(input: &Path, limits: &Limits) -> Result<Inspection, ServiceError> {
    let most = Limits::aggressive();
    let opening = Limits {
        archive_bytes: limits.archive_bytes.max(most.archive_bytes),
        entries: limits.entries.max(most.entries),
        entry_bytes: limits.entry_bytes.max(most.entry_bytes),
        total_bytes: limits.total_bytes.max(most.total_bytes),
        ratio: limits.ratio.max(most.ratio),
        tokens: u64::MAX,
        components: u64::MAX,
        ..*limits
    };
    let metadata = std::fs::metadata(input);
    if metadata.is_ok_and(|metadata| metadata.is_dir()) {
        return Err(ServiceError::Usage {
            message: "a folder cannot be inspected".to_owned(),
            hint: "`dss verify FOLDER` checks it and says what is in it".to_owned(),
        });
    }
    let archive = import::open_archive(input, &opening)?;
    let manifest = archive.manifest().manifest();
    let project = manifest.project.get_ref();
    let name = project.get("name").and_then(JsonRef::string).unwrap_or_default().into_owned();
    Ok(Inspection {
        source: input.display().to_string(),
        name,
        project_id: import::archive_project_ids(&archive).map(|ids| ids.id().to_string()).unwrap_or_default(),
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
        near_limits: near_limits(&archive, limits),
    })
}

fn near_limits(archive: &Archive<File>, limits: &Limits) -> Vec<LimitUse> {
    let container = archive.container();
    let count = |kind| archive.manifest().manifest().counts.get(&kind).copied().unwrap_or(0);
    let largest = container.entries().map(EntryInfo::size).max().unwrap_or(0);
    let near = [
        NearLimit::check("archive_bytes", container.archive_bytes(), limits.archive_bytes),
        NearLimit::check(
            "entries",
            u64::try_from(container.entries().len()).unwrap_or(u64::MAX),
            limits.entries,
        ),
        NearLimit::check("entry_bytes", largest, limits.entry_bytes),
        NearLimit::check("total_bytes", container.total_bytes(), limits.total_bytes),
        NearLimit::check("tokens", count(Kind::Token), limits.tokens),
        NearLimit::check("components", count(Kind::Component), limits.components),
    ];
    near.into_iter().flatten().map(Into::into).collect()
}
