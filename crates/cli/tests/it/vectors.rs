//! The hand-reviewed merge vectors, through the binary: their stores and archives are built, `dss import` merges
//! them, and what the store then holds is what the model expects.
//!
//! A store mints its own replica id, so the decisions of a vector's copy `A` are made by another name here; it is
//! read as `A` again before comparing. What a command line cannot say is left out, and the test says so.
#![expect(clippy::arithmetic_side_effects, reason = "counts of a handful of vectors")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dss_service::merge::from_legacy;
use dss_service::model::{
    Dot, Entity, EntityId, JsonText, Kind, Life, OrderKey, Pair, ProjectName, RegName, Register, ReplicaId,
    Seen, Stamp, Value,
};
use dss_service::store::{
    Columns, LifeFilter, NewProject, Row, Scan, SqliteStore, Store as _, StoreOptions, Visit, WriteTx,
};
use dss_service::{ExportOptions, FixedClock, ProjectService, Selection};
use serde_json::{Map, Value as Json, json};

use crate::support::Desk;

/// The copy that made the project and its set, before any vector begins.
const MAKER: ReplicaId = ReplicaId::from_bytes([0xfe; 16]);
const PROJECT: EntityId = EntityId::from_bytes([0xfd; 16]);
const SET: EntityId = EntityId::from_bytes([0xfc; 16]);

/// The vectors' names as ids, and back.
#[derive(Clone, Debug, Default)]
struct Names {
    replicas: BTreeMap<String, ReplicaId>,
    entities: BTreeMap<String, EntityId>,
}

