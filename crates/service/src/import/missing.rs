//! What a source has said before and does not say any more.
//!
//! Nothing is inferred from absence: what is missing is listed, and deleted only if the caller says so.
//! Then the deletion is the source's write, having seen what the source said last: an edit made here
//! since is a conflict.

use std::ops::ControlFlow;

use dss_model::{EntityId, Kind, RegName, Value};
use dss_store::{Delivery, LifeFilter, Row, Scan, ScanOrder};

use super::facts::Facts;
use super::judge::Judge;
use super::sink::{Sink, temporary_file};
use super::source::statement_of;
use crate::input::Files;
use crate::summary::MissingItem;
use crate::{ServiceError, edit};

/// Items that are looked at together.
const PAGE: usize = 1_000;
/// Missing items that are listed by name.
const LISTED_MAX: usize = 100;
/// Groups that one import deletes at most; more are left to the next one.
const GROUPS_MAX: usize = 100_000;

/// Lists, and deletes if it was asked for, what the source has left out.
pub(super) fn take(files: &Files, sink: &mut Sink<'_>) -> Result<(), ServiceError> {
    let speaker = sink.speaker()?;
    let source = speaker.id;
    let mut items = std::mem::take(&mut speaker.items).sorted().map_err(temporary_file)?;
    let mut after = None;
    let mut groups: Vec<Delivery> = Vec::new();
    loop {
        let mut page: Vec<Delivery> = Vec::with_capacity(PAGE);
        sink.tx.deliveries(source, after, &mut |delivery| {
            page.push(delivery);
            if page.len() < PAGE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let Some(last) = page.last() else { break };
        after = Some(last.item);
        for delivery in page {
            // What it has had deleted was not there the last time: whoever kept it since is not asked again.
            let is_said = statement_of(&delivery).is_some_and(|said| said.is_deleted);
            if is_said || items.contains(delivery.item).map_err(temporary_file)? {
                continue;
            }
            let Some(row) = sink.tx.get(delivery.entity)? else { continue };
            if !is_in_scope(files, sink, &row) {
                continue;
            }
            take_one(sink, row, delivery, &mut groups)?;
        }
    }
    take_made(files, sink, &mut groups)?;
    // Groups behind what stood in them: one that holds something still is not missing.
    for delivery in groups {
        if let Some(row) = sink.tx.get(delivery.entity)?
            && !holds_anything(sink, &row)?
        {
            leave_out(sink, row, &delivery)?;
        }
    }
    Ok(())
}

/// The same for what the source made when it made the project, and has said nothing about since.
fn take_made(files: &Files, sink: &mut Sink<'_>, groups: &mut Vec<Delivery>) -> Result<(), ServiceError> {
    let Some(made) = sink.made() else { return Ok(()) };
    let speaker = sink.speaker()?;
    let source = speaker.id;
    let mut items = std::mem::take(&mut speaker.made_items).sorted().map_err(temporary_file)?;
    let mut after = None;
    loop {
        let mut page: Vec<Row> = Vec::new();
        let mut failed = None;
        let mut is_last = true;
        let scan = Scan { order: ScanOrder::Id, after, ..Scan::default() };
        sink.tx.scan(&scan, &mut |row| {
            after = Some(row.entity.id());
            match items.contains(row.entity.id()) {
                Ok(false) if row.entity.seen().covers(made) => page.push(row),
                Ok(_) => {}
                Err(error) => failed = Some(error),
            }
            is_last = page.len() < PAGE && failed.is_none();
            if is_last { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if let Some(error) = failed {
            return Err(temporary_file(error));
        }
        for row in page {
            let item = row.entity.id();
            // What has been said otherwise since was looked at already.
            if !is_in_scope(files, sink, &row) || sink.tx.delivery(source, item)?.is_some() {
                continue;
            }
            if let Some(delivery) = sink.delivery(item)? {
                take_one(sink, row, delivery, groups)?;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Leaves an item out; a group has to wait.
fn take_one(
    sink: &mut Sink<'_>,
    row: Row,
    delivery: Delivery,
    groups: &mut Vec<Delivery>,
) -> Result<(), ServiceError> {
    if row.entity.kind() != Kind::Group {
        return leave_out(sink, row, &delivery);
    }
    if groups.len() < GROUPS_MAX {
        groups.push(delivery);
    }
    Ok(())
}

/// Notes tokens of a set that its file may have had when it was exported, though this source has not delivered
/// it before: the writes that its revisions know of include all of theirs. That is a guess: a partial archive brings the
/// knowledge of some tokens' writes without others that it covers (MERGE.md §0). So it is noted without a
/// statement, as by a source that knows of no write: deleting it is a conflict, for somebody to decide.
pub(super) fn take_set(sink: &mut Sink<'_>, set: EntityId) -> Result<(), ServiceError> {
    let seen = std::mem::take(&mut sink.speaker()?.seen);
    if seen.iter().len() == 0 {
        return Ok(());
    }
    let source = sink.speaker()?.id;
    let mut after = None;
    loop {
        let mut page: Vec<Row> = Vec::new();
        let scan = Scan { order: ScanOrder::Id, after, ..Scan::kinds(&[Kind::Token]).in_set(set) };
        let scan = scan.life(LifeFilter::Alive);
        sink.tx.scan(&scan, &mut |row| {
            page.push(row);
            if page.len() < PAGE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.entity.id());
        for row in page.into_iter().filter(|row| seen.dominates(row.entity.seen())) {
            let item = row.entity.id();
            if sink.delivery(item)?.is_some() {
                continue;
            }
            // What it leaves out is told at the end.
            let place = dss_format::dtcg::order_of(&row.entity);
            let delivery = Delivery { item, entity: item, place, statement: None };
            sink.tx.put_delivery(source, &delivery)?;
        }
    }
}

/// Whether the input could have said something about the entity: it holds the set's document, or, as a
/// whole folder, all there is.
fn is_in_scope(files: &Files, sink: &Sink<'_>, row: &Row) -> bool {
    if !row.entity.is_alive() {
        return false;
    }
    let is_whole = files.kind != "file";
    match row.entity.kind() {
        Kind::Token | Kind::Group => {
            is_whole
                || row
                    .columns
                    .set
                    .is_some_and(|set| sink.source.as_ref().is_some_and(|it| it.sets.contains(&set)))
        }
        Kind::TokenSet => is_whole,
        Kind::Layer | Kind::ThemeGroup | Kind::Theme => files.resolver.is_some(),
        _ => false,
    }
}

fn holds_anything(sink: &Sink<'_>, row: &Row) -> Result<bool, ServiceError> {
    let path = dss_format::dtcg::path_of(&row.entity);
    match (row.columns.set, path) {
        (Some(set), Some(path)) => edit::has_children(&*sink.tx, set, &path),
        _ => Ok(false),
    }
}

/// Lists something that is missing, and deletes it if that was asked for.
fn leave_out(sink: &mut Sink<'_>, row: Row, delivery: &Delivery) -> Result<(), ServiceError> {
    let kind = row.entity.kind();
    let is_deleting = sink.options.delete_missing;
    let set = match row.entity.value(&RegName::SET).and_then(Value::entity) {
        Some(set) => sink.tx.get(set)?.map(|row| row.columns.path).unwrap_or_default(),
        None => String::new(),
    };
    let missing = &mut sink.speaker()?.summary.missing;
    let count = missing.kinds.entry(kind.name()).or_default();
    *count = count.saturating_add(1);
    if missing.items.len() < LISTED_MAX {
        missing.items.push(MissingItem { kind: kind.name(), set, name: row.columns.path.clone() });
    }
    if !is_deleting {
        return Ok(());
    }
    missing.deleted = missing.deleted.saturating_add(1);
    let statement = statement_of(delivery);
    let mut judge = Judge::new(&*sink.tx, &row.entity);
    judge.said = statement.as_ref();
    let verdict = judge.judge_deletion();
    let (local, gone) = sink.sides(&row.entity, &verdict)?;
    let facts = Facts {
        sort: row.columns.sort,
        token_type: row.columns.token_type,
        is_valid: row.columns.valid,
        ..Facts::default()
    };
    sink.join(&local, gone, facts)?;
    sink.describe_again(row.entity.id(), &Vec::new())?;
    let mut statement = statement.unwrap_or_default();
    statement.is_deleted = true;
    let source = sink.speaker()?.id;
    Ok(sink
        .tx
        .put_delivery(source, &Delivery { statement: Some(statement.to_bytes()), ..delivery.clone() })?)
}
