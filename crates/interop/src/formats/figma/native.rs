//! Figma's own export of variables: a DTCG file per collection and mode.
//!
//! Files that hold the same variables are modes of one collection, which the files do not name; each file is a set. An
//! alias to another collection is exported as the value that it has, with the target beside it
//! (`com.figma.aliasData`): where another file has that target with that value, it becomes an alias again.

mod read;
mod write;

use crate::bundle::Bundle;
use crate::codec::Codec;
use crate::detect::Fit;
use crate::format::Format;
use crate::formats::dtcg::{has_token, is_resolver};
use crate::json::{Json, Object};

pub(crate) const CODEC: Codec =
    Codec { format: Format::FigmaNative, recognize, read: Some(read::read), write: Some(write::write) };

/// The mode that a file is, in its root's extensions.
const MODE_NAME: &str = "com.figma.modeName";
/// What a token is an alias of whose target is in no collection of the file.
const ALIAS_DATA: &str = "com.figma.aliasData";

fn recognize(bundle: &Bundle) -> Fit {
    let objects =
        || bundle.documents().iter().filter_map(|document| Some((document.path(), document.json()?)));
    let mut tokens = objects().filter(|(_, root)| has_token(root)).peekable();
    if tokens.peek().is_none() {
        return Fit::no("no token in it");
    }
    if let Some((path, _)) = objects().find(|(_, root)| is_resolver(root)) {
        return Fit::readable(format!("{path} is a resolver document, which Figma does not write"));
    }
    if let Some((path, _)) = objects().find(|(_, root)| extension(root, "org.dss").is_some()) {
        return Fit::no(format!("{path} was exported by DSS, and has its revisions"));
    }
    match tokens.find(|(_, root)| mode_of(root).is_none()) {
        None => Fit::Certain,
        Some((path, _)) => Fit::readable(format!("{path} does not say which mode it is (\"{MODE_NAME}\")")),
    }
}

fn extension<'a>(object: &'a Object, name: &str) -> Option<&'a Json> {
    object.get("$extensions")?.get(name)
}

fn mode_of(root: &Object) -> Option<&str> {
    extension(root, MODE_NAME)?.as_str()
}