fn members(json: &Json) -> &Map<String, Json> {
    json.as_object().unwrap()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

impl Names {
    fn of(vector: &Json) -> Self {
        fn walk(json: &Json, replicas: &mut BTreeSet<String>, entities: &mut BTreeSet<String>) {
            match json {
                Json::Array(items) => items.iter().for_each(|item| walk(item, replicas, entities)),
                Json::Object(items) => {
                    for (key, value) in items {
                        match (key.as_str(), value) {
                            ("seen", Json::Object(seen)) => replicas.extend(seen.keys().cloned()),
                            ("rid", Json::String(name)) => drop(replicas.insert(name.clone())),
                            ("dot" | "origin", Json::String(dot)) => {
                                replicas.insert(dot.rsplit_once(':').unwrap().0.to_owned());
                            }
                            ("id" | "entity", Json::String(name)) => drop(entities.insert(name.clone())),
                            _ => walk(value, replicas, entities),
                        }
                    }
                }
                Json::String(text) => entities.extend(text.strip_prefix("ref:").map(str::to_owned)),
                _ => {}
            }
        }
        let (mut replicas, mut entities) = (BTreeSet::new(), BTreeSet::new());
        for key in ["local", "replicas", "steps", "history"] {
            walk(&vector[key], &mut replicas, &mut entities);
        }
        let id = |at: usize| {
            let mut bytes = [0xee; 16];
            bytes[..8].copy_from_slice(&u64::try_from(at + 1).unwrap().to_be_bytes());
            bytes
        };
        let replicas = replicas.into_iter().enumerate();
        let entities = entities.into_iter().enumerate();
        Self {
            replicas: replicas.map(|(at, name)| (name, ReplicaId::from_bytes(id(at)))).collect(),
            entities: entities.map(|(at, name)| (name, EntityId::from_bytes(id(at)))).collect(),
        }
    }

    fn dot(&self, text: &str) -> Dot {
        let (replica, counter) = text.rsplit_once(':').unwrap();
        Dot { counter: counter.parse().unwrap(), replica: self.replicas[replica] }
    }

    fn name(&self, replica: ReplicaId) -> String {
        let known = self.replicas.iter().find(|(_, id)| **id == replica);
        known.map_or_else(|| replica.to_string(), |(name, _)| name.clone())
    }

    fn value(&self, register: &str, value: &Json) -> Value {
        match value.as_str() {
            Some("alive") if register == "@life" => Value::Life(Life::Alive),
            Some("deleted") if register == "@life" => Value::Life(Life::Deleted),
            Some(text) if text.starts_with("ref:") => {
                Value::Ref(self.entities[text.trim_start_matches("ref:")])
            }
            // A token's value is its type and value; a font's name may be any text.
            Some(text) if register == "value" => Value::Json(JsonText::object(|out| {
                out.string("$type", "fontFamily");
                out.string("$value", text);
            })),
            Some(text) => Value::Json(JsonText::string(text)),
            None => Value::Absent,
        }
    }

    fn register(name: &str) -> RegName {
        RegName::new(if name == "desc" { "description" } else { name }).unwrap()
    }

    fn pair(&self, register: &str, pair: &Json) -> Pair {
        let dot = self.dot(pair["dot"].as_str().unwrap());
        Pair {
            dot,
            value: self.value(register, &pair["val"]),
            stamp: Stamp { wall_ms: pair["wall"].as_i64().unwrap_or(0), ..Stamp::default() },
            origin: pair["origin"].as_str().map_or(dot, |origin| self.dot(origin)),
        }
    }

    /// A token in the set, made by the maker, and what the vector says about it.
    fn token(&self, id: &str, seen: &[Dot], registers: BTreeMap<RegName, Vec<Pair>>) -> Entity {
        let made = Dot { counter: 1, replica: MAKER };
        let id = self.entities[id];
        let place = self.entities.values().position(|known| *known == id).unwrap();
        let order = OrderKey::nth(u64::try_from(place).unwrap());
        let place = [
            (RegName::SET, Value::Ref(SET)),
            (RegName::ORDER, Value::Json(JsonText::string(order.as_str()))),
        ];
        let place = place.map(|(name, value)| (name, vec![Pair::written(made, value, Stamp::default())]));
        let registers = registers.into_iter().chain(place);
        let registers = registers.map(|(name, pairs)| (name, Register::new(pairs).unwrap()));
        let seen: Seen = seen.iter().copied().chain([made]).collect();
        Entity::new(id, Kind::Token, seen, registers.collect()).unwrap()
    }

    fn entity(&self, entity: &Json) -> Entity {
        let id = entity["id"].as_str().unwrap();
        if let Some(fields) = entity["fields"].as_object() {
            // What an archive without revisions comes to: one write that has seen nothing.
            let fields = fields.iter().map(|(name, value)| (Self::register(name), self.value(name, value)));
            let stamp = Stamp { wall_ms: entity["updated_at"].as_i64().unwrap(), ..Stamp::default() };
            let legacy = from_legacy(self.entities[id], Kind::Token, fields, &stamp).unwrap();
            let registers = legacy.registers().iter();
            let registers = registers.map(|(name, register)| (name.clone(), register.pairs().to_vec()));
            return self.token(id, &legacy.seen().iter().collect::<Vec<_>>(), registers.collect());
        }
        let seen: Vec<Dot> = members(&entity["seen"])
            .iter()
            .map(|(name, counter)| Dot { counter: counter.as_u64().unwrap(), replica: self.replicas[name] })
            .collect();
        let registers = members(&entity["regs"]).iter().map(|(name, pairs)| {
            (Self::register(name), list(pairs).iter().map(|pair| self.pair(name, pair)).collect())
        });
        self.token(id, &seen, registers.collect())
    }

    /// The states that the local copy's history remembers of an entity, oldest first.
    fn earlier(&self, vector: &Json, id: &str) -> Vec<Entity> {
        let of_entity: Vec<&Json> =
            list(&vector["history"]).iter().filter(|entry| entry["entity"] == id).collect();
        let dots: BTreeSet<Dot> =
            of_entity.iter().map(|entry| self.dot(entry["dot"].as_str().unwrap())).collect();
        let mut states = Vec::new();
        let mut registers: BTreeMap<RegName, Vec<Pair>> = BTreeMap::new();
        for dot in &dots {
            for entry in of_entity.iter().filter(|entry| self.dot(entry["dot"].as_str().unwrap()) == *dot) {
                let name = entry["reg"].as_str().unwrap();
                registers.insert(Self::register(name), vec![self.pair(name, entry)]);
            }
            let life = Pair::written(*dot, Value::Life(Life::Alive), Stamp::default());
            registers.entry(RegName::LIFE).or_insert_with(|| vec![life]);
            let seen: Vec<Dot> = dots.iter().copied().filter(|seen| seen <= dot).collect();
            states.push(self.token(id, &seen, registers.clone()));
        }
        states
    }

    /// An entity as the vectors spell it.
    fn spelled(&self, entity: &Entity) -> Json {
        let seen = entity.seen().iter().filter(|dot| dot.replica != MAKER);
        let mut by_name: BTreeMap<String, u64> = BTreeMap::new();
        for dot in seen {
            let counter = by_name.entry(self.name(dot.replica)).or_default();
            *counter = dot.counter.max(*counter);
        }
        let mut registers = Map::new();
        for (name, register) in entity.registers() {
            if [RegName::SET, RegName::ORDER].contains(name) {
                continue;
            }
            let mut pairs: Vec<Json> = register.pairs().iter().map(|pair| self.spelled_pair(pair)).collect();
            pairs.sort_by_key(ToString::to_string);
            let name = if *name == RegName::DESCRIPTION { "desc" } else { name.as_str() };
            registers.insert(name.to_owned(), Json::Array(pairs));
        }
        json!({ "seen": by_name, "regs": registers })
    }

    fn spelled_pair(&self, pair: &Pair) -> Json {
        let dot = |dot: Dot| format!("{}:{}", self.name(dot.replica), dot.counter);
        let value = match &pair.value {
            Value::Absent => Json::Null,
            Value::Json(text) => {
                let text = text.get_ref().get("$value").unwrap_or_else(|| text.get_ref());
                json!(text.string().unwrap())
            }
            Value::Ref(id) => {
                json!(format!("ref:{}", self.entities.iter().find(|(_, known)| *known == id).unwrap().0))
            }
            Value::Life(Life::Alive) => json!("alive"),
            Value::Life(Life::Deleted) => json!("deleted"),
            Value::Blob(hash) => json!(hash.to_string()),
        };
        let mut spelled = json!({ "dot": dot(pair.dot), "val": value, "wall": pair.stamp.wall_ms });
        if pair.origin != pair.dot {
            spelled["origin"] = json!(dot(pair.origin));
        }
        spelled
    }

    /// Learns names that only the expectation has (pseudo replicas), by the values they wrote.
    fn learn(&mut self, expected: &Json, actual: &Entity) {
        for (name, pairs) in members(&expected["regs"]) {
            for pair in list(pairs) {
                let replica = pair["dot"].as_str().unwrap().rsplit_once(':').unwrap().0;
                let known: BTreeSet<ReplicaId> = self.replicas.values().copied().chain([MAKER]).collect();
                let value = self.value(name, &pair["val"]);
                let pairs = actual.register(&Self::register(name)).map(Register::pairs).unwrap_or_default();
                let found =
                    pairs.iter().find(|pair| pair.value == value && !known.contains(&pair.dot.replica));
                if let (false, Some(found)) = (self.replicas.contains_key(replica), found) {
                    self.replicas.insert(replica.to_owned(), found.dot.replica);
                }
            }
        }
    }
}

fn name() -> ProjectName {
    "p".parse().unwrap()
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(StoreOptions::new(folder.to_path_buf())).unwrap()
}

fn put(tx: &mut Box<dyn WriteTx + '_>, entity: Entity) {
    let text = |register| entity.string(&register).map(std::borrow::Cow::into_owned).unwrap_or_default();
    let set = entity.value(&RegName::SET).and_then(Value::entity);
    let path = if set.is_some() { text(RegName::PATH) } else { text(RegName::NAME) };
    let sort = text(RegName::ORDER).into_bytes();
    let columns = Columns { set, path, sort, token_type: None, valid: true };
    tx.put(&Row { entity, columns, references: Vec::new() }).unwrap();
}

/// Makes a store whose project holds that, each entity through all its states.
fn make(folder: &Path, states: Vec<Vec<Entity>>) {
    let store = open(folder);
    let mut tx = store.create(&name(), &NewProject::copy_of(PROJECT, 0)).unwrap();
    let dot = Dot { counter: 1, replica: MAKER };
    let named = |id, kind, text: &str| {
        let order = JsonText::string(OrderKey::nth(0).as_str());
        let body =
            [(RegName::NAME, Value::Json(JsonText::string(text))), (RegName::ORDER, Value::Json(order))];
        let body = body.into_iter().filter(|(name, _)| kind != Kind::Project || *name != RegName::ORDER);
        dss_service::merge::create(id, kind, dot, body, &Stamp::default()).unwrap()
    };
    put(&mut tx, named(PROJECT, Kind::Project, "p"));
    put(&mut tx, named(SET, Kind::TokenSet, "s"));
    tx.finish_load().unwrap();
    let newest = states.iter().flatten().filter_map(Entity::newest).map(|pair| pair.stamp.wall_ms).max();
    tx.set_last_change(newest.unwrap_or(0)).unwrap();
    states.into_iter().flatten().for_each(|entity| put(&mut tx, entity));
    tx.commit().unwrap();
}

/// What a store holds beside the project and the set.
fn held(folder: &Path) -> BTreeMap<EntityId, Entity> {
    let store = open(folder);
    let tx = store.read(&name()).unwrap();
    let mut held = BTreeMap::new();
    tx.scan(&Scan::kinds(&[Kind::Token]).life(LifeFilter::Any), &mut |row| {
        held.insert(row.entity.id(), row.entity);
        Visit::Continue(())
    })
    .unwrap();
    held
}

/// The replica that wrote here and stands in no vector: the store's own.
fn own(names: &Names, held: &BTreeMap<EntityId, Entity>, pseudo: &[ReplicaId]) -> Option<ReplicaId> {
    let known: BTreeSet<ReplicaId> =
        names.replicas.values().copied().chain([MAKER]).chain(pseudo.iter().copied()).collect();
    let dots = held.values().flat_map(|entity| entity.seen().iter());
    let mut own = dots.map(|dot| dot.replica).filter(|replica| !known.contains(replica));
    own.next()
}

/// Reads writes of the replica `from` as those of `to`.
fn renamed(entity: &Entity, from: ReplicaId, to: ReplicaId) -> Entity {
    let dot = |dot: Dot| if dot.replica == from { Dot { replica: to, ..dot } } else { dot };
    let registers = entity.registers().iter().map(|(name, register)| {
        let pairs = register.pairs().iter().map(|pair| Pair {
            dot: dot(pair.dot),
            origin: dot(pair.origin),
            ..pair.clone()
        });
        (name.clone(), Register::new(pairs.collect()).unwrap())
    });
    let seen = entity.seen().iter().map(dot).collect();
    Entity::new(entity.id(), entity.kind(), seen, registers.collect()).unwrap()
}

/// Writes a vector's archive, as its exporter would have.
fn archive(desk: &Desk, names: &Names, json: &Json, number: usize) -> PathBuf {
    let folder = desk.path(&format!("exporter-{number}"));
    make(&folder, list(&json["entities"]).iter().map(|entity| vec![names.entity(entity)]).collect());
    let path = desk.path(&format!("{number}.dss"));
    let service = ProjectService::new(Arc::new(open(&folder)), Arc::new(FixedClock(0)), "");
    let sets = if json["kind"] == "partial" { vec!["s".to_owned()] } else { Vec::new() };
    let options = ExportOptions {
        selection: Selection { sets, ..Selection::default() },
        exported_at_ms: json["exported_at"].as_i64(),
        ..ExportOptions::default()
    };
    service.export_project(&name(), &path, &options, &()).unwrap();
    path
}

fn strategy(json: &Json) -> String {
    match json.as_str() {
        None | Some("defer") => "manual".to_owned(),
        Some(name) => name.replace('_', "-"),
    }
}

/// Drives one import through the binary.
fn import(desk: &Desk, store: &str, archive: &Path, step: &Json) -> Json {
    let strategy = strategy(&step["strategy"]);
    let how = if step["op"] == "replace" {
        vec!["--strategy", "replace"]
    } else {
        vec!["--on-conflict", strategy.as_str()]
    };
    let mut words = vec!["import", archive.to_str().unwrap(), "--project", "p", "--store", store, "--json"];
    words.extend(how);
    let ran = desk.words(&words);
    assert!(ran.code <= 1, "{}{}", ran.out, ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// A conflict of a report, as the vectors spell it.
fn spelled_conflict(item: &Json) -> Json {
    let value = |value: &Json| value.get("$value").cloned().unwrap_or_else(|| value.clone());
    let of = |wanted: &str| {
        let sides =
            list(&item["sides"]).iter().filter(|side| side["side"] == wanted || side["side"] == "both");
        let mut values: Vec<Json> = sides.map(|side| value(&side["value"])).collect();
        values.sort_by_key(ToString::to_string);
        values
    };
    let base = match item.get("base") {
        Some(base) => json!({ "known": true, "val": value(base) }),
        None => json!({ "known": false }),
    };
    let warnings: Vec<&Json> = list(&item["warnings"]).iter().map(|warning| &warning["code"]).collect();
    let field = if item["field"] == "description" { json!("desc") } else { item["field"].clone() };
    json!({
        "reg": field, "kind": item["conflict"], "new": item["new"], "local": of("local"), "imported": of("imported"),
        "base": base, "recommendation": item["recommendation"], "warnings": warnings,
    })
}

/// Compares a step's report; returns what could not be compared.
fn check_report(told: &Json, expected: &Json) -> Vec<&'static str> {
    let mut left_out = Vec::new();
    let is_collision = list(&expected["flags"]).iter().any(|flag| flag == "dot_collision");
    assert_eq!(told["findings"]["byCode"].get("merge_dot_collision").is_some(), is_collision, "flags");
    let Some(merge) = told.get("merge") else { return left_out };
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    for item in list(&expected["report"]) {
        *outcomes.entry(item["outcome"].as_str().unwrap()).or_default() += 1;
    }
    // The project and its set are the same everywhere.
    *outcomes.entry("identical").or_default() += 2;
    for (outcome, number) in members(&merge["outcomes"]) {
        let snake = outcome
            .chars()
            .map(|c| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() });
        let expected = outcomes.get(snake.collect::<String>().as_str()).copied().unwrap_or(0);
        assert_eq!(number.as_u64(), Some(expected), "{outcome}: {merge}");
    }
    let conflicts = list(&expected["report"]).iter().flat_map(|item| list(&item["conflicts"]));
    let mut wanted: Vec<Json> = conflicts.cloned().collect();
    let mut found: Vec<Json> = list(&merge["conflicts"]).iter().map(spelled_conflict).collect();
    for conflict in &mut wanted {
        for side in ["local", "imported"] {
            conflict[side].as_array_mut().unwrap().sort_by_key(ToString::to_string);
        }
        if conflict["base"]["val"].is_null() && conflict["base"]["known"] == true {
            conflict["base"] = json!({ "known": false });
        }
    }
    let future = ["exporter_clock_ahead", "imported_in_future", "local_in_future"];
    let in_future = |conflict: &Json| {
        list(&conflict["warnings"]).iter().any(|warning| future.iter().any(|code| warning == code))
    };
    if wanted.iter().any(in_future) {
        left_out.push("advice that needs a clock which says 2023: the binary asks the system's");
        for conflict in wanted.iter_mut().chain(&mut found) {
            members_mut(conflict).retain(|name, _| name != "recommendation" && name != "warnings");
        }
    }
    for conflicts in [&mut wanted, &mut found] {
        conflicts.sort_by_key(|conflict| conflict["reg"].to_string());
    }
    assert_eq!(found, wanted, "conflicts");
    left_out
}

fn members_mut(json: &mut Json) -> &mut Map<String, Json> {
    json.as_object_mut().unwrap()
}

fn sorted(expected: &Json) -> Json {
    let mut entity = json!({ "seen": expected["seen"], "regs": expected["regs"] });
    for (_, pairs) in members_mut(&mut entity["regs"]) {
        pairs.as_array_mut().unwrap().sort_by_key(ToString::to_string);
    }
    entity
}

/// Compares what a store holds.
fn check_entities(names: &mut Names, actual: &BTreeMap<EntityId, Entity>, expected: &Json) {
    for entity in list(expected) {
        let Some(id) = names.entities.get(entity["id"].as_str().unwrap()).copied() else { continue };
        let found = actual.get(&id).unwrap_or_else(|| panic!("{} is missing", entity["id"]));
        names.learn(entity, found);
        assert_eq!(names.spelled(found), sorted(entity), "{}", entity["id"]);
    }
}

fn run_steps(vector: &Json) -> Vec<&'static str> {
    let (desk, mut names) = (Desk::new(), Names::of(vector));
    let mut left_out = Vec::new();
    let local = list(&vector["local"]["entities"]).iter().map(|entity| {
        let mut states = names.earlier(vector, entity["id"].as_str().unwrap());
        states.push(names.entity(entity));
        states
    });
    let store = desk.path("store");
    make(&store, local.collect());
    let mut pseudo = Vec::new();
    for (number, step) in list(&vector["steps"]).iter().enumerate() {
        let path = archive(&desk, &names, &step["archive"], number);
        let imported = held(&desk.path(&format!("exporter-{number}")));
        pseudo.extend(imported.values().flat_map(|entity| entity.seen().iter()).map(|dot| dot.replica));
        let told = import(&desk, "store", &path, step);
        let expected = &vector["expect"]["steps"][number];
        left_out.extend(check_report(&told, expected));
        let after = held(&store);
        let repeated = import(&desk, "store", &path, step);
        assert_eq!(expected["repeat_is_noop"], json!(held(&store) == after), "twice: {repeated}");
    }
    let mut actual = held(&store);
    let expected = &vector["expect"]["replica"]["entities"];
    let forks: Vec<Entity> = actual
        .values()
        .filter(|entity| !names.entities.values().any(|id| *id == entity.id()))
        .cloned()
        .collect();
    let wanted =
        list(expected).iter().filter(|entity| !names.entities.contains_key(entity["id"].as_str().unwrap()));
    let wanted: Vec<&Json> = wanted.collect();
    assert_eq!(forks.len(), wanted.len(), "forks");
    for (fork, wanted) in forks.iter().zip(&wanted) {
        left_out.push("a fork's id, and the suffix made of it: the model derives them in another namespace");
        let value = names.value("value", &wanted["regs"]["value"][0]["val"]);
        assert_eq!(fork.value(&RegName::VALUE), Some(&value));
        assert!(fork.string(&RegName::PATH).unwrap().starts_with("color/primary-conflict-"));
    }
    // A split write has names of its own on each side; whatever else is new was written by the store.
    let is_split = list(&vector["expect"]["steps"]).iter().any(|step| !list(&step["flags"]).is_empty());
    if let Some(own) = own(&names, &actual, &pseudo).filter(|_| !is_split) {
        let rid = names.replicas[vector["local"]["rid"].as_str().unwrap()];
        actual = actual.iter().map(|(id, entity)| (*id, renamed(entity, own, rid))).collect();
    }
    check_entities(&mut names, &actual, expected);
    for finding in list(&vector["expect"]["findings"]) {
        left_out.push(match finding["type"].as_str().unwrap() {
            "path_collision" => {
                "the collision of two paths that differ in case only: paths of tokens are case-sensitive"
            }
            _ => "a finding about references by id: tokens refer by path",
        });
    }
    left_out
}

