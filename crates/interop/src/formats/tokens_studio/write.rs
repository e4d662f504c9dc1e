//! A design as Tokens Studio's files.

use std::collections::{HashMap, HashSet};

use dss_model::{EntityId, Kind, TokenPath};

use super::read::Studio;
use super::themes::selected;
use super::{METADATA, NO_GROUP, THEMES, Tool};
use crate::design::{Design, WriteOptions};
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::json::{Json, Object};
use crate::keep::EXTENSION;
use crate::names::Names;
use crate::plain::write_document;
use crate::report::{Fate, Report};
use crate::themes::{GroupOf, Themes};

/// What the files will say.
pub(super) fn studio(tool: &Tool, design: &Design, report: &mut Report) -> Result<Studio, InteropError> {
    let themes = Themes::of(design)?;
    let kept = kept_of_layer(tool, &themes);
    let studio = made(tool, &themes, &kept, report);
    let Some(whole) = kept.get("document").and_then(Json::as_object).and_then(Studio::of_whole) else {
        return Ok(studio);
    };
    // What is kept whole is what is written, if nothing was changed since: then the same would be made of it.
    let before = Themes::of(&whole.read(tool)?.design)?;
    let is_same = made(tool, &before, &kept_of_layer(tool, &before), &mut Report::default()) == studio;
    Ok(if is_same { whole } else { studio })
}

fn made(tool: &Tool, themes: &Themes, kept: &Object, report: &mut Report) -> Studio {
    let mut sets = Vec::new();
    for at in order(tool, themes) {
        let Some(set) = themes.sets.get(at) else { continue };
        let Json::Object(document) = Json::from_ref(set.document.get_ref()) else { continue };
        sets.push((set.name.clone(), write_document(&tool.dialect, &set.name, &document, report)));
    }
    note_losses(tool, themes, report);
    let names: Vec<&str> = sets.iter().map(|(name, _)| name.as_str()).collect();
    let written = write_themes(tool, themes, kept.get("order").and_then(Json::as_array), report);
    let metadata = match kept.get("metadata") {
        None => Some((tool.metadata)(&names, &written)),
        Some(Json::Null) => None,
        Some(kept) => Some(kept_metadata(kept, &names)),
    };
    let themes = if written.is_empty() { kept.get("themes").cloned() } else { Some(Json::Array(written)) };
    let others = kept.get("members").and_then(Json::as_object).cloned().unwrap_or_default();
    let is_folder = kept.get("folder") == Some(&Json::Boolean(true));
    let mut studio = Studio { is_folder, sets, themes, metadata, others, keys: Vec::new() };
    if is_folder {
        studio.sets.sort_by(|(a, _), (b, _)| a.cmp(b));
    } else {
        studio.arrange(kept.get("keys").and_then(Json::as_array).unwrap_or_default());
    }
    studio
}

/// What the layer of all sets keeps.
fn kept_of_layer(tool: &Tool, themes: &Themes) -> Object {
    let layers = themes.layers.iter().filter(|layer| layer.name == tool.layer);
    let mut kept = layers.filter_map(|layer| kept_in(tool, layer.extensions.as_ref()?));
    kept.next().unwrap_or_default()
}

/// What `$extensions` keep for the tool.
fn kept_in(tool: &Tool, extensions: &Object) -> Option<Object> {
    extensions.get(EXTENSION)?.get(tool.dialect.format.name())?.as_object().cloned()
}

/// The sets in the order in which they are to apply.
fn order(tool: &Tool, themes: &Themes) -> Vec<usize> {
    let mut seen = HashSet::new();
    let all = themes.layers.iter().filter(|layer| layer.name == tool.layer);
    let all = all.flat_map(|layer| layer.sets.iter().copied());
    let chosen =
        themes.groups().flat_map(|group| group.themes.iter().flat_map(|(_, sets)| sets.iter().copied()));
    let named = all.chain(themes.fixed()).chain(chosen).chain(0..themes.sets.len());
    named.filter(|at| seen.insert(*at)).collect()
}

/// What such files have no place for.
fn note_losses(tool: &Tool, themes: &Themes, report: &mut Report) {
    let layers = themes.layers.iter().filter(|layer| layer.name != tool.layer);
    for layer in layers.filter(|_| !themes.groups.is_empty()) {
        report.note(Fate::Lost, "layers, as such: their sets are selected by every theme", || {
            layer.name.clone()
        });
    }
    for group in &themes.groups {
        if group.has_description {
            report.note(Fate::Lost, "descriptions of theme groups", || group.name.clone());
        }
        let first = group.themes.first().map(|(name, _)| name);
        if group.default.as_ref().is_some_and(|default| Some(default) != first) {
            report.note(Fate::Lost, "defaults of theme groups", || group.name.clone());
        }
    }
    for _ in 0..themes.dangling {
        report.note(Fate::Lost, "sources of layers and themes that are no sets of the design", String::new);
    }
}

