//! The stage `referential`: types that come from elsewhere, and references that lead nowhere.

use std::collections::HashMap;
use std::ops::ControlFlow;

use dss_format::resolver::{self, SourceItem};
use dss_format::{FormatError, FormatErrorKind};
use dss_model::{EntityId, Kind, Severity, Stage, TokenPath};
use dss_store::{Duplicate, ReferenceFinding, ReferenceKind, ReferenceSource, Scan};

use serde::{Deserialize, Serialize};

use super::sink::{Mode, Sink, temporary_file};
use crate::ServiceError;
use crate::findings::referential;
use crate::observer::{Phase, Progress};
use crate::summary::Finding;
use crate::tape::Tape;

/// Live tokens and groups at one path of a set: as many people may make the same thing apart.
pub(super) const SHARED_MAX: u32 = 100;
/// Something that one token or component gets wrong.
#[derive(Debug, Serialize, Deserialize)]
struct Wrong {
    id: String,
    set: Option<String>,
    path: String,
    what: What,
    is_error: bool,
    message: String,
    /// The token that an extended group might provide after all.
    target: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum What {
    Dangling,
    Cycle,
    TooDeep,
    Type,
}

impl What {
    const fn code(self) -> &'static str {
        match self {
            Self::Dangling => "reference_dangling",
            Self::Cycle => "reference_cycle",
            Self::TooDeep => "reference_too_deep",
            Self::Type => "reference_type",
        }
    }
}

