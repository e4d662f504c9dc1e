//! A disk without room: refused cleanly, and what was there is there.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use dss_testkit::{TempDir, TestResult};
use serde_json::Value;

use crate::support::{Machine, Said};

const TOKENS: u64 = 1_000;

/// A small file system of its own; unmounted at the end, whatever happens.
struct Disk {
    dir: TempDir,
}

impl Disk {
    /// None where that is not allowed, which is told aloud.
    #[expect(clippy::print_stderr, reason = "a skipped test must not look like one that passed")]
    fn mount(mib: u32) -> TestResult<Option<Self>> {
        let disk = TempDir::new()?;
        let options = format!("size={mib}m,mode=0700");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "dss-test"])
            .arg(disk.path())
            .stdin(Stdio::null())
            .output();
        match mount {
            Ok(output) if output.status.success() => Ok(Some(Self { dir: disk })),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                eprintln!("SKIPPED: no file system can be mounted here: {}", said.trim());
                Ok(None)
            }
            Err(error) => {
                eprintln!("SKIPPED: no file system can be mounted here: {error}");
                Ok(None)
            }
        }
    }

    fn join(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Fills it, but for so many bytes.
    fn fill(&self, free: u64) -> TestResult {
        let mut filler = File::create(self.join("filler"))?;
        let block = vec![0_u8; 4_096];
        loop {
            match filler.write_all(&block) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::StorageFull => break,
                Err(error) => return Err(error.into()),
            }
        }
        let size = filler.metadata()?.len();
        Ok(filler.set_len(size.saturating_sub(free))?)
    }

    fn empty(&self) -> TestResult {
        Ok(fs::remove_file(self.join("filler"))?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: even if a process still has a file open there.
        Command::new("umount").arg("-l").arg(self.dir.path()).status().ok();
    }
}

