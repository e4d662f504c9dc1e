//! What the tests share.

use std::borrow::Cow;
use std::ops::ControlFlow;

use dss_model::{Dot, Entity, EntityId, JsonRef, JsonText, Kind, OrderKey, ProjectName, RegName, TokenPath};
use dss_store::{
    Columns, NewProject, ReadTx, Reference, ReferenceKind, Row, Scan, SqliteStore, Store, StoreError,
    StoreOptions, WriteTx,
};
use dss_testkit::{TempDir, TestResult, set, token};

/// A store in a folder of its own.
pub(crate) struct Folder {
    pub(crate) dir: TempDir,
}

impl Folder {
    pub(crate) fn new() -> TestResult<Self> {
        Ok(Self { dir: TempDir::new()? })
    }

    pub(crate) fn options(&self) -> StoreOptions {
        StoreOptions::new(self.dir.join("store"))
            .with_witness_dir(self.dir.join("witness"))
            .with_busy_timeout_ms(1_500)
    }

    pub(crate) fn open(&self) -> TestResult<SqliteStore> {
        Ok(SqliteStore::open(self.options())?)
    }

    pub(crate) fn file(&self, project: &str) -> std::path::PathBuf {
        self.dir.join(format!("store/projects/{project}.db"))
    }

    /// Writes one value into a project, by a store that is closed when this returns.
    pub(crate) fn write(&self, project: &str, value: &str) -> TestResult<Dot> {
        let dot = write_version(&self.open()?, project, value)?;
        self.wait_until_closed(project)?;
        Ok(dot)
    }

    /// What a project's file holds once nobody has it open.
    pub(crate) fn read(&self, project: &str) -> TestResult<Vec<u8>> {
        self.wait_until_closed(project)?;
        Ok(std::fs::read(self.file(project))?)
    }

    /// Puts another file in a project's place, once nobody has that open.
    pub(crate) fn replace(&self, project: &str, bytes: &[u8]) -> TestResult {
        self.wait_until_closed(project)?;
        let (file, new) = (self.file(project), self.dir.join("new"));
        std::fs::write(&new, bytes)?;
        Ok(std::fs::rename(&new, &file)?)
    }

    /// Waits until no connection to a project is open: only then is its file all there is of it. The thread of the pool
    /// that opened a connection may let go of it a moment after the store was dropped.
    pub(crate) fn wait_until_closed(&self, project: &str) -> TestResult {
        let log = self.dir.join(format!("store/projects/{project}.db-wal"));
        for _ in 0..1_000 {
            if !log.exists() {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Err(format!("{} is still open", log.display()).into())
    }

    /// What lies in the folder of projects, but for the files that SQLite keeps beside its own.
    pub(crate) fn files(&self) -> TestResult<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.dir.join("store/projects"))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.ends_with("-wal") && !name.ends_with("-shm") {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

pub(crate) fn name(text: &str) -> TestResult<ProjectName> {
    Ok(text.parse()?)
}

pub(crate) fn new_project() -> NewProject {
    NewProject::copy_of(EntityId::from_bytes([9; 16]), 1_000)
}

/// The row that a caller would make of an entity.
pub(crate) fn row(entity: Entity) -> Row {
    let set = entity.value(&RegName::SET).and_then(dss_model::Value::entity);
    let path = entity.string(&RegName::PATH).or_else(|| entity.string(&RegName::NAME)).unwrap_or_default();
    let order = entity.string(&RegName::ORDER).unwrap_or_else(|| path.clone());
    let columns = Columns {
        set,
        path: path.clone().into_owned(),
        sort: order.as_bytes().to_vec(),
        token_type: declared_type(&entity),
        valid: true,
    };
    let references = alias_of(&entity);
    Row { entity, columns, references }
}

fn declared_type(entity: &Entity) -> Option<String> {
    let value = entity.json(&RegName::VALUE)?;
    Some(value.get_ref().get("$type")?.string()?.into_owned())
}

fn alias_of(entity: &Entity) -> Vec<Reference> {
    let value = entity.json(&RegName::VALUE).and_then(|value| value.get_ref().get("$value"));
    let text = value.and_then(JsonRef::string).unwrap_or_default();
    let target = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let expected_type = declared_type(entity);
    let reference = |target: &str| Reference {
        target: TokenPath::from_alias(target).as_str().to_owned(),
        kind: ReferenceKind::Alias,
        expected_type,
    };
    target.map(reference).into_iter().collect()
}

/// A colour token.
pub(crate) fn color(set: &str, path: &str) -> Row {
    row(token(set, path).value(r##"{"$type":"color","$value":"#f00"}"##).build())
}

/// An untyped alias.
pub(crate) fn alias(set: &str, path: &str, target: &str) -> Row {
    row(token(set, path).value(&format!(r#"{{"$value":"{{{target}}}"}}"#)).build())
}

/// The same row at another place of the document.
pub(crate) fn at(mut row: Row, place: u64) -> Row {
    row.columns.sort = OrderKey::nth(place).as_str().as_bytes().to_vec();
    row
}

pub(crate) fn set_id(name: &str) -> EntityId {
    set(name).build().id()
}

/// Rows as they are read back: without references.
pub(crate) fn read_back(row: &Row) -> Row {
    Row { references: Vec::new(), ..row.clone() }
}

pub(crate) fn scan_all(tx: &(impl ReadTx + ?Sized), scan: &Scan) -> TestResult<Vec<Row>> {
    let mut rows = Vec::new();
    tx.scan(scan, &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

pub(crate) fn paths(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.columns.path.as_str()).collect()
}

/// Makes a project of these rows.
pub(crate) fn make(store: &dyn Store, project: &str, rows: &[Row]) -> TestResult {
    let mut tx = store.create(&name(project)?, &new_project())?;
    for row in rows {
        tx.put(row)?;
    }
    Ok(tx.commit()?)
}

/// Changes a project.
pub(crate) fn change(
    store: &dyn Store,
    project: &str,
    change: impl FnOnce(&mut dyn WriteTx) -> Result<(), StoreError>,
) -> TestResult {
    let mut tx = store.write(&name(project)?)?;
    change(&mut *tx)?;
    Ok(tx.commit()?)
}

/// One token, written with the next dot of the copy, whose text tells versions apart.
pub(crate) fn write_version(store: &dyn Store, project: &str, text: &str) -> TestResult<Dot> {
    let mut tx = store.write(&name(project)?)?;
    let dot = tx.next_dot()?;
    let entity = token("base", "version").description(text).written_by(dot.replica, dot.counter).build();
    tx.put(&row(entity))?;
    tx.commit()?;
    Ok(dot)
}

/// The text that [`write_version`] wrote last.
pub(crate) fn version(tx: &(impl ReadTx + ?Sized)) -> TestResult<Option<String>> {
    let rows = tx.find(Kind::Token, Some(set_id("base")), "version")?;
    Ok(rows.first().and_then(|row| row.entity.string(&RegName::DESCRIPTION).map(Cow::into_owned)))
}

pub(crate) fn json(text: &str) -> dss_model::Value {
    dss_model::Value::Json(JsonText::string(text))
}
