//! Realistic token files of any size.

mod random;
mod token;

use std::io::{self, Write};

pub use token::GeneratedToken;

/// A DTCG token file of that many tokens, the same for the same seed.
///
/// About 360 bytes per token: 40 % colour objects, 22 % aliases of earlier tokens, 20 % dimensions,
/// 10 % typography, 5 % shadows, 3 % durations; 60 % have descriptions; groups are 3 to 5 deep with
/// 16 tokens each. Aliases have no type of their own, all other tokens have one.
///
/// ```
/// let mut file = Vec::new();
/// dss_testkit::TokenFile { tokens: 100, seed: 1 }.write_to(&mut file)?;
/// assert!(file.starts_with(b"{\""));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenFile {
    /// How many tokens.
    pub tokens: u64,
    /// Where the dice start.
    pub seed: u64,
}

impl TokenFile {
    /// The tokens, in the file's order. Each is made when it is asked for.
    pub fn iter(self) -> impl Iterator<Item = GeneratedToken> {
        (0..self.tokens).map(move |index| token::generate(self.seed, index, None))
    }

    /// Writes the file, one token per line, and returns its bytes. Nothing of the file's size is
    /// held in memory.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_to(self, out: &mut dyn Write) -> io::Result<u64> {
        self.write_edited(&Edits::default(), out)
    }

    /// Writes the file as somebody left it who has edited some tokens: they stand where they stood, and have
    /// another value.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_edited(self, edits: &Edits, out: &mut dyn Write) -> io::Result<u64> {
        let mut writer = Nesting { out, open: Vec::new(), bytes: 0, is_first: true };
        writer.push(b"{")?;
        for index in 0..self.tokens {
            let editor = edits.contain(index).then_some(edits.by);
            writer.token(&token::generate(self.seed, index, editor))?;
        }
        writer.close_to(0)?;
        writer.push(b"}\n")?;
        Ok(writer.bytes)
    }
}

/// Which tokens of a file somebody has edited: every `step`th one from `from` to before `to`.
///
/// Who edits the same token makes something else of it, so that two editors disagree wherever both were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// The first token, counted from 0.
    pub from: u64,
    /// The first one that is left alone.
    pub to: u64,
    /// From one to the next; 0 is 1.
    pub step: u64,
    /// Whose edits these are.
    pub by: u64,
}

impl Edits {
    fn contain(&self, index: u64) -> bool {
        let place = index.checked_sub(self.from).filter(|_| index < self.to);
        place.is_some_and(|place| place.checked_rem(self.step.max(1)) == Some(0))
    }
}

/// Writes tokens as nested groups.
struct Nesting<'a> {
    out: &'a mut dyn Write,
    open: Vec<String>,
    bytes: u64,
    is_first: bool,
}

impl Nesting<'_> {
    fn token(&mut self, token: &GeneratedToken) -> io::Result<()> {
        let names: Vec<String> = token.path.segments().map(std::borrow::Cow::into_owned).collect();
        let Some((name, groups)) = names.split_last() else { return Ok(()) };
        let shared = self.open.iter().zip(groups).take_while(|(open, group)| open == group).count();
        self.close_to(shared)?;
        for group in groups.iter().skip(shared) {
            self.comma()?;
            self.push(format!("\"{group}\":{{").as_bytes())?;
            self.open.push(group.clone());
            self.is_first = true;
        }
        self.comma()?;
        self.push(format!("\n\"{name}\":").as_bytes())?;
        self.push(token.json.as_bytes())
    }

    fn close_to(&mut self, depth: usize) -> io::Result<()> {
        while self.open.len() > depth {
            self.open.pop();
            self.push(b"}")?;
            self.is_first = false;
        }
        Ok(())
    }

    fn comma(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.push(b",")?;
        }
        Ok(())
    }

    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        self.out.write_all(bytes)
    }
}

#[cfg(test)]
mod tests;
