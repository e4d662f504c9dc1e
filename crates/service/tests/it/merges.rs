//! Merging through the service: laws over generated executions, and what a merge refuses.
#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dss_service::format::archive::{ArchiveWriter, Header};
use dss_service::format::manifest::Extent;
use dss_service::format::record;
use dss_service::format::revision::Replicas;
use dss_service::merge::{self, Granularity, Recommendation, Strategy as Decision};
use dss_service::model::{Dot, JsonText, Kind, RegName, ReplicaId, Stamp, TokenPath, Value};
use dss_service::store::{LifeFilter, MemoryStore, Scan, Store as _, Visit};
use dss_service::{
    Allowed, ConflictFilter, ConflictItem, ExportOptions, FixedClock, ImportOptions, ImportSummary,
    MergeSummary, Observer, ProjectService, Selection, SideOf, Take, TokenChange,
};
use dss_testkit::{TempDir, TestResult};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::{NOW_MS, name};

/// A copy of the project, in a store of its own.
struct Copy {
    store: Arc<MemoryStore>,
    service: ProjectService,
}

/// Several copies that started as one, and a folder for what they send each other.
struct World {
    folder: TempDir,
    copies: Vec<Copy>,
    archives: AtomicU64,
    /// Conflicts that came up, and how many of them a strategy decided.
    conflicts: AtomicU64,
    decided: AtomicU64,
}

const PATHS: [&str; 4] = ["a.x", "a.y", "b.x", "c"];

impl World {
    fn new(count: usize) -> TestResult<Self> {
        let folder = TempDir::new()?;
        let mut copies = Vec::new();
        for number in 0..count {
            let store = Arc::new(MemoryStore::new(5_000));
            // Clocks that do not agree: causality never asks them.
            let skew = i64::try_from(number)?.saturating_mul(7_200_000);
            let clock = FixedClock(NOW_MS.saturating_add(skew));
            let service = ProjectService::new(store.clone(), Arc::new(clock), &format!("user {number}"));
            copies.push(Copy { store, service });
        }
        let world = Self {
            folder,
            copies,
            archives: AtomicU64::new(0),
            conflicts: AtomicU64::new(0),
            decided: AtomicU64::new(0),
        };
        let file = world.folder.join("base.tokens.json");
        std::fs::write(
            &file,
            r#"{"$type": "number", "a": {"x": {"$value": 1}, "y": {"$value": 2}}, "b": {"x": {"$value": 3}}, "c": {"$value": 4}}"#,
        )?;
        let options = ImportOptions { project: Some(name("p")), ..ImportOptions::default() };
        world.copies[0].service.import_project(&file, &options, &())?;
        let start = world.export(0, &Selection::default())?;
        for copy in &world.copies[1..] {
            copy.service.import_project(&start, &options, &())?;
        }
        Ok(world)
    }

