//! Names that are to be different.

use std::collections::{HashMap, HashSet};

/// Names that are given once.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
    numbers: HashMap<String, u64>,
}

impl Names {
    /// The name, or one like it if it is taken.
    pub(crate) fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        while !self.taken.insert(unique.clone()) {
            let number = self.numbers.entry(name.to_owned()).or_insert(1);
            *number = number.saturating_add(1);
            unique = format!("{name} {number}");
        }
        unique
    }
}
