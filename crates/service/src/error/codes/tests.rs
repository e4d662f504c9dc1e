use std::collections::BTreeSet;
use std::io;

use dss_format::resolve::SelectError;
use dss_format::{FormatError, FormatErrorKind};
use dss_interop::{InteropError, InteropErrorKind};
use dss_merge::{Integrity, WriteError};
use dss_model::{ContentHash, Dot, EntityError, EntityId, Kind, RegName, ReplicaId};
use dss_store::StoreError;

use super::*;
use crate::error::ServiceError;
use crate::summary::Finding;

/// One error of every variant of every layer but the container, whose crate checks its own list.
fn one_of_each() -> Vec<ServiceError> {
    let formats = FormatErrorKind::ALL.into_iter().map(|kind| {
        FormatError::new(kind, kind.stages().first().copied().unwrap_or(Stage::Archive), "", "x").into()
    });
    let interop = InteropErrorKind::ALL.into_iter().map(|kind| InteropError::new(kind, "", "x").into());
    let stores = stores().into_iter().map(ServiceError::from);
    let integrity = integrity().into_iter().map(ServiceError::from);
    let writes = writes().into_iter().map(ServiceError::from);
    formats.chain(interop).chain(stores).chain(integrity).chain(writes).chain(services()).collect()
}

fn stores() -> Vec<StoreError> {
    let project: dss_model::ProjectName = "p".parse().unwrap();
    let path = std::path::PathBuf::from("p.db");
    let hash = ContentHash::from_bytes([0; 32]);
    vec![
        StoreError::NotFound { project: project.clone() },
        StoreError::AlreadyExists { project },
        StoreError::Locked { path: path.clone(), waited_ms: 5 },
        StoreError::Full { path: path.clone(), cause: "x".into() },
        StoreError::Damaged { path: path.clone(), detail: "x".to_owned() },
        StoreError::NewerSchema { path: path.clone(), found: 9, supported: 1 },
        StoreError::Access { path: path.clone(), cause: "x".into() },
        StoreError::ContentMismatch {
            expected_hash: hash,
            expected_bytes: 1,
            found_hash: hash,
            found_bytes: 2,
        },
        StoreError::Stream { cause: io::Error::other("x") },
        StoreError::TooLarge { path: path.clone(), bytes: 1 },
        StoreError::DuplicateEntity { id: EntityId::from_bytes([0; 16]) },
        StoreError::CounterOutOfRange { counter: 0 },
        StoreError::Aborted,
        StoreError::Database { path, cause: "x".into() },
    ]
}

fn integrity() -> Vec<Integrity> {
    let (entity, replica) = (EntityId::from_bytes([0; 16]), ReplicaId::from_bytes([0; 16]));
    let (register, dot) = (RegName::NAME, Dot { counter: 1, replica });
    let source = EntityError { reason: "x".to_owned() };
    vec![
        Integrity::DotCollision { entity, register: register.clone(), dot },
        Integrity::CoveredButDifferent { entity },
        Integrity::RegisterAnnihilated { entity, register },
        Integrity::OwnIdAhead { replica, issued: 1, claimed: 2 },
        Integrity::AboveMark { entity, dot, mark: 0 },
        Integrity::NotOneEntity { entity, kind: Kind::Token, other: entity, other_kind: Kind::Group },
        Integrity::Impossible { entity, source },
    ]
}

fn writes() -> Vec<WriteError> {
    let (entity, replica) = (EntityId::from_bytes([0; 16]), ReplicaId::from_bytes([0; 16]));
    vec![
        WriteError::NotNewer { entity, dot: Dot { counter: 1, replica }, newest: 2 },
        WriteError::ClockExhausted,
        WriteError::Impossible(EntityError { reason: "x".to_owned() }),
    ]
}

fn services() -> Vec<ServiceError> {
    let text = || "x".to_owned();
    let first = Finding {
        code: "value_invalid",
        stage: Stage::Schema,
        severity: Severity::Error,
        file: text(),
        path: text(),
        line: None,
        message: text(),
    };
    let over = |what, code| ServiceError::OverLimit { what, code, found: 2, limit: 1 };
    vec![
        over("File size", "file_too_large"),
        over("File count", "too_many_files"),
        over("Token count", "too_many_tokens"),
        over("Component count", "too_many_components"),
        ServiceError::Strict { count: 1, first: Box::new(first) },
        ServiceError::DuplicatePath { entry: text(), path: text(), places: Vec::new() },
        ServiceError::DuplicateId { id: text(), places: Vec::new() },
        ServiceError::PreviewStale { project: text() },
        ServiceError::MassDeletion { deletions: 11, live: 11 },
        ServiceError::NotFound { what: "file", name: text() },
        ServiceError::Theme(SelectError::Unchosen { modifiers: Vec::new() }),
        ServiceError::Theme(SelectError::UnknownModifier { name: text(), known: Vec::new() }),
        ServiceError::Exists { what: "file", name: text() },
        ServiceError::Usage { message: text(), hint: text() },
        ServiceError::UndoOfCreation { project: text(), import: 1 },
        ServiceError::InvalidToken { path: text(), reasons: Vec::new() },
        ServiceError::AuditFailed { action: "import", cause: StoreError::Aborted },
        ServiceError::OtherProject { project: text(), existing: text(), archive: text() },
        ServiceError::BackgroundJobRequired { estimate_ms: 2, budget_ms: 1 },
        ServiceError::BackupDamaged { path: text().into(), detail: text() },
        ServiceError::StoreNotEmpty { projects: 2 },
        ServiceError::Cancelled,
        ServiceError::File { path: text().into(), cause: io::Error::other("x") },
        ServiceError::Internal(text()),
    ]
}

