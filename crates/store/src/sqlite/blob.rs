//! Content: streamed in and out, checked on the way.

use std::io::{Read, Write};

use dss_model::ContentHash;
use rusqlite::MAIN_DB;
use sha2::{Digest as _, Sha256};

use super::codes;
use super::core::Core;
use crate::StoreError;

const CHUNK_BYTES: usize = 64 << 10;

/// Takes a piece of a content and the place where it starts.
type WriteAt<'a> = dyn FnMut(&[u8], u64) -> Result<(), StoreError> + 'a;

impl Core {
    pub(super) fn blob_len(&self, hash: ContentHash) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT LENGTH(content) FROM blob WHERE hash = ?1";
        Ok(self.number(sql, [hash.to_bytes()])?.map(codes::wide))
    }

    pub(super) fn read_blob(
        &self,
        hash: ContentHash,
        out: &mut dyn Write,
    ) -> Result<Option<u64>, StoreError> {
        let number = self.number("SELECT number FROM blob WHERE hash = ?1", [hash.to_bytes()])?;
        let Some(number) = number else { return Ok(None) };
        let content = self
            .connection
            .blob_open(MAIN_DB, "blob", "content", number, true)
            .map_err(|error| self.lift(error))?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; CHUNK_BYTES];
        let mut copied = 0_u64;
        loop {
            let offset = usize::try_from(copied).unwrap_or(usize::MAX);
            let count = content.read_at(&mut buffer, offset).map_err(|error| self.lift(error))?;
            let chunk = buffer.get(..count).unwrap_or_default();
            if chunk.is_empty() {
                break;
            }
            hasher.update(chunk);
            out.write_all(chunk).map_err(|cause| StoreError::Stream { cause })?;
            copied = copied.saturating_add(length(chunk));
        }
        let found = ContentHash::from_bytes(hasher.finalize().into());
        if found == hash {
            Ok(Some(copied))
        } else {
            Err(self.damaged(format!("content {hash} is stored as {found}")))
        }
    }

    /// Stores content that is not stored yet. On a mismatch nothing of it stays.
    pub(super) fn put_blob(
        &self,
        hash: ContentHash,
        len: u64,
        reader: &mut dyn Read,
    ) -> Result<(), StoreError> {
        let stored = self.blob_len(hash)?;
        if stored.is_some() {
            return copy_checked(hash, len, reader, &mut |_, _| Ok(()));
        }
        let size = i32::try_from(len)
            .map_err(|_| StoreError::TooLarge { path: self.place.path.clone(), bytes: len })?;
        let mut statement = self.prepare("INSERT INTO blob (hash, content) VALUES (?1, zeroblob(?2))")?;
        statement.execute((hash.to_bytes(), size)).map_err(|error| self.lift(error))?;
        let number = self.connection.last_insert_rowid();
        let copied = {
            let mut content = self
                .connection
                .blob_open(MAIN_DB, "blob", "content", number, false)
                .map_err(|error| self.lift(error))?;
            copy_checked(hash, len, reader, &mut |chunk, offset| {
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                content.write_at(chunk, offset).map_err(|error| self.lift(error))
            })
        };
        if copied.is_err() {
            let mut statement = self.prepare("DELETE FROM blob WHERE number = ?1")?;
            statement.execute([number]).map_err(|error| self.lift(error))?;
        }
        copied
    }
}

/// Copies exactly `len` bytes that must have that hash, and that must be all there is.
fn copy_checked(
    hash: ContentHash,
    len: u64,
    reader: &mut dyn Read,
    write_at: &mut WriteAt<'_>,
) -> Result<(), StoreError> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut copied = 0_u64;
    // One byte more than announced is enough to know.
    let mut limited = reader.take(len.saturating_add(1));
    loop {
        let count = match limited.read(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            other => other.map_err(|cause| StoreError::Stream { cause })?,
        };
        let chunk = buffer.get(..count).unwrap_or_default();
        if chunk.is_empty() {
            break;
        }
        hasher.update(chunk);
        let offset = copied;
        copied = copied.saturating_add(length(chunk));
        if copied <= len {
            write_at(chunk, offset)?;
        }
    }
    let found = ContentHash::from_bytes(hasher.finalize().into());
    if copied == len && found == hash {
        return Ok(());
    }
    Err(StoreError::ContentMismatch {
        expected_hash: hash,
        expected_bytes: len,
        found_hash: found,
        found_bytes: copied,
    })
}

fn length(chunk: &[u8]) -> u64 {
    u64::try_from(chunk.len()).unwrap_or(u64::MAX)
}
