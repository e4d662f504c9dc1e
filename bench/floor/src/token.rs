//! One token, parsed.

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::Result;

/// What a row holds.
pub struct Token {
    pub id: [u8; 16],
    pub path: String,
    pub kind: Option<String>,
    pub value: String,
    pub description: Option<String>,
    pub extensions: Option<String>,
    pub hash: [u8; 32],
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(rename = "$type")]
    kind: Option<String>,
    #[serde(rename = "$value", borrow)]
    value: &'a RawValue,
    #[serde(rename = "$description")]
    description: Option<String>,
    #[serde(rename = "$extensions", borrow)]
    extensions: Option<&'a RawValue>,
}

impl Token {
    /// Parses the token's object and hashes it.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let members: Members<'_> = serde_json::from_str(text)?;
        Ok(Self {
            id: Uuid::new_v5(&Uuid::NAMESPACE_URL, path.as_bytes()).into_bytes(),
            path: path.to_owned(),
            kind: members.kind,
            value: members.value.get().to_owned(),
            description: members.description,
            extensions: members.extensions.map(|raw| raw.get().to_owned()),
            hash: Sha256::digest(text.as_bytes()).into(),
        })
    }
}
