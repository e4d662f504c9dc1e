//! Writes the seeds that are made into the fuzzer's corpus, where libFuzzer can read them.

use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    for target in dss_fuzz::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, data) in (target.made)().iter().enumerate() {
            fs::write(folder.join(format!("made-{number:03}")), data)?;
        }
    }
    Ok(())
}
