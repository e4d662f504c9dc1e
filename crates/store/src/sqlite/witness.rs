//! Who vouches that this file still is the copy that its replica id was minted for (MERGE.md §7).
//!
//! A replica id must never be used by two copies, or two different writes get the same name. But a
//! file can be copied, restored and carried elsewhere with the id in it. So the id only counts
//! together with a witness outside the file, which names the same id, the same last write, the same
//! file on disk and the same machine. Anything else mints a new id, which is always safe.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use dss_model::{ContentHash, ReplicaId, parse_counter};
use sha2::{Digest as _, Sha256};

const HEADER: &str = "dss replica witness 1";

/// What the witness of one file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Witness {
    pub(super) replica: ReplicaId,
    pub(super) issued: u64,
    file: String,
    machine: String,
}

impl Witness {
    /// What a witness has to say of `database` here and now; `None` if the system cannot tell files apart.
    pub(super) fn of(database: &Path, replica: ReplicaId, issued: u64) -> Option<Self> {
        Some(Self { replica, issued, file: file_identity(database)?, machine: machine_identity() })
    }

    fn to_text(&self) -> String {
        let Self { replica, issued, file, machine } = self;
        format!("{HEADER}\nreplica {replica}\nissued {issued}\nfile {file}\nmachine {machine}\n")
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut field = |prefix: &str| lines.next()?.strip_prefix(prefix);
        field(HEADER).filter(|rest| rest.is_empty())?;
        let replica = field("replica ")?.parse().ok()?;
        let issued = parse_counter(field("issued ")?)?;
        Some(Self {
            replica,
            issued,
            file: field("file ")?.to_owned(),
            machine: field("machine ")?.to_owned(),
        })
    }
}

/// The witnesses of this machine, or, without a folder for them, of this value's lifetime.
#[derive(Debug)]
pub(super) struct Witnesses {
    dir: Option<PathBuf>,
    remembered: Mutex<HashMap<PathBuf, Witness>>,
}

impl Witnesses {
    pub(super) fn new(dir: Option<PathBuf>) -> Self {
        Self { dir, remembered: Mutex::default() }
    }

    /// The witness of `database`, if there is a readable one.
    pub(super) fn get(&self, database: &Path) -> Option<Witness> {
        match self.file_of(database) {
            Some(file) => Witness::from_text(&fs::read_to_string(file).ok()?),
            None => self.with_remembered(|remembered| remembered.get(database).cloned()),
        }
    }

    /// Replaces the witness of `database`, durably. The caller has the database locked for writing.
    ///
    /// It goes before the commit that it speaks of: should a power cut take the commit away, then
    /// the witness still knows of writes that may have been sent to others by then. If it is the
    /// commit that fails, or if this fails, the next write mints a new id, which is always safe.
    pub(super) fn put(&self, database: &Path, witness: &Witness) {
        match self.file_of(database) {
            Some(file) => {
                let text = witness.to_text();
                // In place: what is written by half is no witness.
                fs::create_dir_all(file.parent().unwrap_or(&file))
                    .and_then(|()| File::create(&file))
                    .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
                    .ok();
            }
            None => self.with_remembered(|remembered| {
                remembered.insert(database.to_path_buf(), witness.clone());
            }),
        }
    }

    /// Removes the witness of `database` and returns it.
    pub(super) fn take(&self, database: &Path) -> Option<Witness> {
        let witness = self.get(database);
        match self.file_of(database) {
            Some(file) => drop(fs::remove_file(file)),
            None => self.with_remembered(|remembered| drop(remembered.remove(database))),
        }
        witness
    }

    fn file_of(&self, database: &Path) -> Option<PathBuf> {
        let digest: [u8; 32] = Sha256::digest(database.as_os_str().as_encoded_bytes()).into();
        self.dir.as_ref().map(|dir| dir.join(format!("{}.witness", ContentHash::from_bytes(digest))))
    }

    fn with_remembered<T>(&self, use_it: impl FnOnce(&mut HashMap<PathBuf, Witness>) -> T) -> T {
        use_it(&mut self.remembered.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What tells a file from its copies, whatever they are called.
#[cfg(unix)]
pub(super) fn file_identity(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(path).ok()?;
    Some(format!("{}:{}", metadata.dev(), metadata.ino()))
}

/// What tells a file from its copies: here, the time of its creation.
#[cfg(not(unix))]
pub(super) fn file_identity(path: &Path) -> Option<String> {
    let created = fs::metadata(path).ok()?.created().ok()?;
    let since = created.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(format!("created:{}", since.as_nanos()))
}

/// What tells this machine from one that its disk was cloned to, as far as the system says.
fn machine_identity() -> String {
    ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .and_then(|text| text.lines().next().map(|line| line.trim().to_owned()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_comes_back_or_is_none() {
        let witness = Witness {
            replica: ReplicaId::from_bytes([7; 16]),
            issued: 12,
            file: "1:2".to_owned(),
            machine: String::new(),
        };
        let text = witness.to_text();
        assert_eq!(Witness::from_text(&text), Some(witness));
        for cut in 0..text.len().saturating_sub(2) {
            let cut_off = text.get(..cut).unwrap();
            assert!(Witness::from_text(cut_off).is_none_or(|found| found.machine.is_empty()), "{cut_off:?}");
        }
        assert_eq!(Witness::from_text(&text.replace("issued 12", "issued x")), None);
    }
}
