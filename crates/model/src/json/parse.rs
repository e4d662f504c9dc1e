//! The guarded parser: one pass, no recursion, no tree.

use super::keys::{Key, first_duplicate};
use super::swar::find_string_byte;
use super::{JsonError, JsonErrorKind, JsonLimits};

/// Characters of a number without an exponent that every double can hold.
const SHORT_NUMBER: usize = 300;

/// Is told of everything in a text while it is read, once and in order. Places are offsets, from and to.
pub(super) trait Visitor {
    /// White space.
    fn space(&mut self, _from: usize, _to: usize) {}
    /// A member's name, with its quotes.
    fn key(&mut self, _from: usize, _to: usize) {}
    /// A string, number or literal.
    fn scalar(&mut self, _from: usize, _to: usize) {}
    /// An object or array starts here.
    fn enter(&mut self, _at: usize) {}
    /// The innermost open object or array ends before here.
    fn leave(&mut self, _at: usize) {}
    /// The string that is told of next, a name or a value, has escapes in it.
    fn escapes(&mut self) {}
    /// Whether it has heard enough; asked when an object or array was entered.
    fn is_over(&self) -> bool {
        false
    }
}

/// The text that `bytes` are, if they are one.
pub(super) fn text(bytes: &[u8]) -> Result<&str, JsonError> {
    std::str::from_utf8(bytes)
        .map_err(|error| JsonError::at(JsonErrorKind::InvalidUtf8, bytes, error.valid_up_to()))
}

/// Memory that reading needs: whoever keeps it reads many values without asking for any.
#[derive(Debug, Default)]
pub(super) struct Room {
    open: Vec<Container>,
    /// Keys of all open objects, if they have to differ; an object's own are checked when it closes.
    keys: Vec<Key>,
}

/// Checks that `input` is one value, and tells `visitor` what is in it.
pub(super) fn read(
    input: &str,
    limits: &JsonLimits,
    room: &mut Room,
    visitor: &mut impl Visitor,
) -> Result<(), JsonError> {
    let mut parser = Parser::new(input, limits, room, visitor);
    let read = parser.run().and_then(|()| parser.end());
    read.map_err(|(kind, offset)| JsonError::at(kind, input.as_bytes(), offset))
}

/// The same for the value that `input` starts with; returns where it ends. Where `visitor` has heard enough, that is
/// wherever it did.
pub(super) fn read_first(
    input: &str,
    limits: &JsonLimits,
    room: &mut Room,
    visitor: &mut impl Visitor,
) -> Result<usize, JsonError> {
    let mut parser = Parser::new(input, limits, room, visitor);
    let read = parser.run();
    let end = parser.at;
    read.map(|()| end).map_err(|(kind, offset)| JsonError::at(kind, input.as_bytes(), offset))
}

/// Checks `bytes` and puts the value without insignificant white space into `out`, which stays empty if there is none.
pub(super) fn compact<'a>(
    bytes: &'a [u8],
    limits: &JsonLimits,
    room: &mut Room,
    out: &mut String,
) -> Result<&'a str, JsonError> {
    let input = text(bytes)?;
    let mut compact = Compact::new(input, out);
    read(input, limits, room, &mut compact)?;
    compact.finish(input.len());
    Ok(input)
}

/// A text without its white space.
pub(super) struct Compact<'a, 'o> {
    input: &'a str,
    /// What came before the last white space, without any; what follows it is copied at once.
    out: &'o mut String,
    /// How much of the input that is.
    copied: usize,
}

impl<'a, 'o> Compact<'a, 'o> {
    pub(super) fn new(input: &'a str, out: &'o mut String) -> Self {
        out.clear();
        Self { input, out, copied: 0 }
    }

    /// The text with its white space.
    pub(super) const fn input(&self) -> &'a str {
        self.input
    }

    /// Copies what came since the last white space.
    fn copy(&mut self, to: usize) {
        if self.out.capacity() == 0 {
            self.out.reserve_exact(self.input.len());
        }
        self.out.push_str(self.input.get(self.copied..to).unwrap_or_default());
    }

    /// The value ends before `end`: what it is without white space is in the output, unless there was none.
    pub(super) fn finish(mut self, end: usize) {
        if self.copied > 0 {
            self.copy(end);
        }
    }
}

impl Visitor for Compact<'_, '_> {
    fn space(&mut self, from: usize, to: usize) {
        self.copy(from);
        self.copied = to;
    }
}

type Fault = (JsonErrorKind, usize);

/// An object or array whose end is still to come.
#[derive(Debug)]
struct Container {
    is_object: bool,
    /// Where this object's keys start in [`Room::keys`].
    keys_from: usize,
    members: u32,
}

struct Parser<'a, 'm, V> {
    input: &'a str,
    bytes: &'a [u8],
    at: usize,
    limits: &'m JsonLimits,
    visitor: &'m mut V,
    room: &'m mut Room,
}

