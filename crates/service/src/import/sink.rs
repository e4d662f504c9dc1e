//! Where imported entities go: checked, counted, and joined with what is there.

use std::collections::BTreeMap;

use dss_format::dtcg::{self, Node, NodeReport};
use dss_format::revision::Body;
use dss_merge::{Clocks, Fork};
use dss_model::{Dot, Entity, EntityId, Kind, Limits, RegName, Stage, Stamp, TokenPath, Value};
use dss_store::{Columns, OwnReplica, ReferenceKind, Row, StoreError, WriteTx};

use super::again::Again;
use super::document::{Holding, Token};
use super::extends::Extended;
use super::facts::Facts;
use super::hold::Held;
use super::ledger::{Ledger, Noted};
use super::origins::Origins;
use super::preview::Preview;
use super::source::Speaker;
use super::stated::Said;
use crate::findings::Collector;
use crate::observer::{Observer, Phase, Progress};
use crate::options::ImportOptions;
use crate::spill::IdSpill;
use crate::summary::{Finding, ImportSummary, KindSummary, MergeReport};
use crate::tape::Levels;
use crate::{ServiceError, view};

/// Entities between two looks at the observer.
const STEP: u64 = 1_000;

/// What the input meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing: the project is new.
    New,
    /// A project that is to show what the input shows.
    Replace,
    /// A project to join with.
    Merge,
}

/// What arrives: an entity with its revisions, or what a file says about one.
#[derive(Debug)]
pub(super) enum Incoming {
    /// Exactly as it was exported.
    Entity(Entity),
    /// Somebody's statement, to be judged.
    Stated { id: EntityId, kind: Kind, body: Body, said: Box<Said> },
}

impl Incoming {
    pub(super) const fn id(&self) -> EntityId {
        match self {
            Self::Entity(entity) => entity.id(),
            Self::Stated { id, .. } => *id,
        }
    }
}

