//! Writing resolver documents.

use dss_model::{JsonText, ObjectBuilder};

use super::uri;

/// A resolver document to write.
#[derive(Debug, Default)]
pub struct ResolverView {
    /// `name`
    pub name: Option<String>,
    /// `description`
    pub description: Option<JsonText>,
    /// Other root members, in order.
    pub other: Vec<(String, JsonText)>,
    /// Fixed lists of sources.
    pub layers: Vec<LayerView>,
    /// Choices.
    pub groups: Vec<ThemeGroupView>,
}

/// An entry of `sets`.
#[derive(Debug)]
pub struct LayerView {
    /// Its name.
    pub name: String,
    /// What decides its place in `resolutionOrder`; `None` keeps it out.
    pub order: Option<String>,
    /// `description`
    pub description: Option<JsonText>,
    /// `$extensions`
    pub extensions: Option<JsonText>,
    /// References: `{"$ref": …}` and the like, ready to write.
    pub sources: Vec<JsonText>,
}

/// An entry of `modifiers`.
#[derive(Debug)]
pub struct ThemeGroupView {
    /// Its name.
    pub name: String,
    /// What decides its place in `resolutionOrder`; `None` keeps it out.
    pub order: Option<String>,
    /// `description`
    pub description: Option<JsonText>,
    /// `default`
    pub default: Option<JsonText>,
    /// `$extensions`
    pub extensions: Option<JsonText>,
    /// `contexts`, in order.
    pub themes: Vec<ThemeView>,
}

/// An entry of `contexts`.
#[derive(Debug)]
pub struct ThemeView {
    /// Its name.
    pub name: String,
    /// References, ready to write.
    pub sources: Vec<JsonText>,
}

/// A resolver document (version 2025.10).
pub fn write(view: &ResolverView) -> JsonText {
    JsonText::object(|out| {
        let schema = view.other.iter().find(|(name, _)| name == "$schema");
        if let Some((name, value)) = schema {
            out.raw(name, value.get_ref());
        }
        if let Some(name) = &view.name {
            out.string("name", name);
        }
        if let Some(description) = &view.description {
            out.raw("description", description.get_ref());
        }
        out.string("version", "2025.10");
        if !view.layers.is_empty() {
            out.object("sets", |out| view.layers.iter().for_each(|layer| write_layer(out, layer)));
        }
        if !view.groups.is_empty() {
            out.object("modifiers", |out| view.groups.iter().for_each(|group| write_group(out, group)));
        }
        out.array("resolutionOrder", |list| {
            for reference in order(view) {
                list.object(|out| out.string("$ref", &reference));
            }
        });
        let is_ours = |name: &str| {
            ["$schema", "name", "description", "version", "sets", "modifiers", "resolutionOrder"]
                .contains(&name)
        };
        let others = view.other.iter().filter(|(name, _)| !is_ours(name));
        others.for_each(|(name, value)| out.raw(name, value.get_ref()));
    })
}

fn write_layer(out: &mut ObjectBuilder<'_>, layer: &LayerView) {
    out.object(&layer.name, |out| {
        if let Some(description) = &layer.description {
            out.raw("description", description.get_ref());
        }
        out.array("sources", |list| layer.sources.iter().for_each(|source| list.raw(source.get_ref())));
        if let Some(extensions) = &layer.extensions {
            out.raw("$extensions", extensions.get_ref());
        }
    });
}

fn write_group(out: &mut ObjectBuilder<'_>, group: &ThemeGroupView) {
    out.object(&group.name, |out| {
        if let Some(description) = &group.description {
            out.raw("description", description.get_ref());
        }
        out.object("contexts", |out| {
            for theme in &group.themes {
                out.array(&theme.name, |list| {
                    theme.sources.iter().for_each(|source| list.raw(source.get_ref()))
                });
            }
        });
        if let Some(default) = &group.default {
            out.raw("default", default.get_ref());
        }
        if let Some(extensions) = &group.extensions {
            out.raw("$extensions", extensions.get_ref());
        }
    });
}

/// The references of `resolutionOrder`.
fn order(view: &ResolverView) -> Vec<String> {
    let layers = view.layers.iter().map(|layer| (layer.order.as_ref(), "sets", &layer.name));
    let groups = view.groups.iter().map(|group| (group.order.as_ref(), "modifiers", &group.name));
    let mut items: Vec<_> =
        layers.chain(groups).filter_map(|(order, kind, name)| Some((order?, kind, name))).collect();
    items.sort();
    let escaped = |name: &str| uri::encode(&name.replace('~', "~0").replace('/', "~1"));
    items.into_iter().map(|(_, kind, name)| format!("#/{kind}/{}", escaped(name))).collect()
}
