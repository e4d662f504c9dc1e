//! Editing, on every kind of store.

mod projects;
mod records;
mod themes;
mod tokens;

use std::sync::Arc;

use dss_service::model::{ProjectName, TokenPath};
use dss_service::store::{MemoryStore, SqliteStore, Store, StoreOptions};
use dss_service::{FixedClock, LogEntry, LogFilter, ProjectService, TokenChange};
use dss_testkit::{TempDir, TestResult};

const NOW_MS: i64 = 1_700_000_000_123;
const NOW: &str = "2023-11-14T22:13:20.123Z";

/// Runs `check` on an empty store of every kind.
fn on_every_store(check: impl Fn(&ProjectService) -> TestResult) -> TestResult {
    let dir = TempDir::new()?;
    let stores: [Arc<dyn Store>; 2] =
        [Arc::new(SqliteStore::open(StoreOptions::new(dir.path()))?), Arc::new(MemoryStore::new(1_000))];
    stores
        .into_iter()
        .try_for_each(|store| check(&ProjectService::new(store, Arc::new(FixedClock(NOW_MS)), "ada")))
}

/// Runs `check` on a store with an empty project.
fn in_project(check: impl Fn(&ProjectService, &ProjectName) -> TestResult) -> TestResult {
    on_every_store(|service| {
        let project: ProjectName = "primer".parse()?;
        service.create_project(&project, None)?;
        check(service, &project)
    })
}

fn path(text: &str) -> TokenPath {
    TokenPath::from_alias(text)
}

fn value(json: &str) -> TokenChange {
    TokenChange { value: Some(json.to_owned()), ..TokenChange::default() }
}

fn typed(token_type: &str, json: &str) -> TokenChange {
    TokenChange { token_type: Some(Some(token_type.to_owned())), ..value(json) }
}

/// A change that makes a number of a token.
fn number(n: u32) -> TokenChange {
    typed("number", &n.to_string())
}

/// Checks what the newest entry of the log says: action, outcome, error code.
#[track_caller]
fn assert_logged(service: &ProjectService, action: &str, outcome: &str, code: Option<&str>) {
    let log = service.log(&LogFilter { limit: Some(1), ..LogFilter::default() }).unwrap_or_default();
    let said = |entry: &LogEntry| [&entry.action, &entry.outcome, &entry.who, &entry.at].map(String::clone);
    assert_eq!(log.iter().map(said).collect::<Vec<_>>(), [[action, outcome, "ada", NOW]]);
    assert_eq!(log.iter().find_map(|entry| entry.error_code.as_deref()), code);
}
