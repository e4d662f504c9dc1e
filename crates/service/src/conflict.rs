//! Conflicts, as people see them: both sides, what they had in common, and advice.

mod records;
mod values;

use dss_format::time;
use dss_merge::{Recommendation, SkewWarning};
use dss_model::{Entity, JsonText, Kind, Pair, RegName, Register, Value};
use dss_security::Sha256Digest;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::ServiceError;
use crate::view::raw;

pub use dss_merge::SkewWarning as ClockSkewWarning;
pub(crate) use records::{Record, Records};
pub(crate) use values::{Names, plain};

/// Which side of a merge had a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SideOf {
    /// The project in the store.
    Local,
    /// What was imported.
    Imported,
    /// Both: one of several values that were in conflict before.
    Both,
}

impl SideOf {
    /// The side's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Imported => "imported",
            Self::Both => "both",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Local, Self::Imported, Self::Both].into_iter().find(|side| side.name() == name)
    }
}

/// One of the values that a field could have.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictSide {
    /// Counts the sides of a conflict, from 1.
    pub number: u64,
    /// Whose it was when the conflict came up, as far as this copy knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<SideOf>,
    /// The value, as JSON: a set by its name, a life as `"alive"` or `"deleted"`; nothing for a field that was
    /// removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Box<RawValue>>,
    /// SHA-256 of the item's content (all its fields, as canonical JSON) with this value in place.
    pub hash: String,
    /// When it was written, RFC 3339; nothing if nobody wrote it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub updated_at: String,
    /// By whom.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub updated_by: String,
    /// The write, `replica:counter`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// Whether it is the one that shows until somebody decides.
    pub shown: bool,
}

/// What was decided about a conflict when it came up.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// The strategy, or `by hand`.
    pub strategy: &'static str,
    /// The side that was taken, by [`ConflictSide::number`]; nothing if another value was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<u64>,
    /// What was written in place of all sides, if none was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Box<RawValue>>,
    /// The item that was made for the side that was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fork: Option<String>,
}

/// A field that two people changed without knowing of each other.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictItem {
    /// The item's identity.
    pub entity: String,
    /// What it is: `token`, `theme`, …
    pub kind: &'static str,
    /// Its path or name.
    pub name: String,
    /// The set of a token or group, the group of a theme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// The field: `value`, `description`, `path`, …; `@life` for whether it exists at all.
    pub field: String,
    /// `field`, `edit_delete` (one side deleted what the other edited), or `entity` (listed because both sides
    /// changed the item, and the whole item was asked about).
    pub conflict: &'static str,
    /// Whether this import brought it up; else it was open on one of the sides already.
    #[serde(rename = "new")]
    pub is_new: bool,
    /// The values, each once.
    pub sides: Vec<ConflictSide>,
    /// The last value that both sides had seen, if this copy still knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Box<RawValue>>,
    /// Which side the clocks speak for.
    #[serde(serialize_with = "recommendation_name")]
    pub recommendation: Recommendation,
    /// Why the clocks are not to be trusted, if they are not.
    #[serde(serialize_with = "warning_texts", skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ClockSkewWarning>,
    /// What was decided, if something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

impl ConflictItem {
    /// The side that had been in the store.
    pub fn local(&self) -> Option<&ConflictSide> {
        self.side(SideOf::Local)
    }

    /// The side that was imported.
    pub fn imported(&self) -> Option<&ConflictSide> {
        self.side(SideOf::Imported)
    }

    /// The first side that is wholly that one's, else one that is also the other's.
    pub fn side(&self, of: SideOf) -> Option<&ConflictSide> {
        let find = |of| self.sides.iter().find(|side| side.side == Some(of));
        find(of).or_else(|| find(SideOf::Both))
    }

    /// Which side is probably the one to keep, going by the clocks alone, and why not to trust them. Advice,
    /// never a decision: a clock may be wrong, and the later edit need not be the better one.
    pub fn safe_recommendation(&self) -> (Recommendation, Option<ClockSkewWarning>) {
        (self.recommendation, self.warnings.first().copied())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
fn recommendation_name<S: Serializer>(advice: &Recommendation, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(advice.name())
}

fn warning_texts<S: Serializer>(warnings: &[SkewWarning], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Text {
        code: &'static str,
        message: String,
    }
    serializer.collect_seq(
        warnings.iter().map(|warning| Text { code: warning.code(), message: warning.to_string() }),
    )
}

/// One value on its way to being a [`ConflictSide`].
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) value: Value,
    /// The newest write of it, if anybody wrote it.
    pub(crate) pair: Option<Pair>,
    pub(crate) of: Option<SideOf>,
}

/// Gathers the sides of a conflict, each value once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates(pub(crate) Vec<Candidate>);

