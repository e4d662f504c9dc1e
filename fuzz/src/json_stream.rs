//! The streaming reader of token documents: where the bytes happen to be cut must not matter.

use std::io::{self, Read};

use dss_format::FormatError;
use dss_format::dtcg::{DtcgReader, Node, ReadLimits};

/// Documents up to this size are cut at every byte, longer ones at some.
const CUTS: usize = 64;
/// Bytes that are read of one input, all cuts together.
const BYTES: usize = 256 << 10;

/// Reads a document whole, byte by byte, and in two pieces wherever it can be cut.
///
/// # Panics
/// If the pieces give other nodes or another error than the whole.
pub fn json_stream(data: &[u8]) {
    let whole = read(data);
    assert_eq!(read(Pieces { first: &[], rest: data, bytes: 1 }), whole, "read byte by byte");
    let cuts = (BYTES / data.len().max(1)).clamp(1, CUTS);
    for cut in (1..data.len()).step_by(data.len() / cuts + 1) {
        let (first, rest) = data.split_at(cut);
        let pieces = read(Pieces { first, rest, bytes: usize::MAX });
        assert_eq!(pieces, whole, "cut after {cut} bytes");
    }
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    crate::dtcg_decode::documents().into_iter().map(String::into_bytes).collect()
}

fn read(document: impl Read) -> Result<Vec<String>, String> {
    let mut limits = ReadLimits { item_bytes: 2 << 10, ..ReadLimits::default() };
    limits.json.depth = 8;
    limits.json.key_bytes = 64;
    let mut reader = DtcgReader::new("document", limits);
    let mut nodes = Vec::new();
    let mut note = |node: Node| {
        let Node { path, members, has_children, index, sort, line, inherited_type, is_type_late } = node;
        let members: Vec<_> =
            members.iter().map(|member| (&member.name, member.value.as_str(), &member.after)).collect();
        nodes.push(format!(
            "{path:?} {members:?} {has_children} {index} {sort:?} {line} {inherited_type:?} {is_type_late}"
        ));
        Ok(())
    };
    reader.read_part(document, |_, node| note(node)).map_err(|error| told(&error))?;
    reader.finish(|_, node| note(node)).map_err(|error: FormatError| told(&error))?;
    Ok(nodes)
}

fn told(error: &FormatError) -> String {
    format!("{} in line {:?}: {error}", error.code(), error.line())
}

/// Gives the first piece, then the rest, at most so many bytes at once.
struct Pieces<'a> {
    first: &'a [u8],
    rest: &'a [u8],
    bytes: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let source = if self.first.is_empty() { &mut self.rest } else { &mut self.first };
        let count = self.bytes.min(buffer.len());
        source.read(&mut buffer[..count])
    }
}
