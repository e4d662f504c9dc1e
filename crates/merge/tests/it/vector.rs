//! Runs one vector through the crate, as an importer would, and compares with what the model expects.

use std::collections::BTreeSet;

use dss_merge::{Clock, Clocks, Granularity, Strategy, from_legacy};
use dss_model::{Entity, Kind, RegName, Seen};
use serde_json::{Value as Json, json};

use crate::importer::{Archive, Copy, Entities, How, Namer, check_session, export, import, replace_all};
use crate::names::{Names, members, stamp};
use crate::report::{entities_json, findings_json, normal, report_json, view_json, write_json};

/// Says what differs, if anything does.
pub(crate) fn check(vector: &Json) -> Result<(), String> {
    let mut names = Names::of(vector);
    let actual = match vector["type"].as_str().unwrap() {
        "exchange" => run_exchange(&names, vector),
        _ => run_steps(&mut names, vector),
    };
    let (expected, actual) = (normal(&vector["expect"]), normal(&actual));
    if expected == actual {
        return Ok(());
    }
    let differs = |key: &&String| expected.get(key) != actual.get(key);
    let keys: Vec<_> = members(&expected).keys().filter(differs).cloned().collect();
    let show =
        |json: &Json| keys.iter().map(|key| format!("{key}: {}", json[key])).collect::<Vec<_>>().join("\n");
    Err(format!("{}\nexpected\n{}\nactual\n{}", vector["name"], show(&expected), show(&actual)))
}

fn run_steps(names: &mut Names, vector: &Json) -> Json {
    let mut copy = parse_copy(names, &vector["local"]);
    let mut steps = Vec::new();
    for step in vector["steps"].as_array().unwrap() {
        let archive = parse_archive(names, &step["archive"]);
        let how = parse_how(names, step, &archive);
        let run = |copy: &Copy| {
            if step["op"] == "replace" {
                replace_all(copy, &archive, &how)
            } else {
                import(&|of, fork| names.fork(of, fork), copy, &archive, &how)
            }
        };
        let (next, report) = run(&copy);
        let (again, repeated) = run(&next);
        let noop = again.entities == next.entities && repeated.writes.is_empty();
        if step["op"] != "replace" {
            check_session(&copy, &archive, &how, &next, &report, false);
        }
        steps.push(json!({
            "report": report_json(names, &copy, &archive, &report, &how.clocks, &vector["history"]),
            "flags": report.flags,
            "writes": report.writes.iter().map(|write| write_json(names, write)).collect::<Vec<_>>(),
            "repeat_is_noop": noop,
        }));
        copy = next;
    }
    let expected = &vector["expect"]["replica"]["entities"];
    for entity in expected.as_array().unwrap() {
        if let Some(actual) = copy.entities.get(&names.entity(entity["id"].as_str().unwrap())) {
            names.learn(entity, actual);
        }
    }
    json!({
        "steps": steps,
        "replica": {
            "rid": vector["local"]["rid"],
            "clock": copy.clock.counter(),
            "issued": copy.clock.issued(),
            "entities": entities_json(names, &copy.entities),
        },
        "view": view_json(names, &copy.entities, &vector["expect"]["view"]),
        "findings": findings_json(names, &copy.entities),
    })
}

fn run_exchange(names: &Names, vector: &Json) -> Json {
    let parse = |json| parse_copy(names, json);
    let mut copies: Vec<Copy> = vector["replicas"].as_array().unwrap().iter().map(parse).collect();
    let now_ms = vector["now"].as_i64().unwrap();
    let strategies = vector["strategies"].as_array().unwrap().iter().map(parse_strategy);
    let hows: Vec<How> = strategies
        .map(|strategy| How {
            strategy,
            granularity: Granularity::Register,
            hold: BTreeSet::new(),
            clocks: Clocks::at(now_ms),
            now_ms,
            mutation: None,
        })
        .collect();
    let namer: Namer<'_> = &|of, fork| names.fork(of, fork);
    let (mut rounds, mut writes) = (0, 0);
    loop {
        let before: Vec<Entities> = copies.iter().map(|copy| copy.entities.clone()).collect();
        let snapshot = copies.clone();
        let mut written = 0;
        for to in 0..copies.len() {
            for from in (0..copies.len()).filter(|from| *from != to) {
                let source = if vector["mode"] == "cross" { &snapshot[from] } else { &copies[from] };
                let (next, report) = import(namer, &copies[to], &export(source), &hows[to]);
                written += report.writes.len();
                copies[to] = next;
            }
        }
        writes += written;
        if written == 0 && before.iter().zip(&copies).all(|(before, copy)| *before == copy.entities) {
            break;
        }
        rounds += 1;
        assert!(rounds < 8, "ping-pong");
    }
    let first = &copies[0].entities;
    json!({
        "rounds_until_quiet": rounds,
        "writes": writes,
        "all_equal": copies.iter().all(|copy| copy.entities == *first),
        "entities": entities_json(names, first),
        "view": view_json(names, first, &vector["expect"]["view"]),
        "findings": findings_json(names, first),
    })
}

fn parse_copy(names: &Names, json: &Json) -> Copy {
    let clock = Clock::new(names.replica(json["rid"].as_str().unwrap()), json["clock"].as_u64().unwrap())
        .with_issued(json["issued"].as_u64().unwrap());
    let entities = json["entities"].as_array().unwrap().iter().map(|entity| names.parse(entity));
    Copy { clock, entities: entities.map(|entity| (entity.id(), entity)).collect() }
}

fn parse_archive(names: &Names, json: &Json) -> Archive {
    let legacy = |entity: &Json| {
        let fields = members(&entity["fields"]).iter();
        let fields = fields.map(|(name, value)| (RegName::new(name).unwrap(), names.value(name, value)));
        let id = names.entity(entity["id"].as_str().unwrap());
        from_legacy(id, Kind::Token, fields, &stamp(entity["updated_at"].as_i64().unwrap())).unwrap()
    };
    let entities = json["entities"].as_array().unwrap().iter();
    let mut entities: Vec<Entity> = if json["kind"] == "legacy" {
        entities.map(legacy).collect()
    } else {
        entities.map(|entity| names.parse(entity)).collect()
    };
    entities.sort_by_key(Entity::id);
    Archive {
        is_full: json["kind"] == "full",
        mark: json["hwm"].as_u64().unwrap_or(0),
        exported_at_ms: json["exported_at"].as_i64(),
        entities,
        everything: Seen::new(),
    }
}

fn parse_how(names: &Names, step: &Json, archive: &Archive) -> How {
    let now_ms = step["now"].as_i64().unwrap();
    let hold = step["hold"].as_array().map_or(&[][..], Vec::as_slice).iter();
    How {
        strategy: parse_strategy(&step["strategy"]),
        granularity: match step["granularity"].as_str() {
            Some("entity") => Granularity::Entity,
            _ => Granularity::Register,
        },
        hold: hold.map(|id| names.entity(id.as_str().unwrap())).collect(),
        clocks: Clocks::at(now_ms).with_exported_at_ms(archive.exported_at_ms),
        now_ms,
        mutation: None,
    }
}

fn parse_strategy(json: &Json) -> Strategy {
    let name = json.as_str().unwrap_or("defer").replace('_', "-");
    Strategy::from_name(if name == "defer" { "manual" } else { &name }).unwrap()
}
