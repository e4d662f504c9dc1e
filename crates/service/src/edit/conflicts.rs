//! Open conflicts, and deciding them by hand: an ordinary write (MERGE.md §4).

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dss_merge::{Clocks, Recommendation, recommend};
use dss_model::{Entity, Kind, Life, Pair, ProjectName, RegName, TokenPath, Value};
use dss_store::{Columns, DecisionRecord, ReadTx, Row, Scan, ScanOrder};
use serde_json::json;

use super::{Changes, Edit, Result, check_name, not_found, place, usage};
use crate::conflict::{Candidates, Names, Records, place_of};
use crate::options::{ConflictFilter, Take};
use crate::{ConflictItem, Decided, ProjectService, Resolution, SideOf};

/// What the record of a decision says that a person made.
const BY_HAND: &str = "by hand";
/// Resolved conflicts that are told one by one.
const TOLD: usize = 1_000;
/// Rows that are held at once.
const PAGE: usize = 256;

impl ProjectService {
    /// Visits open conflicts in document order; `each` returns false to stop.
    ///
    /// Whose a side was is known for conflicts that an import into this copy brought up. One that somebody else's
    /// archive brought along has numbered sides only.
    ///
    /// # Errors
    /// If the project does not exist or cannot be read.
    pub fn conflicts(
        &self,
        project: &ProjectName,
        filter: &ConflictFilter,
        each: &mut dyn FnMut(ConflictItem) -> bool,
    ) -> Result<()> {
        let tx = self.store.read(project)?;
        let clocks = Clocks::at(self.clock.now_ms()).with_options(filter.skew);
        let mut known = BTreeMap::new();
        let mut failed = None;
        let scan = Scan { only_conflicts: true, ..Scan::default() };
        tx.scan(&scan, &mut |row| {
            let mut names = Names::new(&*tx, &mut known);
            let open = open_in(&*tx, &row, filter, &mut names, &clocks);
            let go_on = open.map(|open| open.into_iter().all(|open| each(open.item)));
            match go_on {
                Ok(true) => ControlFlow::Continue(()),
                Ok(false) => ControlFlow::Break(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// Decides open conflicts: writes the chosen value, which everybody who imports it later will see as newer.
    ///
    /// With a filter that names no item, all conflicts that have such a side are decided, and the others stay open.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`](crate::ServiceError::NotFound) if there is no such conflict;
    /// [`ServiceError::Usage`](crate::ServiceError::Usage) if it is not clear which item is meant, it has no such
    /// side, or the value cannot stand there; [`ServiceError::InvalidToken`](crate::ServiceError::InvalidToken) if a
    /// given value breaks the rules of the format. Nothing was changed then.
    pub fn resolve_conflicts(
        &self,
        project: &ProjectName,
        filter: &ConflictFilter,
        take: &Take,
    ) -> Result<Resolution> {
        let run = || {
            if filter.item.is_none() && matches!(take, Take::Value(_)) {
                return Err(usage("one value cannot be right for every conflict", "name the item"));
            }
            let clocks = Clocks::at(self.clock.now_ms()).with_options(filter.skew);
            let mut edit = Edit::begin(self, project)?;
            let mut resolution = Resolution { project: project.to_string(), ..Resolution::default() };
            if filter.item.is_some() {
                edit.resolve_one(filter, take, &clocks, &mut resolution)?;
            } else {
                edit.resolve_all(filter, take, &clocks, &mut resolution)?;
            }
            edit.settle()?;
            resolution.open_conflicts = edit.tx.counts()?.conflicts;
            edit.commit()?;
            Ok(resolution)
        };
        let detail = |resolution: &Resolution| {
            let name = filter.item.as_deref().unwrap_or("all");
            let (resolved, open) = (resolution.resolved, resolution.open_conflicts);
            json!({ "name": name, "took": take.name(), "resolved": resolved, "openConflicts": open })
        };
        self.audited("conflicts.resolve", Some(project), run, detail)
    }
}

/// An open conflict, and what its sides hold.
struct Open {
    item: ConflictItem,
    register: RegName,
    sides: Candidates,
}

/// The open conflicts of a row that the filter lets through; `@life` first.
fn open_in(
    tx: &dyn ReadTx,
    row: &Row,
    filter: &ConflictFilter,
    names: &mut Names<'_>,
    clocks: &Clocks,
) -> Result<Vec<Open>> {
    let entity = &row.entity;
    let (name, set) = place_of(entity, names)?;
    let is_it = filter.item.as_ref().is_none_or(|item| goes_by(entity, item));
    if !is_it || filter.set.as_ref().is_some_and(|wanted| set.as_ref() != Some(wanted)) {
        return Ok(Vec::new());
    }
    let mut open = Vec::new();
    let mut records = None;
    for (register, values) in entity.registers().iter().filter(|(_, values)| values.is_conflict()) {
        if filter.field.as_ref().is_some_and(|field| field != register.as_str()) {
            continue;
        }
        if records.is_none() {
            records = Some(Records::read(tx, entity.id())?);
        }
        let record = records.as_ref().and_then(|records| records.of(register));
        let side_of = |pair: &Pair| record.and_then(|record| record.side_of(&pair.dot.to_string()));
        let mut sides = Candidates::default();
        for pair in values.pairs() {
            sides.add(&pair.value, Some(pair), side_of(pair));
        }
        let times = |of| sides.newest_of(of).map(|pair| pair.stamp.wall_ms);
        let (local, imported) = (times(SideOf::Local), times(SideOf::Imported));
        let advice = recommend(local, imported, clocks);
        let item = ConflictItem {
            entity: entity.id().to_string(),
            kind: entity.kind().name(),
            name: name.clone(),
            set: set.clone(),
            field: register.to_string(),
            conflict: if *register == RegName::LIFE { "edit_delete" } else { "field" },
            is_new: record.is_some(),
            base: record.and_then(crate::conflict::Record::base),
            recommendation: if local.is_some() { advice.recommendation } else { Recommendation::Unknown },
            warnings: advice.warnings,
            sides: sides.sides(entity, register, names)?,
            decided: None,
        };
        open.push(Open { item, register: register.clone(), sides });
    }
    Ok(open)
}

/// Whether people call the entity that: by its id, its name, or a path that one of the sides gives it.
fn goes_by(entity: &Entity, item: &str) -> bool {
    let has = |register: &RegName| {
        let pairs = entity.register(register).map(dss_model::Register::pairs).unwrap_or_default();
        let mut texts = pairs.iter().filter_map(|pair| pair.value.json()?.get_ref().string());
        texts.any(|text| text == item)
    };
    entity.id().to_string() == item || has(&RegName::PATH) || has(&RegName::NAME)
}

impl Edit<'_> {
    fn resolve_one(
        &mut self,
        filter: &ConflictFilter,
        take: &Take,
        clocks: &Clocks,
        resolution: &mut Resolution,
    ) -> Result<()> {
        let mut found = Vec::new();
        self.each_page(&mut |edit, row| {
            let open = edit.open_in(&row, filter, clocks)?;
            if !open.is_empty() {
                found.push((row, open));
            }
            Ok(())
        })?;
        let item = filter.item.as_deref().unwrap_or_default();
        let Some((row, open)) = found.pop() else { return Err(not_found("open conflict", item)) };
        if !found.is_empty() {
            let message = format!("several items in conflict are called \"{item}\"");
            return Err(usage(message, "name its set with --set, or name it by its id"));
        }
        if matches!(take, Take::Value(_)) && open.len() > 1 {
            let fields: Vec<_> = open.iter().map(|open| open.item.field.as_str()).collect();
            let message = format!("\"{item}\" is in conflict in several fields: {}", fields.join(", "));
            return Err(usage(message, "name one of them with --field"));
        }
        let choices = open.iter().map(|open| choose(open, take)).collect::<Result<Vec<_>>>()?;
        self.decide(row, open, choices, take, resolution).map(drop)
    }

    fn resolve_all(
        &mut self,
        filter: &ConflictFilter,
        take: &Take,
        clocks: &Clocks,
        resolution: &mut Resolution,
    ) -> Result<()> {
        self.each_page(&mut |edit, row| {
            let mut open = edit.open_in(&row, filter, clocks)?;
            let all = open.len();
            open.retain(|open| choose(open, take).is_ok());
            let left = u64::try_from(all.saturating_sub(open.len())).unwrap_or(u64::MAX);
            // To decide a field is to say that the item stays: not in passing.
            let is_life_open =
                row.entity.register(&RegName::LIFE).is_some_and(dss_model::Register::is_conflict);
            let decides_life = open.iter().any(|open| open.register == RegName::LIFE);
            if open.is_empty() || (is_life_open && !decides_life) {
                let all = u64::try_from(all).unwrap_or(u64::MAX);
                resolution.left = resolution.left.saturating_add(all);
                return Ok(());
            }
            let choices = open.iter().map(|open| choose(open, take)).collect::<Result<Vec<_>>>()?;
            if edit.decide(row, open, choices, take, resolution)? {
                resolution.left = resolution.left.saturating_add(left);
            }
            Ok(())
        })
    }

    /// Runs over all rows in conflict, a page at a time: rows cannot be written while they are visited.
    fn each_page(&mut self, each: &mut dyn FnMut(&mut Self, Row) -> Result<()>) -> Result<()> {
        let mut after = None;
        loop {
            let mut page: Vec<Row> = Vec::new();
            let scan = Scan { only_conflicts: true, after, ..Scan::default() }.by(ScanOrder::Id);
            self.tx.scan(&scan, &mut |row| {
                after = Some(row.entity.id());
                page.push(row);
                if page.len() >= PAGE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            let is_last = page.len() < PAGE;
            for row in page {
                each(self, row)?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    fn open_in(&self, row: &Row, filter: &ConflictFilter, clocks: &Clocks) -> Result<Vec<Open>> {
        let mut known = BTreeMap::new();
        open_in(&*self.tx, row, filter, &mut Names::new(&*self.tx, &mut known), clocks)
    }

    /// Writes the choices, one for each of the open conflicts, and notes them. `false` if the item is deleted then:
    /// nothing of it is left to decide.
    fn decide(
        &mut self,
        row: Row,
        open: Vec<Open>,
        choices: Vec<Value>,
        take: &Take,
        resolution: &mut Resolution,
    ) -> Result<bool> {
        let before = row.entity.open_conflicts();
        let mut changes = Changes::new();
        for (open, value) in open.into_iter().zip(choices) {
            let side = open.sides.number_of(&value);
            let mut known = BTreeMap::new();
            let written = match side {
                Some(_) => None,
                None => Names::new(&*self.tx, &mut known).value(&open.register, &value)?,
            };
            let decided = Decided { strategy: BY_HAND, side, value: written, fork: None };
            let item = ConflictItem { decided: Some(decided), ..open.item };
            self.tx.log_decision(&DecisionRecord {
                entity: row.entity.id(),
                register: open.register.clone(),
                at_ms: self.now_ms,
                by: self.stamp.author.as_str().to_owned(),
                strategy: BY_HAND.to_owned(),
                record: serde_json::to_string(&item).unwrap_or_default(),
            })?;
            if resolution.conflicts.len() < TOLD {
                resolution.conflicts.push(item);
            }
            changes.push((open.register, value));
        }
        let Some(entity) = self.changed(&row.entity, changes)? else { return Ok(true) };
        let is_alive = entity.is_alive();
        let after = if is_alive { entity.open_conflicts() } else { 0 };
        let resolved = u64::try_from(before.saturating_sub(after)).unwrap_or(u64::MAX);
        resolution.resolved = resolution.resolved.saturating_add(resolved);
        self.stand_again(row, entity, matches!(take, Take::Value(_)))?;
        Ok(is_alive)
    }

    /// Stores an entity whose place, name or type a decision may have changed, and what stands in it along with it.
    fn stand_again(&mut self, row: Row, entity: Entity, is_strict: bool) -> Result<()> {
        let old = row.columns.set.zip(TokenPath::parse(&row.columns.path));
        if !entity.is_alive() {
            self.put(&Row { entity, ..row })?;
            return old.map_or(Ok(()), |(set, path)| self.stand_beside(set, path));
        }
        if matches!(entity.kind(), Kind::Token | Kind::Group) {
            let set = entity.value(&RegName::SET).and_then(Value::entity);
            let new = set.zip(dss_format::dtcg::path_of(&entity));
            let placed = self.put_placed(entity)?;
            if is_strict && row.columns.valid && !placed.report.is_valid() {
                let path = new.map(|(_, path)| path).unwrap_or_default();
                return Err(super::tokens::write::invalid(&path, placed.report));
            }
            let is_moved = old != new;
            let both = old.into_iter().chain(new.filter(|_| is_moved));
            return both.into_iter().try_for_each(|(set, path)| self.stand_beside(set, path));
        }
        let name = entity.string(&RegName::NAME).unwrap_or_default().into_owned();
        let sort = entity.string(&RegName::ORDER).unwrap_or_default().as_bytes().to_vec();
        let columns = Columns { path: name, sort, ..row.columns };
        let (id, kind) = (entity.id(), entity.kind());
        self.put(&Row { entity, columns, references: Vec::new() })?;
        if kind == Kind::TokenSet { self.stand_below(id, TokenPath::root()) } else { Ok(()) }
    }
}

/// The value that a conflict is to be decided with.
fn choose(open: &Open, take: &Take) -> Result<Value> {
    let item = &open.item;
    let number = match take {
        Take::Value(json) => return written(open, json),
        Take::Side(number) => Some(*number),
        Take::Local => item.side(SideOf::Local).map(|side| side.number),
        Take::Imported => item.side(SideOf::Imported).map(|side| side.number),
    };
    let chosen = number.and_then(|number| {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        open.sides.0.get(at)
    });
    chosen.map(|chosen| chosen.value.clone()).ok_or_else(|| {
        let message = match take {
            Take::Side(number) => format!("\"{}\" has no side {number} in {}", item.name, item.field),
            _ => format!(
                "nobody here knows which side of \"{}\" is {}: the conflict came along with an archive",
                item.name,
                take.name()
            ),
        };
        usage(message, format!("take one of the numbers 1 to {}", item.sides.len()))
    })
}

/// A value that a person gives in place of all sides.
fn written(open: &Open, json: &str) -> Result<Value> {
    use super::tokens::write;
    let register = &open.register;
    let is_inner = |name: &RegName| {
        [RegName::SET, RegName::GROUP, RegName::ORDER, RegName::LAYOUT, RegName::SOURCES, RegName::CONTENT]
            .contains(name)
    };
    if is_inner(register) {
        let message = format!("\"{register}\" can only be one of its sides");
        return Err(usage(message, format!("take one of the numbers 1 to {}", open.item.sides.len())));
    }
    let value = write::parse("the value", json)?;
    let text = value.get_ref().string();
    match register {
        name if *name == RegName::LIFE => match text.as_deref() {
            Some("alive") => Ok(Value::Life(Life::Alive)),
            Some("deleted") => Ok(Value::Life(Life::Deleted)),
            _ => Err(usage("whether it exists is \"alive\" or \"deleted\"", "take one of the sides")),
        },
        name if *name == RegName::PATH => {
            let path = text.as_deref().and_then(TokenPath::parse);
            place::check_path(&path.unwrap_or_default())?;
            Ok(Value::Json(value))
        }
        name if *name == RegName::NAME => {
            check_name(open.item.kind, text.as_deref().unwrap_or_default())?;
            Ok(Value::Json(value))
        }
        name if *name == RegName::VALUE && open.item.kind == Kind::Token.name() => {
            let shown = open.sides.shown(&open.item).and_then(Value::json);
            Ok(Value::Json(write::with_value(shown.map(dss_model::JsonText::get_ref), &value)))
        }
        _ => Ok(Value::Json(value)),
    }
}
