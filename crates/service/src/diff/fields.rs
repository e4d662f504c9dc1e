//! What a thing says, field by field, in the names that its files use.

use std::collections::BTreeMap;

use dss_format::resolver::{SourceItem, sources_of};
use dss_model::{Entity, JsonKind, JsonRef, JsonText, Kind, RegName, Value};
use dss_store::Row;

use super::Comparison;
use super::report::FieldChange;
use super::twins::Which;
use crate::ServiceError;
use crate::view::raw;

/// Registers that tell where something stands, or how a file spells it; what it says is in the others.
pub(super) const PLACE: [RegName; 7] = [
    RegName::LIFE,
    RegName::ORDER,
    RegName::LAYOUT,
    RegName::PATH,
    RegName::SET,
    RegName::NAME,
    RegName::GROUP,
];
/// Maps of registers, and what a file calls them before the member's name.
const MAPS: [(&str, &str); 6] = [
    ("ext", "$extensions."),
    ("prop", "props."),
    ("variant", "variants."),
    ("slot", "slots."),
    ("x", ""),
    ("resolver", ""),
];
/// Fields that come before all others.
const FIRST: [&str; 6] = ["$type", "$value", "$ref", "$extends", "$description", "$deprecated"];

/// A field, and what decides whether two are equal, where that is not what is shown.
#[derive(Debug)]
struct Field {
    shown: JsonText,
    compared: Option<JsonText>,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        let compared = |field: &Self| field.compared.as_ref().unwrap_or(&field.shown).clone();
        compared(self) == compared(other)
    }
}

impl From<JsonText> for Field {
    fn from(shown: JsonText) -> Self {
        Self { shown, compared: None }
    }
}

/// A field's place among others, and its name.
type FieldName = (usize, String);

