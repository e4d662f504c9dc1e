//! Running targets on known inputs.

use std::env;
use std::fs;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use crate::Target;

/// Larger ones of other people's files find nothing that smaller ones do not, only later.
const SHARED_BYTES_MAX: usize = 4 << 10;

impl Target {
    /// Every known input with its name: the files in `seeds/` and, where the fuzzer has run, in `corpus/`, then
    /// those that are made, and other people's.
    ///
    /// # Errors
    /// If a folder or file cannot be read; one that does not exist holds nothing.
    pub fn inputs(&self) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut inputs = Vec::new();
        for folder in ["seeds", "corpus"] {
            read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(self.name), &mut inputs)?;
        }
        inputs.extend(self.other_seeds()?);
        Ok(inputs)
    }

    /// The seeds that are no files of this repository, each with its name.
    ///
    /// # Errors
    /// If a folder or file cannot be read; one that does not exist holds nothing.
    pub fn other_seeds(&self) -> io::Result<Vec<(String, Vec<u8>)>> {
        let made = (self.made)().into_iter().enumerate();
        let mut seeds: Vec<_> = made.map(|(number, data)| (format!("made seed {number}"), data)).collect();
        if let Some(shared) = env::var_os("DSS_SHARED").map(PathBuf::from) {
            let mut found = Vec::new();
            for folder in self.shared {
                read_all(&shared.join("data").join(folder), &mut found)?;
            }
            seeds.extend(found.into_iter().filter(|(_, data)| data.len() <= SHARED_BYTES_MAX));
        }
        Ok(seeds)
    }
}

/// Adds every file below `folder`, by path.
fn read_all(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_all(&path, found)?;
        } else {
            found.push((path.display().to_string(), fs::read(&path)?));
        }
    }
    Ok(())
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
