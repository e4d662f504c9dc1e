//! Mutants of the corpus: none panics, and what is opened reads the same in another reader.

use std::io::{Cursor, Read as _};

use dss_security::{OpenOptions, OpenedArchive};

use crate::corpus::{data_folder, permissive};

/// Mutants of each file; a longer run sets `DSS_MUTANTS`.
const MUTANTS: u64 = 8;

/// xorshift64*: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}

/// Values that mean something in headers.
const TELLING: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xff\xff",
    b"\xff\xff\xff\xff",
    b"\x08\0",
    b"\0\x08",
    b"\x01\0",
    b"PK\x01\x02",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\x75\x70",
    b"../",
    b"/",
];

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            1 if !bytes.is_empty() => bytes[at] = bytes[at].wrapping_add(1),
            2 => {
                let telling = TELLING[random.below(TELLING.len())];
                for (to, from) in bytes.iter_mut().skip(at).zip(telling) {
                    *to = *from;
                }
            }
            3 => {
                let from = random.below(bytes.len());
                let piece: Vec<u8> = bytes.iter().skip(from).take(random.below(60)).copied().collect();
                bytes.splice(at..at, piece);
            }
            4 => {
                let end = (at + random.below(20)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
            // Records lie in the last bytes: change one of them.
            _ if !bytes.is_empty() => {
                let at = bytes.len() - 1 - random.below(bytes.len().min(120));
                bytes[at] = random.below(256) as u8;
            }
            _ => {}
        }
    }
}

/// What the `zip` crate sees, unless it refuses: refusing more than we do confuses nobody.
fn other_reader(bytes: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut all = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).ok()?;
        let mut data = Vec::new();
        file.read_to_end(&mut data).ok()?;
        all.push((file.name_raw().to_vec(), data));
    }
    all.sort();
    Some(all)
}

fn check_same(archive: &OpenedArchive<&[u8]>, bytes: &[u8]) {
    let mut all = Vec::new();
    for entry in archive.entries() {
        let mut data = Vec::new();
        archive.reader(entry).unwrap().read_to_end(&mut data).unwrap();
        all.push((entry.name().as_bytes().to_vec(), data));
    }
    all.sort();
    // The `zip` crate joins directories that are listed twice.
    all.dedup_by(|one, other| one.0.ends_with(b"/") && one == other);
    assert!(other_reader(bytes).is_none_or(|other| other == all), "readers disagree");
}

#[test]
fn no_mutant_panics_or_reads_differently() {
    let Some(folder) = data_folder() else {
        eprintln!("SKIPPED: no corpus; set DSS_SHARED to the folder that holds data/zips");
        return;
    };
    let count = std::env::var("DSS_MUTANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(MUTANTS);
    let table = std::fs::read_to_string(folder.join("CASES.tsv")).unwrap();
    let options = permissive(OpenOptions::strict());
    let (mut seen, mut opened) = (0_u64, 0_u64);
    for (number, file) in table.lines().skip(1).filter_map(|line| line.split('\t').next()).enumerate() {
        let original = std::fs::read(folder.join(file)).unwrap();
        let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ (number as u64 + 1));
        for _ in 0..count {
            let mut bytes = original.clone();
            mutate(&mut bytes, &mut random);
            seen += 1;
            let result = std::panic::catch_unwind(|| {
                if let Ok(archive) = OpenedArchive::open_verified(bytes.as_slice(), &options) {
                    check_same(&archive, &bytes);
                    let _canonical = archive.check_canonical().is_ok();
                    return true;
                }
                false
            });
            let keep = std::env::temp_dir().join("dss-security-mutant.zip");
            let result = result.unwrap_or_else(|_| {
                std::fs::write(&keep, &bytes).unwrap();
                panic!("a mutant of {file} failed; it is kept as {}", keep.display())
            });
            opened += u64::from(result);
        }
    }
    eprintln!("{opened} of {seen} mutants were opened, and read the same by the zip crate");
}
