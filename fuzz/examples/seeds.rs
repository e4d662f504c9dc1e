//! Writes the seeds that are made, and other people's where there are any, into the fuzzer's corpus, where libFuzzer
//! can read them.

use std::fs;
use std::io;
use std::path::Path;

use dss_security::Sha256Digest;

fn main() -> io::Result<()> {
    for target in dss_fuzz::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        fs::create_dir_all(&folder)?;
        for (_, data) in target.other_seeds()? {
            // Named by what is in it, like the fuzzer's own finds: written once, however often this runs.
            fs::write(folder.join(Sha256Digest::of(&data).to_string()), data)?;
        }
    }
    Ok(())
}
