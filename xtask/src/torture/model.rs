//! What a store should hold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Tokens of one kind of origin: by path, with their values.
type Tokens = BTreeMap<String, u64>;

/// Tokens of the file, and of the other copy.
pub(super) const MEMBERS: [&str; 4] = ["a", "b", "c", "d"];

/// Where what an import brings comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// The token file.
    File,
    /// The other copy's archives.
    Other,
}

/// Everything that is known of the store: of the project `p` what is in it, of others that they are there.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Model {
    pub(super) projects: BTreeSet<String>,
    pub(super) edits: Tokens,
    pub(super) imported: BTreeMap<Origin, Tokens>,
    /// How much of the other copy is here already.
    pub(super) version: u64,
    /// The last import that changed something, and what was there before it.
    pub(super) last: Option<(Origin, Tokens)>,
    /// What was undone is not imported again: that would be a conflict, which is another story.
    pub(super) frozen: BTreeSet<Origin>,
    /// Bytes of the asset's content, if there is one.
    pub(super) asset: Option<u64>,
}

impl Model {
    /// The same after an import.
    pub(super) fn import(&self, origin: Origin, values: u64) -> Self {
        let mut after = self.clone();
        let stem = match origin {
            Origin::File => "file",
            Origin::Other => "other",
        };
        let tokens: Tokens =
            MEMBERS.iter().map(|member| (format!("{stem}.{member}"), value_of(member, values))).collect();
        let before = after.imported.insert(origin, tokens.clone()).unwrap_or_default();
        if before != tokens {
            after.last = Some((origin, before));
        }
        after
    }

    /// The same after an undo, which can be undone.
    pub(super) fn undo(&self) -> Option<Self> {
        let mut after = self.clone();
        let (origin, before) = after.last.take()?;
        let now = after.imported.insert(origin, before).unwrap_or_default();
        after.last = Some((origin, now));
        after.frozen.insert(origin);
        Some(after)
    }

    /// Whether these are the project's tokens and assets, as `dss --json` lists them.
    pub(super) fn shows(&self, tokens: &Value, assets: &Value) -> bool {
        let expected: BTreeMap<&str, u64> = self
            .imported
            .values()
            .chain([&self.edits])
            .flatten()
            .map(|(path, value)| (path.as_str(), *value))
            .collect();
        let listed = tokens.get("tokens").and_then(Value::as_array).into_iter().flatten();
        let mut found = BTreeMap::new();
        for token in listed {
            let path = token.get("path").and_then(Value::as_str).unwrap_or_default();
            found.insert(path, token.get("value").and_then(Value::as_u64).unwrap_or(u64::MAX));
        }
        let listed = assets.get("assets").and_then(Value::as_array).into_iter().flatten();
        let sizes: Vec<Option<u64>> = listed.map(|asset| asset.get("size").and_then(Value::as_u64)).collect();
        let expected_sizes: Vec<Option<u64>> = self.asset.iter().map(|size| Some(*size)).collect();
        found == expected && sizes == expected_sizes
    }
}

/// The value that a member has in a version.
pub(super) fn value_of(member: &str, version: u64) -> u64 {
    let place = MEMBERS.iter().zip(0..).find(|(known, _)| **known == member).map_or(0, |(_, place)| place);
    version.saturating_mul(10).saturating_add(place)
}
