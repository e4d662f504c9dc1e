//! What the store keeps about an entity beside its registers, where no document tells it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use dss_format::{dtcg, record};
use dss_model::{Entity, EntityId, JsonText, Kind, RegName, Value};
use dss_store::{ReferenceKind, Scan, ScanOrder};

use super::extends::Extended;
use super::link::node_of;
use super::records;
use super::sink::{Facts, Sink, temporary_file};
use crate::{ServiceError, view};

type Result<T> = std::result::Result<T, ServiceError>;

impl Sink<'_> {
    /// The archive's document tells about the archive's value; what shows after a join may be another one.
    pub(super) fn facts_of_joined(&mut self, entity: &Entity, told: Facts) -> Result<Facts> {
        let facts = self.facts(entity, told.sort)?;
        // An alias has its target's type. For others, the group that gives the type may be still to come.
        if facts.references.iter().any(|reference| reference.kind == ReferenceKind::Alias) {
            return Ok(facts);
        }
        let set = entity.value(&RegName::SET).and_then(Value::entity);
        let parent = dtcg::path_of(entity).and_then(|path| path.parent());
        if let (Kind::Token, None, Some((set, parent))) = (entity.kind(), &facts.token_type, set.zip(parent))
        {
            self.late_types.push(&(set.to_string(), parent.to_string())).map_err(temporary_file)?;
        }
        Ok(facts)
    }

    /// What the store keeps about an entity beside its registers, told by the registers again.
    pub(super) fn facts(&self, entity: &Entity, sort: Vec<u8>) -> Result<Facts> {
        let kind = entity.kind();
        if !entity.is_alive() || !matches!(kind, Kind::Token | Kind::Group | Kind::TokenSet) {
            return Ok(facts_of_record(entity, sort));
        }
        let path = dtcg::path_of(entity).unwrap_or_default();
        let set = entity.value(&RegName::SET).and_then(Value::entity);
        let mut node = node_of(entity, path, None);
        if let Some(set) = set {
            let below = Scan {
                below: Some(node.path.clone()),
                ..Scan::kinds(&[Kind::Token, Kind::Group]).in_set(set).by(ScanOrder::Insertion)
            };
            self.tx.scan(&below, &mut |_| {
                node.has_children = true;
                ControlFlow::Break(())
            })?;
        }
        let mut report = dtcg::check(&node);
        if let (Kind::Token, Some(set), None, false) =
            (kind, set, &report.token_type, report.takes_target_type)
        {
            // Groups change meanwhile: nothing is remembered.
            let inherited = Extended::default().inherited_type(&*self.tx, set, &node.path)?;
            node.inherited_type = inherited.map(Into::into);
            report = dtcg::check(&node);
        }
        Ok(Facts {
            sort,
            is_valid: report.is_valid(),
            references: view::references(&report.references),
            token_type: report.token_type.filter(|_| kind == Kind::Token).map(std::borrow::Cow::into_owned),
        })
    }

    /// Looks again at tokens that refer to what has come back or gone: they may be right or wrong again.
    pub(super) fn check_referrers(&mut self, referrers: BTreeSet<EntityId>) -> Result<()> {
        for id in referrers {
            let Some(row) = self.tx.get(id)?.filter(|row| row.entity.is_alive()) else { continue };
            let facts = self.facts(&row.entity, row.columns.sort)?;
            self.tx.set_columns(id, facts.token_type.as_deref(), facts.is_valid)?;
        }
        Ok(())
    }
}

/// What is known about an entity that no set holds: components and assets are looked at as an archive's are.
fn facts_of_record(entity: &Entity, sort: Vec<u8>) -> Facts {
    let kind = entity.kind();
    let mut facts = Facts { sort, is_valid: true, ..Facts::default() };
    if entity.is_alive() && matches!(kind, Kind::Component | Kind::Asset) {
        let text = JsonText::object(|out| record::write_members(out, entity));
        facts.is_valid = record::check(kind, text.get_ref()).is_empty();
        if kind == Kind::Component {
            facts.references = records::references(&text);
        }
    }
    facts
}
