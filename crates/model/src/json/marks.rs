//! Where the values of a text stand, noted while it is checked, so that nobody has to look for their ends again.

use super::JsonRef;
use super::parse::{Compact, Visitor};

/// Values of one text that are noted. Tokens have some dozens; a text with more than this is split as it is read.
const MARKS_MAX: usize = 1 << 12;

/// Where one value stands. Offsets are those of the text without white space.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// A member's name starts here, at its quote; it ends two bytes, quote and colon, before `from`.
    pub(super) key: u32,
    pub(super) from: u32,
    pub(super) to: u32,
    /// How many marks are about it: its own, and those of everything in it.
    pub(super) span: u32,
    pub(super) key_has_escapes: bool,
    /// Whether there is an escape in it, if it is a string.
    pub(super) has_escapes: bool,
}

/// The marks of one text after the other, in memory that is kept.
#[derive(Debug, Default)]
pub(super) struct Marks {
    all: Vec<Mark>,
    /// Which marks are those of open objects and arrays.
    open: Vec<usize>,
}

impl Marks {
    /// The value that was read: `text`, which these marks are about.
    pub(super) fn value<'a>(&'a self, text: &'a str) -> JsonRef<'a> {
        let is_whole = self.all.len() < MARKS_MAX && u32::try_from(text.len()).is_ok();
        JsonRef::marked(text, if is_whole { &self.all } else { &[] })
    }
}

/// Notes marks while a value is read and leaves out its white space.
pub(super) struct Marking<'a, 'm, F> {
    pub(super) compact: Compact<'a, 'm>,
    marks: &'m mut Marks,
    /// Bytes of white space so far.
    removed: usize,
    /// The name of the next value, with its quotes, if that is a member.
    key: Option<(usize, usize)>,
    key_has_escapes: bool,
    has_escapes: bool,
    /// Whether an object that holds an object of that name, given with its quotes, is not to be read.
    is_child: F,
    pub(super) has_child: bool,
}

impl<'a, 'm, F: FnMut(&str) -> bool> Marking<'a, 'm, F> {
    pub(super) fn new(compact: Compact<'a, 'm>, marks: &'m mut Marks, is_child: F) -> Self {
        marks.all.clear();
        marks.open.clear();
        Self {
            compact,
            marks,
            removed: 0,
            key: None,
            key_has_escapes: false,
            has_escapes: false,
            is_child,
            has_child: false,
        }
    }

    fn note(&mut self, from: usize, to: usize) {
        if self.marks.all.len() >= MARKS_MAX {
            return;
        }
        let at = |offset: usize| u32::try_from(offset.saturating_sub(self.removed)).unwrap_or(u32::MAX);
        // What stands between a name and its value is a colon once white space is gone.
        let key = self
            .key
            .take()
            .map_or(from, |(start, end)| from.saturating_sub(end.saturating_sub(start)).saturating_sub(1));
        self.marks.all.push(Mark {
            key: at(key),
            from: at(from),
            to: at(to),
            span: 1,
            key_has_escapes: std::mem::take(&mut self.key_has_escapes),
            has_escapes: std::mem::take(&mut self.has_escapes),
        });
    }
}

impl<F: FnMut(&str) -> bool> Visitor for Marking<'_, '_, F> {
    fn space(&mut self, from: usize, to: usize) {
        self.removed = self.removed.saturating_add(to.saturating_sub(from));
        self.compact.space(from, to);
    }

    fn escapes(&mut self) {
        self.has_escapes = true;
    }

    fn key(&mut self, from: usize, to: usize) {
        self.key = Some((from, to));
        self.key_has_escapes = std::mem::take(&mut self.has_escapes);
    }

    fn scalar(&mut self, from: usize, to: usize) {
        self.note(from, to);
    }

    fn enter(&mut self, at: usize) {
        if let ([_], Some((from, to))) = (self.marks.open.as_slice(), self.key) {
            let text = self.compact.input();
            let name = text.get(from..to).unwrap_or_default();
            self.has_child = text.as_bytes().get(at) == Some(&b'{') && (self.is_child)(name);
        }
        self.marks.open.push(self.marks.all.len());
        self.note(at, at);
    }

    fn leave(&mut self, at: usize) {
        let count = self.marks.all.len();
        let Some(own) = self.marks.open.pop() else { return };
        if let Some(mark) = self.marks.all.get_mut(own) {
            mark.to = u32::try_from(at.saturating_sub(self.removed)).unwrap_or(u32::MAX);
            mark.span = u32::try_from(count.saturating_sub(own)).unwrap_or(u32::MAX);
        }
    }

    fn is_over(&self) -> bool {
        self.has_child
    }
}
