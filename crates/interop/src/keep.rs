//! Where things are kept that DTCG has no place for.

use crate::format::Format;
use crate::json::{Json, Object};

/// The key under `$extensions` (of tokens, groups, documents, and the layers and modifiers of resolver documents) that
/// holds an object with a member per format ([`Format::name`]): what that format said and DTCG cannot say.
pub const EXTENSION: &str = "org.dss.interop";

/// What `owner` keeps for a format.
pub(crate) fn kept(owner: &Object, format: Format) -> Option<&Object> {
    owner.get("$extensions")?.get(EXTENSION)?.get(format.name())?.as_object()
}

/// Keeps something for a format; nothing if there is nothing to keep.
pub(crate) fn keep(owner: &mut Object, format: Format, what: Object) {
    if !what.is_empty() {
        owner.with_object("$extensions", |extensions| {
            extensions.with_object(EXTENSION, |ours| ours.set(format.name(), what));
        });
    }
}

/// Takes what is kept for a format out of `owner`, and the members that are empty then.
pub(crate) fn take(owner: &mut Object, format: Format) -> Option<Object> {
    let Json::Object(extensions) = owner.get_mut("$extensions")? else { return None };
    let Json::Object(ours) = extensions.get_mut(EXTENSION)? else { return None };
    let taken = ours.remove(format.name())?;
    if ours.is_empty() {
        extensions.remove(EXTENSION);
        if extensions.is_empty() {
            owner.remove("$extensions");
        }
    }
    match taken {
        Json::Object(taken) => Some(taken),
        _ => None,
    }
}

/// Takes out what is kept for any format; whether there was something.
pub(crate) fn forget(owner: &mut Object) -> bool {
    let Some(Json::Object(extensions)) = owner.get_mut("$extensions") else { return false };
    let was_there = extensions.remove(EXTENSION).is_some();
    if was_there && extensions.is_empty() {
        owner.remove("$extensions");
    }
    was_there
}