impl Sink<'_> {
    /// Checks what could not be checked item by item.
    pub(super) fn link(&mut self) -> Result<(), ServiceError> {
        self.observer.progress(Progress { phase: Phase::Linking, done: 0, total: None });
        self.refuse_duplicates()?;
        self.judge_what_was_noted()?;
        // Nothing can be written while the store looks.
        let mut found: Tape<Wrong> = Tape::default();
        let mut failed = Ok(());
        self.tx.resolve_references(&mut |finding| {
            failed = describe(finding).map_or(Ok(()), |wrong| found.push(&wrong));
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failed.map_err(temporary_file)?;
        self.report_wrong(found)?;
        self.check_sources()?;
        let counts = self.tx.counts()?;
        let invalid =
            counts.kinds.iter().find(|counts| counts.kind == Kind::Token).map_or(0, |counts| counts.invalid);
        self.summary.invalid_tokens = invalid;
        self.summary.open_conflicts = counts.conflicts;
        Ok(())
    }

    /// Reports and marks what is wrong with references.
    pub(super) fn report_references(&mut self, findings: Vec<ReferenceFinding>) -> Result<(), ServiceError> {
        let mut found = Tape::default();
        for wrong in findings.into_iter().filter_map(describe) {
            found.push(&wrong).map_err(temporary_file)?;
        }
        self.report_wrong(found)
    }

    fn report_wrong(&mut self, found: Tape<Wrong>) -> Result<(), ServiceError> {
        for wrong in found.play().map_err(temporary_file)? {
            self.wrong(wrong.map_err(temporary_file)?)?;
        }
        Ok(())
    }

    /// Layers and themes consist of sets and layers that exist; there are few of them.
    pub(super) fn check_sources(&mut self) -> Result<(), ServiceError> {
        let mut rows = Vec::new();
        self.tx.scan(&Scan::kinds(&[Kind::Layer, Kind::Theme]), &mut |row| {
            rows.push((row.columns.path, resolver::sources_of(&row.entity)));
            ControlFlow::Continue(())
        })?;
        let mut known: HashMap<EntityId, Option<Kind>> = HashMap::new();
        for (name, sources) in rows {
            for source in sources {
                let (named, kind) = match source {
                    SourceItem::Set(named, _) => (named, Kind::TokenSet),
                    SourceItem::Layer(named) => (named, Kind::Layer),
                    SourceItem::Other(_) => continue,
                };
                let found = if let Some(found) = known.get(&named) {
                    *found
                } else {
                    let row = self.tx.get(named)?.filter(|row| row.entity.is_alive());
                    row.map(|row| row.entity.kind())
                };
                known.insert(named, found);
                if found != Some(kind) {
                    let message = format!("one of its sources, the {kind} {named}, does not exist");
                    let file = self.resolver.clone().unwrap_or_default();
                    self.findings.add(referential("source_missing", Severity::Error, &file, &name, message));
                }
            }
        }
        Ok(())
    }

    pub(super) fn resolver_finding(&mut self, file: &str, finding: &resolver::Finding) {
        self.findings.add(Finding::of_resolver(file, finding));
    }

    /// Two items of one document at one path: one of them would be lost. In an archive, both are there,
    /// under names of their own: somebody made the same thing twice, apart; but not a hundred people.
    fn refuse_duplicates(&mut self) -> Result<(), ServiceError> {
        let allowed = if self.mode == Mode::New && !self.is_archive { 1 } else { SHARED_MAX };
        let mut first: Option<EntityId> = None;
        let mut at: Option<Duplicate> = None;
        let mut count = 0_u32;
        let mut failed = Ok(());
        self.tx.new_duplicates(&mut |duplicate| {
            // One group gives the types now, and need not be the one that tokens were read in. What stands in a token in
            // the document may stand in a group here.
            failed = match (duplicate.kind, duplicate.set, TokenPath::parse(&duplicate.path)) {
                (Kind::Group, Some(set), Some(path)) => self.again.note(set, path),
                _ => self.again.note_holder(duplicate.id),
            };
            let is_same = |at: &Duplicate| (at.set, &at.path) == (duplicate.set, &duplicate.path);
            count = if at.as_ref().is_some_and(is_same) { count.saturating_add(1) } else { 1 };
            if count == 1 {
                first = Some(duplicate.id);
            }
            at = Some(duplicate);
            let is_end = count > allowed || failed.is_err();
            if is_end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failed.map_err(temporary_file)?;
        let Some(duplicate) = at.filter(|_| count > allowed) else { return Ok(()) };
        let entry = match duplicate.set {
            Some(set) => self.set_name(set)?,
            None => String::new(),
        };
        if allowed > 1 {
            let message = format!("more than {SHARED_MAX} items stand at \"{}\"", duplicate.path);
            return Err(FormatError::new(FormatErrorKind::Limit, Stage::Structure, &entry, message).into());
        }
        let mut places = Vec::new();
        for id in first.into_iter().chain([duplicate.id]) {
            places.extend(self.origins.find(id)?);
        }
        places.sort();
        Err(ServiceError::DuplicatePath { entry, path: duplicate.path, places })
    }

    /// Reports and marks what is wrong, unless an extended group provides it after all.
    fn wrong(&mut self, wrong: Wrong) -> Result<(), ServiceError> {
        let target = wrong.target.as_deref().filter(|_| self.has_extends).and_then(TokenPath::parse);
        if let Some(target) = target
            && self.extended.has_token(&*self.tx, &target)?
        {
            return Ok(());
        }
        let id = noted_id(&wrong.id)?;
        let severity = if wrong.is_error { Severity::Error } else { Severity::Warning };
        let mut finding = referential(wrong.what.code(), severity, "", &wrong.path, wrong.message);
        match (self.origins.find(id)?, wrong.set) {
            (Some((file, line)), _) => (finding.file, finding.line) = (file, Some(line)),
            // It was here before.
            (None, Some(set)) => finding.file = self.set_name(noted_id(&set)?)?,
            (None, None) => {}
        }
        self.findings.add(finding);
        if wrong.is_error
            && let Some(row) = self.tx.get(id)?
        {
            self.tx.set_columns(id, row.columns.token_type.as_deref(), false)?;
        }
        Ok(())
    }

    pub(super) fn set_name(&self, set: EntityId) -> Result<String, ServiceError> {
        Ok(self.tx.get(set)?.map(|row| row.columns.path).unwrap_or_default())
    }
}

/// An id as it was noted.
pub(super) fn noted_id(text: &str) -> Result<EntityId, ServiceError> {
    text.parse().map_err(|_| ServiceError::Internal(format!("\"{text}\" was noted as an id")))
}

fn describe(finding: ReferenceFinding) -> Option<Wrong> {
    let (source, what, is_error, message, target) = match finding {
        ReferenceFinding::Dangling { source, target, kind } => {
            let thing = if kind == ReferenceKind::Extends { "group" } else { "token" };
            let message = format!("there is no {thing} \"{target}\"");
            let target = Some(target).filter(|_| kind != ReferenceKind::Extends);
            (source, What::Dangling, true, message, target)
        }
        ReferenceFinding::Cycle { source, paths, length, certain } => {
            let message = match length {
                1 => "it refers to itself".to_owned(),
                _ => format!("{length} references go round in a circle: {}", paths.join(" → ")),
            };
            (source, What::Cycle, certain, message, None)
        }
        ReferenceFinding::TooDeep { source } => {
            let message = "more than 64 aliases lie between this token and its value".to_owned();
            (source, What::TooDeep, true, message, None)
        }
        ReferenceFinding::TypeMismatch { source, target, expected, found } => {
            let message = format!("\"{target}\" is of type {found}; a {expected} is needed here");
            (source, What::Type, true, message, None)
        }
        _ => return None,
    };
    let ReferenceSource { id, set, path } = source;
    let (id, set) = (id.to_string(), set.map(|set| set.to_string()));
    Some(Wrong { id, set, path, what, is_error, message, target })
}