/// The metadata that are kept, for the sets that there are now.
fn kept_metadata(kept: &Json, names: &[&str]) -> Json {
    let Json::Object(kept) = kept else { return kept.clone() };
    let there: HashSet<&str> = names.iter().copied().collect();
    let listed = kept.get("tokenSetOrder").and_then(Json::as_array).unwrap_or_default();
    let known = listed.iter().filter_map(Json::as_str).filter(|name| there.contains(name));
    // Names of sets that are not there do no harm; and sets need not be listed, if they come last.
    let known: Vec<&str> = known.collect();
    if names.starts_with(&known) {
        return Json::Object(kept.clone());
    }
    let mut changed = kept.clone();
    changed.set("tokenSetOrder", Json::Array(names.iter().map(|name| Json::from(*name)).collect()));
    Json::Object(changed)
}

/// All themes, in the order of their groups, or in the one that is kept.
fn write_themes(tool: &Tool, themes: &Themes, order: Option<&[Json]>, report: &mut Report) -> Vec<Json> {
    let fixed: Vec<usize> = themes.fixed().collect();
    let name = |at: &usize| themes.sets.get(*at).map(|set| set.name.as_str());
    let mut written = Vec::new();
    for group in themes.groups() {
        let mut contexts = Names::default();
        let selected = group.themes.iter().map(|(theme, sets)| {
            let mut seen = HashSet::new();
            let sets = fixed.iter().chain(sets).filter_map(name).filter(|name| seen.insert(*name));
            (theme.as_str(), sets.collect::<Vec<_>>())
        });
        let selected: Vec<(&str, Vec<&str>)> = selected.collect();
        let kept = Kept::of(tool, group, &selected, report);
        for (theme, sets) in &selected {
            written.push(Json::Object(kept.theme(&group.name, theme, &mut contexts, sets)));
        }
    }
    let places = order.unwrap_or_default().iter().filter_map(|place| place.number()?.parse().ok());
    let mut placed: Vec<(usize, Json)> = places.chain(std::iter::repeat(usize::MAX)).zip(written).collect();
    if order.is_some() {
        placed.sort_by_key(|(place, _)| *place);
    }
    placed.into_iter().map(|(_, theme)| theme).collect()
}

/// What a modifier keeps.
struct Kept {
    has_no_group: bool,
    /// By the context that each theme is now.
    themes: HashMap<String, Object>,
}

impl Kept {
    /// A theme that goes by another name now is the one that selects the same sets, or the only one that is left.
    fn of(tool: &Tool, group: &GroupOf, now: &[(&str, Vec<&str>)], report: &mut Report) -> Self {
        let kept = group.extensions.as_ref().and_then(|extensions| kept_in(tool, extensions));
        let kept = kept.unwrap_or_default();
        let stated = kept.get("themes").and_then(Json::as_object).cloned().unwrap_or_default();
        let (mut themes, mut gone) = (HashMap::new(), Vec::new());
        for (name, theme) in stated {
            let Json::Object(theme) = theme else { continue };
            if now.iter().any(|(context, _)| *context == name) {
                themes.insert(name, theme);
            } else {
                gone.push(theme);
            }
        }
        let mut new: Vec<&(&str, Vec<&str>)> =
            now.iter().filter(|(context, _)| !themes.contains_key(*context)).collect();
        new.retain(|(context, sets)| {
            let sets: HashSet<&str> = sets.iter().copied().collect();
            let same = gone.iter().position(|theme| selected(theme) == sets);
            let renamed = same.map(|at| gone.remove(at));
            let is_new = renamed.is_none();
            themes.extend(renamed.map(|theme| ((*context).to_owned(), theme)));
            is_new
        });
        if let ([(context, _)], 1) = (new.as_slice(), gone.len()) {
            themes.extend(gone.pop().map(|theme| ((*context).to_owned(), theme)));
        } else if !new.is_empty() {
            let what = "what was kept of themes that are called otherwise, or are not there any more";
            gone.iter().for_each(|_| report.note(Fate::Lost, what, || group.name.clone()));
        }
        let has_no_group = kept.get("group") == Some(&Json::Null) && group.name.starts_with(NO_GROUP);
        Self { has_no_group, themes }
    }

