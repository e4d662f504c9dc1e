//! What each function promises, one promise a test.

use std::collections::BTreeSet;

use dss_merge::{
    Clocks, Decision, Granularity, Import, ImportOptions, Integrity, Outcome, Plan, ReplaceError, Source,
    Strategy, WriteError, base, check_mark, create, decide, delete, from_legacy, join, plan, preview,
    project, replace, restore, superseded, write,
};
use dss_model::{
    Author, Dot, Entity, EntityId, JsonLimits, JsonText, Kind, Life, RegName, Seen, Stamp, Value,
};

use crate::names::stamp;
use crate::world::dot;

const TOKEN: EntityId = EntityId::from_bytes([9; 16]);

fn text(text: &str) -> Value {
    Value::Json(JsonText::string(text))
}

fn life(life: Life) -> (RegName, Value) {
    (RegName::LIFE, Value::Life(life))
}

/// A token of copy 1, at counter 1.
fn token() -> Entity {
    let fields = [(RegName::PATH, text("color.a")), (RegName::VALUE, text("first"))];
    create(TOKEN, Kind::Token, dot(1, 1), fields, &stamp(1_000)).unwrap()
}

fn set(entity: &Entity, dot: Dot, name: RegName, value: &str) -> Entity {
    let stamp = stamp(i64::try_from(dot.counter).unwrap() * 10_000);
    write(entity, dot, [(name, text(value))], &stamp).unwrap().unwrap()
}

/// Copies 1 and 2 change the value, neither knowing of the other.
fn clash() -> (Entity, Entity) {
    (set(&token(), dot(1, 2), RegName::VALUE, "ours"), set(&token(), dot(2, 3), RegName::VALUE, "theirs"))
}

fn decided(local: &Entity, imported: &Entity, strategy: Strategy) -> Option<Decision> {
    let plan = plan(Some(local), imported, Granularity::Register).unwrap();
    decide(local, imported, &plan, strategy, &Clocks::at(1_000_000))
}

fn chosen(decision: &Decision, name: &RegName) -> Option<Value> {
    let mut choices = decision.choices.iter();
    choices.find(|choice| choice.register == *name).map(|choice| choice.value.clone())
}

