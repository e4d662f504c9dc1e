//! A Figma file as a replica of a design: what it says that is news, and what to ask of it.

use std::collections::{BTreeMap, HashSet};

use super::known::Known;
use super::layout::Layout;
use super::payload::{Payload, is_true};
use super::{VARIABLE_ID, post, read, write};
use crate::design::{Design, Reading};
use crate::error::{InteropError, InteropErrorKind};
use crate::file::ReadLimits;
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::{keep, kept};
use crate::report::{Fate, Report};

/// The variables of a Figma file, as `GET /v1/files/:key/variables/local` answers.
#[derive(Clone, Debug)]
pub struct FigmaVariables {
    payload: Payload,
}

/// What a Figma file is to be asked for, and what it cannot have.
#[derive(Clone, Debug)]
pub struct FigmaRequest {
    /// The body of `POST /v1/files/:key/variables`.
    pub body: Json,
    /// How many collections, modes, variables and values it creates, changes and deletes.
    pub counts: FigmaCounts,
    /// Variables that the file has and the design has not. They are in the body only if that was wanted.
    pub surplus: Vec<String>,
    /// What became of everything that Figma has no place for.
    pub report: Report,
}

/// How many things a request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FigmaCounts {
    /// Collections, modes and variables that are new.
    pub created: u64,
    /// Collections, modes and variables that are called or described otherwise.
    pub changed: u64,
    /// Variables that are deleted.
    pub deleted: u64,
    /// Values of variables in modes.
    pub values: u64,
}

impl FigmaCounts {
    /// Whether there is nothing to ask for.
    pub const fn is_nothing(self) -> bool {
        self.created == 0 && self.changed == 0 && self.deleted == 0 && self.values == 0
    }
}

impl FigmaVariables {
    /// Reads an answer; one without any variables is fine.
    ///
    /// # Errors
    /// [`InteropErrorKind::OverLimit`]; [`InteropError::Format`] for what is no JSON;
    /// [`InteropErrorKind::NotThisFormat`] for any other answer.
    pub fn parse(bytes: &[u8], label: &str, limits: &ReadLimits) -> Result<Self, InteropError> {
        if u64::try_from(bytes.len()).is_ok_and(|length| length > limits.bytes) {
            let message = format!("{} bytes to be read at once, the limit is {}", bytes.len(), limits.bytes);
            return Err(InteropError::new(InteropErrorKind::OverLimit, label, message));
        }
        let root = Json::parse(bytes, label, limits.depth)?;
        let payload = root.as_object().and_then(Payload::of);
        let payload = payload.ok_or_else(|| {
            let message = "this is no answer with Figma's variables";
            InteropError::new(InteropErrorKind::NotThisFormat, label, message)
        })?;
        Ok(Self { payload })
    }

    /// The design that they say: in the sets that `known` has for them, and spelled as there where Figma has the same.
    ///
    /// # Errors
    /// [`InteropError`].
    pub fn design(&self, known: Option<&Design>) -> Result<Reading, InteropError> {
        let known = known.map(Known::of).transpose()?;
        let mut reading = read::of_known(&self.payload, known.as_ref())?;
        let layout = Layout::of(&self.payload);
        for (id, _) in
            self.payload.variables.iter().filter(|(id, _)| !layout.places.contains_key(id.as_str()))
        {
            let what = "variables of collections that have no modes, or are not in the answer";
            reading.report.note(Fate::Lost, what, || id.clone());
        }
        Ok(reading)
    }

    /// What to ask for, so that the file has what `wanted` says. `deletes` also what it has beyond that.
    ///
    /// # Errors
    /// [`InteropError`].
    pub fn request(&self, wanted: &Design, deletes: bool) -> Result<FigmaRequest, InteropError> {
        let mut report = Report::default();
        let wanted = write::local(wanted, &mut report)?;
        let mut body = post::request(&wanted, &self.payload, &mut report);
        let known: HashSet<&str> = wanted.variables.iter().map(|(id, _)| id.as_str()).collect();
        let is_surplus = |(id, variable): &&(String, Object)| {
            !known.contains(id.as_str())
                && !is_true(variable, "remote")
                && !is_true(variable, "deletedButReferenced")
        };
        let surplus: Vec<&(String, Object)> = self.payload.variables.iter().filter(is_surplus).collect();
        if deletes && let Some(Json::Array(variables)) = body.get("variables") {
            let mut variables = variables.clone();
            variables.extend(surplus.iter().map(|(id, _)| Json::Object(post::action("DELETE", id))));
            body.set("variables", Json::Array(variables));
        }
        let name = |(id, variable): &&(String, Object)| variable.string("name").unwrap_or(id).to_owned();
        let surplus = surplus.iter().map(name).collect();
        Ok(FigmaRequest { counts: counts(&body), body: Json::Object(body), surplus, report })
    }
}

/// The design with the ids that Figma gave to what it was asked to create: by those that the request had for them.
///
/// # Errors
/// [`InteropError`].
pub fn with_figma_ids(design: &Design, ids: &BTreeMap<String, String>) -> Result<Design, InteropError> {
    let given = |id: &str| ids.get(id).or_else(|| ids.get(&post::again(id))).cloned();
    let places = write::places(design)?;
    let mut changed = design.clone();
    for (at, set) in changed.sets.iter_mut().enumerate() {
        let Some(place) = places.get(&at) else { continue };
        let mut document = write::document(set);
        let mut of_tokens = place.tokens.iter();
        each_token(&mut document, &mut |token| {
            // What Figma cannot have has got no id from it.
            let id = of_tokens.next().and_then(Option::as_deref).and_then(given);
            if let Some(id) = id {
                token.with_object("$extensions", |extensions| extensions.set(VARIABLE_ID, id));
            }
        });
        let mut own = kept(&document, Format::Figma).cloned().unwrap_or_default();
        for (name, id) in [("collection", &place.collection), ("mode", &place.mode)] {
            given(id).into_iter().for_each(|id| own.set(name, id));
        }
        keep(&mut document, Format::Figma, own);
        set.document = Json::Object(document).to_text(&set.name)?;
    }
    Ok(changed)
}

/// Changes every token of a document, in order.
fn each_token(group: &mut Object, change: &mut impl FnMut(&mut Object)) {
    for (key, value) in group.iter_mut() {
        if let Json::Object(child) = value
            && (!key.starts_with('$') || key == "$root")
        {
            if child.has("$value") {
                change(child);
            }
            each_token(child, change);
        }
    }
}

fn counts(body: &Object) -> FigmaCounts {
    let mut counts = FigmaCounts::default();
    let lists = ["variableCollections", "variableModes", "variables"];
    let lists = lists.iter().filter_map(|name| body.get(name)?.as_array());
    for action in lists.flatten().filter_map(|change| change.get("action")?.as_str()) {
        let counter = match action {
            "CREATE" => &mut counts.created,
            "DELETE" => &mut counts.deleted,
            _ => &mut counts.changed,
        };
        *counter = counter.saturating_add(1);
    }
    let values = body.get("variableModeValues").and_then(Json::as_array).map_or(0, <[Json]>::len);
    counts.values = u64::try_from(values).unwrap_or(u64::MAX);
    counts
}
