//! SHA-256 as a type, and readers and writers that compute it on the way.

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits and in no other way.
///
/// A list of digests inside an archive is a checksum against damage, not a signature: whoever can change an entry can
/// change the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "String", try_from = "String")
)]
pub struct Sha256Digest(pub [u8; 32]);

impl Sha256Digest {
    /// Hashes `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Why a text is not a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseDigestError {
    /// Not 64 bytes long.
    Length {
        /// How long it is, in bytes.
        found: usize,
    },
    /// Something other than `0-9a-f`.
    Character {
        /// Where, in bytes from the start.
        at: usize,
    },
}

impl fmt::Display for ParseDigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => write!(f, "a SHA-256 digest has 64 digits, found {found}"),
            Self::Character { at } => {
                write!(f, "a SHA-256 digest has lower-case hexadecimal digits only, not at {at}")
            }
        }
    }
}

impl std::error::Error for ParseDigestError {}

impl FromStr for Sha256Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        if text.len() != 64 {
            return Err(ParseDigestError::Length { found: text.len() });
        }
        let mut digits = text.bytes().enumerate();
        let mut digest = [0_u8; 32];
        for byte in &mut digest {
            for (at, digit) in digits.by_ref().take(2) {
                let value = match digit {
                    b'0'..=b'9' => digit.wrapping_sub(b'0'),
                    b'a'..=b'f' => digit.wrapping_sub(b'a').wrapping_add(10),
                    _ => return Err(ParseDigestError::Character { at }),
                };
                *byte = (*byte << 4) | value;
            }
        }
        Ok(Self(digest))
    }
}

impl TryFrom<String> for Sha256Digest {
    type Error = ParseDigestError;

    fn try_from(text: String) -> Result<Self, ParseDigestError> {
        text.parse()
    }
}

impl From<Sha256Digest> for String {
    fn from(digest: Sha256Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256Digest({self})")
    }
}

/// Hash and count of what has passed so far.
#[derive(Clone, Default)]
struct Running {
    hash: Sha256,
    bytes: u64,
}

impl Running {
    fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    fn digest(self) -> Sha256Digest {
        Sha256Digest(self.hash.finalize().into())
    }
}

macro_rules! hashing {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $type<T> {
            inner: T,
            running: Running,
        }

        impl<T> $type<T> {
            /// Starts with nothing counted.
            pub fn new(inner: T) -> Self {
                Self { inner, running: Running::default() }
            }

            /// Returns the number of bytes so far.
            pub fn bytes(&self) -> u64 {
                self.running.bytes
            }

            /// Returns what was wrapped, the digest and the number of bytes.
            pub fn finish(self) -> (T, Sha256Digest, u64) {
                let bytes = self.running.bytes;
                (self.inner, self.running.digest(), bytes)
            }
        }

        impl<T> fmt::Debug for $type<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($type)).field("bytes", &self.running.bytes).finish_non_exhaustive()
            }
        }
    };
}

hashing! {
    /// Hashes and counts what is read through it.
    ///
    /// ```
    /// use std::io::Read as _;
    /// use dss_security::{HashingReader, Sha256Digest};
    /// let mut reader = HashingReader::new(&b"abc"[..]);
    /// reader.read_to_end(&mut Vec::new())?;
    /// let (_, digest, bytes) = reader.finish();
    /// assert_eq!((digest, bytes), (Sha256Digest::of(b"abc"), 3));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    HashingReader
}

hashing! {
    /// Hashes and counts what is written through it.
    HashingWriter
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.running.update(buf.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buf)?;
        self.running.update(buf.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn one_spelling_only() {
        let digest: Sha256Digest = ABC.parse().unwrap();
        assert_eq!(digest, Sha256Digest::of(b"abc"));
        assert_eq!(digest.to_string(), ABC);
        assert_eq!(ABC.to_uppercase().parse::<Sha256Digest>(), Err(ParseDigestError::Character { at: 0 }));
        assert_eq!(
            ABC.trim_end_matches("ad").parse::<Sha256Digest>(),
            Err(ParseDigestError::Length { found: 62 })
        );
        assert_eq!(format!("{ABC}0").parse::<Sha256Digest>(), Err(ParseDigestError::Length { found: 65 }));
        assert_eq!("é".repeat(32).parse::<Sha256Digest>(), Err(ParseDigestError::Character { at: 0 }));
    }

    #[test]
    fn writer_hashes_what_was_taken() {
        let mut writer = HashingWriter::new(Vec::new());
        writer.write_all(b"a").unwrap();
        writer.write_all(b"bc").unwrap();
        let (out, digest, bytes) = writer.finish();
        assert_eq!((out.as_slice(), digest.to_string().as_str(), bytes), (&b"abc"[..], ABC, 3));
    }
}
