//! What a source said about an item, in few bytes: enough to tell whether it says something else now.

use std::collections::BTreeMap;

use dss_format::revision::Body;
use dss_model::{Kind, Life, RegName, Value};
use dss_security::Sha256Digest;

/// Bytes of a register's name, shortened.
const NAME_BYTES: usize = 4;
/// Bytes of a value's hash, shortened: nobody finds two values that share 96 bits by accident, and
/// whoever looks for them only has a change to his own file overlooked.
const VALUE_BYTES: usize = 12;
const ALIVE: u8 = 0;
const DELETED: u8 = 1;

type Name = [u8; NAME_BYTES];
type Digest = [u8; VALUE_BYTES];

/// A digest of the value of each register that was stated. Life is not: what is stated exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    digests: BTreeMap<Name, Digest>,
    /// Whether the source left the item out, and that was taken for a deletion.
    pub(super) is_deleted: bool,
}

impl Statement {
    /// What `body` says about an item of that kind.
    pub(super) fn of(kind: Kind, body: &Body) -> Self {
        let stated = body.iter().filter(|(name, value)| is_stated(kind, name) && *value != Value::Absent);
        let digests = stated.map(|(name, value)| (short(name), digest(value)));
        Self { digests: digests.collect(), is_deleted: false }
    }

    /// Whether it says something about the register.
    pub(super) fn has(&self, name: &RegName) -> bool {
        self.digests.contains_key(&short(name))
    }

    /// Whether it says exactly that about the register; saying nothing is saying [`Value::Absent`].
    pub(super) fn says(&self, name: &RegName, value: &Value) -> bool {
        match self.digests.get(&short(name)) {
            Some(stated) => *stated == digest(value),
            None => *value == Value::Absent,
        }
    }

    /// The bytes that the store keeps.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![if self.is_deleted { DELETED } else { ALIVE }];
        for (name, digest) in &self.digests {
            bytes.extend_from_slice(name);
            bytes.extend_from_slice(digest);
        }
        bytes
    }

    /// Reads what [`Statement::to_bytes`] wrote; `None` if it is something else.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (life, mut rest) = bytes.split_first()?;
        let mut digests = BTreeMap::new();
        while let Some((name, after)) = rest.split_first_chunk::<NAME_BYTES>() {
            let (digest, after) = after.split_first_chunk::<VALUE_BYTES>()?;
            digests.insert(*name, *digest);
            rest = after;
        }
        (rest.is_empty() && *life <= DELETED).then_some(Self { digests, is_deleted: *life == DELETED })
    }
}

/// Whether token files say anything about the register. The order of files in a folder is nobody's
/// statement: the project's sets have an order of their own.
pub(super) fn is_stated(kind: Kind, name: &RegName) -> bool {
    *name != RegName::LIFE && !(kind == Kind::TokenSet && *name == RegName::ORDER)
}

fn short(name: &RegName) -> Name {
    // FNV-1a: the names of one item are few and told apart by it.
    let hash = name
        .as_str()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.to_be_bytes()
}

fn digest(value: &Value) -> Digest {
    let text = match value {
        Value::Absent => "absent".to_owned(),
        Value::Json(json) => format!("json:{}", json.canonical()),
        Value::Ref(id) => format!("ref:{id}"),
        Value::Blob(hash) => format!("blob:{hash}"),
        Value::Life(Life::Alive) => "life:alive".to_owned(),
        Value::Life(Life::Deleted) => "life:deleted".to_owned(),
    };
    Sha256Digest::of(text.as_bytes()).0.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use dss_model::{JsonLimits, JsonText};

    use super::*;

    fn json(text: &str) -> Value {
        Value::Json(JsonText::parse(text.as_bytes(), &JsonLimits::default()).unwrap())
    }

    #[test]
    fn equal_values_are_the_same_statement() {
        let said = Statement::of(
            Kind::Token,
            &vec![
                (RegName::VALUE, json(r#"{"$value": "\u0041", "$type": "color"}"#)),
                (RegName::ORDER, json("\"a0\"")),
            ],
        );
        assert!(said.says(&RegName::VALUE, &json(r#"{"$type":"color","$value":"A"}"#)));
        assert!(!said.says(&RegName::VALUE, &json(r#"{"$type":"color","$value":"a"}"#)));
        assert!(said.says(&RegName::DESCRIPTION, &Value::Absent) && !said.has(&RegName::DESCRIPTION));
        assert!(!said.says(&RegName::VALUE, &Value::Absent));
    }

    #[test]
    fn bytes_come_back() {
        let body = vec![(RegName::LIFE, Value::Life(Life::Alive)), (RegName::NAME, json("1"))];
        for is_deleted in [false, true] {
            let said = Statement { is_deleted, ..Statement::of(Kind::TokenSet, &body) };
            assert_eq!(Statement::from_bytes(&said.to_bytes()), Some(said));
        }
        for damaged in [&b""[..], b"\x02", b"\x00123", b"\x00123456789012345"] {
            assert_eq!(Statement::from_bytes(damaged), None);
        }
    }
}
