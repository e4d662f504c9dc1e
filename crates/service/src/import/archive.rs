//! Importing from archives.

use std::fs::File;
use std::path::Path;

use dss_format::archive::{Archive, PayloadReader};
use dss_format::dtcg::{self, ReadLimits};
use dss_format::manifest::{Content, Extent, Role};
use dss_format::record::{self, ListReader};
use dss_format::resolver::{self, Names};
use dss_format::revision::Replicas;
use dss_format::set::{Decoded, SetReader};
use dss_format::{FormatError, FormatErrorKind};
use dss_merge::Integrity;
use dss_model::{
    ContentHash, Entity, EntityId, JsonLimits, JsonText, Kind, Limits, NearLimit, ProjectIds, RegName, Stage,
    TokenPath, Value,
};
use dss_security::{OpenOptions, OpenedArchive, Policy, Stance};
use dss_store::OwnReplica;

use super::document::{self, Common, Item, Next, Token};
use super::sink::{Incoming, Mode, Sink, check_count, shows};
use crate::{ErrorClass, ServiceError};

type Opened = Archive<File>;

/// How far an archive's counters may be ahead of ours. A counter never goes back, so that one archive
/// with an absurd one could use up all that this copy will ever have.
const JUMP_MAX: u64 = 1 << 40;

/// Opens an archive: container and manifest are proven.
pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Opened, ServiceError> {
    let file = crate::input::open(path)?;
    // With its data unread: what is wrong with that is only asked for where something else is wrong.
    let container =
        OpenedArchive::open(file, &container_options(limits)).map_err(dss_format::archive::refused)?;
    let archive = match Archive::of(container) {
        Ok(archive) => archive,
        Err(refused) => {
            let (container, error) = *refused;
            return Err(told_first(&container, error.into()));
        }
    };
    let count = |kind: Kind| archive.manifest().manifest().counts.get(&kind).copied().unwrap_or(0);
    let within = check_count(Kind::Token, count(Kind::Token), limits)
        .and_then(|()| check_count(Kind::Component, count(Kind::Component), limits));
    match within {
        Ok(()) => Ok(archive),
        Err(error) => Err(told_first(archive.container(), error)),
    }
}

/// What to tell of an archive that was refused before all of it was read: a broken container before everything else.
///
/// Entries are held to sizes, ends and checksums while they are read, so that an honest archive is inflated once. A
/// refused one may be inflated twice, so that no later stage speaks of what a hostile container made it see.
pub(crate) fn told_first(container: &OpenedArchive<File>, error: ServiceError) -> ServiceError {
    if !is_about_content(&error) {
        return error;
    }
    match container.verify() {
        Ok(()) => error,
        Err(refused) => dss_format::archive::refused(refused.into()).into(),
    }
}

/// Whether the input is at fault, and not the system, the store or whoever stopped it.
fn is_about_content(error: &ServiceError) -> bool {
    matches!(error.class(), ErrorClass::Refused | ErrorClass::Bug)
}

/// What the container may be.
pub(crate) fn container_options(limits: &Limits) -> OpenOptions {
    // Assets may be archives themselves (a sketch, an animation); nobody here opens them.
    let policy = Policy::strict().with_nested_archives(Stance::Allow);
    OpenOptions::strict().with_limits(container_limits(limits)).with_policy(policy)
}

/// How large a container may be.
pub(crate) fn container_limits(limits: &Limits) -> dss_security::Limits {
    dss_security::Limits::default()
        .with_archive_bytes(limits.archive_bytes)
        .with_entries(limits.entries)
        .with_entry_bytes(limits.entry_bytes)
        .with_total_bytes(limits.total_bytes)
        .with_ratio(limits.ratio)
}

/// The container's limits that are nearly reached.
pub(crate) fn near_limits(archive: &Opened) -> impl Iterator<Item = NearLimit> {
    let warnings = archive.container().warnings().iter();
    warnings.map(|warning| NearLimit { limit: warning.limit, used: warning.value, max: warning.max })
}

