//! Tokens Studio's files as a design.

use std::collections::HashMap;

use super::themes::{Group, grouped};
use super::{METADATA, THEMES, Tool};
use crate::bundle::Bundle;
use crate::design::{Design, Reading, Skipped, TokenSet};
use crate::error::InteropError;
use crate::json::{Json, Object};
use crate::keep::keep;
use crate::plain::read_document;
use crate::report::Fate;

/// What the files say, in whichever layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Studio {
    /// Whether every set is a file of its own.
    pub(crate) is_folder: bool,
    /// The sets in the order of the file, or of their paths.
    pub(crate) sets: Vec<(String, Object)>,
    pub(crate) themes: Option<Json>,
    pub(crate) metadata: Option<Json>,
    /// Members, or files, that are nothing of all this.
    pub(crate) others: Object,
    /// The names of all members, in their order; empty for a folder.
    pub(crate) keys: Vec<String>,
}

impl Studio {
    /// A single file.
    pub(crate) fn of_file(root: &Object) -> Self {
        let mut studio = Self::default();
        for (key, value) in root.iter() {
            studio.keys.push(key.to_owned());
            match (key, value) {
                (THEMES, _) => studio.themes = Some(value.clone()),
                (METADATA, _) => studio.metadata = Some(value.clone()),
                (_, Json::Object(set)) if !key.starts_with('$') => {
                    studio.sets.push((key.to_owned(), set.clone()))
                }
                _ => studio.others.push(key, value.clone()),
            }
        }
        studio
    }

    pub(super) fn of_folder(bundle: &Bundle, skipped: &mut Vec<Skipped>) -> Self {
        let mut studio = Self { is_folder: true, ..Self::default() };
        let top = super::top(bundle).unwrap_or_default();
        for document in bundle.documents() {
            let Some(path) = document.path().strip_prefix(top) else {
                let reason = "not in the folder that has $themes.json or $metadata.json".to_owned();
                skipped.push(Skipped { path: document.path().to_owned(), reason });
                continue;
            };
            let value = match (document.json(), document.array()) {
                (Some(object), _) => Json::Object(object.clone()),
                (None, Some(items)) => Json::Array(items.to_vec()),
                (None, None) => {
                    skipped.push(Skipped { path: document.path().to_owned(), reason: "no JSON".to_owned() });
                    continue;
                }
            };
            let name = path.strip_suffix(".json").unwrap_or(path);
            match (name, value) {
                (THEMES, value) => studio.themes = Some(value),
                (METADATA, value) => studio.metadata = Some(value),
                (_, Json::Object(set)) if !name.starts_with('$') => studio.sets.push((name.to_owned(), set)),
                (_, value) => studio.others.push(path, value),
            }
        }
        studio
    }

    /// The names of the sets in the order in which they apply: that of `$metadata`, as far as it names them.
    pub(crate) fn order(&self) -> Vec<&str> {
        let mut left: HashMap<&str, usize> =
            self.sets.iter().zip(0..).map(|((name, _), at)| (name.as_str(), at)).collect();
        let listed = self.metadata.as_ref().and_then(|metadata| metadata.get("tokenSetOrder")?.as_array());
        let listed = listed.unwrap_or_default().iter().filter_map(Json::as_str);
        let mut order: Vec<&str> = listed.filter(|name| left.remove(name).is_some()).collect();
        order.extend(self.sets.iter().map(|(name, _)| name.as_str()).filter(|name| left.contains_key(name)));
        order
    }

    /// The design, with what brings the very same files back.
    pub(crate) fn read(&self, tool: &Tool) -> Result<Reading, InteropError> {
        let mut reading = Reading::default();
        let sets: HashMap<&str, &Object> = self.sets.iter().map(|(name, set)| (name.as_str(), set)).collect();
        let order = self.order();
        for name in &order {
            let set = sets.get(name).copied().cloned().unwrap_or_default();
            let document = read_document(&tool.dialect, name, &set, &mut reading.report);
            reading.design.sets.push(TokenSet::new(*name, Json::Object(document).to_text(name)?));
        }
        let groups = grouped(self.themes.as_ref(), &order);
        for group in &groups {
            reading
                .report
                .note(Fate::Assumed, "first themes of their groups, as the defaults", || group.name.clone());
        }
        let kept = self.kept(tool, &order, &groups);
        reading.design.resolver = Some(resolver(tool, &order, &groups, kept)?);
        if self.is_brought_back(tool, &reading.design) {
            return Ok(reading);
        }
        reading.report.note(Fate::Kept, "documents that are kept whole", || tool.layer.to_owned());
        reading.design.resolver = Some(resolver(tool, &order, &groups, self.whole())?);
        Ok(reading)
    }

    fn is_brought_back(&self, tool: &Tool, design: &Design) -> bool {
        super::write::studio(tool, design, &mut crate::Report::default()).is_ok_and(|again| again == *self)
    }

