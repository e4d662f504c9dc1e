//! Reading resolver documents.

use dss_model::{JsonKind, JsonRef, JsonText, Stage};

use super::{Finding, Layer, Resolver, Source, ThemeGroup, uri};
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
    let mut resolver = Resolver {
        name: root.optional_string("name")?.map(std::borrow::Cow::into_owned),
        description: root.get("description").map(JsonRef::to_text),
        ..Resolver::default()
    };
    for (name, value) in root.object().members() {
        match name.as_ref() {
            "name" | "description" | "version" | "sets" | "modifiers" | "resolutionOrder" => {}
            _ => resolver.other.push((name.into_owned(), value.to_text())),
        }
    }
    for (name, set) in root.get("sets").into_iter().flat_map(JsonRef::members) {
        let layer = resolver.layer(&name, set);
        resolver.layers.push(layer);
    }
    for (name, modifier) in root.get("modifiers").into_iter().flat_map(JsonRef::members) {
        let group = resolver.group(&name, modifier);
        resolver.groups.push(group);
    }
    for (item, place) in root.elements("resolutionOrder")?.zip(0_u64..) {
        resolver.order_item(&root, item, place)?;
    }
    resolver.check_layer_references();
    Ok(resolver)
}

impl Resolver {
    fn finding(&mut self, code: &'static str, is_warning: bool, path: &str, message: String) {
        self.findings.push(Finding { code, is_warning, path: path.to_owned(), message });
    }

    fn layer(&mut self, name: &str, set: JsonRef<'_>) -> Layer {
        Layer {
            name: name.to_owned(),
            place: None,
            description: set.get("description").map(JsonRef::to_text),
            extensions: set.get("$extensions").map(JsonRef::to_text),
            sources: self.sources(set.get("sources"), name),
        }
    }

    fn group(&mut self, name: &str, modifier: JsonRef<'_>) -> ThemeGroup {
        let contexts: Vec<_> = modifier.get("contexts").into_iter().flat_map(JsonRef::members).collect();
        let default = modifier.get("default");
        match contexts.len() {
            0 => self.finding("modifier_empty", false, name, "a modifier needs contexts".to_owned()),
            1 => self.finding(
                "modifier_single",
                true,
                name,
                "a modifier with one context is no choice".to_owned(),
            ),
            _ => {}
        }
        if let Some(default) = default {
            let named = default.string().unwrap_or_default();
            if !contexts.iter().any(|(context, _)| *context == named) {
                let message = format!("default {} names no context", default.as_str());
                self.finding("modifier_default", false, name, message);
            }
        }
        let mut themes = Vec::new();
        for (context, sources) in contexts {
            let path = format!("{name}.{context}");
            themes.push((context.into_owned(), self.sources(Some(sources), &path)));
        }
        ThemeGroup {
            name: name.to_owned(),
            place: None,
            description: modifier.get("description").map(JsonRef::to_text),
            default: default.map(JsonRef::to_text),
            extensions: modifier.get("$extensions").map(JsonRef::to_text),
            themes,
        }
    }

    fn sources(&mut self, list: Option<JsonRef<'_>>, path: &str) -> Vec<Source> {
        let Some(list) = list.filter(|list| list.kind() == JsonKind::Array) else {
            self.finding("sources_missing", false, path, "expected a list of sources".to_owned());
            return Vec::new();
        };
        let mut sources = Vec::new();
        for item in list.elements() {
            match source(item) {
                Ok(source) => sources.push(source),
                Err(message) => {
                    self.finding("source_invalid", false, path, message);
                    sources.push(Source::Other(item.to_text()));
                }
            }
        }
        sources
    }

    /// An item of `resolutionOrder`: a reference to a set or modifier, or one in place.
    fn order_item(&mut self, root: &Fields<'_>, item: JsonRef<'_>, place: u64) -> Result<(), FormatError> {
        if let Some(reference) = item.get("$ref").and_then(JsonRef::string) {
            return match self.place(&reference, place) {
                Some(true) => Ok(()),
                Some(false) => {
                    self.finding(
                        "order_duplicate",
                        false,
                        &reference,
                        "named twice in resolutionOrder; the first place counts".to_owned(),
                    );
                    Ok(())
                }
                None => Err(root.error(&format!(
                    "resolutionOrder names \"{}\", which is neither in sets nor in modifiers",
                    reference.escape_debug()
                ))),
            };
        }
        let item = root.inner(item, "resolutionOrder[]")?;
        let name = item.string("name")?;
        let is_taken = |other: &str| other == name;
        match item.string("type")?.as_ref() {
            "set" if !self.layers.iter().any(|layer| is_taken(&layer.name)) => {
                let layer = self.layer(&name, item.object());
                self.layers.push(Layer { place: Some(place), ..layer });
                Ok(())
            }
            "modifier" if !self.groups.iter().any(|group| is_taken(&group.name)) => {
                let group = self.group(&name, item.object());
                self.groups.push(ThemeGroup { place: Some(place), ..group });
                Ok(())
            }
            "set" | "modifier" => Err(item.error(&format!("the name \"{}\" is taken", name.escape_debug()))),
            _ => Err(item.error("\"type\" is neither set nor modifier")),
        }
    }

    /// Gives what `reference` names its place; false if it has one, `None` if there is no such thing.
    fn place(&mut self, reference: &str, place: u64) -> Option<bool> {
        let slot = if let Some(name) = local(reference, "sets") {
            &mut self.layers.iter_mut().find(|layer| layer.name == name)?.place
        } else {
            let name = local(reference, "modifiers")?;
            &mut self.groups.iter_mut().find(|group| group.name == name)?.place
        };
        let is_free = slot.is_none();
        slot.get_or_insert(place);
        Some(is_free)
    }

    /// `#/sets/X` among sources must name a set, and sets must not contain each other in a circle.
    fn check_layer_references(&mut self) {
        let lists = self.layers.iter().map(|layer| (layer.name.clone(), layer.sources.clone())).chain(
            self.groups.iter().flat_map(|group| {
                group
                    .themes
                    .iter()
                    .map(|(theme, sources)| (format!("{}.{theme}", group.name), sources.clone()))
            }),
        );
        let lists: Vec<_> = lists.collect();
        for (path, sources) in &lists {
            for source in sources {
                if let Source::Layer(name) = source
                    && !self.layers.iter().any(|layer| layer.name == *name)
                {
                    let message = format!("no set is called \"{}\"", name.escape_debug());
                    self.finding("source_unknown", false, path, message);
                }
            }
        }
        for name in self.circular_layers() {
            self.finding("source_cycle", false, &name, "the set contains itself".to_owned());
        }
    }

    /// Sets that contain themselves, directly or through others.
    fn circular_layers(&self) -> Vec<String> {
        let mut open: Vec<&Layer> = self.layers.iter().collect();
        loop {
            let count = open.len();
            let names: Vec<&str> = open.iter().map(|layer| layer.name.as_str()).collect();
            open.retain(|layer| {
                let mut inner = layer.sources.iter();
                inner.any(|source| matches!(source, Source::Layer(name) if names.contains(&name.as_str())))
            });
            if open.len() == count {
                return open.into_iter().map(|layer| layer.name.clone()).collect();
            }
        }
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