/// Which project it is a copy of.
pub(crate) fn project_ids(archive: &Opened) -> Option<ProjectIds> {
    let manifest = archive.manifest().manifest();
    let extension = manifest.project.get_ref().get("$extensions")?.get("org.dss")?;
    let id = extension.get("id")?.string()?.parse().ok()?;
    Some(ProjectIds::new(id, manifest.also_known_as.iter().copied()))
}

pub(super) fn project_name(archive: &Opened) -> String {
    let project = archive.manifest().manifest().project.get_ref();
    project.get("name").and_then(dss_model::JsonRef::string).unwrap_or_default().into_owned()
}

pub(super) fn is_full(archive: &Opened) -> bool {
    archive.manifest().manifest().extent == Extent::Full
}

/// Puts everything in the archive into `sink`; returns the bytes that were read.
pub(super) fn fill(archive: &Opened, sink: &mut Sink<'_>) -> Result<u64, ServiceError> {
    let manifest = archive.manifest().manifest();
    sink.is_archive = true;
    sink.clocks = sink.clocks.with_exported_at_ms(Some(manifest.exported_at_ms));
    let project = sink.project_id;
    let mut import = ArchiveImport { archive, sink, project, names: Names::new(), mark: 0 };
    import.check_identity()?;
    import.project()?;
    import.sets()?;
    for content in archive.contents() {
        match content.role {
            Role::Tokens => {}
            Role::Resolver => import.resolver(content)?,
            Role::Components => import.records(content, "components", Kind::Component)?,
            Role::Assets => import.records(content, "assets", Kind::Asset)?,
            Role::Asset => import.asset(content)?,
            Role::Deleted => import.deleted(content)?,
            Role::History => import.history(content)?,
            Role::Mimetype | Role::Other => archive.payload(content)?.finish()?,
        }
    }
    import.check_counts()?;
    archive.check_unlisted()?;
    Ok(archive.contents().iter().map(|content| content.size).fold(0, u64::saturating_add))
}

pub(super) struct ArchiveImport<'i, 'a> {
    pub(super) archive: &'i Opened,
    pub(super) sink: &'i mut Sink<'a>,
    /// What the archive calls the project.
    project: EntityId,
    names: Names,
    /// The highest counter that the archive may contain.
    mark: u64,
}

impl ArchiveImport<'_, '_> {
    /// An archive that knows writes of this copy which it never made (MERGE.md §7.3) has met a twin of it: one of
    /// them needs a new identity, before anything is joined.
    fn check_identity(&mut self) -> Result<(), ServiceError> {
        let replicas = &self.archive.manifest().manifest().replicas;
        self.mark = replicas.iter().map(|(_, counter)| *counter).max().unwrap_or(0);
        let clock = self.sink.tx.header()?.clock;
        if self.mark > clock.saturating_add(JUMP_MAX) {
            let message = format!("write {} is more than anybody can have made", self.mark);
            return Err(FormatError::new(
                FormatErrorKind::RevisionInvalid,
                Stage::Manifest,
                "manifest.json",
                message,
            )
            .into());
        }
        self.sink.tx.observe(replicas)?;
        if self.sink.mode == Mode::New {
            return Ok(());
        }
        let mut ours = self.sink.tx.source_replicas()?;
        ours.extend(self.sink.own);
        let claimed = |own: &OwnReplica| {
            let listed = replicas.iter().find(|(id, _)| *id == own.replica);
            listed.map(|(_, claimed)| *claimed).filter(|claimed| *claimed > own.issued)
        };
        let ahead: Vec<(OwnReplica, u64)> =
            ours.into_iter().filter_map(|own| Some((own, claimed(&own)?))).collect();
        if ahead.is_empty() { Ok(()) } else { self.sink.renew_identity(&ahead) }
    }

