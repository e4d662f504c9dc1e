//! Finds the bits of a deflate stream (RFC 1951) that inflating ignores.
//!
//! Two kinds exist: the bits between the end of a block and the next byte border, and code descriptions that leave
//! codes unused. This module walks the codes of a stream, without making its output, and refuses both. It does not
//! judge whether a match could have been written differently: only a hash of the compressed bytes can.

use crate::bytes::Window;
use crate::error::{OpenError, Refusal};
use crate::rule::Rule;
use crate::source::ReadAt;

/// Order in which the lengths of the code-length codes are kept, RFC 1951 3.2.7.
const LENGTH_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// Extra bits of the length codes 257 to 285, RFC 1951 3.2.5.
const LENGTH_EXTRA: [u32; 29] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
/// The literal that ends a block.
const END_OF_BLOCK: usize = 256;

/// Why a walk stops early.
enum Stop {
    Open(OpenError),
    NotCanonical(&'static str),
}

impl From<OpenError> for Stop {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

/// Walks `bytes` bytes of deflate data at `offset`.
pub(super) fn check<S: ReadAt>(
    window: &mut Window<'_, S>,
    offset: u64,
    bytes: u64,
) -> Result<Result<(), Refusal>, OpenError> {
    let mut bits = Bits { window, next: offset, end: offset.saturating_add(bytes), hold: 0, count: 0 };
    match walk(&mut bits) {
        Ok(()) => Ok(Ok(())),
        Err(Stop::Open(error)) => Err(error),
        Err(Stop::NotCanonical(found)) => {
            let found = format_args!("{found} before byte {}", bits.next);
            Ok(Err(Refusal::new(Rule::NotCanonical, found, "deflate data in which every bit counts")))
        }
    }
}

fn walk<S: ReadAt>(bits: &mut Bits<'_, '_, S>) -> Result<(), Stop> {
    loop {
        let is_final = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => walk_stored(bits)?,
            1 => walk_codes(bits, &Code::fixed_literals()?, &Code::fixed_distances()?)?,
            2 => {
                let (literals, distances) = read_codes(bits)?;
                walk_codes(bits, &literals, &distances)?;
            }
            _ => return Err(Stop::NotCanonical("a reserved block type")),
        }
        if is_final {
            bits.align()?;
            return if bits.is_at_end() {
                Ok(())
            } else {
                Err(Stop::NotCanonical("data after the final block"))
            };
        }
    }
}

fn walk_stored<S: ReadAt>(bits: &mut Bits<'_, '_, S>) -> Result<(), Stop> {
    bits.align()?;
    let (length, complement) = (bits.take(16)?, bits.take(16)?);
    if length ^ complement != 0xFFFF {
        return Err(Stop::NotCanonical("a stored block with a wrong length"));
    }
    for _ in 0..length {
        bits.take(8)?;
    }
    Ok(())
}

fn walk_codes<S: ReadAt>(bits: &mut Bits<'_, '_, S>, literals: &Code, distances: &Code) -> Result<(), Stop> {
    loop {
        let symbol = bits.symbol(literals)?;
        if symbol == END_OF_BLOCK {
            return Ok(());
        }
        let Some(length) = symbol.checked_sub(257) else { continue };
        let extra =
            LENGTH_EXTRA.get(length).ok_or(Stop::NotCanonical("a length code that does not exist"))?;
        bits.take(*extra)?;
        // Distance codes 0 to 3 have no extra bits, each later pair one more: RFC 1951 3.2.5.
        let distance = bits.symbol(distances)?;
        if distance > 29 {
            return Err(Stop::NotCanonical("a distance code that does not exist"));
        }
        let extra = u32::try_from(distance / 2).unwrap_or_default().saturating_sub(1);
        bits.take(extra)?;
    }
}

/// Reads the two codes of a dynamic block, RFC 1951 3.2.7.
fn read_codes<S: ReadAt>(bits: &mut Bits<'_, '_, S>) -> Result<(Code, Code), Stop> {
    let field = |value: u32, least: usize| usize::try_from(value).unwrap_or_default().saturating_add(least);
    let (literals, distances) = (field(bits.take(5)?, 257), field(bits.take(5)?, 1));
    let lengths_sent = field(bits.take(4)?, 4);
    let mut code_lengths = [0_u8; 19];
    for &at in LENGTH_ORDER.iter().take(lengths_sent) {
        let length = u8::try_from(bits.take(3)?).unwrap_or_default();
        if let Some(slot) = code_lengths.get_mut(at) {
            *slot = length;
        }
    }
    let code = Code::new(&code_lengths)?;
    let total = literals.saturating_add(distances);
    let mut lengths: Vec<u8> = Vec::with_capacity(total);
    while lengths.len() < total {
        let symbol = bits.symbol(&code)?;
        let (length, times) = match symbol {
            16 => (lengths.last().copied().unwrap_or_default(), field(bits.take(2)?, 3)),
            17 => (0, field(bits.take(3)?, 3)),
            18 => (0, field(bits.take(7)?, 11)),
            _ => (u8::try_from(symbol).unwrap_or_default(), 1),
        };
        lengths.extend(std::iter::repeat_n(length, times));
    }
    match lengths.split_at_checked(literals) {
        Some((literals, rest)) if rest.len() == distances => Ok((Code::new(literals)?, Code::new(rest)?)),
        _ => Err(Stop::NotCanonical("code lengths that run over")),
    }
}

/// A prefix code as a table: the next `bits` bits, first bit lowest, give symbol and length.
struct Code {
    bits: u32,
    table: Vec<(u16, u8)>,
}

impl Code {
    /// Builds the code of RFC 1951 3.2.2. Codes that use up less or more than all bit patterns are refused: what they
    /// leave free could be changed without a trace.
    fn new(lengths: &[u8]) -> Result<Self, Stop> {
        let bits = u32::from(lengths.iter().copied().max().unwrap_or_default());
        if bits == 0 || bits > 15 {
            return Err(Stop::NotCanonical("an empty code"));
        }
        let size = 1_usize << bits;
        let mut table = vec![(0, 0); size];
        let mut next = 0_usize;
        for length in 1..=15_u8 {
            let Some(free) = bits.checked_sub(length.into()) else { break };
            let symbols = lengths.iter().enumerate().filter(|&(_, &found)| found == length);
            for (symbol, _) in symbols {
                let symbol = u16::try_from(symbol).unwrap_or(u16::MAX);
                // The code's bits come highest first: as a number below 1 << bits it starts a run of 1 << free.
                for pattern in next..next.saturating_add(1 << free) {
                    let reversed = pattern.reverse_bits() >> usize::BITS.saturating_sub(bits);
                    let slot = table.get_mut(reversed).filter(|_| pattern < size);
                    *slot.ok_or(Stop::NotCanonical("a code with too many symbols"))? = (symbol, length);
                }
                next = next.saturating_add(1 << free);
            }
        }
        if next == size {
            Ok(Self { bits, table })
        } else {
            Err(Stop::NotCanonical("a code that leaves patterns free"))
        }
    }

