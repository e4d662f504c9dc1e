//! The themes of style sheets as a resolver document, and what CSS says for each.

use std::collections::HashMap;

use dss_format::resolver::encode_uri;
use dss_model::JsonText;

use super::condition::{SCHEME, Theme};
use super::parse::Rule;
use crate::error::InteropError;
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::keep;
use crate::themes::GroupOf;

/// The layer of what always holds.
const LAYER: &str = "css";
/// Where rules are kept, by context.
const RULES: &str = "rules";

/// What there is to choose.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// The files of what always holds.
    pub(super) always: Vec<String>,
    /// Sets that nothing selects: names and files.
    pub(super) scopes: Vec<(String, String)>,
    modifiers: Vec<Modifier>,
}

#[derive(Debug, Default)]
struct Modifier {
    name: String,
    default: Option<String>,
    contexts: Vec<Context>,
}

#[derive(Debug)]
struct Context {
    name: String,
    files: Vec<String>,
    /// The rules of the first block.
    rules: Vec<String>,
}

impl Choices {
    /// Notes what is chosen where nothing is.
    pub(super) fn default(&mut self, theme: &Theme) {
        self.modifier(&theme.modifier, |modifier| {
            modifier.default.get_or_insert_with(|| theme.context.clone());
        });
    }

    /// Adds a file to a context, which these rules are for.
    pub(super) fn context(&mut self, theme: &Theme, file: String, rules: &[Rule]) {
        self.modifier(&theme.modifier, |modifier| {
            match modifier.contexts.iter_mut().find(|context| context.name == theme.context) {
                Some(context) => context.files.push(file),
                None => modifier.contexts.push(Context {
                    name: theme.context.clone(),
                    files: vec![file],
                    rules: rules.iter().map(Rule::text).collect(),
                }),
            }
        });
    }

    fn modifier(&mut self, name: &str, change: impl FnOnce(&mut Modifier)) {
        if let Some(modifier) = self.modifiers.iter_mut().find(|modifier| modifier.name == name) {
            return change(modifier);
        }
        let mut modifier = Modifier { name: name.to_owned(), ..Modifier::default() };
        change(&mut modifier);
        self.modifiers.push(modifier);
    }

    /// The resolver document; none if all sets always hold.
    pub(super) fn resolver(&self) -> Result<Option<JsonText>, InteropError> {
        let modifiers: Vec<&Modifier> =
            self.modifiers.iter().filter(|modifier| !modifier.contexts.is_empty()).collect();
        if modifiers.is_empty() && self.scopes.is_empty() {
            return Ok(None);
        }
        let sources =
            |files: &[String]| Json::Array(files.iter().map(|file| reference(encode_uri(file))).collect());
        let layer =
            |files: &[String]| [("sources".to_owned(), sources(files))].into_iter().collect::<Object>();
        let mut layers: Object = [(LAYER.to_owned(), layer(&self.always).into())].into_iter().collect();
        let mut order = vec![reference(format!("#/sets/{LAYER}"))];
        for (name, file) in &self.scopes {
            layers.push(name.as_str(), layer(std::slice::from_ref(file)));
        }
        let mut document = Object::new();
        document.push("version", "2025.10");
        document.push("sets", layers);
        let mut groups = Object::new();
        for modifier in modifiers {
            order.push(reference(format!("#/modifiers/{}", encode_uri(&modifier.name))));
            groups.push(modifier.name.as_str(), modifier.object(&sources));
        }
        if !groups.is_empty() {
            document.push("modifiers", groups);
        }
        document.push("resolutionOrder", Json::Array(order));
        Json::Object(document).to_text("resolver").map(Some)
    }
}

impl Modifier {
    fn object(&self, sources: &impl Fn(&[String]) -> Json) -> Object {
        let default = self.default_context();
        let mut contexts = Object::new();
        let mut rules = Object::new();
        if !self.contexts.iter().any(|context| context.name == default) {
            contexts.push(default.as_str(), Json::Array(Vec::new()));
        }
        for context in &self.contexts {
            contexts.push(context.name.as_str(), sources(&context.files));
            let texts = context.rules.iter().map(|rule| Json::from(rule.as_str()));
            rules.push(context.name.as_str(), Json::Array(texts.collect()));
        }
        let mut object = Object::new();
        object.push("contexts", contexts);
        object.push("default", default);
        let mut extension = Object::new();
        extension.push(RULES, rules);
        keep(&mut object, Format::Css, extension);
        object
    }

    /// What is chosen where nothing is: what the style sheet says, or else what no context is called.
    fn default_context(&self) -> String {
        let is_free = |name: &str| !self.contexts.iter().any(|context| context.name == name);
        if let Some(default) = &self.default {
            return default.clone();
        }
        let usual: &[&str] = if self.name == SCHEME { &["light", "dark"] } else { &["default", "none"] };
        let free = usual.iter().find(|name| is_free(name));
        free.map_or_else(|| "no-preference".to_owned(), |name| (*name).to_owned())
    }
}

fn reference(to: String) -> Json {
    Json::Object([("$ref".to_owned(), Json::String(to))].into_iter().collect())
}

/// The rules that a modifier keeps, by context.
pub(super) fn rules_of(group: &GroupOf) -> HashMap<&str, Vec<&str>> {
    let Some(extensions) = &group.extensions else { return HashMap::new() };
    let kept = extensions
        .get(crate::EXTENSION)
        .and_then(|ours| ours.get(Format::Css.name())?.get(RULES)?.as_object());
    let contexts = kept.into_iter().flat_map(Object::iter);
    contexts
        .map(|(context, rules)| {
            let rules = rules.as_array().unwrap_or_default();
            (context, rules.iter().filter_map(Json::as_str).collect())
        })
        .collect()
}
