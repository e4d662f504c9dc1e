//! A list of SHA-256 sums, as `sha256sum --check` reads it.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::failure::Failure;

/// Writes the sums of these files of a folder into a file beside them; gives what it wrote.
pub(super) fn write(folder: &Path, name: &str, files: &[String]) -> Result<String, Failure> {
    let mut sums = String::new();
    for file in files {
        sums.push_str(&format!("{}  {file}\n", hex(&fs::read(folder.join(file))?)));
    }
    fs::write(folder.join(name), &sums)?;
    Ok(sums)
}

/// The SHA-256 of some bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standard() {
        assert_eq!(hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