    fn fixed_literals() -> Result<Self, Stop> {
        let mut lengths = [8_u8; 288];
        lengths.iter_mut().take(256).skip(144).for_each(|length| *length = 9);
        lengths.iter_mut().take(280).skip(256).for_each(|length| *length = 7);
        Self::new(&lengths)
    }

    fn fixed_distances() -> Result<Self, Stop> {
        Self::new(&[5; 32])
    }
}

/// Bits of a range of the source, lowest of each byte first.
struct Bits<'w, 's, S: ?Sized> {
    window: &'w mut Window<'s, S>,
    next: u64,
    end: u64,
    hold: u64,
    count: u32,
}

impl<S: ReadAt + ?Sized> Bits<'_, '_, S> {
    /// Holds at least 32 bits, or all that are left.
    fn fill(&mut self) -> Result<(), Stop> {
        while self.count <= 32 && self.next < self.end {
            let left = usize::try_from(self.end.saturating_sub(self.next)).unwrap_or(4);
            let wanted = left.min(4);
            let bytes = self.window.get(self.next, wanted).map_err(OpenError::from)?.unwrap_or_default();
            for &byte in bytes {
                self.hold |= u64::from(byte) << self.count;
                self.count = self.count.saturating_add(8);
            }
            if bytes.is_empty() {
                return Err(Stop::NotCanonical("the end of the file"));
            }
            self.next = self.next.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    fn drop_bits(&mut self, count: u32) -> Result<(), Stop> {
        self.count = self.count.checked_sub(count).ok_or(Stop::NotCanonical("a stream that is cut off"))?;
        self.hold >>= count;
        Ok(())
    }

    /// Takes up to 16 bits.
    fn take(&mut self, count: u32) -> Result<u32, Stop> {
        self.fill()?;
        let value = self.hold & (1_u64 << count).saturating_sub(1);
        self.drop_bits(count)?;
        Ok(u32::try_from(value).unwrap_or_default())
    }

    fn symbol(&mut self, code: &Code) -> Result<usize, Stop> {
        self.fill()?;
        let pattern = self.hold & (1_u64 << code.bits).saturating_sub(1);
        let entry = usize::try_from(pattern).ok().and_then(|pattern| code.table.get(pattern));
        let &(symbol, length) = entry.ok_or(Stop::NotCanonical("a code that does not exist"))?;
        self.drop_bits(length.into())?;
        Ok(symbol.into())
    }

    /// Skips to the next byte; the bits in between must be 0.
    fn align(&mut self) -> Result<(), Stop> {
        match self.take(self.count % 8)? {
            0 => Ok(()),
            _ => Err(Stop::NotCanonical("padding bits that are not 0")),
        }
    }

    fn is_at_end(&self) -> bool {
        self.count == 0 && self.next == self.end
    }
}