impl Candidates {
    /// Adds a value that `of` has, written by `pair`.
    pub(crate) fn add(&mut self, value: &Value, pair: Option<&Pair>, of: Option<SideOf>) {
        let Some(known) = self.0.iter_mut().find(|known| known.value == *value) else {
            self.0.push(Candidate { value: value.clone(), pair: pair.cloned(), of });
            return;
        };
        let rank = |pair: &Pair| (pair.stamp.wall_ms, pair.dot);
        if known.pair.as_ref().map(rank) < pair.map(rank) {
            known.pair = pair.cloned();
        }
        known.of = match (known.of, of) {
            (Some(a), Some(b)) if a != b => Some(SideOf::Both),
            (a, b) => a.or(b),
        };
    }

    /// The number of the side that has that value.
    pub(crate) fn number_of(&self, value: &Value) -> Option<u64> {
        self.0.iter().zip(1_u64..).find(|(candidate, _)| candidate.value == *value).map(|(_, number)| number)
    }

    /// The newest write of a value that is wholly that side's.
    pub(crate) fn newest_of(&self, of: SideOf) -> Option<&Pair> {
        let own = self.0.iter().filter(|candidate| candidate.of == Some(of));
        own.filter_map(|candidate| candidate.pair.as_ref()).max_by_key(|pair| (pair.stamp.wall_ms, pair.dot))
    }

    /// The value that shows, of the item that was made of these sides.
    pub(crate) fn shown(&self, item: &ConflictItem) -> Option<&Value> {
        let shown = item.sides.iter().zip(&self.0).find(|(side, _)| side.shown);
        shown.map(|(_, candidate)| &candidate.value)
    }

    /// Local values first, then imported ones; where that is not known, older ones first.
    fn sort(&mut self) {
        self.0.sort_by_key(|candidate| {
            let place = match candidate.of {
                Some(SideOf::Local) => 0,
                Some(SideOf::Both) => 1,
                Some(SideOf::Imported) => 2,
                None => 3,
            };
            (place, candidate.pair.as_ref().map(|pair| pair.dot))
        });
    }

    /// The sides for people. `entity` is the state in which the conflict is open.
    pub(crate) fn sides(
        &mut self,
        entity: &Entity,
        register: &RegName,
        names: &mut Names<'_>,
    ) -> Result<Vec<ConflictSide>, ServiceError> {
        self.sort();
        let shown = entity.register(register).and_then(Register::shown);
        let mut sides = Vec::with_capacity(self.0.len());
        for (candidate, number) in self.0.iter().zip(1_u64..) {
            let stamp = candidate.pair.as_ref().map(|pair| &pair.stamp);
            sides.push(ConflictSide {
                number,
                side: candidate.of,
                value: names.value(register, &candidate.value)?,
                hash: content_hash(entity, Some((register, &candidate.value))).to_string(),
                updated_at: stamp.map(|stamp| time::format(stamp.wall_ms)).unwrap_or_default(),
                updated_by: stamp.map(|stamp| stamp.author.as_str().to_owned()).unwrap_or_default(),
                revision: candidate.pair.as_ref().map(|pair| pair.dot.to_string()).unwrap_or_default(),
                shown: shown.is_some_and(|pair| pair.value == candidate.value),
            });
        }
        Ok(sides)
    }
}

/// SHA-256 of what an item holds, as canonical JSON (RFC 8785): every field that shows a value, with `instead` in
/// place of one of them. Revisions do not count, so that equal content has equal hashes.
pub(crate) fn content_hash(entity: &Entity, instead: Option<(&RegName, &Value)>) -> Sha256Digest {
    let mut fields: Vec<(&RegName, &Value)> = dss_merge::project(entity)
        .filter(|(name, _)| instead.is_none_or(|(other, _)| other != *name))
        .collect();
    fields.extend(instead);
    let body = JsonText::object(|out| {
        for (name, value) in fields {
            match value {
                Value::Absent => {}
                Value::Json(json) => out.raw(name.as_str(), json.get_ref()),
                _ => out.string(name.as_str(), &plain(value)),
            }
        }
    });
    Sha256Digest::of(body.canonical().as_bytes())
}

/// What everybody calls the item: its path or name, and what that is in.
pub(crate) fn place_of(
    entity: &Entity,
    names: &mut Names<'_>,
) -> Result<(String, Option<String>), ServiceError> {
    let text = |register| entity.string(&register).map(std::borrow::Cow::into_owned);
    let name = text(RegName::PATH).or_else(|| text(RegName::NAME)).unwrap_or_else(|| entity.id().to_string());
    let within = match entity.kind() {
        Kind::Theme => RegName::GROUP,
        _ => RegName::SET,
    };
    let within = entity.value(&within).and_then(Value::entity);
    Ok((name, within.map(|id| names.name(id)).transpose()?))
}

/// A JSON value for a report.
fn report(json: &JsonText) -> Result<Box<RawValue>, ServiceError> {
    raw(json.as_str())
}

#[cfg(test)]
mod tests;
