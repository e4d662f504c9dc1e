//! The table: what a store of tokens holds at the least.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, params};

use crate::Result;
use crate::token::Token;

const TABLE: &str = "CREATE TABLE token (
    row INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL, set_number INTEGER NOT NULL,
    path TEXT NOT NULL, type TEXT, value TEXT NOT NULL, target TEXT, description TEXT, extensions TEXT,
    flags INTEGER NOT NULL, updated INTEGER NOT NULL, hash BLOB NOT NULL) STRICT";

/// One for each of DSS's that holds a row for every token or reference, and no wider: `entity_id`, `entity_place`,
/// `entity_path`, `reference_target`.
const INDEXES: &str = "CREATE UNIQUE INDEX token_id ON token (id);
    CREATE UNIQUE INDEX token_place ON token (set_number, path, id);
    CREATE INDEX token_path ON token (path, set_number, kind, type, flags);
    CREATE INDEX token_target ON token (target) WHERE target IS NOT NULL;";

const INSERT: &str = "INSERT INTO token
    (id, kind, set_number, path, type, value, target, description, extensions, flags, updated, hash)
    VALUES (?1, 3, 1, ?2, ?3, ?4, ?5, ?6, ?7, 3, 0, ?8)";

const UPSERT: &str = "INSERT INTO token
    (id, kind, set_number, path, type, value, target, description, extensions, flags, updated, hash)
    VALUES (?1, 3, 1, ?2, ?3, ?4, ?5, ?6, ?7, 3, 0, ?8)
    ON CONFLICT (id) DO UPDATE SET type = excluded.type, value = excluded.value, target = excluded.target,
    description = excluded.description, extensions = excluded.extensions, hash = excluded.hash
    WHERE hash <> excluded.hash";

/// A table that is being written to, in one transaction.
pub struct Table {
    connection: Connection,
    put: &'static str,
    /// What is done when all is in.
    last: &'static str,
}

impl Table {
    /// A new one, as DSS loads a new project: no journal, nobody else, indexes at the end.
    pub fn create(file: &Path) -> Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
             PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE; PRAGMA cache_size = -8192; BEGIN;",
        )?;
        connection.execute_batch(TABLE)?;
        Ok(Self { connection, put: INSERT, last: INDEXES })
    }

    /// One that is there, as DSS changes a project: a write-ahead log, and indexes that are kept up to date.
    pub fn open(file: &Path) -> Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = FILE;
             PRAGMA cache_size = -8192; BEGIN IMMEDIATE;",
        )?;
        Ok(Self { connection, put: UPSERT, last: "" })
    }

    /// Adds a row, or changes the one with its id.
    pub fn put(&mut self, token: &Token) -> Result<()> {
        let mut statement = self.connection.prepare_cached(self.put)?;
        let Token { id, path, kind, value, target, description, extensions, hash } = token;
        statement.execute(params![id, path, kind, value, target, description, extensions, hash])?;
        Ok(())
    }

    /// Commits, and waits for the disk.
    pub fn finish(self) -> Result<()> {
        self.connection.execute_batch(self.last)?;
        self.connection.execute_batch("COMMIT")?;
        let file = self.connection.path().map(std::fs::File::open);
        drop(self.connection);
        if let Some(file) = file {
            file?.sync_all()?;
        }
        Ok(())
    }
}

/// Serialises all rows as one nested document, a piece at a time.
pub fn scan(file: &Path, piece: usize, mut send: impl FnMut(String) -> Result<()>) -> Result<()> {
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA cache_size = -8192;")?;
    let mut statement =
        connection.prepare("SELECT path, type, value, description, extensions FROM token ORDER BY row")?;
    let mut rows = statement.query([])?;
    let mut out = String::with_capacity(2 * piece);
    let mut open: Vec<String> = Vec::new();
    let mut is_first = true;
    out.push('{');
    while let Some(row) = rows.next()? {
        let path = row.get_ref(0)?.as_str()?;
        let groups = enter(&mut out, &mut open, path, is_first);
        let name = path.rsplit('.').next().unwrap_or_default();
        if !groups && !is_first {
            out.push(',');
        }
        is_first = false;
        write!(out, "\n\"{name}\":{{")?;
        if let Some(kind) = row.get_ref(1)?.as_str_or_null()? {
            write!(out, "\"$type\":\"{kind}\",")?;
        }
        write!(out, "\"$value\":{}", row.get_ref(2)?.as_str()?)?;
        if let Some(description) = row.get_ref(3)?.as_str_or_null()? {
            write!(out, ",\"$description\":{}", serde_json::to_string(description)?)?;
        }
        if let Some(extensions) = row.get_ref(4)?.as_str_or_null()? {
            write!(out, ",\"$extensions\":{extensions}")?;
        }
        out.push('}');
        if out.len() >= piece {
            send(std::mem::replace(&mut out, String::with_capacity(2 * piece)))?;
        }
    }
    open.iter().for_each(|_| out.push('}'));
    out.push_str("}\n");
    send(out)
}

/// Closes and opens groups until those of `path` are open; tells whether one was opened last.
fn enter(out: &mut String, open: &mut Vec<String>, path: &str, is_first: bool) -> bool {
    let mut names: Vec<&str> = path.split('.').collect();
    names.pop();
    let shared = open.iter().zip(&names).take_while(|(open, name)| open == *name).count();
    open.drain(shared..).for_each(|_| out.push('}'));
    let mut comma = !is_first;
    for name in &names[shared..] {
        if comma {
            out.push(',');
        }
        comma = false;
        let _ = write!(out, "\"{name}\":{{");
        open.push((*name).to_owned());
    }
    names.len() > shared
}