    /// What the layer of all sets keeps, beyond what is always written.
    fn kept(&self, tool: &Tool, order: &[&str], groups: &[Group]) -> Object {
        let mut kept = Object::new();
        if self.is_folder {
            kept.push("folder", Json::Boolean(true));
        }
        let themes = self.themes.as_ref().and_then(Json::as_array).unwrap_or_default();
        let usual = (tool.metadata)(order, themes);
        if self.metadata.as_ref() != Some(&usual) {
            kept.push("metadata", self.metadata.clone().unwrap_or(Json::Null));
        }
        if groups.is_empty()
            && let Some(themes) = &self.themes
        {
            kept.push("themes", themes.clone());
        }
        let places: Vec<usize> =
            groups.iter().flat_map(|group| group.themes.iter().map(|theme| theme.place)).collect();
        if !places.is_sorted() {
            let places =
                places.into_iter().map(|place| Json::integer(u64::try_from(place).unwrap_or_default()));
            kept.push("order", Json::Array(places.collect()));
        }
        if !self.others.is_empty() {
            kept.push("members", self.others.clone());
        }
        let has_themes = self.themes.is_some().then_some(THEMES);
        let has_metadata = self.metadata.is_some().then_some(METADATA);
        let usual = order.iter().copied().chain(has_themes).chain(has_metadata);
        let others = self.others.iter().map(|(key, _)| key);
        if !self.is_folder && !usual.chain(others).eq(self.keys.iter().map(String::as_str)) {
            kept.push("keys", Json::Array(self.keys.iter().map(|key| Json::from(key.as_str())).collect()));
        }
        kept
    }

    /// Everything, for what nothing less brings back.
    fn whole(&self) -> Object {
        let mut whole = Object::new();
        if self.is_folder {
            whole.push("folder", Json::Boolean(true));
        }
        let sets: Object =
            self.sets.iter().map(|(name, set)| (name.clone(), Json::Object(set.clone()))).collect();
        whole.push("sets", sets);
        self.themes.iter().for_each(|themes| whole.push("themes", themes.clone()));
        self.metadata.iter().for_each(|metadata| whole.push("metadata", metadata.clone()));
        whole.push("others", self.others.clone());
        whole.push("keys", Json::Array(self.keys.iter().map(|key| Json::from(key.as_str())).collect()));
        let mut kept = Object::new();
        kept.push("document", whole);
        kept
    }

    /// What [`Self::whole`] kept.
    pub(super) fn of_whole(whole: &Object) -> Option<Self> {
        let sets = whole.get("sets")?.as_object()?;
        let sets = sets.iter().map(|(name, set)| Some((name.to_owned(), set.as_object()?.clone())));
        let keys = whole.get("keys")?.as_array()?.iter().map(|key| key.as_str().map(str::to_owned));
        Some(Self {
            is_folder: whole.has("folder"),
            sets: sets.collect::<Option<_>>()?,
            themes: whole.get("themes").cloned(),
            metadata: whole.get("metadata").cloned(),
            others: whole.get("others")?.as_object()?.clone(),
            keys: keys.collect::<Option<_>>()?,
        })
    }
}

/// The resolver document.
fn resolver(
    tool: &Tool,
    order: &[&str],
    groups: &[Group],
    kept: Object,
) -> Result<dss_model::JsonText, InteropError> {
    let source = |set: &str| {
        let mut source = Object::new();
        source.push("$ref", dss_format::resolver::encode_uri(&format!("{set}.tokens.json")));
        Json::Object(source)
    };
    let sources = |sets: &mut dyn Iterator<Item = &str>| Json::Array(sets.map(source).collect());
    let mut layer = Object::new();
    layer.push("sources", sources(&mut order.iter().copied()));
    keep(&mut layer, tool.dialect.format, kept);
    let mut layers = Object::new();
    layers.push(tool.layer, layer);
    let mut modifiers = Object::new();
    for group in groups {
        let mut contexts = Object::new();
        for theme in &group.themes {
            contexts.push(theme.context.as_str(), sources(&mut theme.sets.iter().map(String::as_str)));
        }
        let mut modifier = Object::new();
        modifier.push("contexts", contexts);
        if let Some(first) = group.themes.first() {
            modifier.push("default", first.context.as_str());
        }
        keep(&mut modifier, tool.dialect.format, group.kept());
        modifiers.push(group.name.as_str(), modifier);
    }
    let reference = |names: &[&str]| {
        let mut reference = Object::new();
        let pointer = dss_format::resolver::pointer(names);
        reference.push("$ref", format!("#{}", dss_format::resolver::encode_uri(&pointer)));
        Json::Object(reference)
    };
    let mut steps: Vec<Json> = groups.iter().map(|group| reference(&["modifiers", &group.name])).collect();
    if steps.is_empty() {
        steps.push(reference(&["sets", tool.layer]));
    }
    let mut root = Object::new();
    root.push("version", "2025.10");
    root.push("sets", layers);
    if !modifiers.is_empty() {
        root.push("modifiers", modifiers);
    }
    root.push("resolutionOrder", Json::Array(steps));
    Json::Object(root).to_text("$themes")
}