    fn project(&mut self) -> Result<(), ServiceError> {
        let manifest = self.archive.manifest().manifest();
        let replicas = Replicas::new(manifest.replicas.iter().map(|(id, _)| *id));
        let entity = record::decode(Kind::Project, manifest.project.get_ref(), None, &replicas)
            .map_err(|message| revision_error("manifest.json", None, &message))?;
        // Whatever the project goes by there.
        self.project = entity.id();
        self.entity("manifest.json", None, entity.with_id(self.sink.project_id))
    }

    /// Reads all token sets, part by part.
    fn sets(&mut self) -> Result<(), ServiceError> {
        let contents: Vec<&Content> = self.archive.contents_of(Role::Tokens).collect();
        let mut index = 0_u64;
        for parts in contents.chunk_by(|a, b| a.set == b.set) {
            self.set(parts, index)?;
            index = index.saturating_add(1);
        }
        Ok(())
    }

    fn set(&mut self, parts: &[&Content], index: u64) -> Result<(), ServiceError> {
        let Some(first) = parts.first() else { return Ok(()) };
        let limits = ReadLimits { item_bytes: self.sink.limits().item_bytes, json: JsonLimits::default() };
        let name = first.set.clone().unwrap_or_default();
        let mut reader = SetReader::new(&first.path, &name, index, limits);
        let mut last = first.path.as_str();
        let before = self.sink.read(Kind::Token);
        let mut in_set = None;
        let common = match (&self.sink.ledger, self.sink.takes_plain()) {
            (Some(_), _) => Common::Noted,
            (None, true) => Common::Stored,
            (None, false) => Common::TakenApart,
        };
        self.sink.held.enter_set(&name);
        for part in parts {
            let mut payload = self.archive.payload(part)?;
            let read =
                document::read_part(&mut reader, &part.path, &mut payload, common, |next| match next {
                    Next::Token(token) => self.token(&part.path, token, &mut in_set),
                    Next::Item(item) => self.item(&part.path, item, &mut in_set),
                });
            proven(payload, read)?;
            last = &part.path;
        }
        let set = reader.set();
        for part in parts {
            self.names.add(&part.path, set);
        }
        document::finish(reader, |item| self.item(last, item, &mut in_set))?;
        if in_set.is_some_and(|named| named != set) {
            return Err(revision_error(last, None, "something in it belongs to another set").into());
        }
        self.sink.held.leave_set();
        // A token that has children ends behind them, which may be in a later part, or at the very end.
        let found = self.sink.read(Kind::Token).saturating_sub(before);
        let listed = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.count));
        if found != listed {
            let message = format!("the manifest lists {listed} tokens, the set has {found}");
            return Err(FormatError::new(FormatErrorKind::Schema, Stage::Structure, last, message).into());
        }
        Ok(())
    }

    /// Takes an item; `in_set` is the set that all items before it name, and that the document's must be.
    fn item(&mut self, entry: &str, item: Item, in_set: &mut Option<EntityId>) -> Result<(), ServiceError> {
        let Item { node, decoded, report } = item;
        match decoded {
            Decoded::Implicit => Ok(()),
            Decoded::Entity(entity) => {
                self.check_mark(entry, Some(node.line), &entity)?;
                if !entity.is_alive() {
                    let message = "a deleted entity stands among the live ones";
                    return Err(revision_error(entry, Some(node.line), message).into());
                }
                check_place(&entity, &node.path, in_set)
                    .map_err(|message| revision_error(entry, Some(node.line), message))?;
                self.sink.node(entry, &node, report, Incoming::Entity(entity))
            }
            // An archive is complete: what says no revision, or a broken one, was not written by DSS.
            Decoded::Foreign { .. } => {
                let message = format!("\"{}\" says no revision", node.path);
                Err(revision_error(entry, Some(node.line), &message).into())
            }
            Decoded::Damaged { reason, .. } => {
                let message = format!("\"{}\": {reason}", node.path);
                Err(revision_error(entry, Some(node.line), &message).into())
            }
        }
    }

    /// Takes a token that says nothing out of the ordinary, by the same rules.
    fn token(
        &mut self,
        entry: &str,
        token: Token,
        in_set: &mut Option<EntityId>,
    ) -> Result<(), ServiceError> {
        let line = Some(token.line);
        if let Some(dot) = token.dot.filter(|dot| dot.counter > self.mark) {
            let error = Integrity::AboveMark { entity: token.id(), dot, mark: self.mark };
            return Err(revision_error(entry, line, &error.to_string()).into());
        }
        check_set(token.set, in_set).map_err(|message| revision_error(entry, line, message))?;
        self.sink.plain(entry, token)
    }

    fn resolver(&mut self, content: &Content) -> Result<(), ServiceError> {
        let text = read_small(self.archive, content, self.sink.limits())?;
        let resolver = resolver::read(&text, &content.path)?;
        self.sink.resolver = Some(content.path.clone());
        for finding in &resolver.findings {
            self.sink.resolver_finding(&content.path, finding);
        }
        for (at, sources) in resolver.source_lists() {
            for (index, source) in sources.iter().enumerate() {
                if let resolver::Source::File { path, .. } = source
                    && self.names.set(path).is_none()
                {
                    self.sink.resolver_finding(
                        &content.path,
                        &resolver::Finding {
                            code: "source_missing",
                            is_warning: false,
                            path: format!("{at}/{index}"),
                            message: format!("\"{}\": there is no such token set", path.escape_debug()),
                        },
                    );
                }
            }
        }
        let mut found = 0_u64;
        for stated in resolver::bodies(&resolver, &self.names) {
            let entity = resolver::decode(&stated)
                .and_then(|entity| entity.ok_or_else(|| "no revision".to_owned()))
                .map_err(|message| {
                    revision_error(&content.path, None, &format!("{}: {message}", stated.pointer))
                })?;
            if entity.string(&RegName::NAME).is_none_or(|name| name.is_empty()) {
                let message = "it has no name".to_owned();
                let path = stated.pointer.clone();
                let finding =
                    resolver::Finding { code: record::RECORD_INVALID, is_warning: false, path, message };
                self.sink.resolver_finding(&content.path, &finding);
            }
            self.entity(&content.path, None, entity)?;
            found = found.saturating_add(1);
        }
        check_listed(content, found)
    }

    /// Stores an asset's content; the store checks its hash.
    fn asset(&mut self, content: &Content) -> Result<(), ServiceError> {
        let hash: ContentHash = content.sha256;
        let mut payload = self.archive.payload(content)?;
        if self.sink.ledger.is_some() {
            return Ok(payload.finish()?);
        }
        let stored = match self.sink.tx.blob_len(hash)? {
            None => self.sink.tx.put_blob(hash, content.size, &mut payload).map_err(ServiceError::from),
            Some(_) => Ok(()),
        };
        proven(payload, stored)
    }

    fn deleted(&mut self, content: &Content) -> Result<(), ServiceError> {
        let mut payload = self.archive.payload(content)?;
        let read = self.deleted_of(&mut payload, content);
        proven(payload, read)
    }

    fn history(&mut self, content: &Content) -> Result<(), ServiceError> {
        let mut payload = self.archive.payload(content)?;
        let read = super::history::read(&mut payload, content, self.project, self.sink);
        proven(payload, read)
    }

    fn deleted_of(
        &mut self,
        payload: &mut PayloadReader<'_, File>,
        content: &Content,
    ) -> Result<(), ServiceError> {
        let item_bytes = self.sink.limits().item_bytes.saturating_mul(2);
        let mut list = ListReader::new(payload, &content.path, "deleted", item_bytes)?;
        let mut found = 0_u64;
        while let Some((text, line)) = list.next_record()? {
            let entity = record::decode_whole(text.get_ref(), list.replicas())
                .map_err(|message| revision_error(&content.path, Some(line), &message))?;
            if entity.is_alive() {
                let message = "a live entity stands among the deleted ones";
                return Err(revision_error(&content.path, Some(line), message).into());
            }
            self.entity(&content.path, Some(line), entity)?;
            found = found.saturating_add(1);
        }
        check_listed(content, found)
    }

    fn entity(&mut self, entry: &str, line: Option<u64>, entity: Entity) -> Result<(), ServiceError> {
        self.check_mark(entry, line, &entity)?;
        self.sink.record(Incoming::Entity(entity))
    }

    pub(super) fn check_mark(
        &self,
        entry: &str,
        line: Option<u64>,
        entity: &Entity,
    ) -> Result<(), ServiceError> {
        dss_merge::check_mark(entity, self.mark)
            .map_err(|error| revision_error(entry, line, &error.to_string()).into())
    }

    /// The manifest's counts are those of what was read: of each kind, and of each entry but those of sets, which were
    /// counted when they ended.
    fn check_counts(&self) -> Result<(), ServiceError> {
        let counts = &self.archive.manifest().manifest().counts;
        for kind in Kind::ALL {
            let (count, found) = (counts.get(&kind).copied().unwrap_or(0), self.sink.read(kind));
            if found != count {
                let message = format!("the manifest counts {count} of kind {kind}, the archive has {found}");
                return Err(miscounted("manifest.json", message));
            }
        }
        Ok(())
    }
}

