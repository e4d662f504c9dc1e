//! A `.tar.gz` whose bytes follow from the files in it: sorted, of one time, and nobody's.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use tar::{Archive, Builder, EntryType, Header};

use crate::failure::Failure;

const PROGRAM: u32 = 0o755;
const DOCUMENT: u32 = 0o644;

/// Packs all files below `folder`, as they would lie in a folder called `name`; programs lie at its top and are called
/// `dss`.
pub(super) fn pack(folder: &Path, name: &str, time: u64, archive: &Path) -> Result<(), Failure> {
    // No name and no time in the header of gzip, either.
    let gzip = GzBuilder::new().mtime(0).write(File::create(archive)?, Compression::best());
    let mut tar = Builder::new(gzip);
    for file in files(folder)? {
        let relative = file.strip_prefix(folder).unwrap_or(&file);
        let bytes = fs::read(&file)?;
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        let is_program = relative.parent() == Some(Path::new("")) && file.file_stem() == Some("dss".as_ref());
        header.set_mode(if is_program { PROGRAM } else { DOCUMENT });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(time);
        header.set_size(u64::try_from(bytes.len()).map_err(io::Error::other)?);
        tar.append_data(&mut header, Path::new(name).join(relative), bytes.as_slice())?;
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(())
}

/// Unpacks an archive into a folder.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<(), Failure> {
    Ok(Archive::new(GzDecoder::new(File::open(archive)?)).unpack(folder)?)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_give_the_same_bytes() -> Result<(), Failure> {
        let folder = std::env::temp_dir().join(format!("dss-archive-{}", std::process::id()));
        let (first, second) = (folder.join("first"), folder.join("second"));
        // Made in another order, and at another time.
        let names = ["man/dss.1", "dss", "LICENSE"];
        for (place, names) in [(&first, names), (&second, ["LICENSE", "dss", "man/dss.1"])] {
            for name in names {
                let file = place.join(name);
                file.parent().map(fs::create_dir_all).transpose()?;
                fs::write(file, name)?;
            }
        }
        let packed = [folder.join("first.tar.gz"), folder.join("second.tar.gz")];
        for (place, archive) in [&first, &second].into_iter().zip(&packed) {
            pack(place, "dss-1", 1_700_000_000, archive)?;
        }
        let bytes = fs::read(&packed[0])?;
        assert_eq!(bytes, fs::read(&packed[1])?);

        let mut told = Vec::new();
        for entry in Archive::new(GzDecoder::new(bytes.as_slice())).entries()? {
            let entry = entry?;
            let header = entry.header();
            told.push((entry.path()?.display().to_string(), header.mode()?, header.mtime()?, header.uid()?));
        }
        let entry = |name: &str, mode| (format!("dss-1/{name}"), mode, 1_700_000_000, 0);
        assert_eq!(told, [entry("LICENSE", DOCUMENT), entry("dss", PROGRAM), entry("man/dss.1", DOCUMENT)]);
        Ok(fs::remove_dir_all(folder)?)
    }
}
