//! How a service scales with threads: `threads FOLDER`, an empty one. Half of the threads write, each to a
//! project of its own, half read; each line says how much all of them did in a second.
#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dss_service::model::{Limits, ProjectName, TokenPath};
use dss_service::{ImportOptions, ProjectService, ServiceError, ServiceOptions, TokenChange, TokenFilter};
use dss_testkit::TokenFile;

/// How long each number of threads works.
const WORK: Duration = Duration::from_secs(4);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: threads FOLDER")?);
    let options = ServiceOptions {
        root: folder.join("store"),
        witness_dir: Some(folder.join("witness")),
        busy_timeout_ms: 5_000,
        actor: "example".to_owned(),
    };
    let service = ProjectService::open(options)?;
    let file = folder.join("tokens.tokens.json");
    TokenFile { tokens: 1_000, seed: 1 }.write_to(&mut std::fs::File::create(&file)?)?;
    let projects: Vec<ProjectName> =
        (0..4).map(|number| format!("p{number}").parse()).collect::<Result<_, _>>()?;
    for project in &projects {
        let limits = Limits::aggressive();
        let options = ImportOptions { project: Some(project.clone()), limits, ..ImportOptions::default() };
        service.import_project(&file, &options, &())?;
    }
    for pairs in [1, 2, 4] {
        let (written, read, is_over) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        let (service, written, read, is_over) = (&service, &written, &read, &is_over);
        let started = Instant::now();
        thread::scope(|scope| {
            let mut workers = Vec::new();
            for project in projects.iter().take(pairs) {
                workers.push(scope.spawn(move || repeat(is_over, written, |n| write(service, project, n))));
                workers.push(scope.spawn(move || repeat(is_over, read, |_| look(service, project))));
            }
            thread::sleep(WORK);
            is_over.store(true, Ordering::Relaxed);
            workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a thread panicked")?)?;
            Ok::<_, Box<dyn Error>>(())
        })?;
        let seconds = started.elapsed().as_secs_f64();
        let rate = |count: &AtomicU64| {
            u32::try_from(count.load(Ordering::Relaxed)).map_or(f64::INFINITY, f64::from) / seconds
        };
        println!(
            "{pairs} writers: {:.0} edits/s, {pairs} readers of 1,000 tokens: {:.0} reads/s",
            rate(written),
            rate(read)
        );
    }
    Ok(())
}

fn repeat(
    is_over: &AtomicBool,
    count: &AtomicU64,
    work: impl Fn(u64) -> Result<(), ServiceError>,
) -> Result<(), String> {
    (0..).take_while(|_| !is_over.load(Ordering::Relaxed)).try_for_each(|n| {
        count.fetch_add(1, Ordering::Relaxed);
        work(n).map_err(|error| error.to_string())
    })
}

fn write(service: &ProjectService, project: &ProjectName, n: u64) -> Result<(), ServiceError> {
    let change = TokenChange {
        value: Some(n.to_string()),
        token_type: Some(Some("number".to_owned())),
        ..TokenChange::default()
    };
    service.set_token(project, None, &TokenPath::from_alias("edited.token"), &change).map(drop)
}

fn look(service: &ProjectService, project: &ProjectName) -> Result<(), ServiceError> {
    service.tokens(project, &TokenFilter::default(), &mut |_| true)
}