/// Takes entities into a transaction.
pub(super) struct Sink<'a> {
    pub(super) tx: Box<dyn WriteTx + 'a>,
    /// Takes tokens and groups instead of `tx`, if nothing is to be kept.
    pub(super) ledger: Option<Ledger>,
    pub(super) mode: Mode,
    pub(super) project_id: EntityId,
    /// Who speaks, if the input is no archive.
    pub(super) source: Option<Speaker>,
    /// Whether the input is an archive: entities as they were exported.
    pub(super) is_archive: bool,
    pub(super) findings: Collector,
    pub(super) options: &'a ImportOptions,
    pub(super) observer: &'a dyn Observer,
    pub(super) again: Again,
    pub(super) extended: Extended,
    /// Where everything stands in the input.
    pub(super) origins: Origins,
    pub(super) has_extends: bool,
    /// What errors call the input's resolver document, if it has one.
    pub(super) resolver: Option<String>,
    pub(super) summary: ImportSummary,
    pub(super) clocks: Clocks,
    pub(super) stamp: Stamp,
    pub(super) dot: Option<Dot>,
    pub(super) kinds: BTreeMap<Kind, KindSummary>,
    pub(super) forks: Vec<Fork>,
    /// What the merge comes to, if there are two sides.
    pub(super) merged: MergeReport,
    /// Names of sets and theme groups that conflicts mention.
    pub(super) names: BTreeMap<EntityId, String>,
    /// This copy's identity before the import.
    pub(super) own: Option<OwnReplica>,
    /// Whether this import had to renew the copy's identity.
    pub(super) is_renewed: bool,
    /// What the caller wants left alone.
    pub(super) held: Held,
    /// What a preview's token stands for, if one is wanted.
    pub(super) preview: Option<Preview>,
    /// Live entities of the input.
    arrived: BTreeMap<Kind, u64>,
    /// Ids of the input, unless the project is new: then the store itself finds those that come twice.
    present: IdSpill,
    /// Groups whose place changed, so that what stands in them has to follow.
    pub(super) moved: Levels<(String, String)>,
    pub(super) last_write_ms: i64,
    count: u64,
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        tx: Box<dyn WriteTx + 'a>,
        mode: Mode,
        project_id: EntityId,
        options: &'a ImportOptions,
        observer: &'a dyn Observer,
        stamp: Stamp,
    ) -> Self {
        let summary = ImportSummary {
            created: mode == Mode::New,
            strategy: options.strategy.name(),
            ..ImportSummary::default()
        };
        Self {
            tx,
            ledger: None,
            mode,
            project_id,
            source: None,
            is_archive: false,
            findings: Collector::new(options.limits.diagnostics),
            options,
            observer,
            again: Again::default(),
            extended: Extended::default(),
            origins: Origins::default(),
            has_extends: false,
            resolver: None,
            summary,
            clocks: Clocks::at(stamp.wall_ms).with_options(options.skew),
            stamp,
            dot: None,
            kinds: BTreeMap::new(),
            forks: Vec::new(),
            merged: MergeReport::default(),
            names: BTreeMap::new(),
            own: None,
            is_renewed: false,
            held: Held::new(&options.hold),
            preview: None,
            arrived: BTreeMap::new(),
            present: IdSpill::default(),
            moved: Levels::default(),
            last_write_ms: i64::MIN,
            count: 0,
        }
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// Whether tokens that one write made can be taken as they are: into a new project, if nothing is left alone.
    pub(super) const fn takes_plain(&self) -> bool {
        matches!(self.mode, Mode::New) && self.held.is_empty()
    }

    /// Takes such a token.
    pub(super) fn plain(&mut self, file: &str, token: Token) -> Result<(), ServiceError> {
        let id = token.id();
        let doubt = token.inherits_type.then_some(id);
        self.report(file, token.path(), token.line, &token.findings, doubt)?;
        self.origins.add(id, file, token.line)?;
        self.arrive(Kind::Token, true)?;
        self.count_new(Kind::Token);
        match token.held {
            Holding::Row(row) => {
                if let Some(preview) = &mut self.preview {
                    preview.add_new(id, row.registers());
                }
                self.last_write_ms = self.last_write_ms.max(row.write().wall_ms);
                Ok(self.tx.put_plain(row)?)
            }
            Holding::Note { id, columns, references } => {
                let (kind, is_alive) = (Kind::Token, true);
                let noted = Noted { id, kind, is_alive, columns: &columns, references: &references };
                self.ledger.as_mut().map_or(Ok(()), |ledger| ledger.note(noted)).map_err(temporary_file)
            }
        }
    }

    /// Reports what is wrong with an item; what depends on the groups around it is in doubt until all of them are read.
    fn report(
        &mut self,
        file: &str,
        path: &str,
        line: u64,
        findings: &[(&'static str, dss_model::Severity, String)],
        doubt: Option<EntityId>,
    ) -> Result<(), ServiceError> {
        for (code, severity, message) in findings {
            let (file, path, message) = (file.to_owned(), path.to_owned(), message.clone());
            let (severity, stage, line) = (*severity, Stage::Schema, Some(line));
            let finding = Finding { code, stage, severity, file, path, line, message };
            match doubt {
                Some(id) => self.findings.doubt(id, &finding).map_err(temporary_file)?,
                None => self.findings.add(finding),
            }
        }
        Ok(())
    }

    /// Takes a node of a token document, and what it was decoded to.
    pub(super) fn node(
        &mut self,
        file: &str,
        node: &Node,
        report: NodeReport,
        incoming: Incoming,
    ) -> Result<(), ServiceError> {
        let doubt = report.inherits_type.then(|| incoming.id());
        self.report(file, node.path.as_str(), node.line, &report.findings, doubt)?;
        let references = view::references(&report.references);
        let extends = references.iter().any(|reference| reference.kind == ReferenceKind::Extends);
        self.has_extends |= extends;
        if node.is_type_late || (extends && node.member("$type").is_none()) {
            self.note_late_type(&incoming, &node.path)?;
        }
        self.origins.add(incoming.id(), file, node.line)?;
        // Of two entities with one path, the document shows one under another name.
        let own_path = match &incoming {
            Incoming::Entity(entity) if shows(entity, &node.path) => None,
            Incoming::Entity(entity) => dtcg::path_of(entity),
            Incoming::Stated { .. } => None,
        };
        let own_name = own_path.as_ref().and_then(TokenPath::name);
        let renamed = own_name.map(|name| node.sort.renamed(&name));
        let facts = Facts {
            sort: renamed.as_ref().unwrap_or(&node.sort).as_bytes().to_vec(),
            is_valid: report.is_valid(),
            inherits_type: report.inherits_type,
            token_type: report.token_type.map(std::borrow::Cow::into_owned),
            references,
        };
        self.take(incoming, facts)
    }

    /// Takes anything that is no part of a token set.
    pub(super) fn record(&mut self, incoming: Incoming) -> Result<(), ServiceError> {
        self.take(incoming, Facts { is_valid: true, ..Facts::default() })
    }

    /// Takes anything.
    pub(super) fn take(&mut self, incoming: Incoming, facts: Facts) -> Result<(), ServiceError> {
        let (id, kind, is_alive) = match &incoming {
            Incoming::Entity(entity) => (entity.id(), entity.kind(), entity.is_alive()),
            Incoming::Stated { id, kind, .. } => (*id, *kind, true),
        };
        self.arrive(kind, is_alive)?;
        if self.mode != Mode::New {
            self.present.add(id).map_err(temporary_file)?;
        }
        if self.is_held(&incoming)? {
            return self.hold(kind);
        }
        match incoming {
            Incoming::Entity(entity) => self.entity(entity, facts),
            Incoming::Stated { id, kind, body, said } => self.stated(id, kind, body, &said, facts),
        }
    }

    /// Counts what arrives.
    fn arrive(&mut self, kind: Kind, is_alive: bool) -> Result<(), ServiceError> {
        self.step()?;
        if is_alive {
            let arrived = self.arrived.entry(kind).or_default();
            *arrived = arrived.saturating_add(1);
            check_count(kind, *arrived, self.limits())?;
        }
        Ok(())
    }

    /// Counts and stores an entity that was not here.
    pub(super) fn add(&mut self, entity: Entity, facts: Facts) -> Result<(), ServiceError> {
        self.count_added(&entity)?;
        if self.mode != Mode::New {
            self.note_retyped(None, &entity)?;
        }
        self.put(entity, facts)
    }

    /// Counts and stores what became of an entity that was here.
    pub(super) fn settle(
        &mut self,
        local: Option<&Entity>,
        entity: Entity,
        facts: Facts,
    ) -> Result<(), ServiceError> {
        let Some(local) = local else { return self.add(entity, facts) };
        if *local == entity {
            self.count_unchanged(local)?;
            return self.put(entity, facts);
        }
        self.touch(&entity)?;
        self.note_retyped(Some(local), &entity)?;
        let kind = self.kinds.entry(entity.kind()).or_default();
        let counter = if local.is_alive() && !entity.is_alive() {
            &mut kind.deleted
        } else if !local.is_alive() && entity.is_alive() {
            &mut kind.added
        } else {
            &mut kind.changed
        };
        *counter = counter.saturating_add(1);
        kind.read = kind.read.saturating_add(u64::from(entity.is_alive()));
        self.put(entity, facts)
    }

    pub(super) fn put(&mut self, entity: Entity, facts: Facts) -> Result<(), ServiceError> {
        let set = entity.value(&RegName::SET).and_then(Value::entity);
        let name = if set.is_some() { &RegName::PATH } else { &RegName::NAME };
        let path = entity.string(name).unwrap_or_default().into_owned();
        let sort = match set {
            None => entity.string(&RegName::ORDER).unwrap_or_default().into_owned().into_bytes(),
            Some(_) if self.mode == Mode::New => facts.sort,
            // The document says where things stand in it, which need not be where they stand here.
            Some(set) => self.place(set, &entity, &facts.sort)?,
        };
        if let (true, Mode::Merge, Some(set)) = (facts.inherits_type, self.mode, set) {
            self.again
                .note_token(entity.id(), set, &path, facts.token_type.as_deref())
                .map_err(temporary_file)?;
        }
        let columns = Columns { set, path, sort, token_type: facts.token_type, valid: facts.is_valid };
        let mut row = Row { entity, columns, references: facts.references };
        if let Some(ledger) = &mut self.ledger {
            ledger.note(Noted::of(&row)).map_err(temporary_file)?;
            if matches!(row.entity.kind(), Kind::Token | Kind::Group) || !row.entity.is_alive() {
                return Ok(());
            }
            row.references.clear();
        }
        self.tx.put(&row)?;
        Ok(())
    }

    /// The write that this import makes, for whatever it writes.
    pub(super) fn dot(&mut self) -> Result<Dot, ServiceError> {
        if let Some(dot) = self.dot {
            return Ok(dot);
        }
        let dot = self.tx.next_dot()?;
        self.dot = Some(dot);
        Ok(dot)
    }

    /// That write, if there was anything to write.
    pub(super) const fn issued(&self) -> Option<Dot> {
        self.dot
    }

    pub(super) fn count_added(&mut self, entity: &Entity) -> Result<(), ServiceError> {
        self.touch(entity)?;
        if entity.is_alive() {
            self.count_new(entity.kind());
        } else {
            self.kinds.entry(entity.kind()).or_default();
        }
        Ok(())
    }

    fn count_new(&mut self, kind: Kind) {
        let kind = self.kinds.entry(kind).or_default();
        kind.read = kind.read.saturating_add(1);
        kind.added = kind.added.saturating_add(1);
    }

    #[expect(clippy::unnecessary_wraps, reason = "ends a chain of fallible steps")]
    pub(super) fn count_unchanged(&mut self, local: &Entity) -> Result<(), ServiceError> {
        let kind = self.kinds.entry(local.kind()).or_default();
        kind.read = kind.read.saturating_add(1);
        kind.unchanged = kind.unchanged.saturating_add(1);
        Ok(())
    }

    fn step(&mut self) -> Result<(), ServiceError> {
        self.count = self.count.saturating_add(1);
        if self.count.is_multiple_of(STEP) {
            if self.observer.is_cancelled() {
                return Err(ServiceError::Cancelled);
            }
            self.observer.progress(Progress { phase: Phase::Reading, done: self.count, total: None });
        }
        Ok(())
    }

    /// Deletes what a full input does not hold, creates forks, and resolves references.
    pub(super) fn finish(&mut self, is_full: bool) -> Result<(), ServiceError> {
        let mut present = std::mem::take(&mut self.present).sorted().map_err(temporary_file)?;
        if self.mode == Mode::Replace && is_full {
            self.delete_absent(&mut present)?;
        }
        if let Some(id) = present.duplicate().map_err(temporary_file)? {
            return Err(self.duplicate_id(id));
        }
        self.create_forks()?;
        self.report_unheld();
        self.place_moved()?;
        if let Err(error) = self.tx.finish_load() {
            return Err(match error {
                StoreError::DuplicateEntity { id } => self.duplicate_id(id),
                error => error.into(),
            });
        }
        self.link()?;
        self.end_source()?;
        if self.last_write_ms > i64::MIN {
            let before = if self.mode == Mode::New { i64::MIN } else { self.tx.header()?.last_change_ms };
            self.tx.set_last_change(self.last_write_ms.max(before))?;
        }
        Ok(())
    }

    /// Two items of the input with one id.
    pub(super) fn duplicate_id(&mut self, id: EntityId) -> ServiceError {
        match self.origins.both(id) {
            Ok(places) => ServiceError::DuplicateId { id: id.to_string(), places },
            Err(error) => error,
        }
    }

    fn create_forks(&mut self) -> Result<(), ServiceError> {
        for fork in std::mem::take(&mut self.forks) {
            if self.tx.get(fork.id)?.is_some() {
                continue;
            }
            let dot = self.dot()?;
            let entity = fork.create(dot, &self.stamp)?;
            let sort = self.sort_of(&entity)?;
            let facts = self.facts(&entity, sort)?;
            self.add(entity, facts)?;
        }
        Ok(())
    }

    /// Ends the import: the transaction to commit, and what happened.
    pub(super) fn into_summary(self) -> Result<(Box<dyn WriteTx + 'a>, ImportSummary), ServiceError> {
        let mut summary = self.summary;
        summary.kinds = self.kinds.iter().map(|(kind, count)| (kind.name(), *count)).collect();
        summary.findings = self.findings.finish().map_err(temporary_file)?;
        summary.merge = (self.mode == Mode::Merge).then_some(self.merged);
        Ok((self.tx, summary))
    }

    /// How many entities were here and are not any more, and, if any, how many there were.
    pub(super) fn deletions(&self) -> Result<(u64, u64), ServiceError> {
        let sum = |of: fn(&KindSummary) -> u64| self.kinds.values().map(of).fold(0, u64::saturating_add);
        let (deleted, added) = (sum(|kind| kind.deleted), sum(|kind| kind.added));
        if deleted == 0 {
            return Ok((0, 0));
        }
        let kinds = self.tx.counts()?.kinds;
        let alive = kinds.iter().filter(|counts| counts.kind != Kind::Project).map(|counts| counts.alive);
        let alive = alive.fold(0, u64::saturating_add);
        Ok((deleted, alive.saturating_add(deleted).saturating_sub(added)))
    }

    /// The entities of that kind in the input so far.
    pub(super) fn read(&self, kind: Kind) -> u64 {
        self.arrived.get(&kind).copied().unwrap_or(0)
    }
}

/// Whether an entity's register shows that path, without reading the path: nearly all stand where they show.
pub(super) fn shows(entity: &Entity, path: &TokenPath) -> bool {
    entity.string(&RegName::PATH).is_some_and(|text| text == path.as_str())
}

/// Refuses more tokens or components than allowed.
pub(super) fn check_count(kind: Kind, found: u64, limits: &Limits) -> Result<(), ServiceError> {
    let (what, code, limit) = match kind {
        Kind::Token => ("Token count", "too_many_tokens", limits.tokens),
        Kind::Component => ("Component count", "too_many_components", limits.components),
        _ => return Ok(()),
    };
    if found > limit { Err(ServiceError::OverLimit { what, code, found, limit }) } else { Ok(()) }
}

pub(crate) fn temporary_file(cause: std::io::Error) -> ServiceError {
    ServiceError::File { path: std::env::temp_dir(), cause }
}
