//! What the store keeps about an entity beside its registers, where no document tells it.

use std::collections::BTreeSet;

use dss_format::record;
use dss_model::{Entity, EntityId, JsonText, Kind};
use dss_store::Reference;

use super::records;
use super::sink::Sink;
use crate::{ServiceError, around, view};

type Result<T> = std::result::Result<T, ServiceError>;

/// What is known about an incoming entity beside its registers.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Its place in the document.
    pub(super) sort: Vec<u8>,
    /// Its type, as far as known.
    pub(super) token_type: Option<String>,
    /// Whether that is the type of the groups around it.
    pub(super) inherits_type: bool,
    /// Whether it keeps the format's rules.
    pub(super) is_valid: bool,
    /// What it refers to.
    pub(super) references: Vec<Reference>,
}

impl Sink<'_> {
    /// What the store keeps about an entity beside its registers, told by the registers again.
    pub(super) fn facts(&self, entity: &Entity, sort: Vec<u8>) -> Result<Facts> {
        let kind = entity.kind();
        if !entity.is_alive() || !matches!(kind, Kind::Token | Kind::Group | Kind::TokenSet) {
            return Ok(facts_of_record(entity, sort));
        }
        let (_, report) = around::look(&*self.tx, entity)?;
        Ok(Facts {
            sort,
            is_valid: report.is_valid(),
            inherits_type: report.inherits_type,
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
