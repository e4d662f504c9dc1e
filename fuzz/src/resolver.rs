//! Resolver documents: the layers and themes that one makes are written as a document that makes the same.

use std::collections::BTreeSet;

use dss_format::resolver::{self, Names, Resolver, Source};
use dss_format::revision::Body;
use dss_model::{Entity, EntityId, JsonLimits, JsonText, Kind, RegName, TokenPath, Value};

use crate::dtcg_decode::{wide, written};

/// Reads `data` as a resolver document, and takes what it says through entities and back.
///
/// # Panics
/// If what was written cannot be read, or says something else.
pub fn resolver(data: &[u8]) {
    let Ok(document) = JsonText::parse(data, &JsonLimits::default()) else { return };
    let Ok(read) = resolver::read(&document, "r.resolver.json") else { return };
    let names = names_of(&read);
    let Some(entities) = entities(&read, &names) else { return };
    let project = resolver::project_body(&read);
    let project = written(id(Kind::Project, "p"), Kind::Project, [alive(), project].concat());

    let shown = resolver::write(&resolver::view(&project, &entities, &names));
    JsonText::parse(shown.as_str().as_bytes(), &wide()).expect("what was written is JSON");
    let again = resolver::read(&shown, "again").unwrap_or_else(|error| panic!("{error}\n{shown}"));
    assert_eq!(sorted(resolver::project_body(&again)), sorted(resolver::project_body(&read)), "{shown}");
    let mut back: Vec<Entity> = resolver::bodies(&again, &names)
        .iter()
        .map(|stated| match resolver::decode(stated) {
            Ok(Some(entity)) => entity,
            other => panic!("\"{}\" was written and came back as {other:?}\n{shown}", stated.pointer),
        })
        .collect();
    back.sort_by_key(Entity::id);
    assert_eq!(back, entities, "{shown}");
    assert_eq!(
        resolver::write(&resolver::view(&project, &back, &names)),
        shown,
        "not written the same way twice"
    );
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    let documents = [
        r#"{"version":"2025.10","resolutionOrder":[]}"#,
        r##"{"$schema":"x","name":"n","description":"d","version":"2025.10","sets":{"base":{"sources":[{"$ref":"a%20b.json"},{"$ref":"./c.json","x":1}]},"more":{"description":"d","sources":[{"$ref":"#/sets/base"},{"$ref":"https://x/y"},{"a":{"$value":1}}],"$extensions":{"v":1}}},"modifiers":{"mode":{"description":"d","contexts":{"light":[],"dark":[{"$ref":"dark.json"}]},"default":"light","$extensions":{"v":{}}}},"resolutionOrder":[{"$ref":"#/sets/more"},{"$ref":"#/modifiers/mode"},{"type":"set","name":"late","sources":[]},{"type":"modifier","name":"size","contexts":{"s":[],"m":[]}}],"odd":[1]}"##,
        r##"{"version":"2025.10","sets":{"a~/%":{"sources":[{"$ref":"#/sets/b"}]},"b":{"sources":[{"$ref":"#/sets/a~0~1%25"}]}},"resolutionOrder":[{"$ref":"#/sets/a~0~1%25"},{"$ref":"#/sets/b"},{"$ref":"#/sets/b"}]}"##,
    ];
    let with_revisions = documents.iter().filter_map(|document| {
        let read = resolver::read(&JsonText::parse(document.as_bytes(), &wide()).ok()?, "").ok()?;
        let names = names_of(&read);
        let project = written(id(Kind::Project, "p"), Kind::Project, alive());
        let view = resolver::view(&project, &entities(&read, &names)?, &names);
        Some(resolver::write(&view).as_str().as_bytes().to_vec())
    });
    documents.iter().map(|document| document.as_bytes().to_vec()).chain(with_revisions).collect()
}

/// Every file that it names, as a set.
fn names_of(read: &Resolver) -> Names {
    let mut names = Names::new();
    let of_groups = read.groups.iter().flat_map(|group| group.themes.iter().map(|(_, sources)| sources));
    for source in read.layers.iter().map(|layer| &layer.sources).chain(of_groups).flatten() {
        if let Source::File { path, .. } = source {
            let path = path.strip_prefix("./").unwrap_or(path);
            names.add(path, id(Kind::TokenSet, path));
        }
    }
    names
}

/// What it says, as entities by id: those without a revision are written by the first copy. `None` if it makes two
/// entities of one, damages a revision, or shows what is deleted: imports refuse that.
fn entities(read: &Resolver, names: &Names) -> Option<Vec<Entity>> {
    let mut entities = Vec::new();
    for stated in resolver::bodies(read, names) {
        let entity = match resolver::decode(&stated).ok()? {
            Some(entity) => entity,
            None => written(stated.derived, stated.kind, stated.body),
        };
        entities.push(entity);
    }
    entities.sort_by_key(Entity::id);
    let ids: BTreeSet<EntityId> = entities.iter().map(Entity::id).collect();
    (ids.len() == entities.len() && entities.iter().all(Entity::is_alive)).then_some(entities)
}

fn alive() -> Body {
    vec![(RegName::LIFE, Value::Life(dss_model::Life::Alive))]
}

fn sorted(mut body: Body) -> Body {
    body.sort_by(|one, other| one.0.cmp(&other.0));
    body
}

fn id(kind: Kind, name: &str) -> EntityId {
    EntityId::derived(kind, name, &TokenPath::root())
}
