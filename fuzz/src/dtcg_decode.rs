//! Token documents as entities: what is accepted is written back as it was, and read back as what it was.

use dss_format::FormatError;
use dss_format::dtcg::{self, ReadLimits, SortKey, Spacing};
use dss_format::revision::{Body, Replicas};
use dss_format::set::{Decoded, Revisions, SetReader, SetWriter};
use dss_model::{
    Author, Dot, Entity, EntityId, JsonKind, JsonLimits, JsonRef, JsonText, Kind, Pair, RegName, Register,
    ReplicaId, Stamp, Value,
};

/// Reads `data` as a set's document; what is accepted is written and read again, with revisions and without.
///
/// # Panics
/// If a document of nobody's changes on its way through, or entities do.
pub fn dtcg_decode(data: &[u8]) {
    let Some(set) = Set::read(&[data]) else { return };
    let plain = set.write(Revisions::Omitted, u64::MAX);
    if !has_vendor(data) {
        let text = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
        let before = JsonText::parse(text, &wide()).expect("an accepted document is JSON");
        let after = JsonText::parse(&plain[0], &wide()).expect("a written document is JSON");
        assert!(is_same(before.get_ref(), after.get_ref()), "{before}\nbecame\n{after}");
    }
    for part_bytes in [u64::MAX, 200] {
        let written = set.write(Revisions::Written, part_bytes);
        let parts: Vec<&[u8]> = written.iter().map(Vec::as_slice).collect();
        for part in &parts {
            JsonText::parse(part, &wide()).expect("every part is JSON of its own");
        }
        let again = Set::read(&parts).expect("what was written is read");
        let shown = || String::from_utf8_lossy(&written.concat()).into_owned();
        assert_eq!(again.set, set.set, "the set changed:\n{}", shown());
        assert_eq!(again.rows, set.rows, "entities changed:\n{}", shown());
        assert_eq!(again.write(Revisions::Written, part_bytes), written, "not written the same way twice");
    }
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    let documents = documents();
    let with_revisions = documents.iter().filter_map(|document| Set::read(&[document.as_bytes()]));
    let with_revisions: Vec<_> =
        with_revisions.flat_map(|set| set.write(Revisions::Written, u64::MAX)).collect();
    documents.into_iter().map(String::into_bytes).chain(with_revisions).collect()
}

/// Token documents with something special in each.
pub(crate) fn documents() -> Vec<String> {
    [
        r##"{"color":{"$type":"color","brand":{"$value":"#fff","$description":"d"},"on":{"$value":"{color.brand}"}}}"##,
        r#"{"$description":"early","stray":null,"a":{"empty":{},"b":{"$value":[1],"c":{"$value":2}}},"late":"x"}"#,
        r##"{"a":{"$root":{"$value":1},"$extends":"{b}","x":{"$ref":"#/a/$root"},"$type":"number"}}"##,
        r#"{"1.5":{"":{"$value":1e0,"$extensions":"odd"},"~":{"$value":{"a":{"b":[]}},"$extensions":{}}}}"#,
        r#"{"a":{"$extensions":{"z":1,"a":{"x":1.50}},"t":{"$deprecated":"no","$type":"dimension","$value":{"unit":"px","value":4}}}}"#,
        "\u{feff}{\n \"a\" : { \"$value\" : \"\\u00e9\\n\" , \"note\" : true } ,\n\"\\u0024type\":\"color\" }\n",
        r#"{"a":{"$value":1,"$extensions":{"org.dss":{"tags":["x"],"order":"a5","layout":["$extensions"]}}}}"#,
    ]
    .map(str::to_owned)
    .into()
}

/// Entities of a set, in document order, and the set itself.
struct Set {
    rows: Vec<(SortKey, Entity)>,
    set: Entity,
}