/// Fails to compile when a variant comes that [`services`] does not know yet.
const fn is_in_services(error: &ServiceError) -> bool {
    match error {
        ServiceError::Format(_)
        | ServiceError::Interop(_)
        | ServiceError::Store(_)
        | ServiceError::Integrity(_)
        | ServiceError::Write(_)
        | ServiceError::OneSide { .. } => false,
        ServiceError::OverLimit { .. }
        | ServiceError::Strict { .. }
        | ServiceError::DuplicatePath { .. }
        | ServiceError::DuplicateId { .. }
        | ServiceError::PreviewStale { .. }
        | ServiceError::MassDeletion { .. }
        | ServiceError::NotFound { .. }
        | ServiceError::Theme(_)
        | ServiceError::Exists { .. }
        | ServiceError::Usage { .. }
        | ServiceError::UndoOfCreation { .. }
        | ServiceError::InvalidToken { .. }
        | ServiceError::AuditFailed { .. }
        | ServiceError::OtherProject { .. }
        | ServiceError::BackgroundJobRequired { .. }
        | ServiceError::Cancelled
        | ServiceError::File { .. }
        | ServiceError::BackupDamaged { .. }
        | ServiceError::StoreNotEmpty { .. }
        | ServiceError::Internal(_) => true,
    }
}

#[test]
fn the_table_is_complete() {
    let table = codes();
    let others: Vec<_> = table.iter().filter(|entry| entry.layer != Layer::Container).collect();
    let errors = one_of_each();
    assert!(services().iter().all(is_in_services));
    for error in &errors {
        let is_it = |entry: &&&ErrorCode| {
            entry.code == error.code()
                && entry.class == error.class()
                && (error.stage().is_none_or(|stage| entry.stages.contains(&stage)))
        };
        assert!(others.iter().any(|entry| is_it(&entry)), "not listed: {} {:?}", error.code(), error.stage());
        assert!(!error.hint().is_empty(), "{}", error.code());
    }
    let produced: BTreeSet<_> =
        errors.iter().map(|error| (error.code(), error.class().exit_code())).collect();
    let listed: BTreeSet<_> = others.iter().map(|entry| (entry.code, entry.class.exit_code())).collect();
    assert_eq!(produced, listed);
    for entry in &table {
        assert!(entry.meaning.ends_with(['.', '…']) && !entry.remedy.is_empty(), "{}", entry.code);
    }
}

#[test]
fn findings_are_listed() {
    let sources = [
        include_str!("../../import/link.rs"),
        include_str!("../../import/files.rs"),
        include_str!("../../import/sink.rs"),
        include_str!("../../import/hold.rs"),
        include_str!("../../import/identity.rs"),
        include_str!("../../import/join.rs"),
        include_str!("../../input.rs"),
    ];
    let listed: BTreeSet<_> =
        FINDING_CODES.iter().chain(dss_format::FINDING_CODES).map(|entry| entry.code).collect();
    assert!(FINDING_CODES.is_sorted_by(|a, b| a.code < b.code));
    let named = sources.into_iter().flat_map(|source| source.split("code: \"").skip(1));
    let named = named.filter_map(|rest| rest.split_once('"')).map(|(code, _)| code);
    let errors: BTreeSet<_> = SERVICE.iter().map(|row| row.code).collect();
    for code in named.filter(|code| !errors.contains(code)) {
        assert!(listed.contains(code), "not listed: {code}");
    }
}

#[test]
fn promised_texts() {
    let errors = one_of_each();
    let said = |code: &str| {
        errors.iter().find(|error| error.code() == code).map(ToString::to_string).unwrap_or_default()
    };
    for (code, text) in [
        ("file_too_large", "File size exceeds limit"),
        ("too_many_tokens", "Token count exceeds limit"),
        ("too_many_components", "Component count exceeds limit"),
        ("database_locked", "Database locked"),
        ("background_job_required", "Background job required"),
        ("store_schema_too_new", "schema version"),
    ] {
        assert!(said(code).contains(text), "{code}: {}", said(code));
    }
}

#[test]
fn counters_end_the_same_in_every_layer() {
    let ended = ServiceError::from(WriteError::ClockExhausted);
    let beyond = ServiceError::from(StoreError::CounterOutOfRange { counter: u64::MAX });
    assert_eq!((ended.code(), ended.class(), ended.hint()), (beyond.code(), beyond.class(), beyond.hint()));
}
