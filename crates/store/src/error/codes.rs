//! The table of error codes.

/// One code that [`StoreError::code`](crate::StoreError::code) can return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The stable name.
    pub code: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Every error code of this crate, for the documentation.
pub const fn codes() -> &'static [ErrorCode] {
    CODES
}

const CODES: &[ErrorCode] = &[
    ErrorCode {
        code: "project_not_found",
        meaning: "The store holds no project of that name.",
        remedy: "list the projects to see their exact names",
    },
    ErrorCode {
        code: "project_exists",
        meaning: "A project of that name exists; the store never overwrites one.",
        remedy: "choose another name, or delete or rename the existing project first",
    },
    ErrorCode {
        code: "database_locked",
        meaning: "Another process or thread held the project for longer than the busy timeout.",
        remedy: "wait for the other operation to end and try again, or raise the busy timeout",
    },
    ErrorCode {
        code: "disk_full",
        meaning: "No space is left for the project or for a temporary file; nothing was changed.",
        remedy: "free space beside the store and in the temporary folder (TMPDIR), then try again",
    },
    ErrorCode {
        code: "store_damaged",
        meaning: "A file of the store is no project or is not whole.",
        remedy: "restore the project from an archive or a backup; the damaged file can be moved aside",
    },
    ErrorCode {
        code: "store_schema_too_new",
        meaning: "The file was written by a newer version of the program.",
        remedy: "update this program, or export the project with the newer one",
    },
    ErrorCode {
        code: "store_not_accessible",
        meaning: "The operating system refused access to a file or folder of the store.",
        remedy: "check that the store's folder exists, that you may write to it, and that there is room",
    },
    ErrorCode {
        code: "content_mismatch",
        meaning: "An asset's content does not have the hash or length it was announced with.",
        remedy: "fetch the content again from its source",
    },
    ErrorCode {
        code: "content_stream_failed",
        meaning: "Content could not be read from, or written to, the other side.",
        remedy: "check the other side of the transfer, then try again",
    },
    ErrorCode {
        code: "value_too_large",
        meaning: "One value or one asset is larger than the database can hold in one piece (1 GB).",
        remedy: "split the asset, or keep it outside and link to it",
    },
    ErrorCode {
        code: "duplicate_entity",
        meaning: "A new project was loaded with the same entity twice.",
        remedy: "the source is contradictory: export it again",
    },
    ErrorCode {
        code: "counter_out_of_range",
        meaning: "A write counter beyond 2^53 - 1: from a forged source, for no real one gets there.",
        remedy: "do not import this source",
    },
    ErrorCode {
        code: "transaction_aborted",
        meaning: "An earlier call of the same transaction failed.",
        remedy: "see the earlier error; nothing of the transaction was kept",
    },
    ErrorCode {
        code: "database_failed",
        meaning: "The database failed in a way that this program does not know.",
        remedy: "try again; if it happens again, report it as a bug with the causes printed below",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io;
    use std::path::PathBuf;

    use dss_model::{ContentHash, EntityId, ProjectName};

    use super::*;
    use crate::StoreError;

    fn one_of_each() -> Vec<StoreError> {
        let project: ProjectName = "p".parse().unwrap();
        let path = PathBuf::from("p.db");
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

    #[test]
    fn the_table_is_complete() {
        let errors = one_of_each();
        let produced: BTreeSet<_> = errors.iter().map(StoreError::code).collect();
        let listed: BTreeSet<_> = codes().iter().map(|entry| entry.code).collect();
        assert_eq!(produced, listed);
        assert_eq!(errors.len(), codes().len(), "one variant per code");
        for entry in codes() {
            assert!(entry.meaning.ends_with('.') && !entry.remedy.is_empty(), "{}", entry.code);
        }
        assert!(errors.iter().all(|error| !error.hint().is_empty() && !error.to_string().contains('\n')));
    }

    #[test]
    fn promised_texts() {
        let errors = one_of_each();
        let text = |code| errors.iter().find(|error| error.code() == code).unwrap().to_string();
        assert!(text("database_locked").starts_with("Database locked"));
        let newer = text("store_schema_too_new");
        assert!(newer.contains("schema version 9") && newer.contains("up to 1"), "{newer}");
    }
}
