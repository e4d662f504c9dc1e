//! Tokens that are judged again when everything is known. One without a type has that of the groups around it, which may
//! be told after it, or become another one by a write that leaves the token as it is; and what comes into a token, or
//! goes, makes it invalid, or valid.

mod noted;

use std::collections::HashSet;
use std::ops::ControlFlow;

use dss_format::dtcg;
use dss_model::{Entity, EntityId, Kind, RegName, Severity, Stage, TokenPath, Value};
use dss_store::{Columns, ReferenceKind, Row, Scan, ScanOrder};

pub(super) use noted::Again;
use noted::{Merged, Typing};

use super::extends::DEPTH_MAX;
use super::link::noted_id;
use super::sink::{Incoming, Sink, temporary_file};
use crate::around::{self, node_of};
use crate::summary::Finding;
use crate::tape::Tape;
use crate::{ServiceError, view};

type Result<T> = std::result::Result<T, ServiceError>;

/// Groups that are remembered so as not to be followed twice.
const KNOWN_MAX: usize = 10_000;

impl Sink<'_> {
    /// Notes a group whose type its document told late.
    pub(super) fn note_late_type(&mut self, incoming: &Incoming, path: &TokenPath) -> Result<()> {
        let set = match incoming {
            Incoming::Entity(entity) if path.is_root() => Some(entity.id()),
            Incoming::Stated { id, .. } if path.is_root() => Some(*id),
            Incoming::Entity(entity) => entity.value(&RegName::SET).and_then(Value::entity),
            Incoming::Stated { body, .. } => {
                body.iter().find(|(name, _)| *name == RegName::SET).and_then(|(_, value)| value.entity())
            }
        };
        set.map_or(Ok(()), |set| self.again.note(set, path.clone())).map_err(temporary_file)
    }

    /// Notes a group that a write lets give other types than before, or give them elsewhere.
    pub(super) fn note_retyped(&mut self, old: Option<&Entity>, new: &Entity) -> Result<()> {
        if !matches!(new.kind(), Kind::Group | Kind::TokenSet) {
            return Ok(());
        }
        let (before, after) = (old.and_then(Typing::of), Typing::of(new));
        // A new group that gives no type hides at most that of another one at its path: such paths are noted by themselves.
        let is_nothing_new = before.is_none() && after.as_ref().is_none_or(Typing::gives_nothing);
        if before == after || is_nothing_new {
            return Ok(());
        }
        for Typing { set, path, .. } in before.into_iter().chain(after) {
            self.again.retyped.push(&(set.to_string(), path.to_string())).map_err(temporary_file)?;
            self.again.note(set, path).map_err(temporary_file)?;
        }
        Ok(())
    }

    /// Notes the groups that extend groups that give other types than before, too.
    fn note_extending(&mut self) -> Result<()> {
        let mut known = HashSet::new();
        for _ in 0..DEPTH_MAX {
            let mut next: Tape<(String, String)> = Tape::default();
            for noted in std::mem::take(&mut self.again.retyped).play().map_err(temporary_file)? {
                let noted = noted.map_err(temporary_file)?;
                if known.len() < KNOWN_MAX && !known.insert(noted.clone()) {
                    continue;
                }
                let (set, path) = noted;
                let mut failed = Ok(());
                self.tx.referrers(&path, &mut |referrer| {
                    let is_here = referrer.set.is_some_and(|own| own.to_string() == set);
                    if referrer.kind == ReferenceKind::Extends && is_here {
                        failed = next.push(&(set.clone(), referrer.path));
                    }
                    if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
                failed.map_err(temporary_file)?;
            }
            if next.is_empty() {
                break;
            }
            for noted in next.play().map_err(temporary_file)? {
                let (set, path) = noted.map_err(temporary_file)?;
                let group = TokenPath::parse(&path).unwrap_or_default();
                self.again.note(noted_id(&set)?, group).map_err(temporary_file)?;
                self.again.retyped.push(&(set, path)).map_err(temporary_file)?;
            }
        }
        Ok(())
    }

    /// Judges what was noted again.
    pub(super) fn judge_what_was_noted(&mut self) -> Result<()> {
        self.note_extending()?;
        let Again { open, closed, tokens, holders, .. } = std::mem::take(&mut self.again);
        for noted in closed.play().map_err(temporary_file)? {
            let (set, path) = noted.map_err(temporary_file)?;
            self.judge_below(noted_id(&set)?, &TokenPath::parse(&path).unwrap_or_default())?;
        }
        for (set, path) in open {
            self.judge_below(set, &path)?;
        }
        for noted in tokens.play().map_err(temporary_file)? {
            let Merged { id, set, path, token_type } = noted.map_err(temporary_file)?;
            let (set, path) = (noted_id(&set)?, TokenPath::parse(&path).unwrap_or_default());
            if self.extended.inherited_type(&*self.tx, set, &path)? != token_type
                && let Some(row) = self.tx.get(noted_id(&id)?)?
            {
                self.judge_again(set, row)?;
            }
        }
        for id in holders.play().map_err(temporary_file)? {
            if let Some(row) =
                self.tx.get(noted_id(&id.map_err(temporary_file)?)?)?.filter(|row| row.entity.is_alive())
            {
                self.judge_holder(row)?;
            }
        }
        Ok(())
    }

    fn judge_holder(&mut self, row: Row) -> Result<()> {
        let (_, report) = around::look(&*self.tx, &row.entity)?;
        if report.is_valid() == row.columns.valid {
            return Ok(());
        }
        let of_holder = |(code, ..): &&(&'static str, Severity, String)| *code == "token_with_children";
        let found: Vec<_> = report.findings.iter().filter(of_holder).cloned().collect();
        self.tell(&row, &found)?;
        let token_type = report.token_type.as_deref().map(str::to_owned);
        let columns = Columns { token_type, valid: report.is_valid(), ..row.columns };
        // What its references make of it is told anew.
        Ok(self.tx.put(&Row { columns, references: view::references(&report.references), ..row })?)
    }

    fn judge_below(&mut self, set: EntityId, path: &TokenPath) -> Result<()> {
        let mut tokens: Tape<String> = Tape::default();
        let mut failed = Ok(());
        // As they were written: in the document's order, the whole set would be gone through.
        let scan = Scan { below: Some(path.clone()), ..Scan::kinds(&[Kind::Token]).in_set(set) };
        let scan = if path.is_root() { scan } else { scan.by(ScanOrder::Insertion) };
        self.tx.scan(&scan, &mut |row| {
            if dtcg::inherits_type(&row.entity) {
                failed = tokens.push(&row.entity.id().to_string());
            }
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failed.map_err(temporary_file)?;
        for id in tokens.play().map_err(temporary_file)? {
            if let Some(row) = self.tx.get(noted_id(&id.map_err(temporary_file)?)?)? {
                self.judge_again(set, row)?;
            }
        }
        Ok(())
    }

    fn judge_again(&mut self, set: EntityId, row: Row) -> Result<()> {
        let path = TokenPath::parse(&row.columns.path).unwrap_or_default();
        let inherited = self.extended.inherited_type(&*self.tx, set, &path)?;
        if inherited == row.columns.token_type {
            return Ok(());
        }
        let mut node = node_of(&row.entity, path, row.columns.token_type.as_deref());
        // A token that holds something is marked as invalid, whether it was just read or is looked at below.
        node.has_children = !row.columns.valid && around::has_children(&*self.tx, set, &node.path)?;
        let before = dtcg::check(&node);
        node.inherited_type = inherited.map(Into::into);
        let after = dtcg::check(&node);
        self.findings.clear_up(row.entity.id()).map_err(temporary_file)?;
        self.tell(&row, &after.findings)?;
        let (token_type, valid) = (after.token_type.as_deref(), after.is_valid());
        if before.references == after.references {
            return Ok(self.tx.set_columns(row.entity.id(), token_type, valid)?);
        }
        let columns = Columns { token_type: token_type.map(str::to_owned), valid, ..row.columns };
        Ok(self.tx.put(&Row { columns, references: view::references(&after.references), ..row })?)
    }

    /// Reports what is wrong with a token where it stands in the input, or in the set where it was before.
    fn tell(&mut self, row: &Row, findings: &[(&'static str, Severity, String)]) -> Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        let (file, line) = match (self.origins.find(row.entity.id())?, row.columns.set) {
            (Some((file, line)), _) => (file, Some(line)),
            (None, Some(set)) => (self.set_name(set)?, None),
            (None, None) => (String::new(), None),
        };
        for (code, severity, message) in findings {
            let (file, path, message) = (file.clone(), row.columns.path.clone(), message.clone());
            let (severity, stage) = (*severity, Stage::Schema);
            self.findings.add(Finding { code, stage, severity, file, path, line, message });
        }
        Ok(())
    }
}
