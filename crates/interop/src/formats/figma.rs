//! Figma's variables as the REST API has them: `GET /v1/files/:key/variables/local`, and `POST /v1/files/:key/variables`.
//!
//! A collection becomes a modifier, a mode a context with one set of its own, and a variable a token in each of these sets;
//! a collection with one mode becomes a layer. What Figma's native export calls `com.figma.variableId`, `com.figma.scopes`,
//! … stands in each token's extensions under the same names; what else a payload says is kept, so that the same payload
//! comes back. A design that did not come from a payload is written as the request that creates it.

mod design;
mod known;
mod layout;
mod names;
pub(crate) mod native;
mod payload;
mod post;
mod read;
pub(crate) mod sync;
mod tokens;
mod types;
mod value;
mod variable;
mod write;

use crate::bundle::{Bundle, Document};
use crate::codec::Codec;
use crate::detect::Fit;
use crate::format::Format;
use crate::formats::dtcg::has_token;
use crate::json::{Json, Object};

pub(crate) const CODEC: Codec =
    Codec { format: Format::Figma, recognize, read: Some(read::read), write: Some(write::write) };

/// What a variable is called in the extensions of its tokens, as Figma's native export has it.
pub(crate) const VARIABLE_ID: &str = "com.figma.variableId";
const SCOPES: &str = "com.figma.scopes";
const CODE_SYNTAX: &str = "com.figma.codeSyntax";
const HIDDEN: &str = "com.figma.hiddenFromPublishing";
/// What a mode is called that Figma was given no name for.
const ONLY_MODE: &str = "Mode 1";

fn recognize(bundle: &Bundle) -> Fit {
    let documents = || bundle.documents().iter().filter_map(|document| Some((document, document.json()?)));
    let mut local = documents().filter(|(_, root)| is_local(root));
    match (local.next(), local.next()) {
        (Some((path, _)), None) => {
            let Some((other, _)) = documents().find(|(_, root)| has_token(root)) else { return Fit::Certain };
            let (path, other) = (path.path(), other.path());
            return Fit::readable(format!("{path} stands beside the tokens in {other}: read it by itself"));
        }
        (Some((first, _)), Some((second, _))) => {
            let (first, second) = (first.path(), second.path());
            return Fit::readable(format!("{first} and {second} are payloads: read one at a time"));
        }
        _ => {}
    }
    if documents().any(|(_, root)| root.has("variableModeValues")) {
        return Fit::no(
            "a request to write variables, which is not read: the answer to GET …/variables/local is",
        );
    }
    if documents().any(|(_, root)| members(root).is_some()) {
        return Fit::no("its variables have no values: the answer to GET …/variables/local has them");
    }
    Fit::no("no object with \"variableCollections\" and \"variables\"")
}

/// The payload among the files.
fn local_in(bundle: &Bundle) -> Option<(&Document, &Object)> {
    let objects = bundle.documents().iter().filter_map(|document| Some((document, document.json()?)));
    objects.into_iter().find(|(_, root)| is_local(root))
}

/// The object that has the collections and the variables.
fn members(root: &Object) -> Option<&Object> {
    let meta = root.get("meta").and_then(Json::as_object);
    let has_both = |object: &&Object| {
        let is_object = |name: &str| object.get(name).is_some_and(|value| value.as_object().is_some());
        is_object("variableCollections") && is_object("variables")
    };
    meta.filter(has_both).or_else(|| Some(root).filter(has_both))
}

/// Whether a document has variables with their values.
fn is_local(root: &Object) -> bool {
    let variables = members(root).and_then(|members| members.get("variables")?.as_object());
    variables
        .is_some_and(|variables| variables.iter().any(|(_, variable)| variable.get("valuesByMode").is_some()))
}