/// A string that was read: where its inside ends, and whether there is an escape in it.
struct Inside {
    end: usize,
    has_escapes: bool,
}

impl<'a, 'm, V: Visitor> Parser<'a, 'm, V> {
    fn new(input: &'a str, limits: &'m JsonLimits, room: &'m mut Room, visitor: &'m mut V) -> Self {
        room.open.clear();
        room.keys.clear();
        Self { input, bytes: input.as_bytes(), at: 0, limits, visitor, room }
    }

    /// Reads a value.
    fn run(&mut self) -> Result<(), Fault> {
        loop {
            self.value()?;
            if self.visitor.is_over() || !self.after_value()? {
                return Ok(());
            }
        }
    }

    /// Nothing but white space may follow.
    fn end(&mut self) -> Result<(), Fault> {
        self.skip_space();
        if self.at == self.bytes.len() { Ok(()) } else { Err((JsonErrorKind::TrailingData, self.at)) }
    }

    /// Reads a scalar or an empty container, or enters a container up to its first value.
    fn value(&mut self) -> Result<(), Fault> {
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'{') => {
                    self.enter(true)?;
                    if self.visitor.is_over() {
                        return Ok(());
                    }
                    self.skip_space();
                    if self.peek() == Some(b'}') {
                        return self.leave();
                    }
                    self.key()?;
                }
                Some(b'[') => {
                    self.enter(false)?;
                    self.skip_space();
                    if self.peek() == Some(b']') {
                        return self.leave();
                    }
                    self.count_member()?;
                }
                _ => return self.scalar(),
            }
        }
    }

    fn scalar(&mut self) -> Result<(), Fault> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                self.string(self.limits.string_bytes, JsonErrorKind::StringTooLong)?;
            }
            Some(b't') => self.literal("true")?,
            Some(b'f') => self.literal("false")?,
            Some(b'n') => self.literal("null")?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(byte) => return Err((JsonErrorKind::UnexpectedByte(byte), self.at)),
            None => return Err((JsonErrorKind::UnexpectedEnd, self.at)),
        }
        self.visitor.scalar(start, self.at);
        Ok(())
    }

    /// Closes what ends here; true when another value follows, false when that was all.
    fn after_value(&mut self) -> Result<bool, Fault> {
        loop {
            let Some(container) = self.room.open.last() else { return Ok(false) };
            let is_object = container.is_object;
            self.skip_space();
            match (self.peek(), is_object) {
                (Some(b','), true) => {
                    self.step();
                    self.skip_space();
                    self.key()?;
                    return Ok(true);
                }
                (Some(b','), false) => {
                    self.step();
                    self.count_member()?;
                    return Ok(true);
                }
                (Some(b'}'), true) | (Some(b']'), false) => self.leave()?,
                (Some(byte), _) => return Err((JsonErrorKind::UnexpectedByte(byte), self.at)),
                (None, _) => return Err((JsonErrorKind::UnexpectedEnd, self.at)),
            }
        }
    }

    fn enter(&mut self, is_object: bool) -> Result<(), Fault> {
        if u32::try_from(self.room.open.len()).unwrap_or(u32::MAX) >= self.limits.depth {
            return Err((JsonErrorKind::TooDeep, self.at));
        }
        self.room.open.push(Container { is_object, keys_from: self.room.keys.len(), members: 0 });
        self.visitor.enter(self.at);
        self.step();
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Fault> {
        let Some(container) = self.room.open.pop() else { return Ok(()) };
        self.step();
        self.visitor.leave(self.at);
        let own = self.room.keys.get(container.keys_from..).unwrap_or_default();
        if let Some((key, at)) = first_duplicate(self.input, own) {
            return Err((JsonErrorKind::DuplicateKey(key), at));
        }
        self.room.keys.truncate(container.keys_from);
        Ok(())
    }

    /// Reads `"key" :`.
    fn key(&mut self) -> Result<(), Fault> {
        self.count_member()?;
        let start = self.at;
        match self.peek() {
            Some(b'"') => {}
            Some(byte) => return Err((JsonErrorKind::UnexpectedByte(byte), self.at)),
            None => return Err((JsonErrorKind::UnexpectedEnd, self.at)),
        }
        let Inside { end, has_escapes } = self.string(self.limits.key_bytes, JsonErrorKind::KeyTooLong)?;
        self.visitor.key(start, self.at);
        if self.limits.unique_keys {
            self.room.keys.push(Key::new(self.bytes, start, end, has_escapes));
        }
        self.skip_space();
        match self.peek() {
            Some(b':') => self.step(),
            Some(byte) => return Err((JsonErrorKind::UnexpectedByte(byte), self.at)),
            None => return Err((JsonErrorKind::UnexpectedEnd, self.at)),
        }
        Ok(())
    }

    fn count_member(&mut self) -> Result<(), Fault> {
        let at = self.at;
        let limit = self.limits.members;
        let Some(container) = self.room.open.last_mut() else { return Ok(()) };
        container.members = container.members.saturating_add(1);
        if container.members > limit { Err((JsonErrorKind::TooManyMembers, at)) } else { Ok(()) }
    }

    /// Reads a string.
    fn string(&mut self, limit: usize, too_long: JsonErrorKind) -> Result<Inside, Fault> {
        let start = self.at;
        let inner = start.saturating_add(1);
        let found = find_string_byte(self.bytes.get(inner..).unwrap_or_default());
        let end = inner.saturating_add(found.unwrap_or_default());
        let inside = match self.bytes.get(end) {
            Some(b'"') if found.is_some() => Inside { end, has_escapes: false },
            _ => self.escaped_string(inner)?,
        };
        if inside.end.saturating_sub(inner) > limit {
            return Err((too_long, start));
        }
        self.at = inside.end.saturating_add(1);
        Ok(inside)
    }

    /// Reads what stands in a string that has more in it than what stands for itself.
    #[cold]
    fn escaped_string(&mut self, inner: usize) -> Result<Inside, Fault> {
        let mut at = inner;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(found) = find_string_byte(rest) else {
                return Err((JsonErrorKind::UnexpectedEnd, self.bytes.len()));
            };
            at = at.saturating_add(found);
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at = self.escape(at)?,
                _ => return Err((JsonErrorKind::ControlCharacter, at)),
            }
        }
        self.visitor.escapes();
        Ok(Inside { end: at, has_escapes: true })
    }

    /// Checks the escape at `at` and returns the offset behind it.
    fn escape(&self, at: usize) -> Result<usize, Fault> {
        let code = at.saturating_add(1);
        match self.bytes.get(code) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(code.saturating_add(1)),
            Some(b'u') => {
                let end = code.saturating_add(5);
                match self.hex(code.saturating_add(1), at)? {
                    0xd800..=0xdbff => self.low_surrogate(end, at),
                    0xdc00..=0xdfff => Err((JsonErrorKind::LoneSurrogate, at)),
                    _ => Ok(end),
                }
            }
            Some(_) => Err((JsonErrorKind::InvalidEscape, at)),
            None => Err((JsonErrorKind::UnexpectedEnd, self.bytes.len())),
        }
    }

    fn low_surrogate(&self, at: usize, pair_at: usize) -> Result<usize, Fault> {
        if self.bytes.get(at) == Some(&b'\\') && self.bytes.get(at.saturating_add(1)) == Some(&b'u') {
            let digits = at.saturating_add(2);
            if matches!(self.hex(digits, at)?, 0xdc00..=0xdfff) {
                return Ok(digits.saturating_add(4));
            }
        }
        Err((JsonErrorKind::LoneSurrogate, pair_at))
    }

    fn hex(&self, from: usize, escape_at: usize) -> Result<u32, Fault> {
        let mut value = 0_u32;
        for at in from..from.saturating_add(4) {
            let Some(&byte) = self.bytes.get(at) else {
                return Err((JsonErrorKind::UnexpectedEnd, self.bytes.len()));
            };
            let Some(digit) = char::from(byte).to_digit(16) else {
                return Err((JsonErrorKind::InvalidEscape, escape_at));
            };
            value = (value << 4) | digit;
        }
        Ok(value)
    }

    /// Reads a number (RFC 8259 §6) that a double can hold.
    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.step();
        }
        match self.peek() {
            Some(b'0') => self.step(),
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err((JsonErrorKind::InvalidNumber, start)),
        }
        if self.peek() == Some(b'.') {
            self.step();
            self.at_least_one_digit(start)?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.step();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.step();
            }
            self.at_least_one_digit(start)?;
        }
        let text = self.input.get(start..self.at).unwrap_or_default();
        let is_small = !has_exponent && text.len() <= SHORT_NUMBER;
        let finite = is_small || text.parse::<f64>().is_ok_and(f64::is_finite);
        if text.len() > self.limits.number_digits || !finite {
            return Err((JsonErrorKind::NumberOutOfRange, start));
        }
        Ok(())
    }

    fn at_least_one_digit(&mut self, start: usize) -> Result<(), Fault> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err((JsonErrorKind::InvalidNumber, start));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.step();
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), Fault> {
        let start = self.at;
        let end = start.saturating_add(word.len());
        if self.bytes.get(start..end) != Some(word.as_bytes()) {
            let byte = self.bytes.get(start).copied().unwrap_or_default();
            return Err((JsonErrorKind::UnexpectedByte(byte), start));
        }
        self.at = end;
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn skip_space(&mut self) {
        if !matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            return;
        }
        let start = self.at;
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
        self.visitor.space(start, self.at);
    }
}
