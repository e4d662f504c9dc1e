//! Reading token documents on a thread of its own, while what was read is stored.

use std::io::Read;

use dss_format::FormatError;
use dss_format::dtcg::{self, Node, NodeReport};
use dss_format::set::{Decoded, Piece, Room, SetReader, SetToken};
use dss_model::{Dot, EntityId, PlainWrite, Severity, Stamp};
use dss_store::{Columns, PlainRow, Reference};

use crate::pipeline::{self, Gone};
use crate::{ServiceError, view};

/// About how many bytes there are beside a token's registers.
const FACTS_BYTES: usize = 256;

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

/// What becomes of tokens that one write made, which are most.
#[derive(Clone, Copy, Debug)]
pub(super) enum Common<'c> {
    /// They are taken apart like everything else.
    TakenApart,
    /// A ledger notes them.
    Noted,
    /// They go into a new project as they are.
    Stored,
    /// They go into a new project as this write.
    StoredAs(Dot, &'c Stamp),
}

/// What comes next in a document.
pub(super) enum Next {
    Token(Token),
    Item(Item),
}

/// A token that was read and checked, and that nobody needs to take apart.
pub(super) struct Token {
    pub(super) line: u64,
    pub(super) findings: Vec<(&'static str, Severity, String)>,
    /// Whether its type is that of the groups around it, so that they may clear up what was found.
    pub(super) inherits_type: bool,
    /// The write that its document says has made it.
    pub(super) dot: Option<Dot>,
    pub(super) set: EntityId,
    pub(super) held: Holding,
}

/// What is left of a token when it was read.
pub(super) enum Holding {
    /// Everything.
    Row(PlainRow),
    /// What a ledger notes.
    Note { id: EntityId, columns: Columns, references: Vec<Reference> },
}

impl Token {
    /// `None` if it is to be taken apart after all.
    fn new(token: &SetToken<'_>, common: Common<'_>, room: &mut Room) -> Option<Self> {
        let report = token.check();
        let references = view::references(&report.references);
        let mut columns = Columns {
            set: Some(token.set()),
            path: token.path().as_str().to_owned(),
            sort: Vec::new(),
            valid: report.is_valid(),
            token_type: report.token_type.map(std::borrow::Cow::into_owned),
        };
        let write = match common {
            Common::TakenApart => return None,
            Common::Noted | Common::Stored => token.write()?,
            Common::StoredAs(dot, Stamp { wall_ms, author }) => {
                PlainWrite { dot, origin: dot, wall_ms: *wall_ms, author }
            }
        };
        let held = if let Common::Noted = common {
            Holding::Note { id: token.id(), columns, references }
        } else {
            columns.sort = token.sort().as_bytes().to_vec();
            Holding::Row(PlainRow::new(&token.plain(write, room)?, columns, references))
        };
        let (line, dot, set) = (token.line(), token.write().map(|write| write.dot), token.set());
        let NodeReport { findings, inherits_type, .. } = report;
        Some(Self { line, findings, inherits_type, dot, set, held })
    }

    pub(super) const fn id(&self) -> EntityId {
        match &self.held {
            Holding::Row(row) => row.id(),
            Holding::Note { id, .. } => *id,
        }
    }

    fn bytes(&self) -> usize {
        match &self.held {
            Holding::Row(row) => row.registers().len().saturating_add(FACTS_BYTES),
            Holding::Note { .. } => FACTS_BYTES,
        }
    }

    pub(super) fn path(&self) -> &str {
        match &self.held {
            Holding::Row(row) => &row.columns().path,
            Holding::Note { columns, .. } => &columns.path,
        }
    }
}

/// Reads a document, or the next part of one, and hands everything in it to `each`.
pub(super) fn read_part(
    reader: &mut SetReader,
    label: &str,
    source: impl Read + Send,
    common: Common<'_>,
    each: impl FnMut(Next) -> Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    let read = |belt: &mut pipeline::Belt<Next>| {
        let mut room = Room::default();
        let each = |piece: Piece<'_>| {
            let (node, decoded) = match piece {
                Piece::Node(node, decoded) => (node, decoded),
                Piece::Token(token) => match Token::new(&token, common, &mut room) {
                    Some(token) => {
                        let bytes = token.bytes();
                        return belt.put(Next::Token(token), bytes).map_err(Stop::from);
                    }
                    None => token.take_apart(),
                },
            };
            let item = Item::new(node, decoded);
            let bytes = item.bytes();
            belt.put(Next::Item(item), bytes).map_err(Stop::from)
        };
        let read = match common {
            // Whoever only notes is quicker than whoever reads, and leaves room for a third.
            Common::Noted => pipeline::ahead(source, |source| reader.read_pieces(label, source, each)),
            _ => reader.read_pieces(label, source, each),
        };
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
