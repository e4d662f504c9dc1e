//! Checking that bytes are a value as [`JsonText`](super::JsonText) spells it: a pass without copies.

use super::swar::plain_length;

/// The containers that are kept track of without asking for memory.
const DEPTH_MAX: u32 = 64;

/// The text, if it is one well-formed, compact value. `None` says nothing where containers stand in
/// each other more than 64 deep.
pub(super) fn compact(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut checker = Checker { bytes, at: 0, objects: 0, depth: 0 };
    checker.run().map(|()| text)
}

struct Checker<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Which of the open containers are objects, the innermost in the lowest bit.
    objects: u64,
    depth: u32,
}

impl Checker<'_> {
    fn run(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'{' => {
                    self.enter(true)?;
                    if self.peek()? != b'}' {
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    self.enter(false)?;
                    if self.peek()? != b']' {
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.literal(b"rue")?,
                b'f' => self.literal(b"alse")?,
                b'n' => self.literal(b"ull")?,
                first => self.number(first)?,
            }
            if self.leave()? {
                return Some(());
            }
        }
    }

    /// Goes on behind a value: `false` if another one follows, `true` at the end.
    fn leave(&mut self) -> Option<bool> {
        loop {
            if self.depth == 0 {
                return (self.at == self.bytes.len()).then_some(true);
            }
            let is_object = self.objects & 1 == 1;
            match (self.next()?, is_object) {
                (b',', true) => {
                    self.key()?;
                    return Some(false);
                }
                (b',', false) => return Some(false),
                (b'}', true) | (b']', false) => {
                    self.objects >>= 1;
                    self.depth = self.depth.checked_sub(1)?;
                }
                _ => return None,
            }
        }
    }

    fn enter(&mut self, is_object: bool) -> Option<()> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth <= DEPTH_MAX)?;
        self.objects = (self.objects << 1) | u64::from(is_object);
        Some(())
    }

    fn key(&mut self) -> Option<()> {
        self.expect(b'"')?;
        self.string()?;
        self.expect(b':')
    }

    /// Goes behind the string whose first quote was read.
    fn string(&mut self) -> Option<()> {
        loop {
            self.at = self.at.checked_add(plain_length(self.bytes.get(self.at..)?))?;
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => match self.unit()? {
                0xd800..=0xdbff => {
                    self.expect(b'\\')?;
                    self.expect(b'u')?;
                    matches!(self.unit()?, 0xdc00..=0xdfff).then_some(())
                }
                0xdc00..=0xdfff => None,
                _ => Some(()),
            },
            _ => None,
        }
    }

    /// The UTF-16 code unit that four digits spell.
    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0_u32, |unit, _| Some((unit << 4) | char::from(self.next()?).to_digit(16)?))
    }

    fn number(&mut self, first: u8) -> Option<()> {
        let start = self.at.checked_sub(1)?;
        match if first == b'-' { self.next()? } else { first } {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        if self.peek() == Some(b'.') {
            self.at = self.at.checked_add(1)?;
            self.some_digits()?;
        }
        let mut is_finite = self.at.saturating_sub(start) < 300;
        if let Some(b'e' | b'E') = self.peek() {
            self.at = self.at.checked_add(1)?;
            if let Some(b'+' | b'-') = self.peek() {
                self.at = self.at.checked_add(1)?;
            }
            self.some_digits()?;
            is_finite = false;
        }
        let is_in_range = || {
            let text = std::str::from_utf8(self.bytes.get(start..self.at)?).ok()?;
            text.parse::<f64>().ok().filter(|number| number.is_finite()).map(drop)
        };
        if is_finite { Some(()) } else { is_in_range() }
    }

    fn some_digits(&mut self) -> Option<()> {
        self.next().filter(u8::is_ascii_digit)?;
        self.digits();
        Some(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at = self.at.saturating_add(1);
        }
    }

    fn literal(&mut self, rest: &[u8]) -> Option<()> {
        rest.iter().try_for_each(|byte| self.expect(*byte))
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at = self.at.checked_add(1)?;
        Some(byte)
    }
}