fn run_exchange(vector: &Json) -> Vec<&'static str> {
    let (desk, mut names) = (Desk::new(), Names::of(vector));
    let copies = list(&vector["replicas"]);
    let stores: Vec<String> = (0..copies.len()).map(|copy| format!("store-{copy}")).collect();
    for (copy, store) in copies.iter().zip(&stores) {
        let states = list(&copy["entities"]).iter().map(|entity| vec![names.entity(entity)]);
        make(&desk.path(store), states.collect());
    }
    let state = |store: &String| held(&desk.path(store));
    let export = |store: &String, number: usize| {
        let path = desk.path(&format!("{number}.dss"));
        desk.ok(&format!("export p -o {} --store {store} -q --force", path.display()));
        path
    };
    let (mut rounds, mut writes) = (0, 0);
    loop {
        let before: Vec<_> = stores.iter().map(state).collect();
        let is_cross = vector["mode"] == "cross";
        let early: Vec<PathBuf> =
            stores.iter().enumerate().map(|(number, store)| export(store, number)).collect();
        let mut written = 0;
        for (to, store) in stores.iter().enumerate() {
            for (from, other) in stores.iter().enumerate().filter(|(from, _)| *from != to) {
                let path = if is_cross { early[from].clone() } else { export(other, from) };
                let step = json!({ "strategy": vector["strategies"][to] });
                let told = import(&desk, store, &path, &step);
                let conflicts = list(&told["merge"]["conflicts"]).iter();
                let decided: BTreeSet<&str> = conflicts
                    .filter(|item| item.get("decided").is_some())
                    .map(|item| item["entity"].as_str().unwrap())
                    .collect();
                written += decided.len();
            }
        }
        writes += written;
        if written == 0 && before == stores.iter().map(state).collect::<Vec<_>>() {
            break;
        }
        rounds += 1;
        assert!(rounds < 8, "ping-pong");
    }
    let expected = &vector["expect"];
    assert_eq!(json!(rounds), expected["rounds_until_quiet"]);
    assert_eq!(json!(writes), expected["writes"]);
    let mut actual = state(&stores[0]);
    assert!(stores.iter().all(|store| state(store) == actual), "all hold the same");
    // Who decided is read as the vector's copy: by the store's own identity.
    for (copy, store) in copies.iter().zip(&stores) {
        let rid = names.replicas[copy["rid"].as_str().unwrap()];
        if let Some(own) = identity(&desk.path(store)) {
            actual = actual.iter().map(|(id, entity)| (*id, renamed(entity, own, rid))).collect();
        }
    }
    check_entities(&mut names, &actual, &expected["entities"]);
    Vec::new()
}

