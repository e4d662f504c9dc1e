//! The streaming reader of token documents: where the bytes happen to be cut must not matter.

use std::io::{self, Read};

use dss_format::FormatError;
use dss_format::dtcg::{DtcgReader, Node, ReadLimits};

/// Reads a document whole, and in pieces whose sizes the first two bytes of `data` choose.
///
/// # Panics
/// If the pieces give other nodes or another error than the whole.
pub fn json_stream(data: &[u8]) {
    let Some(([first, second], document)) = data.split_first_chunk() else { return };
    let whole = read(document);
    for sizes in [[1, 1], [usize::from(*first), usize::from(*second)]] {
        let pieces = read(Pieces { rest: document, sizes: sizes.map(|size| size.max(1)), turn: 0 });
        assert_eq!(pieces, whole, "pieces of {sizes:?} bytes are read as something else");
    }
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    let documents = crate::dtcg_decode::documents();
    documents.into_iter().map(|document| [b"\x03\x11".as_slice(), document.as_bytes()].concat()).collect()
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

struct Pieces<'a> {
    rest: &'a [u8],
    sizes: [usize; 2],
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.turn ^= 1;
        let count = self.sizes[self.turn].min(buffer.len()).min(self.rest.len());
        let (piece, rest) = self.rest.split_at(count);
        buffer[..count].copy_from_slice(piece);
        self.rest = rest;
        Ok(count)
    }
}
