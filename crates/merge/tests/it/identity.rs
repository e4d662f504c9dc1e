//! Cloned identities: what happens when a replica id is in use twice (MERGE.md §7).

use dss_merge::{
    Clock, Granularity, Import, ImportError, ImportOptions, Integrity, Outcome, Strategy, create, join, plan,
    rebase_identity, split_collisions, write,
};
use dss_model::{Entity, EntityId, JsonText, Kind, RegName, Register, Value};

use crate::names::stamp;
use crate::world::dot;

const TOKEN: EntityId = EntityId::from_bytes([9; 16]);

fn text(text: &str) -> Value {
    Value::Json(JsonText::string(text))
}

fn set(entity: &Entity, clock: &mut Clock, value: &str) -> Entity {
    clock.observe_entity(entity);
    let change = [(RegName::VALUE, text(value))];
    write(entity, clock.tick().unwrap(), change, &stamp(0)).unwrap().unwrap()
}

/// A store, and a backup of it that was restored with the replica id it had.
fn cloned() -> (Entity, Clock, Clock) {
    let mut clock = Clock::new(dot(1, 0).replica, 0);
    let fields = [(RegName::PATH, text("color.a")), (RegName::VALUE, text("first"))];
    let token = create(TOKEN, Kind::Token, clock.tick().unwrap(), fields, &stamp(0)).unwrap();
    (token, clock.clone(), clock)
}

#[test]
fn own_rid_ahead_is_refused_before_anything_is_joined_and_rebasing_loses_nothing() {
    let (token, mut original, mut restored) = cloned();
    let theirs = set(&set(&token, &mut original, "second"), &mut original, "third");
    let ours = set(&token, &mut restored, "mine");
    let options = ImportOptions::new(Strategy::Manual);
    let refused = Import::new(restored.clone(), 3, &options).entity(Some(&ours), &theirs);
    let own = restored.replica();
    let ahead = Integrity::OwnIdAhead { replica: own, issued: 2, claimed: 3 };
    assert_eq!(refused, Err(ImportError::Integrity(ahead)));

    let mut minted = Clock::new(dot(2, 0).replica, restored.counter());
    let ours = rebase_identity(&ours, own, &mut minted).unwrap();
    assert_eq!(ours.seen().get(own), 0);
    assert_eq!(ours.string(&RegName::VALUE).as_deref(), Some("mine"));
    let mut import = Import::new(minted, 3, &options);
    let imported = import.entity(Some(&ours), &theirs).unwrap();
    assert_eq!(imported.outcome, Outcome::Conflict);
    let values: Vec<_> = imported.conflicts.iter().map(|c| (c.local.clone(), c.imported.clone())).collect();
    assert_eq!(values, [(vec![text("mine")], vec![text("third")])]);
}

#[test]
fn rebasing_keeps_what_others_wrote_and_one_new_name_per_write() {
    let (token, mut clock, _) = cloned();
    let mut other = Clock::new(dot(3, 0).replica, 0);
    let mixed = set(&token, &mut other, "theirs");
    let ours = set(&token, &mut clock, "mine");
    let both = join(&mixed, &ours).unwrap();
    let mut minted = Clock::new(dot(2, 0).replica, 0);
    let rebased = rebase_identity(&both, clock.replica(), &mut minted).unwrap();
    let dots =
        |name| rebased.register(&name).unwrap().pairs().iter().map(|pair| pair.dot).collect::<Vec<_>>();
    assert_eq!(dots(RegName::VALUE), [dot(3, 2), dot(2, 3)]);
    assert_eq!(dots(RegName::LIFE), [dot(3, 2), dot(2, 3)]);
    assert_eq!(dots(RegName::PATH), [dot(2, 4)]);
    assert_eq!(minted.counter(), 4);
    assert!(rebased.registers().values().flat_map(Register::pairs).all(|pair| pair.origin == pair.dot));
}