/// The identity that a store's decisions were made under, as the record of one says.
fn identity(folder: &Path) -> Option<ReplicaId> {
    let store = open(folder);
    let mut decided = BTreeSet::new();
    let tx = store.read(&name()).unwrap();
    tx.decisions(None, &mut |entry| {
        if entry.decision.strategy != "open" {
            decided.insert(entry.decision.entity);
        }
        Visit::Continue(())
    })
    .unwrap();
    drop(tx);
    if decided.is_empty() {
        return None;
    }
    // Known to the file, vouched for by nobody here: written where a decision was.
    let witness = std::fs::read_dir(folder.parent().unwrap().join("cache")).ok()?;
    let mut found = None;
    let mut folders: Vec<PathBuf> = witness.map(|item| item.unwrap().path()).collect();
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(std::fs::read_dir(&path).unwrap().map(|item| item.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let file = text.lines().find_map(|line| line.strip_prefix("file ")).unwrap_or_default().to_owned();
        let replica = text.lines().find_map(|line| line.strip_prefix("replica ")).unwrap_or_default();
        if file == file_of(&folder.join("projects/p.db")) {
            found = replica.parse().ok();
        }
    }
    found
}

#[cfg(unix)]
fn file_of(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).unwrap();
    format!("{}:{}", metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn file_of(_: &Path) -> String {
    String::new()
}

/// Vectors that no command line can bring about, and why.
const IMPOSSIBLE: [(&str, &str); 1] =
    [("unknown_ref", "a token whose value is a reference by id: in DTCG, values refer by path")];

#[test]
fn every_vector_passes_through_the_binary() {
    let shared = std::env::var("DSS_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("data/merge");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no vectors in {}", folder.display());
        return;
    };
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    assert!(!paths.is_empty());
    let mut failed = Vec::new();
    for path in &paths {
        let vector: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let name = vector["name"].as_str().unwrap().to_owned();
        if let Some((_, why)) = IMPOSSIBLE.iter().find(|(impossible, _)| *impossible == name) {
            println!("{name}: NOT POSSIBLE: {why}");
            continue;
        }
        let run = || if vector["type"] == "exchange" { run_exchange(&vector) } else { run_steps(&vector) };
        match std::panic::catch_unwind(run) {
            Ok(left_out) if left_out.is_empty() => println!("{name}: holds"),
            Ok(left_out) => println!("{name}: holds, but for {}", left_out.join("; ")),
            Err(_) => failed.push(name),
        }
    }
    println!("{} of {} vectors hold", paths.len() - failed.len() - IMPOSSIBLE.len(), paths.len());
    assert!(failed.is_empty(), "{failed:?}");
}
