//! Files that are not what they should be.

use dss_model::{ContentHash, EntityId};
use dss_store::{LifeFilter, ReadTx, Scan, ScanOrder, Store, StoreError, Visit};
use dss_testkit::{TestResult, replica, token};
use rusqlite::Connection;

use crate::support::{Folder, change, color, make, name, row, scan_all, write_version};

/// A project with something in every table, in a closed store.
fn project() -> TestResult<Folder> {
    let folder = Folder::new()?;
    let store = folder.open()?;
    let mut rows: Vec<_> = (0..300).map(|n| color("base", &format!("group.token-{n}"))).collect();
    rows.push(row(token("base", "edited").description("old").stamped(1, "Ada").build()));
    make(&store, "p", &rows)?;
    let edited = token("base", "edited").then(replica(2), 7, 2).description("new").build();
    change(&store, "p", |tx| {
        tx.put(&row(edited))?;
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".parse();
        tx.put_blob(hash.unwrap_or(ContentHash::from_bytes([0; 32])), 3, &mut "abc".as_bytes())
    })?;
    write_version(&store, "p", "x")?;
    drop(store);
    Ok(folder)
}

/// Reads everything there is.
fn read_all(tx: &dyn ReadTx) -> Result<usize, StoreError> {
    let mut count = 0;
    for order in [ScanOrder::Document, ScanOrder::Id, ScanOrder::Insertion] {
        tx.scan(&Scan::default().by(order), &mut |_| {
            count += 1;
            Visit::Continue(())
        })?;
    }
    tx.header()?;
    tx.counts()?;
    tx.history(None, &mut |_| Visit::Continue(()))?;
    tx.imports(&mut |_| Visit::Continue(()))?;
    tx.duplicates(&mut |_| Visit::Continue(()))?;
    tx.referrers("a", &mut |_| Visit::Continue(()))?;
    tx.get(EntityId::from_bytes([0; 16]))?;
    tx.replicas()?;
    tx.authors()?;
    Ok(count)
}

#[test]
fn any_flipped_byte_is_survived() -> TestResult {
    let folder = project()?;
    let whole = folder.read("p")?;
    let everything = |order| Scan::default().by(order).life(LifeFilter::Any);
    let expected = scan_all(&*folder.open()?.read(&name("p")?)?, &everything(ScanOrder::Id))?;
    let mut noticed = 0;
    // A prime number of bytes apart: headers, indexes and rows all get their share.
    for at in (0..whole.len()).step_by(1_997) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        folder.replace("p", &bytes)?;
        let store = folder.open()?;
        let outcome = store.read(&name("p")?).and_then(|tx| {
            read_all(&*tx)?;
            let mut rows = Vec::new();
            tx.scan(&everything(ScanOrder::Insertion), &mut |row| {
                rows.push(row);
                Visit::Continue(())
            })?;
            rows.sort_by_key(|row| row.entity.id());
            Ok(rows)
        });
        match outcome {
            Ok(rows) => {
                assert_eq!(rows.len(), expected.len(), "byte {at}");
                assert!(rows.iter().zip(&expected).all(|(a, b)| a.entity == b.entity), "byte {at}");
            }
            Err(error) => {
                noticed += 1;
                assert!(!error.hint().is_empty() && !error.to_string().is_empty());
            }
        }
        // Whatever it is, it can be listed, and removed.
        assert_eq!(store.projects()?.len(), 1);
    }
    assert!(noticed > 10, "{noticed}");
    Ok(())
}

#[test]
fn a_file_cut_short_or_of_another_kind() -> TestResult {
    let folder = project()?;
    let whole = folder.read("p")?;
    let half = whole.get(..whole.len() / 2).unwrap_or_default();
    for bytes in [b"no database at all, but long enough to look at".as_slice(), &[0; 4_096], half, b""] {
        folder.replace("p", bytes)?;
        let store = folder.open()?;
        let read = store.read(&name("p")?).and_then(|tx| read_all(&*tx));
        assert!(matches!(read, Err(StoreError::Damaged { .. })), "{} bytes: {read:?}", bytes.len());
    }
    let store = folder.open()?;
    assert!(matches!(store.write(&name("p")?), Err(StoreError::Damaged { .. })));
    assert!(store.projects()?.iter().all(|project| project.details.is_err()));
    store.delete(&name("p")?)?;
    assert_eq!(folder.files()?, Vec::<String>::new());
    make(&store, "p", &[])
}

#[test]
fn a_state_that_does_not_have_its_hash() -> TestResult {
    let folder = project()?;
    let connection = Connection::open(folder.file("p"))?;
    connection.execute("UPDATE entity SET path = 'elsewhere' WHERE path = 'edited'", [])?;
    drop(connection);
    let store = folder.open()?;
    let read = scan_all(&*store.read(&name("p")?)?, &Scan::default());
    let text = read.err().ok_or("damage")?.to_string();
    assert!(text.contains("is damaged: entity "), "{text}");
    Ok(())
}

#[test]
fn a_newer_schema_is_refused() -> TestResult {
    let folder = project()?;
    folder.open()?.append_audit(&dss_store::AuditRecord::default())?;
    for file in [folder.file("p"), folder.dir.join("store/store.db")] {
        Connection::open(file)?.pragma_update(None, "user_version", 99)?;
    }
    let store = folder.open()?;
    let refused = [
        (store.read(&name("p")?).map(drop), "up to 3"),
        (store.write(&name("p")?).map(drop), "up to 3"),
        (store.append_audit(&dss_store::AuditRecord::default()), "up to 1"),
    ];
    for (refused, supported) in refused {
        let Err(error @ StoreError::NewerSchema { .. }) = refused else { return Err("it is newer".into()) };
        let text = error.to_string();
        assert!(text.contains("schema version 99") && text.contains(supported), "{text}");
    }
    Ok(())
}