/// Reads an entry whole of which there is one, and which is small.
pub(crate) fn read_small(
    archive: &Opened,
    content: &Content,
    limits: &Limits,
) -> Result<JsonText, ServiceError> {
    let limit = u64::try_from(limits.item_bytes).unwrap_or(u64::MAX).saturating_mul(8);
    if content.size > limit {
        let message = format!("larger than {limit} bytes");
        return Err(FormatError::new(FormatErrorKind::Limit, Stage::Structure, &content.path, message).into());
    }
    let mut payload: PayloadReader<'_, File> = archive.payload(content)?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut payload, &mut bytes)
        .map_err(|error| FormatError::unreadable(&content.path, error))?;
    payload.finish()?;
    JsonText::parse(&bytes, &JsonLimits::default())
        .map_err(|error| FormatError::malformed(&content.path, error).into())
}

fn miscounted(entry: &str, message: String) -> ServiceError {
    FormatError::new(FormatErrorKind::Schema, Stage::Structure, entry, message).into()
}

/// Ends an entry that was read. What is wrong with its content is damage first of all, if it is not
/// the content that the manifest lists.
pub(crate) fn proven(
    payload: PayloadReader<'_, File>,
    read: Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    if read.as_ref().err().is_none_or(is_about_content) {
        payload.finish()?;
    }
    read
}

