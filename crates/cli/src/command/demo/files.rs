//! The example design system, as it lies in `examples/aurora` of this crate.

use std::fs;
use std::io;
use std::path::Path;

/// The folder's name.
pub(super) const NAME: &str = "aurora";

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The files' names.
        pub(super) const NAMES: &[&str] = &[$($name),*];
        const CONTENTS: &[&[u8]] = &[$(include_bytes!(concat!("../../../examples/aurora/", $name))),*];
    };
}

files!(
    "aurora.resolver.json",
    "tokens/base.tokens.json",
    "tokens/semantic.tokens.json",
    "tokens/light.tokens.json",
    "tokens/dark.tokens.json",
    "components.json",
    "assets/arrow-right.svg",
    "assets/aurora-sans.ttf",
);

/// Writes them below `folder`.
pub(super) fn write(folder: &Path) -> io::Result<()> {
    for (name, content) in NAMES.iter().zip(CONTENTS) {
        let file = folder.join(name);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, content)?;
    }
    Ok(())
}