/// It says that there is no room.
fn assert_full(error: &Value, codes: &[&str]) {
    assert!(error["code"].as_str().is_some_and(|code| codes.contains(&code)), "{error}");
    let hint = error["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("space") || hint.contains("room"), "{error}");
}

/// How much room is left, from none to more than enough.
const ROOM: [u64; 10] =
    [0, 4 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10, 1 << 20, 2 << 20, 4 << 20];

#[test]
fn an_import_into_a_full_store() -> TestResult {
    let Some(disk) = Disk::mount(24)? else { return Ok(()) };
    let machine = Machine::with_store(disk.join("store"))?;
    machine.generated("old.tokens.json", TOKENS, 1)?;
    machine.generated("new.tokens.json", TOKENS, 2)?;
    machine.ok("import old.tokens.json --project p")?;
    let mut before = machine.state()?;
    for room in ROOM {
        for line in [
            "import new.tokens.json --project new",
            "token set p color.new 1 --type number --set old",
            "import new.tokens.json --project p --strategy replace --allow-mass-delete",
        ] {
            disk.fill(room)?;
            let said = machine.run(line)?;
            disk.empty()?;
            if said.exit == Some(0) {
                // There was room, or it was done and only the log had none: then all of it is there.
                assert!(room > 0 && machine.state()? != before, "{line}, {room} bytes free");
                if line.contains("replace") {
                    println!("{room} bytes were enough");
                    return Ok(());
                }
                machine.run("project delete new --yes")?;
                machine.run("token rm p color.new --set old")?;
                before = machine.state()?;
                continue;
            }
            let error = said.fails(line, 5)?;
            println!("{line}, {room} bytes free: {}", error["message"]);
            assert_full(&error, &["disk_full", "audit_failed"]);
            if error["code"] == "audit_failed" {
                assert!(machine.state()? != before, "{line}, {room} bytes free: it was said to be done");
                machine.run("project delete new --yes")?;
                // What is there already is not written again.
                machine.run("token rm p color.new --set old")?;
                before = machine.state()?;
                continue;
            }
            assert!(machine.state()? == before, "{line}, {room} bytes free");
            assert_eq!(machine.project_files()?, ["p.db"], "{line}, {room} bytes free");
        }
    }
    Err("it never had room".into())
}

#[test]
fn an_export_to_a_full_disk() -> TestResult {
    let Some(disk) = Disk::mount(16)? else { return Ok(()) };
    let machine = Machine::new()?;
    machine.generated("old.tokens.json", TOKENS, 1)?;
    machine.generated("new.tokens.json", TOKENS, 2)?;
    machine.ok("import old.tokens.json --project p")?;
    let old = machine.archive("p")?;
    machine.ok("import new.tokens.json --project p --strategy replace --allow-mass-delete")?;
    let new = machine.archive("p")?;
    let target = disk.join("p.dss");
    fs::write(&target, &old)?;
    let files = || -> TestResult<Vec<String>> {
        let entries = fs::read_dir(disk.dir.path())?;
        let mut names = entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<TestResult<Vec<_>>>()?;
        names.sort();
        Ok(names)
    };
    for room in ROOM {
        let export = |name: &str| -> TestResult<Said> {
            disk.fill(room)?;
            let said = Said::of(machine.dss("export p --force -o").arg(disk.join(name)))?;
            disk.empty()?;
            Ok(said)
        };
        let said = export("p.dss")?;
        if said.exit == Some(0) {
            assert!(fs::read(&target)? == new);
            assert!(room > 0, "there was no room");
            return Ok(());
        }
        assert_full(&said.fails("export", 5)?, &["write_failed", "file_access"]);
        assert!(fs::read(&target)? == old, "{room} bytes free");
        assert_full(&export("new.dss")?.fails("export", 5)?, &["write_failed", "file_access"]);
        assert_full(&export("folder/")?.fails("export", 5)?, &["write_failed", "file_access"]);
        // Folders may have been made; files not.
        fs::remove_dir(disk.join("folder/tokens")).ok();
        fs::remove_dir(disk.join("folder")).ok();
        assert_eq!(files()?, ["p.dss"], "{room} bytes free");
        println!("no room for an archive in {room} bytes");
    }
    Err("it never had room".into())
}

/// Runs `dss` where no file may grow beyond so many blocks of 512 bytes: what a full disk looks like to who may not
/// mount one. The signal that comes with it is ignored or not.
#[cfg(unix)]
fn limited(machine: &Machine, blocks: u32, is_ignored: bool, words: &str) -> Command {
    let trap = if is_ignored { "trap '' XFSZ; " } else { "" };
    let mut shell = Command::new("sh");
    machine.set_up(&mut shell);
    shell.arg("-c").arg(format!("{trap}ulimit -c 0; ulimit -f {blocks}; exec \"$0\" --json {words}"));
    shell.arg(env!("CARGO_BIN_EXE_dss"));
    shell
}

#[test]
#[cfg(unix)]
fn files_that_may_not_grow() -> TestResult {
    let machine = Machine::new()?;
    machine.generated("old.tokens.json", TOKENS, 1)?;
    machine.generated("new.tokens.json", TOKENS, 2)?;
    machine.ok("import old.tokens.json --project p")?;
    let before = machine.state()?;
    let lines = [
        "import new.tokens.json --project p --strategy replace --allow-mass-delete",
        "import new.tokens.json --project new",
        "export p --force -o state.dss",
    ];
    for blocks in [0, 1, 64, 128] {
        for line in lines {
            let error = Said::of(&mut limited(&machine, blocks, true, line))?.fails(line, 5)?;
            assert_full(&error, &["disk_full", "store_not_accessible", "write_failed", "file_access"]);
            // Without a shell that ignores the signal, it is killed: no worse than any other kill.
            let said = Said::of(&mut limited(&machine, blocks, false, line))?;
            assert!(said.exit.is_none_or(|exit| exit == 5), "{line}: {:?}", said.exit);
            assert!(machine.state()? == before, "{line}, {blocks} blocks");
            assert_eq!(machine.project_files()?, ["p.db"], "{line}, {blocks} blocks");
        }
    }
    Ok(())
}
