//! Reading token documents on a thread of its own, while what was read is stored.

use std::io::Read;

use dss_format::FormatError;
use dss_format::dtcg::{self, Node, NodeReport};
use dss_format::set::{Decoded, SetReader};

use crate::ServiceError;
use crate::pipeline::{self, Gone};

/// A node that was read, decoded and checked.
pub(super) struct Item {
    pub(super) node: Node,
    pub(super) decoded: Decoded,
    pub(super) report: NodeReport,
}

impl Item {
    fn new(node: Node, decoded: Decoded) -> Self {
        let report = dtcg::check(&node);
        Self { node, decoded, report }
    }

    /// About how many bytes it holds: its text, twice.
    fn bytes(&self) -> usize {
        let text = self.node.members.iter().map(|member| member.value.as_str().len());
        text.fold(0_usize, usize::saturating_add).saturating_mul(2)
    }
}

/// Reads a document, or the next part of one, and hands every node to `each`.
pub(super) fn read_part(
    reader: &mut SetReader,
    label: &str,
    source: impl Read + Send,
    each: impl FnMut(Item) -> Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    let read = |belt: &mut pipeline::Belt<Item>| {
        let read = reader.read_part(label, source, |node, decoded| {
            let item = Item::new(node, decoded);
            let bytes = item.bytes();
            belt.put(item, bytes).map_err(Stop::from)
        });
        read.map_err(ServiceError::from)
    };
    pipeline::from_thread(read, each)
}

/// Ends a document, and hands the groups that were open and the set to `each`.
pub(super) fn finish(
    reader: SetReader,
    mut each: impl FnMut(Item) -> Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    reader.finish(|node, decoded| each(Item::new(node, decoded)))
}

/// Why reading stopped.
enum Stop {
    Format(Box<FormatError>),
    Gone(Gone),
}

impl From<FormatError> for Stop {
    fn from(error: FormatError) -> Self {
        Self::Format(Box::new(error))
    }
}

impl From<Gone> for Stop {
    fn from(gone: Gone) -> Self {
        Self::Gone(gone)
    }
}

impl From<Stop> for ServiceError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Format(error) => Self::Format(*error),
            Stop::Gone(gone) => gone.into(),
        }
    }
}
