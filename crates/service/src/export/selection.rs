//! What of a project is wanted.

use dss_format::dtcg;
use dss_model::{Entity, Kind, RegName, TokenPath};
use dss_store::Row;

use crate::ServiceError;
use crate::options::Selection;

/// A selection, checked against the project.
#[derive(Debug)]
pub(super) struct Wanted {
    selection: Selection,
}

impl Wanted {
    /// Refuses a selection that names sets which do not exist.
    pub(super) fn new(selection: &Selection, sets: &[Row]) -> Result<Self, ServiceError> {
        for name in &selection.sets {
            if !sets.iter().any(|set| set.columns.path == *name) {
                return Err(ServiceError::NotFound { what: "token set", name: name.clone() });
            }
        }
        Ok(Self { selection: selection.clone() })
    }

    pub(super) fn has_set(&self, set: &Entity) -> bool {
        let name = set.string(&RegName::NAME).unwrap_or_default();
        self.selection.sets.is_empty() || self.selection.sets.iter().any(|wanted| *wanted == name)
    }

    /// Whether only some tokens of the wanted sets are wanted.
    pub(super) const fn has_token_filter(&self) -> bool {
        !(self.selection.tags.is_empty()
            && self.selection.folders.is_empty()
            && self.selection.types.is_empty())
    }

    pub(super) fn has_token(&self, row: &Row) -> bool {
        self.matches(row, row.columns.token_type.as_deref())
    }

    /// Whether a deleted token may have been wanted. Its type is the one that it says itself: which one its groups gave
    /// it depends on when it was deleted, and nobody knows for what came deleted already. Without one, it is wanted: a
    /// deletion too many does no harm, one too few would be forgotten.
    pub(super) fn has_deleted_token(&self, row: &Row) -> bool {
        let value = row.entity.json(&RegName::VALUE);
        let own = value.and_then(|value| value.get_ref().get("$type")?.string());
        let any = self.selection.types.first().map(|wanted| wanted.as_str().into());
        self.matches(row, own.or(any).as_deref())
    }

    fn matches(&self, row: &Row, token_type: Option<&str>) -> bool {
        let selection = &self.selection;
        let path = TokenPath::parse(&row.columns.path).unwrap_or_default();
        let tagged = |tag: &String| row.entity.value(&dtcg::tag_register(tag)).is_some();
        let typed = |wanted: &String| token_type == Some(wanted.as_str());
        row.entity.kind() == Kind::Token
            && (selection.tags.is_empty() || selection.tags.iter().any(tagged))
            && (selection.types.is_empty() || selection.types.iter().any(typed))
            && (selection.folders.is_empty()
                || selection.folders.iter().any(|folder| path == *folder || path.is_below(folder)))
    }

    /// The selection, as archives say it.
    pub(super) fn to_json(&self) -> dss_model::JsonText {
        let selection = &self.selection;
        dss_model::JsonText::object(|out| {
            let mut list = |name: &str, items: Vec<&str>| {
                if !items.is_empty() {
                    out.array(name, |out| items.iter().for_each(|item| out.string(item)));
                }
            };
            list("sets", selection.sets.iter().map(String::as_str).collect());
            list("tags", selection.tags.iter().map(String::as_str).collect());
            list("folders", selection.folders.iter().map(TokenPath::as_str).collect());
            list("types", selection.types.iter().map(String::as_str).collect());
        })
    }
}
