//! What a stored token or group says, and what is around it says about it.

use dss_format::dtcg::{self, Node, NodeReport, SortKey};
use dss_model::{Entity, EntityId, Kind, RegName, TokenPath, Value};
use dss_store::{Placed, ReadTx};

use crate::import::Extended;
use crate::{ServiceError, edit};

/// A stored token or group where it stands, and what there is to say about it: as its document's reader says it.
pub(crate) fn look(tx: &dyn ReadTx, entity: &Entity) -> Result<(Node, NodeReport), ServiceError> {
    let mut node = node_of(entity, dtcg::path_of(entity).unwrap_or_default(), None);
    let set = entity.value(&RegName::SET).and_then(Value::entity);
    if let (Kind::Token, Some(set)) = (entity.kind(), set) {
        node.has_children = has_children(tx, set, &node.path)?;
    }
    let report = dtcg::check(&node);
    let Some(set) = set.filter(|_| report.inherits_type) else { return Ok((node, report)) };
    // Groups may change before the next look: nothing is remembered.
    node.inherited_type = Extended::default().inherited_type(tx, set, &node.path)?.map(Into::into);
    let report = dtcg::check(&node);
    Ok((node, report))
}

/// Whether something stands in the token at that path: not if there is a group as well, for it stands in that.
pub(crate) fn has_children(tx: &dyn ReadTx, set: EntityId, path: &TokenPath) -> Result<bool, ServiceError> {
    let is_group = |placed: &Placed| placed.kind == Kind::Group && placed.is_alive;
    Ok(edit::has_children(tx, set, path)? && !tx.placed(set, path.as_str())?.iter().any(is_group))
}

/// A stored token or group by itself, or the root of a set. A group with a `$ref` is one even if nothing stands in it
/// any more: in a document, that would be a token.
pub(crate) fn node_of(entity: &Entity, path: TokenPath, inherited: Option<&str>) -> Node {
    Node {
        path,
        members: dtcg::members_of(entity),
        has_children: entity.kind() != Kind::Token,
        index: 0,
        sort: SortKey::root(),
        line: 0,
        inherited_type: inherited.map(Into::into),
        is_type_late: false,
    }
}
