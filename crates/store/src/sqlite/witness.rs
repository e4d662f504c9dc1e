//! Who vouches that this file still is the copy that its replica id was minted for (MERGE.md §7).
//!
//! A replica id must never be used by two copies, or two different writes get the same name. But a
//! file can be copied, restored and carried elsewhere with the id in it. So the id only counts
//! together with a witness outside the file, which names the same id, the same last write, the same
//! file on disk and the same machine. Anything else mints a new id, which is always safe.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use dss_model::{ContentHash, ReplicaId, parse_counter};
use sha2::{Digest as _, Sha256};

const HEADER: &str = "dss replica witness 2";
/// Witnesses are a multiple of this long: as much as a disk writes at once, and more than nearly all need.
const BLOCK: usize = 512;

/// Begins the line with the hash of those before it.
const SUM: &str = "sha256 ";

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

    /// Lines, the last of which is the SHA-256 of those before it, filled up with empty ones.
    fn to_text(&self) -> String {
        let Self { replica, issued, file, machine } = self;
        let mut text =
            format!("{HEADER}\nreplica {replica}\nissued {issued}\nfile {file}\nmachine {machine}\n");
        text = format!("{text}{SUM}{}\n", hash(text.as_bytes()));
        text.extend(std::iter::repeat_n('\n', text.len().next_multiple_of(BLOCK).saturating_sub(text.len())));
        text
    }

    /// What a text says; `None` if it is none, such as one of which only a part was written over another one.
    fn from_text(text: &str) -> Option<Self> {
        let (said, sum) = text.split_once(SUM)?;
        if sum.lines().next()? != hash(said.as_bytes()).to_string() {
            return None;
        }
        let mut lines = said.lines();
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
                let written = fs::create_dir_all(file.parent().unwrap_or(&file))
                    .and_then(|()| overwrite(&file, witness.to_text().as_bytes()));
                // What could not be replaced must not vouch for anything.
                if written.is_err() && fs::remove_file(&file).is_err() {
                    File::create(&file).ok();
                }
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
        let name = hash(database.as_os_str().as_encoded_bytes());
        self.dir.as_ref().map(|dir| dir.join(format!("{name}.witness")))
    }

    fn with_remembered<T>(&self, use_it: impl FnOnce(&mut HashMap<PathBuf, Witness>) -> T) -> T {
        use_it(&mut self.remembered.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn hash(bytes: &[u8]) -> ContentHash {
    ContentHash::from_bytes(Sha256::digest(bytes).into())
}

/// Gives a file this content, durably.
///
/// It is written over what was there: a file that keeps its length and its blocks costs the disk one write, and not the
/// file system's journal, which all files share. What a power cut leaves of two contents has the hash of neither.
fn overwrite(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create(true).truncate(false).open(file)?;
    file.write_all(content)?;
    file.sync_data()
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

    fn witness(issued: u64) -> Witness {
        Witness {
            replica: ReplicaId::from_bytes([7; 16]),
            issued,
            file: "1:2".to_owned(),
            machine: "0123456789abcdef".to_owned(),
        }
    }

    #[test]
    fn a_witness_comes_back_or_is_none() {
        let text = witness(12).to_text();
        assert_eq!(text.len(), BLOCK);
        assert_eq!(Witness::from_text(&text), Some(witness(12)));
        for cut in 0..text.trim_end().len() {
            assert_eq!(Witness::from_text(text.get(..cut).unwrap()), None, "{cut}");
        }
        assert_eq!(Witness::from_text(&text.replace("issued 12", "issued 13")), None);
        let long = Witness { machine: "m".repeat(600), ..witness(1) };
        assert_eq!(long.to_text().len(), 2 * BLOCK);
        assert_eq!(Witness::from_text(&long.to_text()), Some(long));
    }

    #[test]
    fn what_was_written_over_by_half_is_none() {
        for (old, new) in [(12, 13), (9, 10), (99, 100)] {
            let (before, after) = (witness(old), witness(new));
            let (old, new) = (before.to_text(), after.to_text());
            for cut in 0..=BLOCK {
                let mixed = format!("{}{}", new.get(..cut).unwrap(), old.get(cut..).unwrap());
                let read = Witness::from_text(&mixed);
                let expected = [(&old, before.clone()), (&new, after.clone())];
                let expected = expected.into_iter().find(|(text, _)| text.trim_end() == mixed.trim_end());
                assert_eq!(read, expected.map(|(_, witness)| witness), "{cut}");
            }
        }
    }

    #[test]
    fn a_shorter_witness_replaces_a_longer_one() {
        let folder = tempfile::tempdir().unwrap();
        let witnesses = Witnesses::new(Some(folder.path().join("cache")));
        let database = Path::new("/some/project.sqlite");
        for (issued, machine) in [(1, "m".repeat(600)), (2, "m".to_owned()), (3, String::new())] {
            let witness = Witness { machine, ..witness(issued) };
            witnesses.put(database, &witness);
            assert_eq!(witnesses.get(database), Some(witness));
        }
        assert!(witnesses.take(database).is_some());
        assert_eq!(witnesses.get(database), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_cannot_be_replaced_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let witnesses = Witnesses::new(Some(folder.path().to_owned()));
        let database = Path::new("/some/project.sqlite");
        let file = witnesses.file_of(database).unwrap();
        std::os::unix::fs::symlink("/dev/full", &file).unwrap();
        witnesses.put(database, &witness(1));
        assert!(fs::symlink_metadata(&file).is_err(), "or it would vouch for what it was before");
    }
}
