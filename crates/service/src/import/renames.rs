//! Tokens that a file has under another path than the last time, known by the id that their tool gave them.
//!
//! Other tools give what they write an id that stays when it is renamed: Figma's variables, Tokens Studio's tokens, Adobe's
//! `uuid`. DSS knows a token by the path that it first had. So a file is looked through once before it is read: where a
//! path has a token with a foreign id that the entity of this path has not, the entity in the set that has it is looked
//! for, and if the file has that entity nowhere else, it is what has been moved. What the source said of it last then counts for its new
//! path; the old path belongs to nobody, so that another token may stand there.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use dss_format::dtcg;
use dss_format::revision::Body;
use dss_interop::EXTENSION;
use dss_model::{Entity, EntityId, Kind, RegName, TokenPath, Value};
use dss_store::{Delivery, LifeFilter, Scan};

use super::files::Origin;
use super::sink::{Sink, temporary_file};
use super::statement::Statement;
use crate::ServiceError;
use crate::spill::IdSpill;

/// Tokens of one document that are looked for. More are taken for new ones, as files without ids would have it.
const SUSPECTS_MAX: usize = 100_000;

/// What a document has that may have been renamed.
#[derive(Debug, Default)]
pub(super) struct Renames {
    suspects: Vec<Suspect>,
    /// The entities that the document has where they are.
    settled: IdSpill,
}

/// A token whose path does not lead to the entity that has its foreign id.
#[derive(Debug)]
struct Suspect {
    /// Its identity in the source, which follows from its path.
    item: EntityId,
    foreign: String,
}

impl Renames {
    /// Looks at a token of the document, and at what its path leads to.
    pub(super) fn look(&mut self, item: EntityId, body: &Body, origin: &Origin) -> Result<(), ServiceError> {
        let Some(foreign) = stated_id(body) else { return Ok(()) };
        let local = origin.local.as_ref().and_then(entity_id);
        if local.as_ref() == Some(&foreign) {
            return self.settled.add(origin.entity).map_err(temporary_file);
        }
        if self.suspects.len() < SUSPECTS_MAX {
            self.suspects.push(Suspect { item, foreign });
        }
        Ok(())
    }

    /// Finds out what was renamed in a set, and tells the source's memory.
    pub(super) fn settle(self, sink: &mut Sink<'_>, set: EntityId) -> Result<(), ServiceError> {
        if self.suspects.is_empty() {
            return Ok(());
        }
        let mut settled = self.settled.sorted().map_err(temporary_file)?;
        let found = found(sink, set, &self.suspects)?;
        let mut moved: HashMap<EntityId, EntityId> = HashMap::new();
        let mut taken = HashSet::new();
        for Suspect { item, foreign } in &self.suspects {
            let Some(Some(entity)) = found.get(foreign) else { continue };
            // A token that is still where it was has been copied, not moved; and of two copies, one is it.
            if !settled.contains(*entity).map_err(temporary_file)? && taken.insert(*entity) {
                moved.insert(*item, *entity);
            }
        }
        hand_over(sink, &moved)
    }
}

/// The entities of the set that have the foreign ids; of several with one id, none is meant.
fn found(
    sink: &Sink<'_>,
    set: EntityId,
    suspects: &[Suspect],
) -> Result<HashMap<String, Option<EntityId>>, ServiceError> {
    let wanted: HashSet<&str> = suspects.iter().map(|suspect| suspect.foreign.as_str()).collect();
    let mut found: HashMap<String, Option<EntityId>> = HashMap::new();
    let scan = Scan::kinds(&[Kind::Token]).in_set(set).life(LifeFilter::Alive);
    sink.tx.scan(&scan, &mut |row| {
        if let Some(id) = entity_id(&row.entity).filter(|id| wanted.contains(id.as_str())) {
            found.entry(id).and_modify(|entity| *entity = None).or_insert(Some(row.entity.id()));
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// Makes what the source said of each entity count for the item that it is now.
fn hand_over(sink: &mut Sink<'_>, moved: &HashMap<EntityId, EntityId>) -> Result<(), ServiceError> {
    if moved.is_empty() {
        return Ok(());
    }
    let source = sink.speaker()?.id;
    let wanted: HashSet<EntityId> = moved.values().copied().collect();
    let mut said: HashMap<EntityId, Delivery> = HashMap::new();
    sink.tx.deliveries(source, None, &mut |delivery| {
        if wanted.contains(&delivery.entity) && delivery.statement.is_some() {
            said.insert(delivery.entity, delivery);
        }
        ControlFlow::Continue(())
    })?;
    // What the source made the project with has no other memory than the entity itself.
    for entity in &wanted {
        if !said.contains_key(entity)
            && let Some(delivery) = sink.delivery(*entity)?
        {
            said.insert(*entity, delivery);
        }
    }
    for delivery in said.values() {
        sink.leave_behind(delivery.item)?;
    }
    for (item, entity) in moved {
        let place = sink.tx.delivery(source, *item)?.and_then(|delivery| delivery.place);
        let statement = said.get(entity).and_then(|delivery| delivery.statement.clone());
        sink.tx.put_delivery(source, &Delivery { item: *item, entity: *entity, place, statement })?;
    }
    Ok(())
}

impl Sink<'_> {
    /// Gives an item up whose entity is another item now: nothing is missing there, and a token that comes to stand there
    /// is a new one.
    fn leave_behind(&mut self, item: EntityId) -> Result<(), ServiceError> {
        let source = self.speaker()?.id;
        let path = TokenPath::from_segments([item.to_string().as_str()]);
        let entity = EntityId::derived(Kind::Token, "left behind", &path);
        let mut statement = Statement::default();
        statement.is_deleted = true;
        // What stands there in this document has its place already.
        let place = self.tx.delivery(source, item)?.and_then(|delivery| delivery.place);
        let left = Delivery { item, entity, place, statement: Some(statement.to_bytes()) };
        Ok(self.tx.put_delivery(source, &left)?)
    }
}

/// The foreign id that a body states.
fn stated_id(body: &Body) -> Option<String> {
    let value = |name: &RegName| {
        let (_, value) = body.iter().find(|(other, _)| other == name)?;
        value.json()
    };
    foreign_id(value)
}

/// The foreign id that an entity shows.
fn entity_id(entity: &Entity) -> Option<String> {
    foreign_id(|name| entity.value(name).and_then(Value::json))
}

/// The id that another tool gave a token, with what makes it different from another tool's.
fn foreign_id<'a>(register: impl Fn(&RegName) -> Option<&'a dss_model::JsonText>) -> Option<String> {
    let extension = |vendor: &str| register(&dtcg::extension_register(vendor));
    let text = |value: dss_model::JsonRef<'_>| value.string().filter(|id| !id.is_empty()).map(Into::into);
    let figma = || text(extension("com.figma.variableId")?.get_ref());
    let studio = || text(extension("studio.tokens")?.get_ref().get("id")?);
    let adobe = || text(register(&dtcg::other_register("uuid"))?.get_ref());
    // Where the tool's members are kept that DTCG does not have.
    let kept = || {
        let members = extension(EXTENSION)?.get_ref().get("style-dictionary")?.get("members")?;
        text(members.get("uuid")?)
    };
    let tagged = |tool: &str, id: Option<String>| id.map(|id| format!("{tool}:{id}"));
    tagged("figma", figma())
        .or_else(|| tagged("studio", studio()))
        .or_else(|| tagged("uuid", adobe().or_else(kept)))
}