impl Comparison<'_> {
    /// The fields in which two rows differ; of a row that is alone, all of them.
    pub(super) fn field_changes(
        &self,
        old: Option<&Row>,
        new: Option<&Row>,
    ) -> Result<Vec<FieldChange>, ServiceError> {
        if let (Some(old), Some(new)) = (old, new)
            && shown(&old.entity).eq(shown(&new.entity))
        {
            return Ok(Vec::new());
        }
        let fields = |which, row: Option<&Row>| row.map(|row| self.fields(which, row)).transpose();
        let mut olds = fields(Which::Old, old)?.unwrap_or_default();
        let mut changes = Vec::new();
        let mut tell = |name: FieldName, old: Option<JsonText>, new: Option<JsonText>| {
            let follows_rename = match (&old, &new) {
                (Some(old), Some(new)) => self.follows_rename(&name.1, old.get_ref(), new.get_ref())?,
                _ => false,
            };
            let old = old.map(|text| raw(text.as_str())).transpose()?;
            let new = new.map(|text| raw(text.as_str())).transpose()?;
            changes.push((name.0, FieldChange { field: name.1, old, new, follows_rename }));
            Ok::<_, ServiceError>(())
        };
        for (name, new) in fields(Which::New, new)?.unwrap_or_default() {
            match olds.remove(&name) {
                Some(old) if old == new => {}
                old => tell(name, old.map(|old| old.shown), Some(new.shown))?,
            }
        }
        for (name, old) in olds {
            tell(name, Some(old.shown), None)?;
        }
        changes.sort_by(|(a, one), (b, other)| (a, &one.field).cmp(&(b, &other.field)));
        Ok(changes.into_iter().map(|(_, change)| change).collect())
    }

    fn fields(&self, which: Which, row: &Row) -> Result<BTreeMap<FieldName, Field>, ServiceError> {
        let entity = &row.entity;
        let mut fields = BTreeMap::new();
        let mut add = |name: String, field: Field| {
            let place = FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
            fields.insert((place, name), field);
        };
        let mut tags = Vec::new();
        for (register, value) in shown(entity) {
            if let Some(tag) = register.member_of("tag") {
                tags.push(tag);
            } else if *register == RegName::SOURCES {
                add("sources".to_owned(), self.sources(which, entity));
            } else if let Value::Blob(hash) = value {
                let size = self.side(which).tx.blob_len(*hash)?;
                let content = JsonText::object(|out| {
                    out.string("sha256", &hash.to_string());
                    if let Some(size) = size {
                        out.integer("size", size);
                    }
                });
                let compared = Some(JsonText::string(&hash.to_string()));
                add("content".to_owned(), Field { shown: content, compared });
            } else if *register == RegName::VALUE && entity.kind() == Kind::Token {
                let members = value.json().into_iter().flat_map(|value| value.get_ref().members());
                members.for_each(|(name, value)| add(name.into_owned(), value.to_text().into()));
            } else {
                let text = match value {
                    Value::Json(text) => text.clone(),
                    Value::Ref(id) => JsonText::string(&id.to_string()),
                    _ => continue,
                };
                add(name_of(register, entity.kind()), text.into());
            }
        }
        if !tags.is_empty() {
            let list = JsonText::array(|out| tags.iter().for_each(|tag| out.string(tag)));
            add("tags".to_owned(), list.into());
        }
        Ok(fields)
    }

    /// What a layer or theme is made of: by name for people, by the new side's ids for comparing.
    fn sources(&self, which: Which, entity: &Entity) -> Field {
        let items = sources_of(entity);
        let name = |id| self.side(which).name_of(id).map_or_else(|| id.to_string(), str::to_owned);
        let one = |id| match which {
            Which::Old => self.twins.of(Which::Old, id).unwrap_or(id).to_string(),
            Which::New => id.to_string(),
        };
        let list = |text: &dyn Fn(&SourceItem) -> JsonText| {
            JsonText::array(|out| items.iter().for_each(|item| out.raw(text(item).get_ref())))
        };
        let spelled = |item: &SourceItem, id_of: &dyn Fn(dss_model::EntityId) -> String| match item {
            SourceItem::Set(id, None) => JsonText::string(&id_of(*id)),
            SourceItem::Set(id, Some(overrides)) => JsonText::object(|out| {
                out.string("set", &id_of(*id));
                out.raw("overrides", overrides.get_ref());
            }),
            SourceItem::Layer(id) => JsonText::string(&format!("#{}", id_of(*id))),
            SourceItem::Other(raw) => match raw.get_ref().get("$ref").filter(|_| is_only_reference(raw)) {
                Some(reference) => reference.to_text(),
                None => raw.clone(),
            },
        };
        Field { shown: list(&|item| spelled(item, &name)), compared: Some(list(&|item| spelled(item, &one))) }
    }
}

fn is_only_reference(value: &JsonText) -> bool {
    let value = value.get_ref();
    value.members().count() == 1 && value.get("$ref").is_some_and(|target| target.kind() == JsonKind::String)
}

/// The registers that say something, with what they show.
fn shown(entity: &Entity) -> impl Iterator<Item = (&RegName, &Value)> {
    let registers = entity.registers().iter().filter(|(name, _)| !PLACE.contains(name));
    let values = registers.filter_map(|(name, register)| Some((name, &register.shown()?.value)));
    values.filter(|(_, value)| **value != Value::Absent)
}

/// What files call a register.
fn name_of(register: &RegName, kind: Kind) -> String {
    for (map, prefix) in MAPS {
        if let Some(member) = register.member_of(map) {
            return format!("{prefix}{member}");
        }
    }
    let is_dtcg = matches!(kind, Kind::TokenSet | Kind::Group | Kind::Token)
        && (*register == RegName::DESCRIPTION || *register == RegName::DEPRECATED);
    if is_dtcg { format!("${register}") } else { register.to_string() }
}

/// Whether a value can hold references, judged by the name of its field.
pub(super) fn can_refer(field: &str) -> bool {
    matches!(field, "$value" | "$ref")
}

/// What a field's value refers to at its top, if it is a reference.
pub(super) fn reference_of(field: &str, value: JsonRef<'_>) -> Option<dss_format::dtcg::alias::Target> {
    use dss_format::dtcg::alias;
    if field == "$ref" { Some(alias::pointer(&value.string()?)) } else { alias::reference(value) }
}
