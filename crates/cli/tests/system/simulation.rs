//! Three stores that edit, delete, export, lose and import, in any order; and an oracle that knows what each of them
//! ought to hold after every step (issue MERGE).
//!
//! The steps are drawn from a seed. `DSS_SIMULATION_SEEDS=5..105` and `DSS_SIMULATION_STEPS=2000` run others, and
//! more; a failure tells its seed and the commands before it.

mod archives;
mod copy;
mod edits;
mod oracle;
mod undo;
mod world;

use std::env;
use std::thread;

use dss_testkit::TestResult;

use self::world::World;

/// What has to come up in a run, or it has shown nothing.
const TOPICS: [&str; 18] = [
    "value",
    "description",
    "tag",
    "new token",
    "restored token",
    "deletion",
    "move",
    "component",
    "theme",
    "full export",
    "partial export",
    "since",
    "lost archive",
    "import again",
    "conflict",
    "decided by hand",
    "undo",
    "file edited",
];

/// The seeds to run, and how many steps.
fn plan() -> TestResult<(Vec<u64>, usize)> {
    let seeds = match env::var("DSS_SIMULATION_SEEDS") {
        Err(_) => vec![1, 2],
        Ok(text) => match text.split_once("..") {
            Some((from, to)) => (from.parse()?..to.parse()?).collect(),
            None => text.split(',').map(str::parse).collect::<Result<_, _>>()?,
        },
    };
    let steps = env::var("DSS_SIMULATION_STEPS").map_or(Ok(500), |text| text.parse())?;
    Ok((seeds, steps))
}

#[test]
fn three_stores_lose_nothing() -> TestResult {
    let (seeds, steps) = plan()?;
    // Two at a time: most of a step is waiting for the disk.
    let halves = [0, 1].map(|half| seeds.iter().copied().skip(half).step_by(2).collect::<Vec<_>>());
    let run = |seeds: Vec<u64>| {
        thread::spawn(move || -> Result<Vec<World>, String> {
            let mut worlds = Vec::new();
            for seed in seeds {
                let world = World::run(seed, steps).map_err(|error| {
                    eprintln!("{error}");
                    format!("seed {seed} failed")
                })?;
                eprintln!("seed {seed}, {steps} steps: {:?}", world.topics);
                worlds.push(world);
            }
            Ok(worlds)
        })
    };
    let mut missing = TOPICS.to_vec();
    for half in halves.map(run) {
        for world in half.join().map_err(|_| "a run panicked")?? {
            missing.retain(|topic| !world.topics.contains_key(topic));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("nothing came up of: {missing:?}").into()) }
}
