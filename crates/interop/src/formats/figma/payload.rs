//! A payload taken apart: its collections, its variables, and the rest.

use crate::json::{Json, Object};

const COLLECTIONS: &str = "variableCollections";
const VARIABLES: &str = "variables";

/// What `GET /v1/files/:key/variables/local` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    /// The document with nothing in the places of both maps.
    pub(super) shell: Object,
    /// The collections by id, in order.
    pub(super) collections: Vec<(String, Object)>,
    /// The variables by id, in order.
    pub(super) variables: Vec<(String, Object)>,
}

impl Payload {
    /// An answer with nothing in it.
    pub(super) fn empty() -> Self {
        Self { shell: usual_shell(), collections: Vec::new(), variables: Vec::new() }
    }

    /// Takes a document apart; `None` if it is no payload, or holds something that is no object among its variables.
    pub(super) fn of(root: &Object) -> Option<Self> {
        let members = super::members(root)?;
        let objects = |name: &str| {
            let objects = members.get(name)?.as_object()?.iter();
            objects
                .map(|(id, object)| Some((id.to_owned(), object.as_object()?.clone())))
                .collect::<Option<Vec<_>>>()
        };
        let (collections, variables) = (objects(COLLECTIONS)?, objects(VARIABLES)?);
        let mut emptied = members.clone();
        emptied.set(COLLECTIONS, Json::Null);
        emptied.set(VARIABLES, Json::Null);
        let is_inside = root.get("meta").and_then(Json::as_object) == Some(members);
        let shell = if is_inside {
            let mut shell = root.clone();
            shell.set("meta", emptied);
            shell
        } else {
            emptied
        };
        Some(Self { shell, collections, variables })
    }

    /// The document.
    pub(super) fn into_json(self) -> Json {
        let object = |objects: Vec<(String, Object)>| {
            Json::Object(objects.into_iter().map(|(id, object)| (id, Json::Object(object))).collect())
        };
        let (collections, variables) = (object(self.collections), object(self.variables));
        let mut shell = self.shell;
        let fill = |members: &mut Object| {
            members.set(COLLECTIONS, collections);
            members.set(VARIABLES, variables);
        };
        match shell.get_mut("meta") {
            Some(Json::Object(meta)) if meta.has(COLLECTIONS) => fill(meta),
            _ => fill(&mut shell),
        }
        Json::Object(shell)
    }
}

/// What stands around both maps in an answer.
pub(super) fn usual_shell() -> Object {
    let mut meta = Object::new();
    meta.push(COLLECTIONS, Json::Null);
    meta.push(VARIABLES, Json::Null);
    let mut shell = Object::new();
    shell.push("status", Json::integer(200));
    shell.push("error", Json::Boolean(false));
    shell.push("meta", meta);
    shell
}

/// Whether a member is `true`.
pub(super) fn is_true(object: &Object, name: &str) -> bool {
    object.get(name) == Some(&Json::Boolean(true))
}