/// Whether a token or group says where it is: at a path, and in the set that all of its document name.
fn check_place(
    entity: &Entity,
    shown: &TokenPath,
    in_set: &mut Option<EntityId>,
) -> Result<(), &'static str> {
    if entity.kind() == Kind::TokenSet {
        return Ok(());
    }
    if shown.is_root() || !shows(entity, shown) {
        let path = dtcg::path_of(entity).filter(|path| !path.is_root());
        let path = path.ok_or("its register \"path\" shows no path")?;
        if path.parent() != shown.parent() {
            return Err("its register \"path\" shows another group than the one it stands in");
        }
    }
    let set = entity.value(&RegName::SET).and_then(Value::entity);
    check_set(set.ok_or("its register \"set\" shows no set")?, in_set)
}

/// Whether something is in the set that all of its document name.
fn check_set(set: EntityId, in_set: &mut Option<EntityId>) -> Result<(), &'static str> {
    if *in_set.get_or_insert(set) == set {
        Ok(())
    } else {
        Err("it belongs to another set than what stands before it")
    }
}

pub(super) fn revision_error(entry: &str, line: Option<u64>, message: &str) -> FormatError {
    FormatError::new(FormatErrorKind::RevisionInvalid, Stage::Schema, entry, message).at_line(line)
}

/// The number of records in an entry is what the manifest says.
pub(super) fn check_listed(content: &Content, found: u64) -> Result<(), ServiceError> {
    if found == content.count {
        return Ok(());
    }
    let message = format!("the manifest lists {} records, the entry has {found}", content.count);
    Err(miscounted(&content.path, message))
}
