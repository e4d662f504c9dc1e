//! Two stores and somebody who edits a file, in any order: no one-sided edit is lost, and a conflict is
//! exactly where two changed the same register to different values without knowing of each other.
#![expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test's own small numbers")]

use std::collections::{BTreeMap, BTreeSet};

use dss_service::model::RegName;
use dss_testkit::TestResult;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Fixture, fixture, name};

const TOKENS: [&str; 3] = ["a", "b", "c"];

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody edits the file: a value, or the description (0 removes it).
    InFile { token: usize, is_value: bool, to: u32 },
    /// Somebody edits a store.
    InStore { store: usize, token: usize, is_value: bool, to: u32 },
    /// The file is imported into the first store.
    Import,
    /// The stores exchange archives, so that both hold the same.
    Exchange,
}

fn step() -> impl Strategy<Value = Step> {
    let edit = (0..3_usize, any::<bool>(), 0..4_u32);
    prop_oneof![
        3 => edit.clone().prop_map(|(token, is_value, to)| Step::InFile { token, is_value, to }),
        3 => (0..2_usize, edit).prop_map(|(store, (token, is_value, to))| Step::InStore {
            store, token, is_value, to
        }),
        3 => Just(Step::Import),
        1 => Just(Step::Exchange),
    ]
}

type Field = (usize, bool);

/// What a file says of each field; a description may be missing.
type File = BTreeMap<Field, u32>;

/// One store, as it ought to be: per field the writes that nobody has superseded, and all writes that
/// are known. Writes are numbered.
#[derive(Clone, Debug, Default)]
struct Model {
    live: BTreeMap<Field, BTreeSet<(u32, u32)>>,
    known: BTreeSet<u32>,
}

impl Model {
    /// A write that supersedes those live ones that `knows` names.
    fn write(&mut self, field: Field, number: u32, value: u32, knows: impl Fn(u32) -> bool) {
        let live = self.live.entry(field).or_default();
        live.retain(|(_, value)| !knows(*value));
        live.insert((number, value));
        self.known.insert(number);
    }

    fn values(&self, field: Field) -> BTreeSet<u32> {
        self.live.get(&field).into_iter().flatten().map(|(_, value)| *value).collect()
    }

    fn join(&self, other: &Self) -> Self {
        let mut joined = Self { known: self.known.union(&other.known).copied().collect(), ..Self::default() };
        for (a, b) in [(self, other), (other, self)] {
            for (field, pairs) in &a.live {
                let theirs = b.live.get(field);
                let kept = pairs.iter().filter(|pair| {
                    theirs.is_some_and(|theirs| theirs.contains(pair)) || !b.known.contains(&pair.0)
                });
                joined.live.entry(*field).or_default().extend(kept);
            }
        }
        joined
    }
}

fn text(file: &File) -> String {
    let tokens = (0..TOKENS.len()).map(|token| {
        let value = file.get(&(token, true)).copied().unwrap_or(0);
        let description = file.get(&(token, false)).copied().unwrap_or(0);
        let said =
            if description == 0 { String::new() } else { format!(r#", "$description": "{description}""#) };
        format!(r#""{}": {{"$type": "number", "$value": {value}{said}}}"#, TOKENS[token])
    });
    format!("{{{}}}", tokens.collect::<Vec<_>>().join(",\n"))
}

fn run(steps: &[Step]) -> TestResult {
    let stores = [fixture()?, fixture()?];
    let mut file: File = (0..TOKENS.len()).map(|token| ((token, true), 0)).collect();
    let path = stores[0].file("x.tokens.json", text(&file))?;
    stores[0].import(&path, "p")?;
    stores[1].import(&stores[0].export("p", "first.dss")?, "p")?;
    let mut models = [Model::default(), Model::default()];
    for model in &mut models {
        for (field, value) in &file {
            model.write(*field, u32::from(field.0 == 1) + 2 * u32::from(field.0 == 2), *value, |_| true);
        }
    }
    let mut delivered = file.clone();
    let mut number = 10;
    for step in steps {
        number += 1;
        match *step {
            Step::InFile { token, is_value, to } => {
                file.insert((token, is_value), to);
            }
            Step::InStore { store, token, is_value, to } => {
                edit(&stores[store], token, is_value, to)?;
                let field = (token, is_value);
                let was = models[store].values(field);
                let is_nothing = !is_value && to == 0 && was.is_empty();
                if !is_nothing && was != BTreeSet::from([to]) {
                    models[store].write(field, number, to, |_| true);
                }
            }
            Step::Import => {
                std::fs::write(&path, text(&file))?;
                stores[0].import(&path, "p")?;
                for (field, value) in &file {
                    let before = delivered.get(field).copied().unwrap_or(0);
                    let here = models[0].values(*field);
                    let is_same = here == BTreeSet::from([*value]) || (here.is_empty() && *value == 0);
                    if *value != before && !is_same {
                        models[0].write(*field, number, *value, |value| value == before);
                        number += 1;
                    }
                }
                delivered = file.clone();
                let before = stores[0].bytes("p")?;
                let summary = stores[0].import(&path, "p")?;
                assert!(
                    summary.kinds.values().all(|kind| kind.unchanged == kind.read),
                    "{:?}",
                    summary.kinds
                );
                assert!(stores[0].bytes("p")? == before, "importing again is nothing");
            }
            Step::Exchange => {
                stores[1].import(&stores[0].export("p", "x.dss")?, "p")?;
                stores[0].import(&stores[1].export("p", "x.dss")?, "p")?;
                assert!(stores[0].bytes("p")? == stores[1].bytes("p")?, "both hold the same");
                let joined = models[0].join(&models[1]);
                models = [joined.clone(), joined];
            }
        }
        for (store, model) in stores.iter().zip(&models) {
            check(store, model)?;
        }
    }
    Ok(())
}

fn edit(store: &Fixture, token: usize, is_value: bool, to: u32) -> TestResult {
    let change = if is_value {
        dss_service::TokenChange { value: Some(to.to_string()), ..Default::default() }
    } else {
        let text = (to > 0).then(|| to.to_string());
        dss_service::TokenChange { description: Some(text), ..Default::default() }
    };
    store.change(TOKENS[token], &change)
}

/// The store holds the values that it ought to hold, no more and no fewer.
fn check(store: &Fixture, model: &Model) -> TestResult {
    let mut open = 0;
    for (token, path) in TOKENS.into_iter().enumerate() {
        for is_value in [true, false] {
            let register = if is_value { RegName::VALUE } else { RegName::DESCRIPTION };
            let texts = store.values(path, &register)?;
            let number = |text: &String| {
                let plain = text.trim_start_matches(r#"{"$type":"number","$value":"#).trim_end_matches('}');
                plain.parse::<u32>().unwrap_or(0)
            };
            let found: BTreeSet<u32> = texts.iter().map(number).collect();
            let expected = model.values((token, is_value));
            assert_eq!(found, expected, "{path}.{is_value}");
            open += u64::from(expected.len() > 1);
        }
    }
    assert_eq!(store.service.project(&name("p"))?.open_conflicts > 0, open > 0);
    Ok(())
}

#[test]
fn no_one_sided_edit_is_lost_and_conflicts_are_real() {
    let config = Config { max_shrink_iters: 200, ..dss_testkit::cases(24) };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&prop::collection::vec(step(), 1..14), |steps| {
        run(&steps).map_err(|error| TestCaseError::fail(error.to_string()))
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
