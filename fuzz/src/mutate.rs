//! Small damage to known inputs, the same on every machine: no fuzzer, but it runs wherever the tests do.

/// Makes variations of seeds. The same start gives the same variations.
#[derive(Debug)]
pub struct Mutator {
    state: u64,
}

/// Bytes at which formats change their minds.
const EDGES: [u8; 12] = [0, 1, b'"', b'\\', b'{', b'}', b'[', b']', b'/', b'.', 0x7f, 0xff];

impl Mutator {
    /// Starts a sequence of variations.
    #[must_use]
    pub fn new(start: u64) -> Self {
        // Zero is the one state this generator never leaves.
        Self { state: start | 1 }
    }

    /// One of `seeds`, damaged in one to four places, and sometimes continued as another.
    pub fn vary(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut data = self.pick(seeds).cloned().unwrap_or_default();
        for _ in 0..=self.below(4) {
            self.damage(&mut data);
        }
        if self.below(8) == 0 {
            let other = self.pick(seeds).cloned().unwrap_or_default();
            data.truncate(self.below(data.len() + 1));
            data.extend_from_slice(&other[self.below(other.len() + 1)..]);
        }
        data
    }

    /// That many bytes of no meaning.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| u8::try_from(self.below(256)).unwrap_or_default()).collect()
    }

    fn damage(&mut self, data: &mut Vec<u8>) {
        let at = self.below(data.len() + 1);
        let byte = EDGES[self.below(EDGES.len())];
        match self.below(7) {
            0 => data.insert(at, byte),
            1 => data.truncate(at),
            2 => {
                let end = (at + 1 + self.below(8)).min(data.len());
                data.drain(at.min(end)..end);
            }
            3 => {
                let end = (at + 1 + self.below(32)).min(data.len());
                let copy = data[at..end].to_vec();
                data.splice(at..at, copy);
            }
            kind => {
                let flipped = 1_u8 << self.below(8);
                if let Some(old) = data.get_mut(at) {
                    *old = match kind {
                        4 => byte,
                        5 => *old ^ flipped,
                        _ => old.wrapping_add(1),
                    };
                }
            }
        }
    }

    fn pick<'item, T>(&mut self, items: &'item [T]) -> Option<&'item T> {
        items.get(self.below(items.len()))
    }

    /// A number below `limit`, or zero.
    fn below(&mut self, limit: usize) -> usize {
        // Marsaglia's xorshift64: short, and good enough to choose with.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.state % limit).unwrap_or_default()
    }
}
