//! `kill -9` at 200 instants of imports and exports: the old state or the new one, whole, and no leftovers.
//!
//! The instants are spread over the time that an undisturbed run takes: one in each of as many equal parts, at a place
//! that dice choose, the same in every run of the test.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dss_testkit::{TestResult, copy_folder};

use crate::support::{Dice, Machine, Said};

/// How the runs ended.
#[derive(Debug, Default)]
struct Tally {
    /// Killed under way, the old state found.
    old: u32,
    /// Killed under way, the new state found.
    new: u32,
    /// Done before the kill came.
    done: u32,
}

impl Tally {
    fn count(&mut self, end: End, is_new: bool) -> TestResult {
        match (end, is_new) {
            (End::Killed, false) => self.old += 1,
            (End::Killed, true) => self.new += 1,
            (End::Done, true) => self.done += 1,
            (End::Done, false) => return Err("it said that it was done, and it was not".into()),
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Killed,
    Done,
}

/// Starts it, waits, and kills it.
fn kill(command: &mut Command, instant: Duration) -> TestResult<End> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    thread::sleep(instant);
    child.kill()?;
    let status = child.wait()?;
    match status.code() {
        None => Ok(End::Killed),
        // There, what kills a process gives it an exit code.
        Some(1) if cfg!(windows) => Ok(End::Killed),
        Some(0) => Ok(End::Done),
        Some(code) => Err(format!("it failed by itself: {code}").into()),
    }
}

/// How long the longest of three undisturbed runs takes.
fn measure(command: impl Fn() -> Command, mut again: impl FnMut() -> TestResult) -> TestResult<Duration> {
    let mut longest = Duration::ZERO;
    for _ in 0..3 {
        let start = Instant::now();
        Said::of(&mut command())?.ok("undisturbed")?;
        longest = longest.max(start.elapsed());
        again()?;
    }
    Ok(longest)
}

fn instants(count: u32, whole: Duration, seed: u64) -> impl Iterator<Item = Duration> {
    let mut dice = Dice(seed);
    (0..count).map(move |part| whole.mul_f64((f64::from(part) + dice.next()) / f64::from(count)))
}

/// Two states of one project, as archives: all tokens of the first are other ones in the second.
struct States {
    machine: Machine,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl States {
    /// Of so many tokens that an undisturbed run takes long enough to be killed in the middle of everything.
    fn new(tokens: u64) -> TestResult<Self> {
        let machine = Machine::new()?;
        machine.generated("old.tokens.json", tokens, 1)?;
        machine.generated("new.tokens.json", tokens, 2)?;
        machine.ok("import old.tokens.json --project p")?;
        let old = fs::read(machine.export("p", "old.dss")?)?;
        machine.ok("import new.tokens.json --project p --strategy replace --allow-mass-delete")?;
        let new = fs::read(machine.export("p", "new.dss")?)?;
        assert!(old != new);
        Ok(Self { machine, old, new })
    }

    /// Whether it is the new state; anything but the old or the new one is an error.
    fn is_new(&self, found: &[u8]) -> TestResult<bool> {
        match (found == self.old, found == self.new) {
            (true, false) => Ok(false),
            (false, true) => Ok(true),
            _ => Err("neither the old state nor the new one".into()),
        }
    }

    /// A machine that holds nothing yet, and both archives.
    fn other(&self) -> TestResult<Machine> {
        let machine = Machine::new()?;
        machine.file("old.dss", &self.old)?;
        machine.file("new.dss", &self.new)?;
        Ok(machine)
    }
}

#[test]
fn imports_into_a_project() -> TestResult {
    const IMPORT: &str = "import new.dss --project p --strategy replace --allow-mass-delete";
    let states = States::new(1_000)?;
    let machine = states.other()?;
    machine.ok("import old.dss --project p")?;
    let template = machine.join("template");
    copy_folder(machine.store(), &template)?;
    let reset = || -> TestResult {
        fs::remove_dir_all(machine.store())?;
        Ok(copy_folder(&template, machine.store())?)
    };
    let whole = measure(
        || machine.dss(IMPORT),
        || {
            assert!(states.is_new(&machine.archive("p")?)?);
            reset()
        },
    )?;
    let mut tally = Tally::default();
    for instant in instants(100, whole, 1) {
        let end = kill(&mut machine.dss(IMPORT), instant)?;
        assert_eq!(machine.projects()?, ["p"], "after {instant:?}");
        let is_new =
            states.is_new(&machine.archive("p")?).map_err(|error| format!("{instant:?}: {error}"))?;
        assert_eq!(machine.project_files()?, ["p.db"], "after {instant:?}");
        tally.count(end, is_new)?;
        // What a kill left as it was is used again: a store may be killed many times.
        if is_new {
            reset()?;
        }
    }
    println!("imports into a project, killed within {whole:?}: {tally:?}");
    assert!(tally.old > 0, "nothing was killed");
    Ok(())
}

#[test]
fn imports_of_new_projects() -> TestResult {
    const IMPORT: &str = "import new.dss --project p";
    let states = States::new(1_500)?;
    let machine = states.other()?;
    let forget = || machine.ok("project delete p --yes").map(drop);
    let whole = measure(|| machine.dss(IMPORT), forget)?;
    let mut tally = Tally::default();
    for instant in instants(50, whole, 2) {
        let end = kill(&mut machine.dss(IMPORT), instant)?;
        let projects = machine.projects()?;
        let is_new = !projects.is_empty();
        if is_new {
            assert_eq!(projects, ["p"], "after {instant:?}");
            assert!(machine.archive("p")? == states.new, "after {instant:?}: not the whole project");
            forget()?;
        }
        assert_eq!(machine.project_files()?, Vec::<String>::new(), "left behind after {instant:?}");
        tally.count(end, is_new)?;
    }
    println!("imports of new projects, killed within {whole:?}: {tally:?}");
    assert!(tally.old > 0, "nothing was killed");
    Ok(())
}

#[test]
fn exports_onto_an_archive() -> TestResult {
    let states = States::new(3_000)?;
    let machine = &states.machine;
    fs::create_dir(machine.join("out"))?;
    let target = machine.join("out/p.dss");
    let export = || machine.dss("export p --force -o out/p.dss");
    let whole = measure(export, || Ok(()))?;
    let mut tally = Tally::default();
    fs::write(&target, &states.old)?;
    for instant in instants(50, whole, 3) {
        let end = kill(&mut export(), instant)?;
        let is_new = states.is_new(&fs::read(&target)?).map_err(|error| format!("{instant:?}: {error}"))?;
        tally.count(end, is_new)?;
        if is_new {
            fs::write(&target, &states.old)?;
        }
    }
    // What the killed ones had begun is hidden, and has names that no archive has.
    let mut left = 0;
    for entry in fs::read_dir(machine.join("out"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        assert!(name == "p.dss" || name.starts_with(".dss-"), "{name}");
        left += u32::from(name != "p.dss");
    }
    assert!(machine.archive("p")? == states.new, "the project itself has changed");
    println!("exports, killed within {whole:?}: {tally:?}, {left} unfinished files left");
    assert!(tally.old > 0, "nothing was killed");
    Ok(())
}
