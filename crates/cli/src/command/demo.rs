//! `dss demo`: the real commands on a real store, in a folder that is gone afterwards.

mod files;
mod folder;
mod script;

use std::fs;
use std::path::Path;

use clap::Parser as _;
use serde::Serialize;
use serde_json::value::RawValue;

use self::folder::Folder;
use self::script::{NEXT, SCENES, Scene};
use crate::args::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{Page, Paint};
use crate::session::Session;

/// The two archives that must be the same.
const ARCHIVES: [&str; 2] = ["aurora.dss", "ben.dss"];

pub(super) fn run(session: &mut Session) -> Result<Exit, Failure> {
    let folder = Folder::new()?;
    files::write(Path::new(files::NAME)).map_err(|error| Failure::file(Path::new(files::NAME), &error))?;
    let tour = if session.is_json {
        let mut tour = Tour::default();
        for scene in SCENES {
            for words in scene.commands {
                tour.steps.push(step(scene, words, session)?);
            }
        }
        tour
    } else {
        for_people(session)?;
        Tour::default()
    };
    let bytes = compare()?;
    drop(folder);
    let tour = Tour {
        archives_are_identical: true,
        archive_bytes: bytes,
        next: NEXT.map(|(command, _)| command),
        ..tour
    };
    session.show(&tour, ending)?;
    Ok(Exit::Done)
}

/// Compares the two archives; gives the bytes of each.
fn compare() -> Result<u64, Failure> {
    let read = |name| fs::read(name).map_err(|error| Failure::file(Path::new(name), &error));
    let (first, second) = (read(ARCHIVES[0])?, read(ARCHIVES[1])?);
    if first != second {
        return Err(Failure::bug("the two archives differ"));
    }
    Ok(u64::try_from(first.len()).unwrap_or(u64::MAX))
}

/// The tour as a document.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tour {
    steps: Vec<Step>,
    archives_are_identical: bool,
    archive_bytes: u64,
    next: [&'static str; NEXT.len()],
}

/// A command and what became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    scene: &'static str,
    store: &'static str,
    command: String,
    exit_code: u8,
    result: Box<RawValue>,
}

fn for_people(session: &mut Session) -> Result<(), Failure> {
    let mut page = session.page();
    page.painted(Paint::Strong, "A tour of dss, in a temporary folder.");
    page.prose("", "These are the real commands, and what they really print. The folder holds the design system \"aurora\":");
    page.gap();
    files::NAMES.iter().for_each(|name| page.line(&format!("  {}/{name}", files::NAME)));
    session.print(&page)?;
    let mut store = None;
    for (scene, number) in SCENES.iter().zip(1_u32..) {
        let mut page = session.page();
        page.gap();
        page.painted(Paint::Strong, &format!("{number}. {}", scene.title));
        page.prose("   ", scene.why);
        session.print(&page)?;
        for words in scene.commands {
            let mut page = session.page();
            page.gap();
            if store.replace(scene.store) != Some(scene.store) {
                page.painted(Paint::Faint, &format!("   {}", environment(scene)));
            }
            page.painted(Paint::Name, &format!("   $ {}", typed(words)));
            let (_, output) = perform(scene, words, session)?;
            if !output.is_empty() {
                page.gap();
            }
            output.lines().for_each(|line| page.line(format!("   {line}").trim_end()));
            session.print(&page)?;
            session.flush()?;
            if words.contains(&ARCHIVES[1]) {
                let bytes = compare()?;
                let mut page = session.page();
                page.gap();
                let text = format!(
                    "   {} and {} are the same, byte for byte ({}).",
                    ARCHIVES[0],
                    ARCHIVES[1],
                    crate::render::bytes(bytes)
                );
                page.painted(Paint::Good, &text);
                session.print(&page)?;
            }
        }
    }
    Ok(())
}

fn step(scene: &Scene, words: &[&str], session: &Session) -> Result<Step, Failure> {
    let (exit, output) = perform(scene, words, session)?;
    let result = RawValue::from_string(output.trim().to_owned());
    Ok(Step {
        scene: scene.title,
        store: scene.store,
        command: typed(words),
        exit_code: exit.code(),
        result: result.map_err(|error| Failure::bug(format!("{}: {error}", typed(words))))?,
    })
}

/// Runs a command as if it had been typed; gives what it printed.
fn perform(scene: &Scene, words: &[&str], session: &Session) -> Result<(Exit, String), Failure> {
    let mut cli = Cli::try_parse_from(std::iter::once(&"dss").chain(words))
        .map_err(|error| Failure::bug(error.render().to_string()))?;
    // Whatever the user's environment says: the tour has its own store.
    cli.global.store = Some(scene.store.into());
    cli.global.author = Some(scene.author.to_owned());
    cli.global.json = session.is_json;
    let mut own = Session::in_memory(&cli.global);
    own.witness = Some(format!("{}-cache", scene.store).into());
    own.out_look = session.out_look.narrowed(3);
    own.err_look = own.out_look;
    let exit = super::run(&cli.command, &mut own)?;
    Ok((exit, own.err.take_text() + &own.out.take_text()))
}

/// What a user would have set before.
fn environment(scene: &Scene) -> String {
    let (set, and) = if cfg!(windows) { ("set", "& set ") } else { ("export", "") };
    format!("$ {set} DSS_STORE={} {and}DSS_AUTHOR={}", scene.store, scene.author)
}

/// The command as it is typed.
fn typed(words: &[&str]) -> String {
    let quoted =
        |word: &&str| if word.contains(['#', ' ', '{']) { format!("'{word}'") } else { (*word).to_owned() };
    format!("dss {}", words.iter().map(quoted).collect::<Vec<_>>().join(" "))
}

fn ending(page: &mut Page, _tour: &Tour) {
    page.gap();
    page.line("That was the tour. Its folder is gone again; nothing of yours was touched.");
    page.next(&NEXT.map(|(command, purpose)| (command.to_owned(), purpose)));
}
