//! Reading resolver documents, in time that grows with their length and not faster: they may be a stranger's.

use std::collections::{HashMap, HashSet};

use dss_model::{JsonKind, JsonRef, JsonText, Stage};

use super::{Finding, Layer, Resolver, Source, ThemeGroup, pointer, uri};
use crate::error::{FormatError, FormatErrorKind};
use crate::object::Fields;

/// The version of the resolver module that is read.
const VERSION: &str = "2025.10";

/// Reads a resolver document; errors name `file`.
///
/// # Errors
/// [`FormatError`] if the document has no usable `version` and `resolutionOrder`, or points where it
/// must not. What is wrong with single sets and modifiers is a [`Finding`].
pub fn read(document: &JsonText, file: &str) -> Result<Resolver, FormatError> {
    let kind = (FormatErrorKind::ResolverInvalid, Stage::Schema);
    let root = Fields::new(document.get_ref(), file, "resolver", kind)?;
    let version = root.string("version")?;
    if version != VERSION {
        return Err(root.error(&format!("version \"{}\" is not {VERSION}", version.escape_debug())));
    }
    let mut reader = Reader::default();
    reader.resolver.name = root.optional_string("name")?.map(std::borrow::Cow::into_owned);
    reader.resolver.description = root.get("description").map(JsonRef::to_text);
    for (name, value) in root.object().members() {
        match name.as_ref() {
            "name" | "description" | "version" | "sets" | "modifiers" | "resolutionOrder" => {}
            _ => reader.resolver.other.push((name.into_owned(), value.to_text())),
        }
    }
    for (name, set) in root.get("sets").into_iter().flat_map(JsonRef::members) {
        reader.add_layer(&name, set, &pointer(&["sets", &name]), None);
    }
    for (name, modifier) in root.get("modifiers").into_iter().flat_map(JsonRef::members) {
        reader.add_group(&name, modifier, &pointer(&["modifiers", &name]), None);
    }
    for (item, place) in root.elements("resolutionOrder")?.zip(0_u64..) {
        reader.order_item(&root, item, place)?;
    }
    reader.check_layer_references();
    Ok(reader.resolver)
}

/// A resolver document that is being read, and where in it things are.
#[derive(Default)]
struct Reader {
    resolver: Resolver,
    /// Positions in [`Resolver::layers`], by name.
    layers: HashMap<String, usize>,
    /// Positions in [`Resolver::groups`], by name.
    groups: HashMap<String, usize>,
}

impl Reader {
    fn finding(&mut self, code: &'static str, is_warning: bool, path: String, message: impl Into<String>) {
        self.resolver.findings.push(Finding { code, is_warning, path, message: message.into() });
    }

    fn add_layer(&mut self, name: &str, set: JsonRef<'_>, at: &str, place: Option<u64>) {
        let layer = Layer {
            name: name.to_owned(),
            pointer: at.to_owned(),
            place,
            description: set.get("description").map(JsonRef::to_text),
            extensions: set.get("$extensions").map(JsonRef::to_text),
            sources: self.sources(set.get("sources"), &format!("{at}/sources")),
        };
        self.layers.insert(name.to_owned(), self.resolver.layers.len());
        self.resolver.layers.push(layer);
    }

    fn add_group(&mut self, name: &str, modifier: JsonRef<'_>, at: &str, place: Option<u64>) {
        let contexts: Vec<_> = modifier.get("contexts").into_iter().flat_map(JsonRef::members).collect();
        let default = modifier.get("default");
        match contexts.len() {
            0 => self.finding("modifier_empty", false, at.to_owned(), "a modifier needs contexts"),
            1 => {
                let message = "a modifier with one context is no choice";
                self.finding("modifier_single", true, at.to_owned(), message);
            }
            _ => {}
        }
        if let Some(default) = default {
            let named = default.string().unwrap_or_default();
            if !contexts.iter().any(|(context, _)| *context == named) {
                let message = format!("default {} names no context", default.as_str());
                self.finding("modifier_default", false, format!("{at}/default"), message);
            }
        }
        let mut themes = Vec::new();
        for (context, sources) in contexts {
            let path = format!("{at}{}", pointer(&["contexts", &context]));
            themes.push((context.into_owned(), self.sources(Some(sources), &path)));
        }
        self.groups.insert(name.to_owned(), self.resolver.groups.len());
        self.resolver.groups.push(ThemeGroup {
            name: name.to_owned(),
            pointer: at.to_owned(),
            place,
            description: modifier.get("description").map(JsonRef::to_text),
            default: default.map(JsonRef::to_text),
            extensions: modifier.get("$extensions").map(JsonRef::to_text),
            themes,
        });
    }

    fn sources(&mut self, list: Option<JsonRef<'_>>, path: &str) -> Vec<Source> {
        let Some(list) = list.filter(|list| list.kind() == JsonKind::Array) else {
            self.finding("sources_missing", false, path.to_owned(), "expected a list of sources");
            return Vec::new();
        };
        let mut sources = Vec::new();
        for (index, item) in list.elements().enumerate() {
            match source(item) {
                Ok(source) => sources.push(source),
                Err(message) => {
                    self.finding("source_invalid", false, format!("{path}/{index}"), message);
                    sources.push(Source::Other(item.to_text()));
                }
            }
        }
        sources
    }

