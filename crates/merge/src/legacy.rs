//! Records without revisions: only a wall clock says how old they are (MERGE.md §5).

use std::collections::BTreeMap;

use dss_model::{Dot, Entity, EntityId, Kind, RegName, ReplicaId, Stamp, Value};

use crate::values::text;
use crate::{WriteError, create};

/// Initialises an entity from an archive that knows no revisions, such as version 1.0.
///
/// It becomes the only write of a pseudo replica that is derived from its content and time: the same
/// record becomes the same write on every importer, so importing it again changes nothing. It claims
/// to have seen nothing, so that every difference is a conflict to look at, with [`recommend`](crate::recommend)
/// for advice; equal content merges silently.
///
/// # Errors
/// [`WriteError::Impossible`] if a life value is given for another register than [`RegName::LIFE`],
/// or the reverse.
pub fn from_legacy(
    id: EntityId,
    kind: Kind,
    fields: impl IntoIterator<Item = (RegName, Value)>,
    stamp: &Stamp,
) -> Result<Entity, WriteError> {
    let mut fields: BTreeMap<RegName, Value> = fields.into_iter().collect();
    fields.retain(|_, value| *value != Value::Absent);
    let mut parts = vec!["legacy".to_owned(), id.to_string(), stamp.wall_ms.to_string()];
    for (name, value) in &fields {
        parts.extend([name.as_str().to_owned(), text(value)]);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let dot = Dot { counter: 1, replica: ReplicaId::derived(&parts) };
    create(id, kind, dot, fields, stamp)
}
