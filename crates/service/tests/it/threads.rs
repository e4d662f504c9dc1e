//! What a server does: one store, many threads, each with a service of its own.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dss_service::model::{Kind, TokenPath};
use dss_service::{ExportOptions, ProjectService, ServiceOptions, TokenChange, TokenFilter};
use dss_testkit::{TempDir, TestResult};

use crate::support::{name, options};

/// What each writer does how often.
const ROUNDS: u32 = 12;

/// A service as a server's thread has it: on the common store, working for somebody.
fn service(dir: &TempDir, actor: &str) -> TestResult<ProjectService> {
    Ok(ProjectService::open(ServiceOptions {
        root: dir.join("store"),
        witness_dir: Some(dir.join("witness")),
        // The default: nobody has to wait that long for writes as short as these.
        busy_timeout_ms: 5_000,
        actor: actor.to_owned(),
    })?)
}

fn number(n: u32) -> TokenChange {
    TokenChange {
        value: Some(n.to_string()),
        token_type: Some(Some("number".to_owned())),
        ..TokenChange::default()
    }
}

/// Runs all jobs at once; every failure is told.
fn at_once(jobs: Vec<Box<dyn FnOnce() -> TestResult + Send + '_>>) -> TestResult {
    let failures: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> =
            jobs.into_iter().map(|job| scope.spawn(|| job().map_err(|error| error.to_string()))).collect();
        let ended = threads.into_iter().map(|thread| thread.join().unwrap_or(Err("it panicked".to_owned())));
        ended.filter_map(Result::err).collect()
    });
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ").into()) }
}

/// What a reader sees at once of a project whose tokens are always written together.
fn read(service: &ProjectService, project: &str) -> TestResult<(usize, BTreeSet<String>)> {
    let (mut paths, mut values) = (Vec::new(), BTreeSet::new());
    service.tokens(&name(project), &TokenFilter::default(), &mut |token| {
        paths.push(token.path);
        values.extend(token.value.map(|value| value.get().to_owned()));
        true
    })?;
    Ok((paths.len(), values))
}

#[test]
fn four_readers_beside_four_writers_of_different_projects() -> TestResult {
    let dir = TempDir::new()?;
    let projects = ["one", "two", "three", "four"];
    let statement = |round: u32| {
        let token = format!(r#"{{"$type": "number", "$value": {round}}}"#);
        format!(r#"{{"a": {token}, "b": {{"c": {token}}}, "d": {token}}}"#)
    };
    let shared = service(&dir, "all")?;
    for project in projects {
        let file = dir.join(format!("{project}.tokens.json"));
        std::fs::write(&file, statement(0))?;
        shared.import_project(&file, &options(project), &())?;
    }
    let writing = AtomicUsize::new(projects.len());
    let (dir, writing) = (&dir, &writing);
    let write = |project: &'static str| {
        let shared = shared.clone();
        move || {
            let file = dir.join(format!("{project}.tokens.json"));
            let done = (1..=ROUNDS).try_for_each(|round| {
                std::fs::write(&file, statement(round))?;
                shared.import_project(&file, &options(project), &())?;
                Ok(())
            });
            writing.fetch_sub(1, Ordering::SeqCst);
            done
        }
    };
    let look = |reader: usize| {
        // Two of the readers share the writers' store, two have opened it themselves.
        let shared = shared.clone();
        move || {
            let service = if reader.is_multiple_of(2) { shared } else { service(dir, "reader")? };
            let target = dir.join(format!("reader{reader}.dss"));
            let all = ExportOptions { overwrite: true, ..ExportOptions::default() };
            loop {
                let is_last = writing.load(Ordering::SeqCst) == 0;
                for project in projects {
                    let (count, values) = read(&service, project)?;
                    assert_eq!((count, values.len()), (3, 1), "{project} is torn: {values:?}");
                    let summary = service.export_project(&name(project), &target, &all, &())?;
                    assert_eq!(summary.kinds.get(Kind::Token.name()), Some(&3));
                }
                if is_last {
                    return Ok(());
                }
            }
        }
    };
    let mut jobs: Vec<Box<dyn FnOnce() -> TestResult + Send>> = Vec::new();
    projects.into_iter().for_each(|project| jobs.push(Box::new(write(project))));
    (0..4).for_each(|reader| jobs.push(Box::new(look(reader))));
    at_once(jobs)?;
    for project in projects {
        assert_eq!(read(&shared, project)?.1, BTreeSet::from([ROUNDS.to_string()]));
        assert_eq!(shared.imports(&name(project))?.len(), usize::try_from(ROUNDS)? + 1);
    }
    Ok(())
}

#[test]
fn eight_writers_of_one_project_lose_nothing() -> TestResult {
    let dir = TempDir::new()?;
    let shared = service(&dir, "all")?;
    let project = name("p");
    shared.create_project(&project, None)?;
    let common = TokenPath::from_alias("common.token");
    shared.set_token(&project, Some("base"), &common, &number(1_000_000))?;
    let jobs = (0..8_u32).map(|writer| -> Box<dyn FnOnce() -> TestResult + Send + '_> {
        let (dir, project, common) = (&dir, &project, &common);
        Box::new(move || {
            // Each with a connection pool of its own, as if it were a process.
            let service = service(dir, &format!("writer {writer}"))?;
            for round in 0..ROUNDS {
                let own = TokenPath::from_alias(&format!("writer{writer}.round{round}"));
                service.set_token(project, Some("base"), &own, &number(round))?;
                service.set_token(project, Some("base"), common, &number(writer * 1_000 + round))?;
            }
            Ok(())
        })
    });
    at_once(jobs.collect())?;
    let mut found = BTreeSet::new();
    shared.tokens(&project, &TokenFilter::default(), &mut |token| {
        found.insert(token.path);
        true
    })?;
    let own = (0..8).flat_map(|writer| (0..ROUNDS).map(move |round| format!("writer{writer}.round{round}")));
    let expected: BTreeSet<String> = own.chain([common.to_string()]).collect();
    assert_eq!(found, expected);
    // Every write of the common token is there, each made by whoever made it, having seen the one before.
    let history = shared.token_history(&project, Some("base"), &common)?;
    let mut written = BTreeSet::new();
    for entry in history.iter().filter(|entry| entry.field == "value" && entry.by != "all") {
        written.insert((entry.by.clone(), serde_json::to_string(&entry.new)?));
    }
    let writes = (0..8).flat_map(|writer| (0..ROUNDS).map(move |round| (writer, writer * 1_000 + round)));
    let expected: BTreeSet<_> = writes
        .map(|(writer, n)| (format!("writer {writer}"), format!(r#"{{"value":{n},"type":"number"}}"#)))
        .collect();
    assert_eq!(written, expected);
    assert!(!history.iter().any(|entry| entry.is_open), "nobody overwrote what they had not seen");
    let values = history.iter().filter(|entry| entry.field == "value");
    let revisions: BTreeSet<&String> = values.map(|entry| &entry.revision).collect();
    assert_eq!(revisions.len(), written.len() + 1, "no two writes have one name");
    Ok(())
}