#[test]
fn clone_same_dot_keeps_both_values() {
    let (token, mut original, mut restored) = cloned();
    let (a, b) = (set(&token, &mut original, "aaa"), set(&token, &mut restored, "bbb"));
    let collision = Integrity::DotCollision { entity: TOKEN, register: RegName::VALUE, dot: dot(1, 2) };
    assert_eq!(join(&a, &b), Err(collision.clone()));
    let (a2, b2) = split_collisions(&a, &b).unwrap();
    let (b3, a3) = split_collisions(&b, &a).unwrap();
    assert_eq!((&a2, &b2), (&a3, &b3));
    let joined = join(&a2, &b2).unwrap();
    assert_eq!(joined, join(&b2, &a2).unwrap());
    assert_eq!(joined.register(&RegName::VALUE).unwrap().pairs().len(), 2);
    assert_eq!(joined.register(&RegName::PATH).unwrap().pairs().len(), 1);

    let options = ImportOptions::new(Strategy::Manual);
    let imported = Import::new(original, 2, &options).entity(Some(&a), &b).unwrap();
    assert_eq!(imported.outcome, Outcome::Conflict);
    assert_eq!(imported.integrity, Some(collision));
    assert_eq!(imported.entity, Some(joined));
}

#[test]
fn annihilated_registers_are_quarantined() {
    let (token, mut original, mut restored) = cloned();
    let change = |clock: &mut Clock, name: RegName| {
        write(&token, clock.tick().unwrap(), [(name, text("new"))], &stamp(0)).unwrap().unwrap()
    };
    // Both claim to know write 2; each has another one in mind.
    let (a, b) = (change(&mut original, RegName::VALUE), change(&mut restored, RegName::DESCRIPTION));
    let options = ImportOptions::new(Strategy::TakeImported);
    let imported = Import::new(original.clone(), 2, &options).entity(Some(&a), &b).unwrap();
    assert_eq!(imported.outcome, Outcome::Quarantined);
    assert_eq!(imported.entity, None);
    let gone = Integrity::RegisterAnnihilated { entity: TOKEN, register: RegName::DESCRIPTION };
    assert_eq!(imported.integrity, Some(gone));
}

#[test]
fn covered_but_different_is_noticed_from_both_sides() {
    let (token, mut original, mut restored) = cloned();
    // Somebody else imported the same file, and so made the same entity.
    let fields = [(RegName::VALUE, text("b")), (RegName::DESCRIPTION, text("b"))];
    let other = create(TOKEN, Kind::Token, dot(2, 1), fields, &stamp(0)).unwrap();
    // Write 2 is a value to the original and a description to the clone, which then meets the other.
    let renamed = set(&token, &mut original, "second");
    let described = write(&token, restored.tick().unwrap(), [(RegName::DESCRIPTION, text("a"))], &stamp(0));
    let clone = join(&described.unwrap().unwrap(), &other).unwrap();
    assert!(clone.seen().dominates(renamed.seen()));
    for (local, imported) in [(&clone, &renamed), (&renamed, &clone)] {
        let planned = plan(Some(local), imported, Granularity::Register);
        assert_eq!(planned, Err(Integrity::CoveredButDifferent { entity: TOKEN }));
    }
}

#[test]
fn what_an_import_issues_itself_does_not_hide_a_clone() {
    let (token, mut original, _) = cloned();
    let mut bob = Clock::new(dot(2, 0).replica, 0);
    let (ours, theirs) = (set(&token, &mut original, "ours"), set(&token, &mut bob, "theirs"));
    // Another entity of the same archive knows a write 4 of this copy, which it never made.
    let claims = create(EntityId::from_bytes([8; 16]), Kind::Token, dot(1, 4), [], &stamp(0)).unwrap();
    let options = ImportOptions::new(Strategy::KeepLocal);
    let mut import = Import::new(original, 4, &options);
    assert_eq!(import.entity(Some(&ours), &theirs).unwrap().decided, Some(dot(1, 5)));
    let ahead = Integrity::OwnIdAhead { replica: dot(1, 0).replica, issued: 2, claimed: 4 };
    assert_eq!(import.entity(None, &claims), Err(ImportError::Integrity(ahead)));
}

#[test]
fn a_clock_that_fell_behind_its_own_store_catches_up() {
    let (token, mut original, _) = cloned();
    let mut bob = Clock::new(dot(2, 0).replica, 0);
    let (ours, theirs) = (set(&token, &mut original, "ours"), set(&token, &mut bob, "theirs"));
    let ours = set(&ours, &mut Clock::new(dot(3, 0).replica, 40), "ours again");
    let options = ImportOptions::new(Strategy::KeepLocal);
    let decided = Import::new(original, 2, &options).entity(Some(&ours), &theirs).unwrap().decided;
    assert_eq!(decided, Some(dot(1, 42)));
}
