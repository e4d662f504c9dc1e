//! What can only be seen from inside: schemas, and a disk that runs full.

use std::ops::ControlFlow;

use dss_model::Kind;
use dss_testkit::{TempDir, TestResult, token};

use super::schema::{PROJECT, PROJECT_INDEXES, PROJECT_TABLES, STORE, Schema};
use super::*;
use crate::{ChangeFilter, Columns, Row};

fn place() -> Place {
    Place { path: PathBuf::from("test.db"), busy_timeout: Duration::ZERO }
}

fn shape(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement =
        connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
    let shape = statement.query_map([], |row| row.try_into())?;
    shape.collect()
}

#[test]
fn a_migrated_file_has_the_shape_of_a_new_one() -> TestResult {
    let migrate = |schema: &Schema| -> TestResult<Connection> {
        let mut connection = Connection::open_in_memory()?;
        schema.migrate(&mut connection, &place())?;
        assert!(!schema.check(&connection, &place())?);
        Ok(connection)
    };
    let fresh = Connection::open_in_memory()?;
    PROJECT.mark(&fresh)?;
    fresh.execute_batch(PROJECT_TABLES)?;
    fresh.execute_batch(PROJECT_INDEXES)?;
    assert!(!PROJECT.check(&fresh, &place())?);
    assert_eq!(shape(&migrate(&PROJECT)?)?, shape(&fresh)?);
    assert!(shape(&migrate(&STORE)?)?.len() >= 2);
    // A project is no store file, and the other way round.
    assert!(matches!(STORE.check(&fresh, &place()), Err(StoreError::Damaged { .. })));
    Ok(())
}

#[test]
fn copies_and_stores_of_the_first_version_are_read() -> TestResult {
    let dir = TempDir::new()?;
    let store = SqliteStore::open(StoreOptions::new(dir.path()))?;
    let name: ProjectName = "p".parse()?;
    let mut tx = store.create(&name, &NewProject::fresh(0))?;
    tx.put(&row("a"))?;
    tx.commit()?;
    let mut tx = store.write(&name)?;
    tx.put(&row("b"))?;
    tx.put(&Row { entity: token("base", "a").value("1").build(), ..row("a") })?;
    tx.commit()?;
    let (file, copy) = (store.place(&name).path, dir.path().join("copy.db"));
    let id = store.read(&name)?.header()?.ids.id();
    drop(store);
    let older = Connection::open(&file)?;
    older.execute_batch(
        "DROP INDEX change_row; ALTER TABLE change DROP COLUMN row;
         CREATE INDEX change_entity ON change (entity, number);
         DROP TABLE other_id; PRAGMA user_version = 1",
    )?;
    // The pool of the store that was dropped may still be opening a connection, beside which the mode cannot change.
    older.execute("VACUUM INTO ?1", [copy.to_str()])?;
    drop(older);
    let before = fs::read(&copy)?;
    assert_eq!(open_copy(&copy)?.project().header()?.ids.id(), id);
    assert!(fs::read(&copy)? == before, "it is only looked at");
    let store = SqliteStore::open(StoreOptions::new(dir.path()))?;
    let tx = store.read(&name)?;
    assert_eq!((tx.header()?.ids.id(), tx.counts()?.alive(Kind::Token)), (id, 2));
    for path in ["a", "b"] {
        let entity = Some(row(path).entity.id());
        let mut changes = 0;
        tx.changes(&ChangeFilter { entity, ..ChangeFilter::default() }, &mut |change| {
            assert_eq!(Some(change.entity), entity);
            changes += 1;
            ControlFlow::Continue(())
        })?;
        assert_eq!(changes, 1, "{path}");
    }
    let mut damage = Vec::new();
    tx.check(&mut |found| {
        damage.push(found);
        ControlFlow::Continue(())
    })?;
    assert_eq!(damage, []);
    Ok(())
}

#[test]
#[cfg(unix)]
fn the_first_connection_is_handed_on() -> TestResult {
    let dir = TempDir::new()?;
    let store = SqliteStore::open(StoreOptions::new(dir.path()).with_busy_timeout_ms(50))?;
    let name: ProjectName = "p".parse()?;
    store.create(&name, &NewProject::fresh(0))?.commit()?;
    let database = store.database(&name)?;
    fs::remove_file(&database.place.path)?;
    // Nothing can be opened any more, and nothing has to be, once.
    let first = database.connection()?;
    assert_eq!(first.query_row("SELECT COUNT(*) FROM project", [], |row| row.get::<_, i64>(0))?, 1);
    assert!(matches!(database.connection(), Err(StoreError::Access { .. })));
    Ok(())
}

fn row(path: &str) -> Row {
    let entity = token("base", path).description(&"x".repeat(2_000)).build();
    let columns = Columns { path: path.to_owned(), valid: true, ..Columns::default() };
    Row { entity, columns, references: Vec::new() }
}

fn fill(tx: &mut WriteTransaction<'_>) -> Result<(), StoreError> {
    (0..2_000).try_for_each(|number| tx.put(&row(&format!("t{number}"))))
}

#[test]
fn a_full_disk_changes_nothing() -> TestResult {
    let dir = TempDir::new()?;
    let store = SqliteStore::open(StoreOptions::new(dir.path()))?;
    let name: ProjectName = "p".parse()?;
    let mut tx = store.create(&name, &NewProject::fresh(0))?;
    tx.put(&row("before"))?;
    tx.commit()?;

    let mut tx = WriteTransaction::begin(&store, &store.database(&name)?)?;
    tx.limit_pages(40)?;
    let full = fill(&mut tx);
    assert!(matches!(full, Err(StoreError::Full { .. })), "{full:?}");
    assert!(matches!(tx.put(&row("more")), Err(StoreError::Aborted)));
    let commit = Box::new(tx).commit();
    assert!(matches!(commit, Err(StoreError::Aborted)), "{commit:?}");
    let tx = store.read(&name)?;
    assert_eq!(tx.counts()?.alive(Kind::Token), 1);
    assert_eq!(tx.find(Kind::Token, None, "before")?.len(), 1);
    Ok(())
}

#[test]
fn a_full_disk_leaves_no_new_project() -> TestResult {
    let dir = TempDir::new()?;
    let store = SqliteStore::open(StoreOptions::new(dir.path()))?;
    for pages in [40, 260] {
        let building = Building::start(&store.projects, &NameLock::exclusive(&store.names)?)?;
        let place = Place { path: building.database().to_path_buf(), ..store.names.clone() };
        let core = create::begin_new(Connection::open(&place.path)?, place, &NewProject::fresh(0))?;
        let name = "p".parse()?;
        let mut tx = WriteTransaction::over(core, Target::New { store: &store, name, building })?;
        tx.limit_pages(pages)?;
        // The second time, there is room for the rows but not for the indexes.
        let ended = fill(&mut tx).and_then(|()| Box::new(tx).commit());
        assert!(matches!(ended, Err(StoreError::Full { .. })), "{ended:?}");
        assert_eq!(fs::read_dir(&store.projects)?.count(), 0);
    }
    Ok(())
}