impl Set {
    /// What says no revision is written by the first copy. `None` for what is refused, and for documents that make
    /// two entities of one, which imports refuse.
    fn read(parts: &[&[u8]]) -> Option<Self> {
        let mut reader = SetReader::new("document", "base", 3, ReadLimits::default());
        let mut rows = Vec::new();
        let mut set = None;
        let mut is_damaged = false;
        let mut take = |node: dtcg::Node, decoded: Decoded| {
            let entity = match decoded {
                Decoded::Implicit => return Ok(()),
                Decoded::Entity(entity) => entity,
                Decoded::Foreign { id, kind, body } => written(id, kind, body),
                Decoded::Damaged { reason, id, kind, body } => {
                    assert!(!reason.is_empty(), "damage has a reason");
                    is_damaged = true;
                    written(id, kind, body)
                }
            };
            if node.path.is_root() {
                set = Some(entity);
            } else {
                rows.push((node.sort, entity));
            }
            Ok::<(), FormatError>(())
        };
        for part in parts {
            reader.read_part("document", *part, &mut take).ok()?;
        }
        reader.finish(&mut take).ok()?;
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let mut ids: Vec<_> = rows.iter().map(|(_, entity)| entity.id()).collect();
        ids.sort_unstable();
        let is_unique = ids.windows(2).all(|pair| pair[0] != pair[1]);
        (is_unique && !is_damaged).then_some(Self { rows, set: set.expect("the root comes last") })
    }

    fn write(&self, revisions: Revisions, part_bytes: u64) -> Vec<Vec<u8>> {
        let dots = self
            .rows
            .iter()
            .map(|(_, entity)| entity)
            .chain([&self.set])
            .flat_map(|entity| entity.seen().iter());
        let replicas = Replicas::new(dots.map(|dot| dot.replica));
        let mut parts = Vec::new();
        let mut writer =
            SetWriter::new(Vec::new(), &self.set, 3, &replicas, revisions, Spacing::Lines).expect(MEMORY);
        for (sort, entity) in &self.rows {
            let path = dtcg::path_of(entity).expect("a node has a path");
            if writer.bytes() > part_bytes && writer.can_split_before(path.as_str()) {
                parts.push(writer.next_part(Vec::new()).expect(MEMORY));
            }
            writer.node(entity, path, sort).expect(MEMORY);
        }
        parts.push(writer.finish().expect(MEMORY));
        parts
    }
}

const MEMORY: &str = "writing to memory does not fail";

/// The entity that one write makes of `body`.
pub(crate) fn written(id: EntityId, kind: Kind, body: Body) -> Entity {
    let dot = Dot { counter: 1, replica: ReplicaId::from_bytes([1; 16]) };
    let stamp = Stamp { wall_ms: 1_000, author: Author::new("ann") };
    let single = |value: Value| Register::single(Pair::written(dot, value, stamp.clone()));
    let registers = body.into_iter().map(|(name, value): (RegName, Value)| (name, single(value))).collect();
    Entity::new(id, kind, [dot].into_iter().collect(), registers).expect("a body makes an entity")
}

/// Whether something in the document may be ours: then it says more than it shows.
fn has_vendor(data: &[u8]) -> bool {
    let text = JsonText::parse(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data), &wide());
    text.is_ok_and(|text| names_vendor(text.get_ref()))
}

fn names_vendor(value: JsonRef<'_>) -> bool {
    value.members().any(|(name, value)| name == "org.dss" || names_vendor(value))
        || value.elements().any(names_vendor)
}

/// Documents are larger than the items in them.
pub(crate) fn wide() -> JsonLimits {
    let mut limits = JsonLimits::default();
    limits.depth = 1_000;
    limits
}

/// Equal to the letter, but for escapes: members in the same order, numbers spelled alike.
fn is_same(a: JsonRef<'_>, b: JsonRef<'_>) -> bool {
    a.kind() == b.kind()
        && match a.kind() {
            JsonKind::Object => {
                a.members().count() == b.members().count()
                    && a.members()
                        .zip(b.members())
                        .all(|((a, left), (b, right))| a == b && is_same(left, right))
            }
            JsonKind::Array => {
                a.elements().count() == b.elements().count()
                    && a.elements().zip(b.elements()).all(|(a, b)| is_same(a, b))
            }
            JsonKind::String => a.string() == b.string(),
            _ => a.as_str() == b.as_str(),
        }
}
