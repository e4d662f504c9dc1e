//! Token files as replicas: what an import from one changes, and what it leaves alone.

mod memory;
mod places;
mod random;
mod real;
mod renames;
mod revisions;
mod sets;

use std::path::{Path, PathBuf};

use dss_service::model::{EntityId, Kind, RegName, TokenPath};
use dss_service::store::{SqliteStore, Store, StoreOptions};
use dss_service::{ImportOptions, ImportSummary, ServiceError, SourceSummary, TokenChange};
use dss_testkit::TestResult;

use crate::support::{Fixture, fixture, name, options};

/// A file of three tokens that people know.
const FILE: &str = r#"{
  "size": {
    "$type": "dimension",
    "small": {"$value": {"value": 4, "unit": "px"}},
    "medium": {"$value": {"value": 8, "unit": "px"}, "$description": "usual"},
    "large": {"$value": {"value": 16, "unit": "px"}}
  }
}"#;

/// A project that was made from [`FILE`].
fn imported() -> TestResult<(Fixture, PathBuf)> {
    let fixture = fixture()?;
    let file = fixture.file("base.tokens.json", FILE)?;
    fixture.import(&file, "p")?;
    Ok((fixture, file))
}

/// [`FILE`] with other texts in it.
fn edited(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(FILE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

impl Fixture {
    /// Imports the file again, after it was rewritten.
    fn deliver(&self, file: &Path, text: &str) -> TestResult<ImportSummary> {
        std::fs::write(file, text)?;
        Ok(self.import(file, "p")?)
    }

    fn deliver_as(&self, file: &Path, options: &ImportOptions) -> Result<ImportSummary, ServiceError> {
        self.service.import_project(file, options, &())
    }

    fn resize(&self, token: &str, value: u32) -> TestResult {
        let value = Some(format!(r#"{{"value": {value}, "unit": "px"}}"#));
        self.change(token, &TokenChange { value, ..TokenChange::default() })
    }

    fn describe(&self, token: &str, text: Option<&str>) -> TestResult {
        let description = Some(text.map(ToOwned::to_owned));
        self.change(token, &TokenChange { description, ..TokenChange::default() })
    }

    fn change(&self, token: &str, change: &TokenChange) -> TestResult {
        self.service.set_token(&name("p"), None, &TokenPath::from_alias(token), change)?;
        Ok(())
    }

    fn remove(&self, token: &str) -> TestResult {
        self.service.remove_token(&name("p"), None, &TokenPath::from_alias(token))?;
        Ok(())
    }

    /// All live values of a register, as text: `VALUE@WRITER`, where the writer is `own` or `source`.
    fn values(&self, token: &str, register: &RegName) -> TestResult<Vec<String>> {
        let store = self.store()?;
        let tx = store.read(&name("p"))?;
        let rows = tx.find(Kind::Token, None, TokenPath::from_alias(token).as_str())?;
        let row = rows.into_iter().find(|row| row.entity.is_alive()).ok_or("no such token")?;
        let pairs =
            row.entity.register(register).map(|register| register.pairs().to_vec()).unwrap_or_default();
        Ok(pairs.iter().map(|pair| show(&pair.value)).collect())
    }

    fn sizes(&self, token: &str) -> TestResult<Vec<String>> {
        self.values(token, &RegName::VALUE)
    }

    fn descriptions(&self, token: &str) -> TestResult<Vec<String>> {
        self.values(token, &RegName::DESCRIPTION)
    }

    fn paths(&self) -> TestResult<Vec<String>> {
        let mut paths = Vec::new();
        self.service.tokens(&name("p"), &dss_service::TokenFilter::default(), &mut |token| {
            paths.push(token.path);
            true
        })?;
        Ok(paths)
    }

    fn store(&self) -> TestResult<SqliteStore> {
        Ok(SqliteStore::open(
            StoreOptions::new(self.dir.join("store")).with_witness_dir(self.dir.join("witness")),
        )?)
    }

    /// The highest write that was made here, whoever made it.
    fn clock(&self) -> TestResult<u64> {
        Ok(self.store()?.read(&name("p"))?.header()?.clock)
    }

    fn id_of(&self, token: &str) -> TestResult<EntityId> {
        let tokens = TokenPath::from_alias(token);
        let found = self.service.token(&name("p"), None, &tokens)?;
        Ok(found.first().ok_or("no token")?.id.parse()?)
    }
}

fn show(value: &dss_service::model::Value) -> String {
    let Some(json) = value.json() else { return format!("{value:?}") };
    let size = json.get_ref().get("$value").and_then(|value| Some(value.get("value")?.as_str().to_owned()));
    size.unwrap_or_else(|| json.as_str().trim_matches('"').to_owned())
}

fn said(summary: &ImportSummary) -> TestResult<&SourceSummary> {
    Ok(summary.delivered.as_ref().ok_or("no source")?)
}

/// Revised, delivered, met for the first time, new.
fn rules(summary: &ImportSummary) -> TestResult<[u64; 4]> {
    let said = said(summary)?;
    Ok([said.by_revision, said.by_delivery, said.first_time, said.new])
}

fn merged() -> ImportOptions {
    options("p")
}