    fn export(&self, copy: usize, selection: &Selection) -> TestResult<std::path::PathBuf> {
        let number = self.archives.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number}.dss"));
        let options = ExportOptions { selection: selection.clone(), ..ExportOptions::default() };
        self.copies[copy].service.export_project(&name("p"), &path, &options, &())?;
        Ok(path)
    }

    fn merge(
        &self,
        copy: usize,
        archive: &std::path::Path,
        options: &ImportOptions,
    ) -> TestResult<MergeSummary> {
        Ok(self.copies[copy].service.merge_project(&name("p"), archive, options, &())?)
    }

    /// Everything that a copy holds, with its revisions.
    fn state(&self, copy: usize) -> TestResult<BTreeMap<String, String>> {
        let tx = self.copies[copy].store.read(&name("p"))?;
        let mut state = BTreeMap::new();
        tx.scan(&Scan::default().life(LifeFilter::Any), &mut |row| {
            state.insert(format!("{} {}", row.columns.path, row.entity.id()), format!("{:?}", row.entity));
            Visit::Continue(())
        })?;
        Ok(state)
    }

    fn open(&self, copy: usize) -> TestResult<Vec<ConflictItem>> {
        let mut open = Vec::new();
        self.copies[copy].service.conflicts(&name("p"), &ConflictFilter::default(), &mut |item| {
            open.push(item);
            true
        })?;
        Ok(open)
    }

    fn edit(&self, copy: usize, edit: &Edit) -> TestResult {
        let service = &self.copies[copy].service;
        let path = TokenPath::from_alias(PATHS[edit.path % PATHS.len()]);
        let change = match edit.what {
            0 => {
                // Whatever is not there cannot be removed.
                drop(service.remove_token(&name("p"), None, &path));
                return Ok(());
            }
            1 => TokenChange { description: Some(Some(edit.value.to_string())), ..TokenChange::default() },
            _ => TokenChange::default(),
        };
        let value = Some(edit.value.to_string());
        let is_there = service.token(&name("p"), None, &path).is_ok();
        let change = if edit.what == 1 && is_there { change } else { TokenChange { value, ..change } };
        service.set_token(&name("p"), None, &path, &change)?;
        Ok(())
    }
}

#[derive(Clone, Debug)]
struct Edit {
    path: usize,
    what: u8,
    value: u8,
}

