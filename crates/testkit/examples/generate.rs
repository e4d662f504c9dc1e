//! Writes a generated token file: `generate TOKENS FILE [FROM TO]`, where somebody has edited tokens FROM to TO.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use dss_testkit::TokenFile;

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(tokens), Some(file)) = (args.next().and_then(|count| count.parse().ok()), args.next()) else {
        return Err(io::Error::other("usage: generate TOKENS FILE [FROM TO]"));
    };
    let mut number = || args.next().and_then(|number| number.parse().ok()).unwrap_or(0);
    let edited = number()..number();
    let mut out = BufWriter::new(File::create(file)?);
    TokenFile { tokens, seed: 1 }.write_edited(edited, &mut out)?;
    out.flush()
}