    /// An item of `resolutionOrder`: a reference to a set or modifier, or one in place.
    fn order_item(&mut self, root: &Fields<'_>, item: JsonRef<'_>, place: u64) -> Result<(), FormatError> {
        let at = format!("/resolutionOrder/{place}");
        if let Some(reference) = item.get("$ref").and_then(JsonRef::string) {
            return match self.place(&reference, place) {
                Some(true) => Ok(()),
                Some(false) => {
                    let message = format!(
                        "\"{}\" is named twice in resolutionOrder; the first place counts",
                        reference.escape_debug()
                    );
                    self.finding("order_duplicate", false, at, message);
                    Ok(())
                }
                None => Err(root.error(&format!(
                    "resolutionOrder names \"{}\", which is neither in sets nor in modifiers",
                    reference.escape_debug()
                ))),
            };
        }
        let item = root.inner(item, &format!("resolutionOrder[{place}]"))?;
        let name = item.string("name")?;
        match item.string("type")?.as_ref() {
            "set" if !self.layers.contains_key(name.as_ref()) => {
                self.add_layer(&name, item.object(), &at, Some(place));
                Ok(())
            }
            "modifier" if !self.groups.contains_key(name.as_ref()) => {
                self.add_group(&name, item.object(), &at, Some(place));
                Ok(())
            }
            "set" | "modifier" => Err(item.error(&format!("the name \"{}\" is taken", name.escape_debug()))),
            _ => Err(item.error("\"type\" is neither set nor modifier")),
        }
    }

    /// Gives what `reference` names its place; false if it has one, `None` if there is no such thing.
    fn place(&mut self, reference: &str, place: u64) -> Option<bool> {
        let slot = if let Some(name) = local(reference, "sets") {
            &mut self.resolver.layers.get_mut(*self.layers.get(&name)?)?.place
        } else {
            let name = local(reference, "modifiers")?;
            &mut self.resolver.groups.get_mut(*self.groups.get(&name)?)?.place
        };
        let is_free = slot.is_none();
        slot.get_or_insert(place);
        Some(is_free)
    }

    /// `#/sets/X` among sources must name a set, and sets must not contain each other in a circle.
    fn check_layer_references(&mut self) {
        let mut findings = Vec::new();
        for (at, sources) in self.resolver.source_lists() {
            for (index, source) in sources.iter().enumerate() {
                let Source::Layer(name) = source else { continue };
                if !self.layers.contains_key(name) {
                    findings.push(Finding {
                        code: "source_unknown",
                        is_warning: false,
                        path: format!("{at}/{index}"),
                        message: format!("no set is called \"{}\"", name.escape_debug()),
                    });
                }
            }
        }
        for layer in circular(&self.resolver.layers, &self.layers) {
            findings.push(Finding {
                code: "source_cycle",
                is_warning: false,
                path: layer.pointer.clone(),
                message: "following its sources never ends: a set contains itself".to_owned(),
            });
        }
        self.resolver.findings.append(&mut findings);
    }
}

/// The layers that cannot be followed to an end, because they are in a circle or lead into one. `at` is where each name
/// stands in `layers`. Layers are taken away when all that they contain are: what stays never ends.
fn circular<'a>(layers: &'a [Layer], at: &HashMap<String, usize>) -> Vec<&'a Layer> {
    let mut containers: Vec<Vec<usize>> = vec![Vec::new(); layers.len()];
    let mut open: Vec<usize> = Vec::with_capacity(layers.len());
    for (index, layer) in layers.iter().enumerate() {
        let inner: HashSet<usize> = layer.sources.iter().filter_map(|source| named(source, at)).collect();
        for contained in &inner {
            containers.get_mut(*contained).into_iter().for_each(|list| list.push(index));
        }
        open.push(inner.len());
    }
    let is_closed = |(index, count): (usize, &usize)| (*count == 0).then_some(index);
    let mut closed: Vec<usize> = open.iter().enumerate().filter_map(is_closed).collect();
    while let Some(contained) = closed.pop() {
        for container in containers.get(contained).into_iter().flatten() {
            let Some(count) = open.get_mut(*container) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 {
                closed.push(*container);
            }
        }
    }
    layers.iter().zip(open).filter(|(_, open)| *open > 0).map(|(layer, _)| layer).collect()
}

/// Where the layer that `source` names stands.
fn named(source: &Source, at: &HashMap<String, usize>) -> Option<usize> {
    match source {
        Source::Layer(name) => at.get(name).copied(),
        _ => None,
    }
}

/// Reads one source.
fn source(item: JsonRef<'_>) -> Result<Source, String> {
    if item.kind() != JsonKind::Object {
        return Err(format!("a source is an object, not {}", item.kind().name()));
    }
    let Some(reference) = item.get("$ref") else {
        return Ok(Source::Inline(item.to_text()));
    };
    let reference = reference.string().ok_or("\"$ref\" is no string")?;
    let others = JsonText::object(|out| {
        let members = item.members().filter(|(name, _)| name != "$ref");
        members.for_each(|(name, value)| out.raw(&name, value));
    });
    let overrides = (others.as_str() != "{}").then_some(others);
    if let Some(name) = local(&reference, "sets") {
        return match overrides {
            None => Ok(Source::Layer(name)),
            Some(_) => Ok(Source::Other(item.to_text())),
        };
    }
    if reference.starts_with("#/modifiers/") || reference.starts_with("#/resolutionOrder") {
        return Err(format!("nothing but resolutionOrder may point to \"{}\"", reference.escape_debug()));
    }
    if reference.contains('#') || reference.contains("://") {
        return Ok(Source::Other(item.to_text()));
    }
    let path = uri::decode(&reference).ok_or("\"$ref\" is not percent-encoded UTF-8")?;
    Ok(Source::File { path, overrides })
}

/// The name in a pointer `#/kind/name` (RFC 6901 §6).
fn local(reference: &str, kind: &str) -> Option<String> {
    let name = reference.strip_prefix("#/")?.strip_prefix(kind)?.strip_prefix('/')?;
    let name = uri::decode(name)?;
    (!name.contains('/')).then(|| name.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests;