#[derive(Clone, Debug)]
enum Step {
    Edit(usize, Edit),
    /// From, to, and how.
    Send(usize, usize, Decision, bool, bool),
    /// Takes a side of everything that is open.
    Resolve(usize, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let copy = 0..3_usize;
    // Few tokens, so that edits meet.
    let path = prop_oneof![3 => Just(3_usize), 1 => 0..4_usize];
    let edit = (path, 0..6_u8, 10..20_u8).prop_map(|(path, what, value)| Edit { path, what, value });
    let decision =
        prop_oneof![2 => Just(Decision::Manual), 1 => prop::sample::select(Decision::ALL.to_vec())];
    prop_oneof![
        5 => (copy.clone(), edit).prop_map(|(copy, edit)| Step::Edit(copy, edit)),
        4 => (copy.clone(), copy.clone(), decision, any::<bool>(), any::<bool>())
            .prop_map(|(from, to, how, part, entity)| Step::Send(from, to, how, part, entity)),
        1 => (copy, any::<bool>()).prop_map(|(copy, local)| Step::Resolve(copy, local)),
    ]
}

fn how(decision: Decision, by_entity: bool) -> ImportOptions {
    let granularity = if by_entity { Granularity::Entity } else { Granularity::Register };
    ImportOptions {
        on_conflict: decision,
        granularity,
        allow: Allowed { mass_deletion: true, ..Allowed::default() },
        ..ImportOptions::default()
    }
}

/// What two reports must have in common, as JSON.
fn essence(summary: &ImportSummary, merge: &dss_service::MergeReport) -> TestResult<String> {
    Ok(serde_json::to_string(&(&summary.kinds, merge, summary.open_conflicts, &summary.findings))?)
}

/// Sends, and checks that the preview was what happened (P12), twice is once (P5), the outcomes add up, and that
/// what is not decided writes nothing (P8).
fn send(world: &World, from: usize, to: usize, options: &ImportOptions, is_part: bool) -> TestResult {
    let sets = if is_part { vec!["base".to_owned()] } else { Vec::new() };
    let archive = world.export(from, &Selection { sets, ..Selection::default() })?;
    let service = &world.copies[to].service;
    let before = world.state(to)?;
    let preview = service.analyze_merge(&name("p"), &archive, options, &())?;
    assert_eq!(world.state(to)?, before, "a preview changes nothing");
    let expect = preview.preview_token().map(str::to_owned);
    assert!(expect.is_some());
    let merged = world.merge(to, &archive, &ImportOptions { expect, ..options.clone() })?;
    assert_eq!(essence(&preview.import, &preview.merge)?, essence(&merged.import, &merged.merge)?);
    world.conflicts.fetch_add(merged.merge.new_conflicts, Ordering::Relaxed);
    world.decided.fetch_add(merged.merge.decided, Ordering::Relaxed);
    let outcomes = merged.merge.outcomes;
    let read: u64 = merged.import.kinds.values().map(|kind| kind.read).sum();
    assert!(
        outcomes.quarantined == 0
            && merged.import.findings.by_code.keys().all(|code| !code.starts_with("merge"))
    );
    assert!(outcomes.conflict <= merged.merge.new_conflicts, "{outcomes:?}");
    assert!(read >= outcomes.conflict);
    let open = world.open(to)?;
    assert_eq!(u64::try_from(open.len())?, merged.import.open_conflicts, "all of them are listed");
    if options.on_conflict == Decision::Manual {
        assert_eq!(merged.merge.decided, 0, "P8");
    }
    let after = world.state(to)?;
    let again = world.merge(to, &archive, options)?;
    assert_eq!(world.state(to)?, after, "P5: importing twice is importing once");
    assert_eq!((again.merge.new_conflicts, again.merge.decided), (0, 0), "P5");
    Ok(())
}

fn run(world: &World, steps: &[Step]) -> TestResult {
    for step in steps {
        match step {
            Step::Edit(copy, edit) => world.edit(*copy, edit)?,
            Step::Send(from, to, _, _, _) if from == to => {}
            Step::Send(from, to, decision, part, by_entity) => {
                send(world, *from, *to, &how(*decision, *by_entity), *part)?;
            }
            Step::Resolve(copy, local) => {
                let open = world.open(*copy)?;
                let take = if *local { Take::Local } else { Take::Side(1) };
                let service = &world.copies[*copy].service;
                let resolved = service.resolve_conflicts(&name("p"), &ConflictFilter::default(), &take)?;
                let left = u64::try_from(world.open(*copy)?.len())?;
                assert_eq!(resolved.open_conflicts, left);
                assert_eq!(left.saturating_add(resolved.resolved), u64::try_from(open.len())?);
            }
        }
    }
    Ok(())
}

/// Everybody sends to everybody until nothing changes: P7.
fn settle(world: &World, decisions: &[Decision]) -> TestResult<usize> {
    let count = world.copies.len();
    for round in 0..8 {
        let before: Vec<_> = (0..count).map(|copy| world.state(copy)).collect::<TestResult<_>>()?;
        let archives: Vec<_> =
            (0..count).map(|copy| world.export(copy, &Selection::default())).collect::<TestResult<_>>()?;
        for to in 0..count {
            for from in (0..count).filter(|from| *from != to) {
                let merged =
                    world.merge(to, &archives[from], &how(decisions[to % decisions.len()], false))?;
                world.conflicts.fetch_add(merged.merge.new_conflicts, Ordering::Relaxed);
                world.decided.fetch_add(merged.merge.decided, Ordering::Relaxed);
            }
        }
        let after: Vec<_> = (0..count).map(|copy| world.state(copy)).collect::<TestResult<_>>()?;
        if before == after {
            assert!(after.iter().all(|state| *state == after[0]), "all hold the same");
            return Ok(round);
        }
    }
    Err("P7: they never rest".into())
}

#[test]
fn laws_of_merging_hold_through_the_service() {
    let decisions = prop::collection::vec(prop::sample::select(Decision::ALL.to_vec()), 3);
    let executions = (prop::collection::vec(step(), 8..30), decisions);
    let mut runner = TestRunner::new(dss_testkit::cases(40));
    let (conflicts, decided) = (AtomicU64::new(0), AtomicU64::new(0));
    let ran = runner.run(&executions, |(steps, decisions)| {
        let world = World::new(3).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let result = run(&world, &steps).and_then(|()| settle(&world, &decisions));
        let rounds = result.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(rounds <= 5, "P7: {rounds} rounds");
        conflicts.fetch_add(world.conflicts.into_inner(), Ordering::Relaxed);
        decided.fetch_add(world.decided.into_inner(), Ordering::Relaxed);
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
    let counts = (conflicts.into_inner(), decided.into_inner());
    println!("{} conflicts, {} decided by strategies", counts.0, counts.1);
    assert!(counts.0 > 20 && counts.1 > 5, "the executions have to clash: {counts:?}");
}

/// Two copies that changed `c` apart, at times an hour and more apart.
fn clash() -> TestResult<(World, std::path::PathBuf)> {
    let world = World::new(2)?;
    world.edit(0, &Edit { path: 3, what: 2, value: 40 })?;
    world.edit(1, &Edit { path: 3, what: 2, value: 50 })?;
    let archive = world.export(1, &Selection::default())?;
    Ok((world, archive))
}

#[test]
fn deciding_for_a_deletion_leaves_nothing_to_decide() -> TestResult {
    let world = World::new(3)?;
    // A conflict between two others, met by who has deleted the token: of its value there is no local side.
    world.edit(1, &Edit { path: 3, what: 2, value: 40 })?;
    world.edit(2, &Edit { path: 3, what: 2, value: 50 })?;
    let manual = how(Decision::Manual, false);
    world.merge(1, &world.export(2, &Selection::default())?, &manual)?;
    world.edit(0, &Edit { path: 3, what: 0, value: 0 })?;
    world.merge(0, &world.export(1, &Selection::default())?, &manual)?;
    let fields: Vec<_> = world.open(0)?.into_iter().map(|item| item.field).collect();
    assert_eq!(fields, ["@life", "value"]);
    let service = &world.copies[0].service;
    let done = service.resolve_conflicts(&name("p"), &ConflictFilter::default(), &Take::Local)?;
    assert_eq!((done.resolved, done.left, done.open_conflicts), (2, 0, 0));
    assert!(world.open(0)?.is_empty());
    Ok(())
}

#[test]
fn a_conflict_has_both_sides_and_advice() -> TestResult {
    let (world, archive) = clash()?;
    let preview =
        world.copies[0].service.analyze_merge(&name("p"), &archive, &ImportOptions::default(), &())?;
    let [item] = preview.merge.conflicts.as_slice() else { panic!("{:?}", preview.merge) };
    assert_eq!((item.kind, item.name.as_str(), item.field.as_str()), ("token", "c", "value"));
    assert_eq!((item.set.as_deref(), item.conflict, item.is_new), (Some("base"), "field", true));
    let (local, imported) =
        (item.local().ok_or("no local side")?, item.imported().ok_or("no imported side")?);
    assert_eq!((local.updated_by.as_str(), imported.updated_by.as_str()), ("user 0", "user 1"));
    assert_eq!(local.value.as_ref().map(|value| value.get()), Some(r#"{"$value":40}"#));
    assert_eq!(item.base.as_ref().map(|base| base.get()), Some(r#"{"$value":4}"#));
    assert!(local.hash != imported.hash && local.hash.len() == 64);
    // Two hours ahead of this copy's clock.
    let (advice, warning) = item.safe_recommendation();
    assert_eq!(advice, Recommendation::Unknown);
    let warning = warning.ok_or("no warning")?.to_string();
    assert!(warning.starts_with("Clock skew detected: "), "{warning}");
    let skew = merge::SkewOptions::default().with_drift_ms(86_400_000);
    let options = ImportOptions { skew, ..ImportOptions::default() };
    let preview = world.copies[0].service.analyze_merge(&name("p"), &archive, &options, &())?;
    let calm = preview.merge.conflicts.first().ok_or("no conflict")?;
    assert_eq!(calm.safe_recommendation(), (Recommendation::Imported, None));
    Ok(())
}

#[test]
fn taking_a_side_gives_the_content_it_promised() -> TestResult {
    for take in [Take::Local, Take::Imported] {
        let (world, archive) = clash()?;
        world.merge(0, &archive, &ImportOptions::default())?;
        let open = world.open(0)?;
        let side = open[0].side(if take == Take::Local { SideOf::Local } else { SideOf::Imported });
        let promised = side.ok_or("no such side")?.clone();
        let service = &world.copies[0].service;
        let resolved = service.resolve_conflicts(&name("p"), &ConflictFilter::default(), &take)?;
        assert_eq!((resolved.resolved, resolved.open_conflicts), (1, 0));
        let token = service.token(&name("p"), None, &TokenPath::from_alias("c"))?;
        let value = token[0].value.as_ref().map(|value| value.get().to_owned());
        let promised_value = promised.value.as_ref().map(|value| value.get().to_owned()).unwrap_or_default();
        assert_eq!(promised_value, format!(r#"{{"$value":{}}}"#, value.unwrap_or_default()));
        // The same content on the other copy, once it hears of it.
        let decided = world.export(0, &Selection::default())?;
        let heard = world.merge(1, &decided, &ImportOptions::default())?;
        assert_eq!((heard.merge.new_conflicts, heard.import.open_conflicts), (0, 0));
    }
    Ok(())
}

/// Conflicts that an observer is told of.
#[derive(Default)]
struct Told(AtomicU64);

impl Observer for Told {
    fn conflict(&self, _: &ConflictItem) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn an_observer_hears_of_all_conflicts_and_the_report_is_bounded() -> TestResult {
    let world = World::new(2)?;
    for path in 0..PATHS.len() {
        world.edit(0, &Edit { path, what: 2, value: 40 })?;
        world.edit(1, &Edit { path, what: 2, value: 50 })?;
    }
    let archive = world.export(1, &Selection::default())?;
    let mut options = ImportOptions::default();
    options.limits.diagnostics = 3;
    let told = Told::default();
    let merged = world.copies[0].service.merge_project(&name("p"), &archive, &options, &told)?;
    assert_eq!(told.0.load(Ordering::Relaxed), 4);
    assert_eq!((merged.merge.new_conflicts, merged.merge.conflicts.len()), (4, 3));
    Ok(())
}

#[test]
fn who_decided_what_is_kept() -> TestResult {
    let (world, archive) = clash()?;
    world.merge(0, &archive, &ImportOptions::default())?;
    let service = &world.copies[0].service;
    service
        .resolve_conflicts(&name("p"), &ConflictFilter::default(), &Take::Value("60".to_owned()))
        .expect_err("a value is for one item");
    let one = ConflictFilter { item: Some("c".to_owned()), ..ConflictFilter::default() };
    service.resolve_conflicts(&name("p"), &one, &Take::Value("60".to_owned()))?;
    let mut records = Vec::new();
    let tx = world.copies[0].store.read(&name("p"))?;
    tx.decisions(None, &mut |entry| {
        records.push(entry);
        Visit::Continue(())
    })?;
    let [left_open, by_hand] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((left_open.decision.strategy.as_str(), left_open.import), ("open", Some(2)));
    assert_eq!((by_hand.decision.strategy.as_str(), by_hand.import), ("by hand", None));
    assert_eq!(by_hand.decision.by, "user 0");
    let record: serde_json::Value = serde_json::from_str(&by_hand.decision.record)?;
    assert_eq!(record["decided"]["value"]["$value"], 60);
    assert_eq!(record["sides"][1]["updatedBy"], "user 1");
    let mut report = String::new();
    tx.imports(&mut |entry| {
        report = entry.record.report;
        Visit::Continue(())
    })?;
    let report: serde_json::Value = serde_json::from_str(&report)?;
    assert_eq!(report["merge"]["conflicts"][0]["sides"], record["sides"]);
    Ok(())
}

#[test]
fn a_merge_makes_no_project() -> TestResult {
    let (world, archive) = clash()?;
    let service = &world.copies[0].service;
    let nobody = name("nobody");
    for error in [
        service.merge_project(&nobody, &archive, &ImportOptions::default(), &()).map(drop),
        service.analyze_merge(&nobody, &archive, &ImportOptions::default(), &()).map(drop),
    ] {
        assert_eq!(error.map_err(|error| error.code()), Err("project_not_found"));
    }
    assert_eq!(service.projects()?.len(), 1);
    Ok(())
}

/// P6: what is held, or not in the archive, is untouched to the last revision.
#[test]
fn what_is_held_is_untouched() -> TestResult {
    let world = World::new(2)?;
    for path in 0..PATHS.len() {
        world.edit(1, &Edit { path, what: 2, value: 50 })?;
    }
    world.edit(0, &Edit { path: 0, what: 1, value: 40 })?;
    let archive = world.export(1, &Selection::default())?;
    let before = world.state(0)?;
    let options = ImportOptions { hold: vec!["a".to_owned()], ..ImportOptions::default() };
    let merged = world.merge(0, &archive, &options)?;
    // The group and both tokens in it.
    assert_eq!(merged.merge.outcomes.held, 3);
    let after = world.state(0)?;
    for (what, state) in before.iter().filter(|(what, _)| what.starts_with('a')) {
        assert_eq!(after.get(what), Some(state), "{what}");
    }
    assert_ne!(before, after);
    // It can be had later.
    let merged = world.merge(0, &archive, &ImportOptions::default())?;
    assert_eq!((merged.merge.outcomes.held, merged.merge.outcomes.conflict), (0, 0));
    assert_eq!(merged.import.kinds[Kind::Token.name()].changed, 2);
    Ok(())
}

/// Renames, and groups that move along.
#[test]
fn conflicts_about_places_are_resolved() -> TestResult {
    let world = World::new(2)?;
    let moved = |copy: usize, to: &str| -> TestResult {
        let service = &world.copies[copy].service;
        service.move_token(
            &name("p"),
            None,
            &TokenPath::from_alias("c"),
            None,
            &TokenPath::from_alias(to),
        )?;
        Ok(())
    };
    moved(0, "here")?;
    moved(1, "there.too")?;
    let archive = world.export(1, &Selection::default())?;
    let merged = world.merge(0, &archive, &ImportOptions::default())?;
    assert!(merged.import.open_conflicts >= 1);
    let service = &world.copies[0].service;
    let find = |item: &str| ConflictFilter { item: Some(item.to_owned()), ..ConflictFilter::default() };
    assert!(
        service.resolve_conflicts(&name("p"), &find("c"), &Take::Imported).is_err(),
        "nobody calls it that now"
    );
    service.resolve_conflicts(&name("p"), &find("here"), &Take::Imported)?;
    assert_eq!(world.open(0)?.len(), 0);
    let token = service.token(&name("p"), None, &TokenPath::from_alias("there.too"))?;
    assert_eq!(token.len(), 1);
    let third = World::new(1)?;
    let archive = world.export(0, &Selection::default())?;
    third.copies[0].service.delete_project(&name("p"))?;
    let options = ImportOptions { project: Some(name("p")), ..ImportOptions::default() };
    third.copies[0].service.import_project(&archive, &options, &())?;
    assert_eq!(third.state(0)?, world.state(0)?, "it stands where a fresh import puts it");
    Ok(())
}

/// An archive whose manifest hides that it knows writes of ours that we never made.
#[test]
fn an_archive_that_lies_about_our_writes_is_refused() -> TestResult {
    let world = World::new(1)?;
    let service = &world.copies[0].service;
    let project = name("q");
    service.create_project(&project, None)?;
    let (header, own) = {
        let mut tx = world.copies[0].store.write(&project)?;
        (tx.header()?, tx.own_replica()?.ok_or("no identity")?)
    };
    let other = ReplicaId::from_bytes([9; 16]);
    let body = [(RegName::NAME, Value::Json(JsonText::string("q")))];
    let dot = Dot { counter: 40, replica: own.replica };
    let forged = merge::create(header.ids.id(), Kind::Project, dot, body, &Stamp::default())?;
    let archive = |claimed: u64| -> TestResult<std::path::PathBuf> {
        let path = world.folder.join(format!("claims-{claimed}.dss"));
        let mut replicas = vec![(own.replica, claimed), (other, 50)];
        replicas.sort_unstable();
        ArchiveWriter::new(std::fs::File::create(&path)?)?.finish(Header {
            project: record::encode(&forged, None, &Replicas::new(replicas.iter().map(|(id, _)| *id)), &[]),
            also_known_as: Vec::new(),
            replicas,
            extent: Extent::Full,
            counts: [(Kind::Project, 1)].into_iter().collect(),
            exported_at_ms: 0,
            by: None,
        })?;
        Ok(path)
    };
    let before = world.copies[0].store.read(&project)?.state_hash(header.ids.id())?;
    let refused = service.merge_project(&project, &archive(1)?, &ImportOptions::default(), &());
    assert_eq!(refused.map(drop).map_err(|error| error.code()), Err("merge_own_id_ahead"));
    let after = world.copies[0].store.read(&project)?.state_hash(header.ids.id())?;
    assert_eq!(before, after);
    // Said openly, it is a copy of this store that went on: this one gets a new identity.
    let merged = service.merge_project(&project, &archive(40)?, &ImportOptions::default(), &())?;
    assert_eq!(merged.import.findings.by_code["identity_renewed"], 1);
    let renewed = world.copies[0].store.write(&project)?.own_replica()?.ok_or("no identity")?;
    assert_ne!(renewed.replica, own.replica);
    Ok(())
}

/// What forks are made of is known of them, too: their type, and what they refer to.
#[test]
fn a_fork_is_found_by_its_type() -> TestResult {
    let (one, two) = (crate::support::fixture()?, crate::support::fixture()?);
    let file = one.file(
        "t.tokens.json",
        r#"{"g": {"$type": "number", "a": {"$value": 1}}, "b": {"$type": "number", "$value": 2}}"#,
    )?;
    one.import(&file, "p")?;
    two.import(&one.export("p", "start.dss")?, "p")?;
    for (fixture, values) in [(&one, ["10", "{g.a}"]), (&two, ["20", "{g.a}"])] {
        for (path, value) in ["g.a", "b"].into_iter().zip(values) {
            let change = TokenChange {
                value: Some(if value.starts_with('{') { format!("{value:?}") } else { value.to_owned() }),
                description: Some(Some(format!("of {}", values[0]))),
                ..TokenChange::default()
            };
            fixture.service.set_token(&name("p"), None, &TokenPath::from_alias(path), &change)?;
        }
    }
    let options = ImportOptions { on_conflict: Decision::Fork, ..crate::support::options("p") };
    one.service.import_project(&two.export("p", "two.dss")?, &options, &())?;
    let mut told = Vec::new();
    one.service.tokens(&name("p"), &dss_service::TokenFilter::default(), &mut |token| {
        told.push((token.path.contains("-conflict-"), token.token_type, token.valid));
        true
    })?;
    assert_eq!(told.iter().filter(|(is_fork, ..)| *is_fork).count(), 2, "{told:?}");
    assert!(told.iter().all(|(_, kind, valid)| kind.as_deref() == Some("number") && *valid), "{told:?}");
    // So an export of all numbers has them, and another store knows as much.
    let numbers = Selection { types: vec!["number".to_owned()], ..Selection::default() };
    let part = ExportOptions { selection: numbers, ..ExportOptions::default() };
    let summary = one.service.export_project(&name("p"), &one.dir.join("part.dss"), &part, &())?;
    assert_eq!(summary.kinds["token"], 4);
    Ok(())
}
