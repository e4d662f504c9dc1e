//! Records with revisions, the extension `org.dss`: an entity that was read is written so that the very same comes
//! back.

use dss_format::record;
use dss_format::revision::Replicas;
use dss_model::{Entity, JsonLimits, JsonRef, JsonText, Kind, Register, ReplicaId};

use crate::dtcg_decode::wide;

/// Kinds whose records show their values beside the revision.
const KINDS: [Kind; 3] = [Kind::Project, Kind::Component, Kind::Asset];

/// Reads `data` as the record of a deleted entity, which spells everything out, and as one of each kind that shows
/// its values.
///
/// # Panics
/// If what is accepted and written again is read as another entity, or written in another way.
pub fn revision(data: &[u8]) {
    let Ok(text) = JsonText::parse(data, &JsonLimits::default()) else { return };
    let listed = Replicas::new([ReplicaId::from_bytes([1; 16]), ReplicaId::from_bytes([2; 16])]);
    check(text.get_ref(), &listed, record::encode_whole, record::decode_whole);
    for kind in KINDS {
        for index in [None, Some(3)] {
            check(
                text.get_ref(),
                &listed,
                |entity, table| record::encode(entity, index, table, &[]),
                |record, table| record::decode(kind, record, index, table),
            );
        }
    }
}

/// Reads, writes and reads again, with the table of copies that the entity needs.
fn check(
    record: JsonRef<'_>,
    listed: &Replicas,
    encode: impl Fn(&Entity, &Replicas) -> JsonText,
    decode: impl Fn(JsonRef<'_>, &Replicas) -> Result<Entity, String>,
) {
    let entity = match decode(record, listed) {
        Ok(entity) => entity,
        Err(message) => return assert!(!message.is_empty(), "an error says something"),
    };
    let dots = entity.seen().iter().map(|dot| dot.replica);
    let origins = entity.registers().values().flat_map(Register::pairs).map(|pair| pair.origin.replica);
    for table in [Replicas::new(dots.chain(origins)), Replicas::default()] {
        let written = encode(&entity, &table);
        JsonText::parse(written.as_str().as_bytes(), &wide()).expect("a record is JSON");
        let again = decode(written.get_ref(), &table).unwrap_or_else(|error| panic!("{error}\n{written}"));
        assert_eq!(again, entity, "{written}");
        assert_eq!(encode(&again, &table), written, "not written the same way twice");
    }
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    let id = "01890000-0000-8000-8000-000000000001";
    [
        r#"{"name":"Button","description":"d","status":"stable","tokens":["a.b"],"props":{"size":{"type":"enum"}},"variants":{},"slots":{"icon":1},"docs":"x","odd":null,"$extensions":{"v":1,"org.dss":{"id":"ID","rev":"0:3","at":"2026-01-01T00:00:00.000Z","by":"ann","order":"a5"}}}"#,
        r#"{"name":"p","$extensions":{"org.dss":{"id":"ID","rev":"1:7","origin":"0:2","regs":{"name":[{"rev":"0:5","value":{"json":"q"}},{"rev":"1:6"}],"description":{"rev":"0:1","value":{"absent":true}},"x:odd":null},"seen":["0:9"]}}}"#,
        r#"{"name":"a.svg","mediaType":"image/svg+xml","sha256":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0,"tags":["x"],"$extensions":{"org.dss":{"id":"ID","rev":"0:1"}}}"#,
        r#"{"kind":"token","id":"ID","rev":"0:4","regs":{"@life":[{"value":{"life":"deleted"}},{"rev":"1:3","at":"2026-01-01T00:00:00.001Z","value":{"life":"alive"}}],"@set":{"value":{"ref":"ID"}},"value":{"rev":"1:2","value":{"json":{"a":[1.50]}}}}}"#,
    ]
    .map(|record| record.replace("ID", id).into_bytes())
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_entities() {
        let table = Replicas::new([ReplicaId::from_bytes([1; 16]), ReplicaId::from_bytes([2; 16])]);
        for seed in made() {
            let text = JsonText::parse(&seed, &JsonLimits::default()).expect("JSON");
            let whole = record::decode_whole(text.get_ref(), &table);
            let shown = KINDS.map(|kind| record::decode(kind, text.get_ref(), None, &table));
            let is_entity = whole.is_ok() || shown.iter().any(Result::is_ok);
            assert!(is_entity, "{text}\n{:?}\n{shown:?}", whole.err());
        }
    }
}
