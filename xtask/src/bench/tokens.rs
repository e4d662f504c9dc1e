//! Races on one file of many tokens: in, out, checked, compared.

use std::path::{Path, PathBuf};

use super::job::Job;
use super::options::Options;
use super::programs::Programs;
use super::race::{self, Entrant};
use super::results::Results;
use crate::failure::Failure;
use crate::files;
use crate::tools::on_path;

/// Up to here, programs that hold a whole document in memory take part.
const WHOLE: u64 = 100_000;

/// The files of one size, and what is made of them.
struct Scene<'a> {
    programs: &'a Programs<'a>,
    tokens: u64,
    runs: usize,
    /// The token file, and the same after every hundredth token was edited.
    file: PathBuf,
    edited: PathBuf,
    /// A store with the file, and its archive.
    store: PathBuf,
    archive: PathBuf,
    /// What the floor makes of the file, and of the archive.
    table: PathBuf,
    archive_table: PathBuf,
    /// What SQLite's shell makes of the file.
    by_hand: PathBuf,
    /// What is written while measuring.
    scratch: PathBuf,
}

/// Who takes part in a race; notes who could not.
type Race = fn(&Scene<'_>, &mut Results) -> Vec<Entrant>;

/// Runs every race on this size that is wanted.
pub(crate) fn races(
    programs: &Programs<'_>,
    options: &Options,
    tokens: u64,
    results: &mut Results,
) -> Result<(), Failure> {
    let races: [(&str, Race); 8] = [
        ("import", import),
        ("export", export),
        ("verify", verify),
        ("import-dss", import_archive),
        ("replace", replace),
        ("diff", diff),
        ("lint", lint),
        ("resolve", resolve),
    ];
    let wanted: Vec<_> = races.iter().filter(|(name, _)| options.wants(name)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let scene = Scene::set(programs, options.runs(tokens), tokens)?;
    for (_, entrants) in wanted {
        let entrants = entrants(&scene, results);
        if !entrants.is_empty() {
            results.add(race::run(programs, tokens, scene.runs, &entrants)?);
            results.save(programs.workspace(), options)?;
        }
        files::clear(&scene.scratch)?;
    }
    scene.strike()
}

impl<'a> Scene<'a> {
    fn set(programs: &'a Programs<'a>, runs: usize, tokens: u64) -> Result<Self, Failure> {
        println!("setting the scene for {tokens} tokens");
        let place = |name: &str| programs.place(&format!("{tokens}{name}"));
        let scene = Self {
            programs,
            tokens,
            runs,
            file: place(".tokens.json"),
            edited: place("-edited.tokens.json"),
            store: place("-store"),
            archive: place(".dss"),
            table: place(".db"),
            archive_table: place("-archive.db"),
            by_hand: place("-by-hand.db"),
            scratch: place("-scratch"),
        };
        scene.clear()?;
        programs.run(&programs.generate(tokens, &scene.file))?;
        let edits = ["0", &tokens.to_string(), "100", "1"].map(str::to_owned);
        programs.run(&programs.generate(tokens, &scene.edited).words(edits))?;
        programs.run(&programs.import(&scene.store, &scene.file))?;
        programs.run(&programs.export(&scene.store, &scene.archive))?;
        programs.run(&programs.floor("import").word(&scene.file).word(&scene.table))?;
        programs.run(&programs.floor("import").word(&scene.archive).word(&scene.archive_table))?;
        if tokens <= WHOLE && on_path("sqlite3") {
            programs.run(&by_hand(&scene.file, &scene.by_hand))?;
        }
        Ok(scene)
    }

    fn clear(&self) -> Result<(), Failure> {
        let Self { file, edited, store, archive, table, archive_table, by_hand, scratch, .. } = self;
        let places = [file, edited, store, archive, table, archive_table, by_hand, scratch];
        places.into_iter().try_for_each(|place| files::clear(place))
    }

    fn strike(self) -> Result<(), Failure> {
        self.clear()
    }

    /// Whether a program that holds the document in memory takes part; says why not where it is not there.
    fn has(&self, program: &str, results: &mut Results) -> bool {
        let is_here = on_path(program);
        if !is_here {
            results.note(format!("{program}: not installed"));
        }
        is_here && self.tokens <= WHOLE
    }
}

fn import(scene: &Scene<'_>, results: &mut Results) -> Vec<Entrant> {
    let Scene { programs, file, scratch, .. } = scene;
    let job = || programs.import(scratch, file);
    let floor = programs.floor("import").word(file).word(scratch);
    let mut entrants = vec![
        Entrant::new("import", "dss", job()).clear(scratch).writes(scratch),
        Entrant::new("import", "floor", floor).clear(scratch).writes(scratch),
        Entrant::new("analyze", "dss", job().word("--dry-run")).clear(scratch),
    ];
    if scene.has("sqlite3", results) {
        let job = by_hand(file, scratch);
        entrants.push(Entrant::new("import", "sqlite3", job).clear(scratch).writes(scratch));
    }
    entrants
}

/// What somebody writes who has a token file and SQLite's shell: no check, no hash.
fn by_hand(file: &Path, table: &Path) -> Job {
    let script = format!(
        "CREATE TABLE token (path TEXT, type TEXT, value TEXT, description TEXT, extensions TEXT);
         INSERT INTO token
         SELECT path, MAX(CASE key WHEN '$type' THEN value END), MAX(CASE key WHEN '$value' THEN value END),
             MAX(CASE key WHEN '$description' THEN value END), MAX(CASE key WHEN '$extensions' THEN value END)
         FROM json_tree(readfile('{}'))
         WHERE key IN ('$type', '$value', '$description', '$extensions') GROUP BY path;
         CREATE UNIQUE INDEX token_path ON token (path);",
        file.display()
    );
    Job::new("sqlite3").word(table).word(script)
}

fn export(scene: &Scene<'_>, results: &mut Results) -> Vec<Entrant> {
    let Scene { programs, store, archive_table, by_hand, scratch, .. } = scene;
    let floor = programs.floor("export").word(archive_table).word(scratch);
    let mut entrants = vec![
        Entrant::new("export", "dss", programs.export(store, scratch)).clear(scratch).writes(scratch),
        Entrant::new("export", "floor", floor).clear(scratch).writes(scratch),
    ];
    if scene.has("sqlite3", results) && scene.has("zip", results) {
        // Not as one pipe, which would hide that its first half failed.
        let line = format!(
            "mkdir '{1}' && sqlite3 '{0}' \"SELECT json_object('path', path, 'type', type, 'value', value,
             'description', description, 'extensions', extensions) FROM token ORDER BY path\" > '{1}/lines' &&
             zip -q -2 '{1}/lines.zip' '{1}/lines' && rm '{1}/lines'",
            by_hand.display(),
            scratch.display()
        );
        let job = Job::shell(line);
        entrants.push(Entrant::new("export", "sqlite3, zip", job).clear(scratch).writes(scratch));
    }
    entrants
}

fn verify(scene: &Scene<'_>, results: &mut Results) -> Vec<Entrant> {
    let Scene { programs, store, archive, .. } = scene;
    let job = || programs.dss_in(store, "verify", archive);
    let mut entrants = vec![
        Entrant::new("verify", "dss", job()),
        Entrant::new("verify", "floor", programs.floor("verify").word(archive)),
        Entrant::new("verify --canonical", "dss", job().word("--canonical")),
    ];
    if scene.has("jq", results) && scene.has("unzip", results) {
        let filter = "[paths(type == \"object\" and has(\"$value\"))] | length";
        let line = format!("unzip -p '{}' '*.tokens.json' | jq '{filter}'", archive.display());
        entrants.push(Entrant::new("verify", "unzip | jq", Job::shell(line)));
    }
    entrants
}

fn import_archive(scene: &Scene<'_>, _: &mut Results) -> Vec<Entrant> {
    let Scene { programs, archive, scratch, .. } = scene;
    let floor = programs.floor("import").word(archive).word(scratch);
    vec![
        Entrant::new("import .dss", "dss", programs.import(scratch, archive)).clear(scratch).writes(scratch),
        Entrant::new("import .dss", "floor", floor).clear(scratch).writes(scratch),
    ]
}

fn replace(scene: &Scene<'_>, _: &mut Results) -> Vec<Entrant> {
    let Scene { programs, edited, store, table, scratch, .. } = scene;
    let job = programs.import(scratch, edited).words(["--strategy", "replace"]);
    let floor = programs.floor("update").word(edited).word(scratch);
    vec![
        Entrant::new("replace", "dss", job).copy(store, scratch).writes(scratch),
        Entrant::new("replace", "floor", floor).copy(table, scratch).writes(scratch),
    ]
}

fn diff(scene: &Scene<'_>, results: &mut Results) -> Vec<Entrant> {
    let Scene { programs, file, edited, store, scratch, .. } = scene;
    // Ends with 1, since something differs.
    let job = programs.dss_in(store, "diff", file).word(edited).word("--stat").exits(1);
    let mut entrants = vec![
        Entrant::new("diff", "dss", job),
        Entrant::new("diff", "floor (reads both)", programs.floor("verify").word(file).word(edited)),
    ];
    if scene.has("jq", results) {
        let line = format!(
            "mkdir '{2}' && jq -S . '{0}' > '{2}/a' && jq -S . '{1}' > '{2}/b' && diff '{2}/a' '{2}/b'",
            file.display(),
            edited.display(),
            scratch.display()
        );
        entrants.push(Entrant::new("diff", "jq -S, diff", Job::shell(line).exits(1)).clear(scratch));
    }
    entrants
}

fn lint(scene: &Scene<'_>, results: &mut Results) -> Vec<Entrant> {
    about_style("lint", "parse.mjs", scene, results)
}

fn resolve(scene: &Scene<'_>, results: &mut Results) -> Vec<Entrant> {
    about_style("resolve", "resolve.mjs", scene, results)
}

/// What Style Dictionary does, too.
fn about_style(
    command: &'static str,
    script: &str,
    scene: &Scene<'_>,
    results: &mut Results,
) -> Vec<Entrant> {
    let Scene { programs, file, store, .. } = scene;
    let mut entrants = Vec::new();
    if programs.has(command) {
        entrants.push(Entrant::new(command, "dss", programs.dss_in(store, command, file)));
    } else {
        results.note(format!("dss {command}: not there yet"));
    }
    match programs.style_dictionary(script) {
        Ok(job) if scene.tokens <= WHOLE => {
            entrants.push(Entrant::new(command, "Style Dictionary", job.word(file)));
        }
        Ok(_) => {}
        Err(why) => results.note(format!("Style Dictionary: {why}")),
    }
    entrants
}
