//! Writes a generated token file: `generate TOKENS FILE [FROM TO STEP BY]`, where somebody (a number) has edited every
//! `STEP`th token from `FROM` to before `TO`.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use dss_testkit::{Edits, TokenFile};

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Option<Vec<u64>> = words.iter().skip(2).map(|word| word.parse().ok()).collect();
    let edits = match numbers.as_deref() {
        Some([]) => Some(Edits::default()),
        Some(&[from, to, step, by]) => Some(Edits { from, to, step, by }),
        _ => None,
    };
    let tokens = words.first().and_then(|count| count.parse().ok());
    let (Some(tokens), Some(file), Some(edits)) = (tokens, words.get(1), edits) else {
        return Err(io::Error::other("usage: generate TOKENS FILE [FROM TO STEP BY]"));
    };
    let mut out = BufWriter::new(File::create(file)?);
    TokenFile { tokens, seed: 1 }.write_edited(&edits, &mut out)?;
    out.flush()
}
