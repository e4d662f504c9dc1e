//! Running targets on known inputs.

use std::env;
use std::fs;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use crate::Target;

impl Target {
    /// Every known input with its name: the files in `seeds/` and, where the fuzzer has run, in `corpus/`, then
    /// those that are made.
    ///
    /// # Errors
    /// If a folder or file cannot be read; one that does not exist holds nothing.
    pub fn inputs(&self) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut inputs = Vec::new();
        for folder in ["seeds", "corpus"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(self.name);
            if !folder.is_dir() {
                continue;
            }
            let mut files: Vec<PathBuf> = fs::read_dir(folder)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<_, _>>()?;
            files.sort();
            for file in files {
                inputs.push((file.display().to_string(), fs::read(&file)?));
            }
        }
        let made = (self.made)().into_iter().enumerate();
        inputs.extend(made.map(|(number, data)| (format!("made seed {number}"), data)));
        Ok(inputs)
    }
}

/// Runs a target on one input. If it fails, keeps the input among the artifacts and says how to run it again.
///
/// # Panics
/// If the target does.
pub fn replay(target: &Target, name: &str, data: &[u8]) {
    if let Err(cause) = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(data))) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(target.name);
        let file = folder.join("replay");
        let kept = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, data));
        eprintln!(
            "target `{}` fails on {name}, {} bytes, kept as {} ({kept:?}); run it again with\n  \
             cargo run --manifest-path fuzz/Cargo.toml --bin {} -- {}",
            target.name,
            data.len(),
            file.display(),
            target.name,
            file.display(),
        );
        panic::resume_unwind(cause);
    }
}

/// The `main` of a target that is not built for the fuzzer: runs it on the files named as arguments.
///
/// # Errors
/// If a file cannot be read.
pub fn read_files(run: fn(&[u8])) -> io::Result<()> {
    for file in env::args_os().skip(1) {
        run(&fs::read(&file)?);
        println!("{}: fine", Path::new(&file).display());
    }
    Ok(())
}
