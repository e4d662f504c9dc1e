//! Components and assets of an archive: checked against their schemas, and against what they name.

use std::collections::BTreeMap;
use std::fs::File;

use dss_format::archive::PayloadReader;
use dss_format::manifest::{Content, Role};
use dss_format::record::{self, ListReader, RECORD_INVALID};
use dss_format::{FormatError, FormatErrorKind};
use dss_model::{ContentHash, Entity, JsonRef, JsonText, Kind, RegName, Severity, Stage, Value};
use dss_store::{Reference, ReferenceKind};

use super::archive::{ArchiveImport, check_listed, proven, revision_error};
use super::facts::Facts;
use super::sink::Incoming;
use crate::ServiceError;
use crate::summary::Finding;

impl ArchiveImport<'_, '_> {
    pub(super) fn records(&mut self, content: &Content, name: &str, kind: Kind) -> Result<(), ServiceError> {
        let mut payload = self.archive.payload(content)?;
        let read = self.records_of(&mut payload, content, name, kind);
        proven(payload, read)
    }

    fn records_of(
        &mut self,
        payload: &mut PayloadReader<'_, File>,
        content: &Content,
        name: &str,
        kind: Kind,
    ) -> Result<(), ServiceError> {
        let item_bytes = self.sink.limits().item_bytes;
        let entry = content.path.as_str();
        let sizes: BTreeMap<ContentHash, u64> =
            self.archive.contents_of(Role::Asset).map(|asset| (asset.sha256, asset.size)).collect();
        let mut list = ListReader::new(payload, entry, name, item_bytes)?;
        let mut index = 0_u64;
        while let Some((text, line)) = list.next_record()? {
            // Only components stand in an order.
            let place = (kind == Kind::Component).then_some(index);
            let entity = record::decode(kind, text.get_ref(), place, list.replicas())
                .map_err(|message| revision_error(entry, Some(line), &message))?;
            let mut faults = record::check(kind, text.get_ref());
            if kind == Kind::Asset
                && let Some(size) = content_size(&entity, &sizes, entry, line)?
                && text.get_ref().get("size").and_then(JsonRef::u64).is_some_and(|stated| stated != size)
            {
                let message = format!("\"size\" is not that of the content, which has {size} bytes");
                faults.push(record::RecordFault { path: "/size".to_owned(), message });
            }
            let is_valid = faults.is_empty();
            for fault in faults {
                self.sink.findings.add(Finding {
                    code: RECORD_INVALID,
                    stage: Stage::Schema,
                    severity: Severity::Error,
                    file: entry.to_owned(),
                    path: format!("/{name}/{index}{}", fault.path),
                    line: Some(line),
                    message: fault.message,
                });
            }
            let references = if kind == Kind::Component { references(&text) } else { Vec::new() };
            self.sink.origins.add(entity.id(), entry, line)?;
            self.check_mark(entry, Some(line), &entity)?;
            self.sink.take(Incoming::Entity(entity), Facts { is_valid, references, ..Facts::default() })?;
            index = index.saturating_add(1);
        }
        check_listed(content, index)
    }
}

/// Bytes of an asset's content, which must be there.
fn content_size(
    asset: &Entity,
    sizes: &BTreeMap<ContentHash, u64>,
    entry: &str,
    line: u64,
) -> Result<Option<u64>, ServiceError> {
    let Some(Value::Blob(hash)) = asset.value(&RegName::CONTENT) else { return Ok(None) };
    if let Some(size) = sizes.get(hash) {
        return Ok(Some(*size));
    }
    let message = format!("the archive does not hold the content {hash}");
    let error = FormatError::new(FormatErrorKind::EntryMissing, Stage::Referential, entry, message);
    Err(error.at_line(Some(line)).into())
}

/// The tokens that a component names. It takes no value from them, so that no circle can come of it.
pub(super) fn references(component: &JsonText) -> Vec<Reference> {
    let tokens = record::tokens_of(component.get_ref()).into_iter();
    let reference = |target: dss_model::TokenPath| Reference {
        target: target.to_string(),
        kind: ReferenceKind::Pointer,
        expected_type: None,
    };
    tokens.map(reference).collect()
}
