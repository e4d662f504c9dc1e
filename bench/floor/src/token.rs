//! One token, parsed, checked and hashed.

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{Result, check};

/// What a row holds.
pub struct Token {
    pub id: [u8; 16],
    pub path: String,
    pub kind: Option<String>,
    pub value: String,
    pub target: Option<String>,
    pub description: Option<String>,
    pub extensions: Option<String>,
    pub hash: [u8; 16],
}

/// The members of a token's object.
#[derive(Deserialize)]
pub struct Members<'a> {
    #[serde(rename = "$type")]
    kind: Option<&'a str>,
    #[serde(rename = "$value", borrow)]
    value: &'a RawValue,
    #[serde(rename = "$description")]
    description: Option<String>,
    #[serde(rename = "$extensions", borrow)]
    extensions: Option<&'a RawValue>,
}

/// Parses and checks a token's object, and hashes it. DSS, too, keeps 16 bytes of the hash.
pub fn check(text: &str) -> Result<(Members<'_>, [u8; 16], Option<&str>)> {
    let members: Members<'_> = serde_json::from_str(text)?;
    let target = check::value(members.kind, members.value)?;
    let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let (half, _) = hash.split_first_chunk().ok_or("a hash has 32 bytes")?;
    Ok((members, *half, target))
}

impl Token {
    /// A row of its own.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let (members, hash, target) = check(text)?;
        Ok(Self {
            id: Uuid::new_v5(&Uuid::NAMESPACE_URL, path.as_bytes()).into_bytes(),
            path: path.to_owned(),
            kind: members.kind.map(str::to_owned),
            value: members.value.get().to_owned(),
            target: target.map(str::to_owned),
            description: members.description,
            extensions: members.extensions.map(|raw| raw.get().to_owned()),
            hash,
        })
    }
}
