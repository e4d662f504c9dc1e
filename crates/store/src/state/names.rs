//! The project's tables of replicas and authors: each is written once and then is a number.

use std::collections::HashMap;

use dss_model::{Author, ReplicaId};

/// Replicas and authors by number, and numbers by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    replicas: Vec<ReplicaId>,
    replica_numbers: HashMap<ReplicaId, u64>,
    authors: Vec<Author>,
    author_numbers: HashMap<Author, u64>,
    /// What was asked for last, which most often is asked for again.
    last_replica: Option<(ReplicaId, u64)>,
    last_author: Option<(Author, u64)>,
    nobody: Author,
}

impl Names {
    /// The replica's number, from 0; a new one if it was unknown.
    pub(crate) fn replica_number(&mut self, replica: ReplicaId) -> u64 {
        if let Some((last, number)) = self.last_replica
            && last == replica
        {
            return number;
        }
        let next = wide(self.replicas.len());
        let number = *self.replica_numbers.entry(replica).or_insert_with(|| {
            self.replicas.push(replica);
            next
        });
        self.last_replica = Some((replica, number));
        number
    }

    /// The author's number: 0 for nobody, else from 1; a new one if it was unknown.
    pub(crate) fn author_number(&mut self, author: &Author) -> u64 {
        if author.as_str().is_empty() {
            return 0;
        }
        if let Some((last, number)) = &self.last_author
            && last == author
        {
            return *number;
        }
        let number = self.author_numbers.get(author).copied().unwrap_or_else(|| {
            self.authors.push(author.clone());
            let number = wide(self.authors.len());
            self.author_numbers.insert(author.clone(), number);
            number
        });
        self.last_author = Some((author.clone(), number));
        number
    }

    /// The replica of that number.
    pub(crate) fn replica(&self, number: u64) -> Option<ReplicaId> {
        self.replicas.get(usize::try_from(number).ok()?).copied()
    }

    /// The author of that number; 0 is nobody.
    pub(crate) fn author(&self, number: u64) -> Option<&Author> {
        match number.checked_sub(1) {
            None => Some(&self.nobody),
            Some(index) => self.authors.get(usize::try_from(index).ok()?),
        }
    }

    /// The replicas, by number.
    pub(crate) fn replicas(&self) -> &[ReplicaId] {
        &self.replicas
    }

    /// The authors, by number, from 1.
    pub(crate) fn authors(&self) -> &[Author] {
        &self.authors
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