    /// A theme as it was, as far as it is still so.
    fn theme(&self, group: &str, context: &str, contexts: &mut Names, sets: &[&str]) -> Object {
        let mut theme = self.themes.get(context).cloned().unwrap_or_else(|| {
            let path = TokenPath::from_segments([group, context]);
            let mut theme = Object::new();
            theme.push("id", EntityId::derived(Kind::Theme, "", &path).to_string());
            theme
        });
        // A name that is not unique stands for the context that was made of it.
        let was = theme.string("name").map(str::to_owned);
        let is_same = was.is_some_and(|was| contexts.unique(&was) == context);
        if !is_same {
            theme.set("name", context);
        }
        if !self.has_no_group && theme.string("group") != Some(group) {
            theme.set("group", group);
        }
        let wanted: HashSet<&str> = sets.iter().copied().collect();
        let changed = reselected(&theme, &wanted, sets);
        if let Some(changed) = changed {
            theme.set("selectedTokenSets", changed);
        }
        theme
    }
}

/// The sets that a theme is to select, if it does not do so already.
fn reselected(theme: &Object, wanted: &HashSet<&str>, sets: &[&str]) -> Option<Object> {
    let was = selected(theme);
    let is_there = theme.has("selectedTokenSets");
    if is_there && was == *wanted {
        return None;
    }
    let old = theme.get("selectedTokenSets").and_then(Json::as_object).cloned().unwrap_or_default();
    let mut changed = Object::new();
    for (set, status) in old {
        match (was.contains(set.as_str()), wanted.contains(set.as_str())) {
            (true, false) => {}
            (false, true) => changed.push(set, "enabled"),
            _ => changed.push(set, status),
        }
    }
    let there: HashSet<String> = changed.iter().map(|(set, _)| set.to_owned()).collect();
    sets.iter().filter(|set| !there.contains(**set)).for_each(|set| changed.push(*set, "enabled"));
    Some(changed)
}

impl Studio {
    /// The files.
    pub(super) fn files(self, options: &WriteOptions, design: &Design) -> Result<Vec<File>, InteropError> {
        if self.is_folder { folder(self) } else { Ok(vec![single(self, options, design)?]) }
    }

    /// Sets the order of the members of a single file: the kept one, as far as it goes.
    fn arrange(&mut self, kept: &[Json]) {
        let usual = self.sets.iter().map(|(name, _)| name.as_str());
        let usual = usual
            .chain(self.themes.is_some().then_some(THEMES))
            .chain(self.metadata.is_some().then_some(METADATA))
            .chain(self.others.iter().map(|(key, _)| key));
        let usual: Vec<String> = usual.map(str::to_owned).collect();
        let place: HashMap<&str, usize> = kept.iter().filter_map(Json::as_str).zip(0..).collect();
        let mut keys = usual;
        keys.sort_by_key(|key| place.get(key.as_str()).copied().unwrap_or(usize::MAX));
        let at: HashMap<&str, usize> = keys.iter().map(String::as_str).zip(0..).collect();
        self.sets.sort_by_key(|(name, _)| at.get(name.as_str()).copied());
        self.keys = keys;
    }
}

fn single(studio: Studio, options: &WriteOptions, design: &Design) -> Result<File, InteropError> {
    let mut members: HashMap<String, Json> =
        studio.sets.into_iter().map(|(name, set)| (name, Json::Object(set))).collect();
    members.extend(studio.others);
    members.extend(studio.themes.map(|themes| (THEMES.to_owned(), themes)));
    members.extend(studio.metadata.map(|metadata| (METADATA.to_owned(), metadata)));
    let root: Object =
        studio.keys.into_iter().filter_map(|key| Some((key.clone(), members.remove(&key)?))).collect();
    let name = options.name.as_deref().or(design.name.as_deref()).unwrap_or("tokens");
    let path = Paths::default().take("", name, ".json");
    let bytes = Json::Object(root).to_pretty(&path)?;
    Ok(File::new(path, bytes))
}

fn folder(studio: Studio) -> Result<Vec<File>, InteropError> {
    let mut paths = Paths::default();
    let mut files = Vec::new();
    let mut add = |path: String, value: &Json| -> Result<(), InteropError> {
        let bytes = value.to_pretty(&path)?;
        files.push(File::new(path, bytes));
        Ok(())
    };
    if let Some(themes) = &studio.themes {
        add(paths.take("$themes.json", "themes", ".json"), themes)?;
    }
    if let Some(metadata) = &studio.metadata {
        add(paths.take("$metadata.json", "metadata", ".json"), metadata)?;
    }
    for (path, value) in studio.others {
        add(paths.take(&path, &path, ""), &value)?;
    }
    for (name, set) in studio.sets {
        add(paths.take(&format!("{name}.json"), &name, ".json"), &Json::Object(set))?;
    }
    Ok(files)
}
