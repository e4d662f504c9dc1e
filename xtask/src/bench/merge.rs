//! Races on two copies of a project that were edited apart.

use std::path::PathBuf;

use super::options::Options;
use super::programs::Programs;
use super::race::{self, Entrant};
use super::results::Results;
use super::table;
use crate::failure::Failure;
use crate::files;

/// The size that a pair belongs to; tokens in the project; and of those, how many a colleague has got, edited and
/// sends back. The sizes that issue MERGE names, and the same archive into ever larger projects: neither memory nor
/// time may grow with them.
const PAIRS: &[(u64, u64, u64)] = &[
    (10_000, 5_000, 3_000),
    (100_000, 100_000, 3_000),
    (1_000_000, 1_000_000, 3_000),
    (1_000_000, 1_000_000, 10_000),
];
/// Tokens that only we have edited, next to those that both have.
const OURS: u64 = 2_000;

/// What the rows are called.
pub(crate) fn names(imported: u64) -> [String; 3] {
    let imported = table::grouped(imported);
    [
        format!("merge {imported} into"),
        format!("preview merging {imported} into"),
        format!("import {imported} alone"),
    ]
}

/// Runs the race for each pair of the sizes asked for.
pub(crate) fn races(
    programs: &Programs<'_>,
    options: &Options,
    results: &mut Results,
) -> Result<(), Failure> {
    for &(_, tokens, imported) in PAIRS.iter().filter(|(size, ..)| options.sizes.contains(size)) {
        let scene = Scene::set(programs, tokens, imported)?;
        let rows = race::run(programs, tokens, options.runs(tokens), &scene.entrants(programs));
        scene.strike()?;
        results.add(rows?);
        results.save(programs.workspace(), options)?;
    }
    Ok(())
}

/// Our project, and the archive that comes back.
struct Scene {
    imported: u64,
    ours: PathBuf,
    archive: PathBuf,
    table: PathBuf,
    scratch: PathBuf,
    /// What is only needed to get there.
    others: Vec<PathBuf>,
}

impl Scene {
    fn set(programs: &Programs<'_>, tokens: u64, imported: u64) -> Result<Self, Failure> {
        println!("setting the scene for {imported} edited tokens and a project of {tokens}");
        let place = |name: &str| programs.place(&format!("merge-{name}"));
        let (base, edited, whole) = (place("base.json"), place("edited.json"), place("whole.json"));
        let (theirs, shared) = (place("their-store"), place("shared.dss"));
        let [ours, archive, table, scratch] = ["our-store", "theirs.dss", "table.db", "scratch"].map(place);
        let others = vec![base.clone(), edited.clone(), whole.clone(), theirs.clone(), shared.clone()];
        let scene = Self { imported, ours, archive, table, scratch, others };
        scene.clear()?;
        let edits =
            |from: u64, to: u64, by: &str| [from.to_string(), to.to_string(), "1".to_owned(), by.to_owned()];
        let both = imported.div_euclid(10).saturating_mul(9);
        let replace = ["--strategy", "replace"];
        let run = |job| programs.run(&job).map(drop);
        // What both start from.
        run(programs.generate(imported, &base))?;
        run(programs.import(&theirs, &base))?;
        run(programs.export(&theirs, &shared))?;
        // They edit all of it.
        run(programs.generate(imported, &edited).words(edits(0, imported, "1")))?;
        run(programs.import(&theirs, &edited).words(replace))?;
        run(programs.export(&theirs, &scene.archive))?;
        // We have the rest of the project besides, and edit the last tenth, too.
        let last = imported.saturating_add(OURS).min(tokens);
        run(programs.generate(tokens, &whole).words(edits(both, last, "2")))?;
        run(programs.import(&scene.ours, &shared))?;
        run(programs.import(&scene.ours, &whole).words(replace))?;
        run(programs.floor("import").word(&whole).word(&scene.table))?;
        Ok(scene)
    }

    fn entrants(&self, programs: &Programs<'_>) -> Vec<Entrant> {
        let Self { imported, ours, archive, table, scratch, .. } = self;
        let [merge, preview, alone] = names(*imported);
        // Who decides does not matter for the cost; with a decision, the command ends with 0.
        let job = || programs.import(scratch, archive).words(["--on-conflict", "take-imported"]);
        let floor = programs.floor("update").word(archive).word(scratch);
        vec![
            Entrant::new(&merge, "dss", job()).copy(ours, scratch),
            Entrant::new(&merge, "floor", floor).copy(table, scratch),
            Entrant::new(preview, "dss", job().word("--dry-run")).copy(ours, scratch),
            Entrant::new(alone, "dss", programs.import(scratch, archive)).clear(scratch),
        ]
    }

    fn clear(&self) -> Result<(), Failure> {
        let Self { ours, archive, table, scratch, .. } = self;
        self.others.iter().chain([ours, archive, table, scratch]).try_for_each(|place| files::clear(place))
    }

    fn strike(self) -> Result<(), Failure> {
        self.clear()
    }
}
