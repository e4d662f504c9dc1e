//! Other processes: this test binary, started again to play a part.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use dss_model::Kind;
use dss_store::{SqliteStore, Store, StoreOptions};
use dss_testkit::TestResult;

use crate::support::{color, name, new_project, write_version};

const PART: &str = "DSS_TEST_PART";
const FOLDER: &str = "DSS_TEST_FOLDER";

/// A process that plays a part, and is killed when dropped.
pub(crate) struct Player {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Player {
    /// Starts a process that plays that part in that store.
    pub(crate) fn start(part: &str, store: &Path) -> TestResult<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--exact", "process::player", "--ignored", "--nocapture", "--test-threads=1"])
            .env(PART, part)
            .env(FOLDER, store)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("a pipe")?);
        Ok(Self { child, lines })
    }

    /// What it says next, leaving out what the test harness says; `None` if it has gone.
    pub(crate) fn says(&mut self) -> TestResult<Option<String>> {
        let mut line = String::new();
        while self.lines.read_line(&mut line)? > 0 {
            if let Some((_, said)) = line.trim_end().split_once("player: ") {
                return Ok(Some(said.to_owned()));
            }
            line.clear();
        }
        Ok(None)
    }

    /// Tells it to go on.
    pub(crate) fn go_on(&mut self) -> TestResult {
        let stdin = self.child.stdin.as_mut().ok_or("a pipe")?;
        Ok(stdin.write_all(b"go on\n")?)
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) -> TestResult {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.kill().ok();
    }
}

#[test]
#[ignore = "a part that other tests start in a process of its own"]
fn player() -> TestResult {
    let Some(part) = std::env::var_os(PART) else { return Ok(()) };
    let folder = std::env::var_os(FOLDER).ok_or("a folder")?;
    let options = StoreOptions::new(folder.clone()).with_witness_dir(Path::new(&folder).join("../witness"));
    let store = SqliteStore::open(options)?;
    match part.to_str() {
        Some("hold") => hold(&store),
        Some("create") => create(&store),
        Some("change") => change(&store),
        Some("write") => {
            say(&write_version(&store, "p", "written by another process")?.to_string());
            Ok(())
        }
        other => Err(format!("no part {other:?}").into()),
    }
}

#[expect(clippy::print_stdout, reason = "how the processes talk to each other")]
fn say(what: &str) {
    println!("player: {what}");
}

fn wait() -> TestResult {
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

/// Holds the project until told to go on, then commits.
fn hold(store: &dyn Store) -> TestResult {
    let mut tx = store.write(&name("p")?)?;
    tx.put(&color("base", "held"))?;
    say("held");
    wait()?;
    tx.commit()?;
    say("committed");
    wait()
}

/// Makes a project after the other, each of 400 tokens.
fn create(store: &dyn Store) -> TestResult {
    for number in 0.. {
        say(&format!("starting {number}"));
        let mut tx = store.create(&name(&format!("new-{number}"))?, &new_project())?;
        for token in 0..400 {
            tx.put(&color("base", &format!("t{token}")))?;
        }
        tx.commit()?;
        say(&format!("made {number}"));
    }
    Ok(())
}

/// Changes every token of the project at once, again and again.
fn change(store: &dyn Store) -> TestResult {
    for number in 2_u64.. {
        let mut tx = store.write(&name("p")?)?;
        let dot = tx.next_dot()?;
        for mut row in crate::support::scan_all(&*tx, &dss_store::Scan::kinds(&[Kind::Token]))? {
            let (id, kind, mut seen, mut registers) = row.entity.into_parts();
            seen.add(dot);
            let pair = |value| {
                dss_model::Register::single(dss_model::Pair::written(dot, value, dss_model::Stamp::default()))
            };
            registers.insert(dss_model::RegName::LIFE, pair(dss_model::Value::Life(dss_model::Life::Alive)));
            registers
                .insert(dss_model::RegName::DESCRIPTION, pair(crate::support::json(&number.to_string())));
            row.entity = dss_model::Entity::new(id, kind, seen, registers)?;
            tx.put(&row)?;
        }
        tx.commit()?;
        say(&format!("changed {number}"));
    }
    Ok(())
}
