//! All figures that there are: those of this run, and of earlier ones what this run has not measured again.

use std::fs;

use serde_json::{Value, json};

use super::cost::Row;
use super::options::Options;
use super::verdict;
use super::{page, table};
use crate::failure::Failure;
use crate::workspace::Workspace;

const FILE: &str = "bench/results.json";
const TABLE: &str = "bench/results.md";

/// The rows, and what could not be measured.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Results {
    pub(crate) rows: Vec<Row>,
    pub(crate) notes: Vec<String>,
}

impl Results {
    /// What earlier runs have left.
    pub(crate) fn load(workspace: &Workspace) -> Result<Self, Failure> {
        if !workspace.path(FILE).exists() {
            return Ok(Self::default());
        }
        let rows = serde_json::from_str::<Value>(&workspace.read(FILE)?)?;
        let rows = rows.get("rows").and_then(Value::as_array).into_iter().flatten();
        Ok(Self { rows: rows.map(Row::from_json).collect::<Result<_, _>>()?, notes: Vec::new() })
    }

    /// Takes the rows of a race, all of which replace what is there about the same things: who was compared has run
    /// side by side.
    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        let is_again = |old: &Row| rows.iter().any(|new| (&new.what, new.tokens) == (&old.what, old.tokens));
        self.rows.retain(|old| !is_again(old));
        self.rows.extend(rows);
    }

    /// Remembers why something was not measured.
    pub(crate) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub(crate) fn find(&self, what: &str, by: &str, tokens: u64) -> Option<&Row> {
        self.rows.iter().find(|row| (row.what.as_str(), row.by.as_str(), row.tokens) == (what, by, tokens))
    }

    /// The sizes that something was measured on, ascending.
    pub(crate) fn sizes(&self, what: &str) -> Vec<u64> {
        let of_dss = self.rows.iter().filter(|row| row.what == what && row.by == "dss");
        let mut sizes: Vec<u64> = of_dss.map(|row| row.tokens).collect();
        sizes.sort_unstable();
        sizes
    }

    /// The table, what could not be measured, and the verdicts, as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut page = table::markdown(self);
        if !self.notes.is_empty() {
            page.push_str("\nNot measured:\n\n");
            page.extend(self.notes.iter().map(|note| format!("- {note}\n")));
        }
        page.push_str("\nWhat was asked for, and what there is:\n\n");
        page.extend(verdict::all(self).iter().map(|verdict| format!("- {verdict}\n")));
        page
    }

    /// Writes the files after each race, so that a run that is stopped has not been for nothing.
    pub(crate) fn save(&self, workspace: &Workspace, options: &Options) -> Result<(), Failure> {
        if options.is_quick {
            return Ok(());
        }
        let rows: Value = self.rows.iter().map(Row::to_json).collect();
        fs::write(workspace.path(FILE), format!("{:#}\n", json!({ "rows": rows })))?;
        let markdown = self.markdown();
        fs::write(workspace.path(TABLE), &markdown)?;
        page::write(workspace, &markdown)
    }
}

#[cfg(test)]
mod tests {
    use super::super::cost::tests::row;
    use super::*;

    #[test]
    fn a_race_replaces_all_that_is_known_about_it() {
        let mut results = Results::default();
        results.add(vec![row("import", "dss", 10, &[1.0], 1), row("import", "jq", 10, &[1.0], 1)]);
        results.add(vec![row("import", "dss", 20, &[1.0], 1)]);
        results.add(vec![row("import", "dss", 10, &[2.0], 1)]);
        assert_eq!(results.sizes("import"), [10, 20]);
        assert!(results.find("import", "jq", 10).is_none());
        assert_eq!(results.find("import", "dss", 10).map(|row| row.median().wall_s), Some(2.0));
    }
}