#[test]
fn writes_that_change_nothing_are_not_made() {
    let token = token();
    let unchanged = |changes: Vec<(RegName, Value)>| {
        assert_eq!(write(&token, dot(1, 2), changes, &stamp(0)), Ok(None));
    };
    unchanged(vec![]);
    unchanged(vec![(RegName::VALUE, text("first"))]);
    unchanged(vec![(RegName::DESCRIPTION, Value::Absent)]);
    unchanged(vec![(RegName::VALUE, text("x")), (RegName::VALUE, text("first"))]);
    unchanged(vec![life(Life::Alive)]);
    assert_eq!(restore(&token, dot(1, 2), &stamp(0)), Ok(None));
    let spelled = JsonText::parse(br#""\u0066irst""#, &JsonLimits::default()).unwrap();
    unchanged(vec![(RegName::VALUE, Value::Json(spelled))]);
}

#[test]
fn writes_rewrite_what_changes_and_life_only() {
    let token = token();
    let changes =
        [(RegName::PATH, text("color.a")), (RegName::VALUE, text("x")), (RegName::VALUE, text("y"))];
    let written = write(&token, dot(2, 7), changes, &stamp(5)).unwrap().unwrap();
    let dots =
        |name| written.register(&name).unwrap().pairs().iter().map(|pair| pair.dot).collect::<Vec<_>>();
    assert_eq!(dots(RegName::PATH), [dot(1, 1)]);
    assert_eq!(dots(RegName::VALUE), [dot(2, 7)]);
    assert_eq!(dots(RegName::LIFE), [dot(2, 7)]);
    assert_eq!(written.string(&RegName::VALUE).as_deref(), Some("y"));
    assert_eq!(written.seen(), &[dot(1, 1), dot(2, 7)].into_iter().collect::<Seen>());
    let gone: Vec<_> = superseded(&token, &written).map(|(name, pair)| (name.as_str(), pair.dot)).collect();
    assert_eq!(gone, [("@life", dot(1, 1)), ("value", dot(1, 1))]);
    assert_eq!(superseded(&written, &written).count(), 0);
}

#[test]
fn deletion_is_a_write_that_keeps_everything() {
    let deleted = delete(&token(), dot(1, 2), &stamp(0)).unwrap().unwrap();
    assert!(!deleted.is_alive());
    assert_eq!(deleted.string(&RegName::VALUE).as_deref(), Some("first"));
    assert_eq!(delete(&deleted, dot(1, 3), &stamp(0)), Ok(None));
    assert!(restore(&deleted, dot(1, 3), &stamp(0)).unwrap().unwrap().is_alive());
    assert!(set(&deleted, dot(1, 3), RegName::VALUE, "x").is_alive(), "an edit restores");
    let erased = [(RegName::VALUE, Value::Absent), life(Life::Deleted)];
    let erased = write(&deleted, dot(1, 3), erased, &stamp(0)).unwrap().unwrap();
    assert!(!erased.is_alive() && erased.value(&RegName::VALUE).is_none());
    let shown: Vec<_> = project(&erased).map(|(name, value)| (name.as_str(), value.clone())).collect();
    let expected =
        [("@life", Value::Life(Life::Deleted)), ("path", text("color.a")), ("value", Value::Absent)];
    assert_eq!(shown, expected);
}

#[test]
fn new_entities_have_no_absent_registers() {
    let fields = [(RegName::VALUE, Value::Absent), (RegName::PATH, text("a"))];
    let entity = create(TOKEN, Kind::Token, dot(1, 1), fields, &stamp(7)).unwrap();
    assert_eq!(entity.registers().keys().map(RegName::as_str).collect::<Vec<_>>(), ["@life", "path"]);
    assert!(entity.registers().values().all(|register| register.pairs()[0].stamp == stamp(7)));
    let bare = create(TOKEN, Kind::Token, dot(1, 1), [], &stamp(7)).unwrap();
    assert_eq!(bare.register(&RegName::LIFE).unwrap().pairs()[0].stamp, stamp(7));
}

#[test]
fn impossible_writes_are_refused() {
    let token = token();
    let newest = write(&token, dot(2, 1), [(RegName::VALUE, text("x"))], &stamp(0));
    assert_eq!(newest, Err(WriteError::NotNewer { entity: TOKEN, dot: dot(2, 1), newest: 1 }));
    let misplaced = write(&token, dot(1, 2), [(RegName::VALUE, Value::Life(Life::Alive))], &stamp(0));
    assert_eq!(misplaced.unwrap_err().code(), "merge_impossible_state");
    let too_large = dot(1, Dot::COUNTER_MAX + 1);
    assert_eq!(create(TOKEN, Kind::Token, too_large, [], &stamp(0)), Err(WriteError::ClockExhausted));
    let last = dot(1, Dot::COUNTER_MAX);
    assert!(create(TOKEN, Kind::Token, last, [], &stamp(0)).is_ok());
}

#[test]
fn only_one_entity_can_be_joined() {
    let other = create(EntityId::from_bytes([8; 16]), Kind::Token, dot(1, 1), [], &stamp(0)).unwrap();
    let group = create(TOKEN, Kind::Group, dot(1, 1), [], &stamp(0)).unwrap();
    for stranger in [other, group] {
        let error = join(&token(), &stranger).unwrap_err();
        assert!(matches!(error, Integrity::NotOneEntity { .. }), "{error}");
    }
}

#[test]
fn an_inherited_conflict_is_not_new_and_not_decided() {
    let (ours, theirs) = clash();
    let open = join(&ours, &theirs).unwrap();
    let plan = plan(Some(&token()), &open, Granularity::Entity).unwrap();
    assert_eq!(plan.outcome, Outcome::FastForward);
    assert_eq!(plan.conflicts.iter().map(|conflict| conflict.new).collect::<Vec<_>>(), [false]);
    for strategy in Strategy::ALL {
        assert_eq!(decided(&token(), &open, strategy), None, "{strategy:?}");
        assert_eq!(decided(&open, &theirs, strategy), None, "{strategy:?}");
    }
    let added = dss_merge::plan(None, &open, Granularity::Register).unwrap();
    assert_eq!(added.outcome, Outcome::Added);
    assert_eq!(added.conflicts[0].imported, [text("ours"), text("theirs")]);
    assert!(!added.conflicts[0].new && added.conflicts[0].local.is_empty());
}

#[test]
fn strategies_copy_the_side_they_choose() {
    let (ours, theirs) = clash();
    assert_eq!(decided(&ours, &theirs, Strategy::Manual), None);
    let expected =
        [(Strategy::KeepLocal, "ours"), (Strategy::TakeImported, "theirs"), (Strategy::Newest, "theirs")];
    for (strategy, value) in expected {
        let decision = decided(&ours, &theirs, strategy).unwrap();
        assert_eq!(chosen(&decision, &RegName::VALUE), Some(text(value)), "{strategy:?}");
        assert_eq!(chosen(&decision, &RegName::LIFE), Some(Value::Life(Life::Alive)));
        assert_eq!((decision.entity, decision.choices.len()), (TOKEN, 2));
        let origin = if value == "ours" { dot(1, 2) } else { dot(2, 3) };
        let stamp = stamp(if value == "ours" { 20_000 } else { 30_000 });
        assert_eq!(decision.choices[1].source, Some(Source { origin, stamp: stamp.clone() }));
        let joined = join(&ours, &theirs).unwrap();
        let written = decision.apply(&joined, dot(1, 4), &Stamp::default()).unwrap();
        let pair = written.register(&RegName::VALUE).unwrap().shown().unwrap();
        assert_eq!((pair.dot, pair.origin, &pair.stamp), (dot(1, 4), origin, &stamp));
    }
}

#[test]
fn newest_does_not_dare_to_delete_or_to_guess() {
    let ours = delete(&token(), dot(1, 2), &stamp(900_000)).unwrap().unwrap();
    let theirs = set(&token(), dot(2, 3), RegName::VALUE, "theirs");
    assert_eq!(decided(&ours, &theirs, Strategy::Newest), None);
    assert_eq!(decided(&theirs, &ours, Strategy::Newest), None);
    let close = write(&token(), dot(1, 2), [(RegName::VALUE, text("ours"))], &stamp(25_001));
    assert_eq!(decided(&close.unwrap().unwrap(), &theirs, Strategy::Newest), None);
}

#[test]
fn a_deletion_is_not_undone_in_passing() {
    // Both sides change the value; one of them also deletes: @life is in conflict as well.
    let ours = set(&token(), dot(1, 2), RegName::VALUE, "ours");
    let change = [(RegName::VALUE, text("theirs")), life(Life::Deleted)];
    let theirs = write(&token(), dot(2, 3), change, &stamp(500_000)).unwrap().unwrap();
    assert_eq!(decided(&ours, &theirs, Strategy::Newest), None);
    let keep = decided(&ours, &theirs, Strategy::KeepLocal).unwrap();
    assert_eq!(chosen(&keep, &RegName::LIFE), Some(Value::Life(Life::Alive)));
    let take = decided(&ours, &theirs, Strategy::TakeImported).unwrap();
    assert_eq!(chosen(&take, &RegName::LIFE), Some(Value::Life(Life::Deleted)));
    let fork = decided(&ours, &theirs, Strategy::Fork).unwrap();
    assert_eq!((fork.choices.len(), fork.fork), (1, None));
}

#[test]
fn bulk_decisions_do_not_overrule_each_other() {
    let (ours, theirs) = clash();
    let joined = join(&ours, &theirs).unwrap();
    let apply = |strategy, dot| {
        let decision = decided(&ours, &theirs, strategy).unwrap();
        decision.apply(&joined, dot, &Stamp::default()).unwrap()
    };
    let (kept, taken) = (apply(Strategy::KeepLocal, dot(1, 4)), apply(Strategy::TakeImported, dot(2, 4)));
    for strategy in [Strategy::KeepLocal, Strategy::TakeImported, Strategy::Fork] {
        assert_eq!(decided(&kept, &taken, strategy), None, "{strategy:?}");
    }
}

#[test]
fn a_fork_is_a_copy_under_another_name() {
    let (ours, theirs) = clash();
    let decision = decided(&ours, &theirs, Strategy::Fork).unwrap();
    assert_eq!(chosen(&decision, &RegName::VALUE), Some(text("theirs")));
    let fork = decision.fork.unwrap();
    assert_eq!(fork.losing, BTreeSet::from([dot(1, 2)]));
    let created = fork.create(dot(1, 9), &Stamp::default()).unwrap();
    assert_eq!((created.id(), created.kind()), (fork.id, Kind::Token));
    assert_eq!(created.string(&RegName::VALUE).as_deref(), Some("ours"));
    let path = created.string(&RegName::PATH).unwrap().into_owned();
    let (name, hash) = path.rsplit_once("-conflict-").unwrap();
    assert_eq!((name, hash.len()), ("color.a", 6));
    assert!(created.registers().values().all(|register| register.pairs()[0].origin != dot(1, 9)));
}

#[test]
fn a_fork_of_a_nameless_path_gets_a_name() {
    let moved = set(&token(), dot(1, 2), RegName::PATH, "color.~2");
    let ours = set(&moved, dot(1, 3), RegName::VALUE, "ours");
    let theirs = set(&moved, dot(2, 4), RegName::VALUE, "theirs");
    let fork = decided(&ours, &theirs, Strategy::Fork).unwrap().fork.unwrap();
    let created = fork.create(dot(1, 9), &Stamp::default()).unwrap();
    assert!(created.string(&RegName::PATH).unwrap().starts_with("color.-conflict-"));
}

#[test]
fn a_fork_without_a_path_is_renamed_and_projects_are_not_forked() {
    for (kind, forks) in [(Kind::Component, true), (Kind::Project, false)] {
        let fields = [(RegName::NAME, text("Button"))];
        let base = create(TOKEN, kind, dot(1, 1), fields, &stamp(0)).unwrap();
        let ours = set(&base, dot(1, 2), RegName::DESCRIPTION, "ours");
        let theirs = set(&base, dot(2, 3), RegName::DESCRIPTION, "theirs");
        let decision = decided(&ours, &theirs, Strategy::Fork);
        assert_eq!(decision.is_some(), forks, "{kind}");
        if let Some(fork) = decision.and_then(|decision| decision.fork) {
            let created = fork.create(dot(1, 9), &Stamp::default()).unwrap();
            assert!(created.string(&RegName::NAME).unwrap().starts_with("Button-conflict-"));
        }
    }
}

#[test]
fn sessions_create_forks_last_and_once() {
    let (ours, theirs) = clash();
    let clock = || dss_merge::Clock::new(dot(1, 0).replica, 2).with_issued(2);
    let options = ImportOptions::new(Strategy::Fork).with_stamp(stamp(1));
    let import = || {
        let mut import = Import::new(clock(), 3, &options);
        let imported = import.entity(Some(&ours), &theirs).unwrap();
        (imported, import)
    };
    let (imported, session) = import();
    assert_eq!((imported.outcome, imported.decided), (Outcome::Conflict, Some(dot(1, 4))));
    assert_eq!(session.clock().counter(), 4);
    let (forks, clock_after) = session.finish(|_| false).unwrap();
    assert_eq!((forks.len(), clock_after.counter(), clock_after.issued()), (1, 5, 5));
    let (_, session) = import();
    let (none, clock_after) = session.finish(|id| id == forks[0].id()).unwrap();
    assert_eq!((none.len(), clock_after.counter()), (0, 4));
    // Who holds the fork's id leaves the conflict open.
    let options = ImportOptions::new(Strategy::Fork).with_hold([forks[0].id()]);
    let mut session = Import::new(clock(), 3, &options);
    let imported = session.entity(Some(&ours), &theirs).unwrap();
    assert_eq!(imported.decided, None);
    assert_eq!(imported.entity.unwrap().open_conflicts(), 1);
    assert!(session.finish(|_| false).unwrap().0.is_empty());
}

#[test]
fn sessions_hold_and_leave_alone_what_does_not_change() {
    let (ours, theirs) = clash();
    let options = ImportOptions::new(Strategy::TakeImported).with_hold([TOKEN]);
    let clock = dss_merge::Clock::new(dot(1, 0).replica, 2).with_issued(2);
    let held = Import::new(clock.clone(), 3, &options).entity(Some(&ours), &theirs).unwrap();
    assert_eq!((held.outcome, held.entity, held.conflicts.len()), (Outcome::Held, None, 1));
    let options = ImportOptions::new(Strategy::TakeImported);
    let mut session = Import::new(clock, 3, &options);
    let stale = session.entity(Some(&ours), &token()).unwrap();
    assert_eq!((stale.outcome, stale.entity), (Outcome::Stale, None));
    let added = session.entity(None, &theirs).unwrap();
    assert_eq!((added.outcome, added.entity), (Outcome::Added, Some(theirs)));
}

#[test]
fn entity_granularity_asks_about_everything_both_touched() {
    let ours = set(&token(), dot(1, 2), RegName::VALUE, "ours");
    let theirs = set(&token(), dot(2, 3), RegName::DESCRIPTION, "theirs");
    let plan = |granularity| plan(Some(&ours), &theirs, granularity).unwrap();
    assert_eq!(plan(Granularity::Register).outcome, Outcome::AutoMerged);
    let whole: Plan = plan(Granularity::Entity);
    assert_eq!(whole.outcome, Outcome::Conflict);
    let listed: Vec<_> =
        whole.conflicts.iter().map(|conflict| (conflict.register.as_str(), conflict.kind.name())).collect();
    assert_eq!(listed, [("description", "entity"), ("value", "entity")]);
    let decision = decide(&ours, &theirs, &whole, Strategy::KeepLocal, &Clocks::default()).unwrap();
    assert_eq!(chosen(&decision, &RegName::DESCRIPTION), Some(Value::Absent));
    let removal = decision.choices.iter().find(|choice| choice.register == RegName::DESCRIPTION).unwrap();
    assert_eq!(removal.source, None);
    let me = Stamp { wall_ms: 77, author: Author::new("me") };
    let kept = decision.apply(&whole.joined, dot(1, 4), &me).unwrap();
    assert_eq!(kept.value(&RegName::DESCRIPTION), None);
    let pair = &kept.register(&RegName::DESCRIPTION).unwrap().pairs()[0];
    assert_eq!((&pair.stamp, pair.origin), (&me, dot(1, 4)));
    let same = set(&token(), dot(2, 3), RegName::VALUE, "ours");
    let silent = dss_merge::plan(Some(&ours), &same, Granularity::Entity).unwrap();
    assert_eq!(silent.outcome, Outcome::AutoMerged);
}

#[test]
fn entity_granularity_asks_only_if_both_sides_changed_something_visible() {
    let outcome =
        |local: &Entity, imported: &Entity| plan(Some(local), imported, Granularity::Entity).unwrap().outcome;
    // Both wrote the same value; only one of them also moved the token.
    let ours = set(&set(&token(), dot(1, 2), RegName::VALUE, "same"), dot(1, 3), RegName::PATH, "color.b");
    let theirs = set(&token(), dot(2, 3), RegName::VALUE, "same");
    assert_eq!(outcome(&ours, &theirs), Outcome::AutoMerged);
    assert_eq!(outcome(&theirs, &ours), Outcome::AutoMerged);
    // A conflict that both have inherited is nobody's change.
    let (one, other) = clash();
    let open = join(&one, &other).unwrap();
    let ours = set(&open, dot(1, 5), RegName::PATH, "color.b");
    let theirs = set(&open, dot(2, 5), RegName::PATH, "color.b");
    let plan = plan(Some(&ours), &theirs, Granularity::Entity).unwrap();
    assert_eq!((plan.outcome, plan.conflicts.len()), (Outcome::AutoMerged, 1));
}

#[test]
fn a_clash_asks_about_the_whole_entity_even_if_the_values_were_known() {
    // The local side shows x and y already; the archive brings another write of y.
    let theirs = set(&token(), dot(3, 2), RegName::VALUE, "y");
    let ours = set(&set(&token(), dot(1, 2), RegName::PATH, "color.b"), dot(1, 3), RegName::VALUE, "x");
    let ours = join(&ours, &theirs).unwrap();
    let theirs = set(&set(&theirs, dot(2, 3), RegName::VALUE, "z"), dot(2, 4), RegName::VALUE, "y");
    let plan = plan(Some(&ours), &theirs, Granularity::Entity).unwrap();
    let listed: Vec<_> =
        plan.conflicts.iter().map(|conflict| (conflict.register.as_str(), conflict.kind.name())).collect();
    assert_eq!(listed, [("value", "field"), ("path", "entity")]);
}

#[test]
fn whole_entities_do_not_swap_for_ever() {
    let ours = set(&token(), dot(1, 2), RegName::VALUE, "ours");
    let theirs = set(&token(), dot(2, 3), RegName::PATH, "color.b");
    for strategy in [Strategy::KeepLocal, Strategy::TakeImported] {
        let decided = |local: &Entity, imported: &Entity| {
            let plan = plan(Some(local), imported, Granularity::Entity).unwrap();
            (decide(local, imported, &plan, strategy, &Clocks::default()), plan.joined)
        };
        let write = |(decision, joined): (Option<Decision>, Entity), dot| {
            decision.unwrap().apply(&joined, dot, &Stamp::default()).unwrap()
        };
        let here = write(decided(&ours, &theirs), dot(1, 4));
        let there = write(decided(&theirs, &ours), dot(2, 4));
        assert_eq!(decided(&here, &there).0, None, "{strategy:?}");
        assert_eq!(decided(&there, &here).0, None, "{strategy:?}");
    }
}

#[test]
fn whole_entities_overrule_people_or_nobody() {
    let ours = set(&set(&token(), dot(1, 2), RegName::PATH, "color.b"), dot(1, 3), RegName::VALUE, "ours");
    let theirs =
        set(&set(&token(), dot(2, 2), RegName::PATH, "color.c"), dot(2, 3), RegName::VALUE, "theirs");
    // There, both clashes were decided in bulk; here, somebody goes on with the value.
    let decision = decided(&theirs, &ours, Strategy::KeepLocal).unwrap();
    let there = decision.apply(&join(&ours, &theirs).unwrap(), dot(2, 4), &Stamp::default()).unwrap();
    let here = set(&ours, dot(1, 5), RegName::VALUE, "again");
    let plan = plan(Some(&here), &there, Granularity::Entity).unwrap();
    assert_eq!(plan.conflicts.len(), 2);
    let decision = decide(&here, &there, &plan, Strategy::KeepLocal, &Clocks::default()).unwrap();
    assert_eq!(chosen(&decision, &RegName::VALUE), Some(text("again")));
    assert_eq!(chosen(&decision, &RegName::PATH), None, "it would overrule a bulk decision only");
}

#[test]
fn previews_show_both_sides_and_what_they_had_in_common() {
    let (ours, theirs) = clash();
    let history = [
        (dot(1, 1), text("first")),
        (dot(2, 3), text("not seen here")),
        (dot(1, 2), text("not seen there")),
        (dot(5, 1), text("seen nowhere")),
    ];
    let clocks = Clocks::at(40_000).with_exported_at_ms(Some(35_000));
    let shown = preview(&ours, &theirs, &RegName::VALUE, history, &clocks);
    assert_eq!(shown.base, Some(text("first")));
    assert_eq!(shown.local.unwrap().value, text("ours"));
    assert_eq!(shown.imported.unwrap().stamp.wall_ms, 30_000);
    assert_eq!(shown.advice.recommendation.to_string(), "imported");
    assert_eq!(base(&ours, &theirs, &RegName::VALUE, []), None);
    // What is live on both sides is common knowledge without a history.
    let open = join(&ours, &theirs).unwrap();
    let moved = set(&open, dot(1, 5), RegName::PATH, "color.b");
    assert_eq!(base(&open, &moved, &RegName::VALUE, []), Some(text("theirs")));
    let newer = [(dot(1, 1), text("first")), (dot(1, 2), text("ours"))];
    assert_eq!(base(&open, &moved, &RegName::DESCRIPTION, newer), Some(text("ours")));
}

#[test]
fn legacy_records_are_the_same_write_on_every_importer() {
    let fields = || vec![(RegName::VALUE, text("x")), (RegName::PATH, text("color.a"))];
    let legacy = |fields, wall_ms| from_legacy(TOKEN, Kind::Token, fields, &stamp(wall_ms)).unwrap();
    let one = legacy(fields(), 5);
    let reversed: Vec<_> = fields().into_iter().rev().collect();
    assert_eq!(one, legacy(reversed, 5));
    let mut more = fields();
    more.push((RegName::DESCRIPTION, Value::Absent));
    assert_eq!(one, legacy(more, 5));
    assert_ne!(one.seen(), legacy(fields(), 6).seen());
    let other = vec![(RegName::VALUE, text("y")), (RegName::PATH, text("color.a"))];
    let other = legacy(other, 5);
    assert_ne!(one.seen(), other.seen());
    assert_eq!(plan(Some(&one), &other, Granularity::Register).unwrap().outcome, Outcome::Conflict);
    assert_eq!(one.seen().iter().map(|dot| dot.counter).collect::<Vec<_>>(), [1]);
    let values = [Value::Ref(TOKEN), Value::Absent, Value::Blob(dss_model::ContentHash::from_bytes([1; 32]))];
    let ids: BTreeSet<_> = values
        .into_iter()
        .map(|value| legacy(vec![(RegName::VALUE, value)], 5).seen().iter().next().unwrap())
        .collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn replacing_shows_the_archive_and_forgets_nothing() {
    let archive = token();
    let ours = set(&token(), dot(1, 2), RegName::DESCRIPTION, "ours");
    let replaced = replace(Some(&ours), &archive, dot(1, 3), &stamp(0)).unwrap();
    assert!(replaced.wrote && replaced.outcome == Outcome::Stale);
    assert_eq!(replaced.entity.value(&RegName::DESCRIPTION), None);
    assert!(replaced.entity.seen().dominates(ours.seen()));
    let again = replace(Some(&replaced.entity), &archive, dot(1, 4), &stamp(0)).unwrap();
    assert_eq!((again.wrote, again.entity), (false, replaced.entity));
    let deleted = delete(&ours, dot(1, 3), &stamp(0)).unwrap().unwrap();
    let restored = replace(Some(&deleted), &ours, dot(1, 4), &stamp(0)).unwrap();
    assert!(restored.entity.is_alive() && restored.wrote);
    let gone = replace(Some(&restored.entity), &deleted, dot(1, 5), &stamp(0)).unwrap();
    assert!(!gone.entity.is_alive());
    let added = replace(None, &archive, dot(1, 5), &stamp(0)).unwrap();
    assert_eq!((added.wrote, added.entity, added.outcome), (false, archive.clone(), Outcome::Added));
    let late = replace(Some(&ours), &archive, dot(1, 2), &stamp(0)).unwrap_err();
    assert!(matches!(late, ReplaceError::Write(WriteError::NotNewer { .. })), "{late}");
}

#[test]
fn replacing_an_open_conflict_by_itself_writes_nothing() {
    let (ours, theirs) = clash();
    let open = join(&ours, &theirs).unwrap();
    let same = replace(Some(&ours), &open, dot(1, 9), &stamp(0)).unwrap();
    assert_eq!((same.wrote, &same.entity), (false, &open));
    let one = replace(Some(&open), &ours, dot(1, 9), &stamp(0)).unwrap();
    assert_eq!((one.wrote, one.entity.string(&RegName::VALUE).as_deref()), (true, Some("ours")));
    assert_eq!(one.entity.open_conflicts(), 0);
}

#[test]
fn marks_bound_what_an_archive_may_know() {
    assert_eq!(check_mark(&token(), 1), Ok(()));
    let above = Integrity::AboveMark { entity: TOKEN, dot: dot(1, 1), mark: 0 };
    assert_eq!(check_mark(&token(), 0), Err(above));
}

#[test]
fn names_are_stable() {
    for strategy in Strategy::ALL {
        assert_eq!(Strategy::from_name(strategy.name()), Some(strategy));
    }
    assert_eq!(Strategy::from_name("defer"), None);
    let entity = TOKEN;
    let errors = [
        Integrity::DotCollision { entity, register: RegName::VALUE, dot: dot(1, 1) },
        Integrity::CoveredButDifferent { entity },
        Integrity::RegisterAnnihilated { entity, register: RegName::VALUE },
        Integrity::OwnIdAhead { replica: dot(1, 1).replica, issued: 1, claimed: 2 },
        Integrity::AboveMark { entity, dot: dot(1, 2), mark: 1 },
    ];
    let codes: Vec<_> = errors.iter().map(Integrity::code).collect();
    let expected = [
        "merge_dot_collision",
        "merge_covered_but_different",
        "merge_register_annihilated",
        "merge_own_id_ahead",
        "merge_above_mark",
    ];
    assert_eq!(codes, expected);
    assert_eq!(dss_merge::ImportError::from(errors[1].clone()).code(), expected[1]);
    assert_eq!(dss_merge::ImportError::from(WriteError::ClockExhausted).code(), "counter_out_of_range");
    let late = WriteError::NotNewer { entity, dot: dot(1, 1), newest: 1 };
    assert_eq!(late.code(), "merge_write_not_newer");
    assert!(errors.iter().all(|error| !error.to_string().ends_with('.')));
}
