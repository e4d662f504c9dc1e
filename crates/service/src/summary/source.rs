//! What an import of token files tells about where they came from.

use std::collections::BTreeMap;

use serde::Serialize;

/// What the source of token files said, and how that was judged. The numbers are of tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceSummary {
    /// The source: a path, or the name that the caller gave it.
    pub name: String,
    /// When it delivered before, RFC 3339; nothing if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_delivered_at: Option<String>,
    /// Judged by the revisions in their files.
    pub by_revision: u64,
    /// Judged against what the source said last.
    pub by_delivery: u64,
    /// Judged against what is here, for the source never spoke of them before.
    pub first_time: u64,
    /// New here.
    pub new: u64,
    /// What the source said before, and says no more.
    #[serde(skip_serializing_if = "Missing::is_nothing")]
    pub missing: Missing,
}

/// What a source said before, and says no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// How much, by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// How much of it was deleted.
    pub deleted: u64,
    /// The first ones.
    pub items: Vec<MissingItem>,
}

impl Missing {
    /// Whether nothing is missing.
    pub fn is_nothing(&self) -> bool {
        self.kinds.is_empty()
    }
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingItem {
    /// What it is.
    pub kind: &'static str,
    /// The set it is in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub set: String,
    /// Its path or name.
    pub name: String,
}
