//! `$themes`: theme groups and the sets that each theme selects.

use std::collections::{HashMap, HashSet};

use super::NO_GROUP;
use crate::json::{Json, Object};
use crate::names::Names;

/// A theme group.
#[derive(Debug)]
pub(super) struct Group {
    /// The modifier's name.
    pub(super) name: String,
    /// What the themes call it; nothing for the themes that are in no group.
    pub(super) called: Option<String>,
    pub(super) themes: Vec<Theme>,
}

/// A theme.
#[derive(Debug)]
pub(super) struct Theme {
    /// The context's name.
    pub(super) context: String,
    /// Its place in `$themes`.
    pub(super) place: usize,
    /// The sets that it selects, in the order in which they apply.
    pub(super) sets: Vec<String>,
    /// The theme as it stands there.
    pub(super) stated: Object,
}

impl Group {
    /// What a modifier keeps: the themes as they stand, by context.
    pub(super) fn kept(&self) -> Object {
        let mut kept = Object::new();
        if self.called.is_none() {
            kept.push("group", Json::Null);
        }
        let themes: Object = self
            .themes
            .iter()
            .map(|theme| (theme.context.clone(), Json::Object(theme.stated.clone())))
            .collect();
        kept.push("themes", themes);
        kept
    }
}

/// The theme groups, in the order in which they come up; `order` is that of the sets.
pub(super) fn grouped(themes: Option<&Json>, order: &[&str]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at: HashMap<Option<String>, usize> = HashMap::new();
    let mut group_names = Names::default();
    let mut context_names: Vec<Names> = Vec::new();
    let themes = themes.and_then(Json::as_array).unwrap_or_default();
    for (place, theme) in themes.iter().enumerate() {
        let Some((theme, name)) = theme.as_object().and_then(|theme| Some((theme, theme.string("name")?)))
        else {
            continue;
        };
        let group = theme.string("group").map(str::to_owned);
        let index = *at.entry(group.clone()).or_insert_with(|| {
            let name = group_names.unique(group.as_deref().unwrap_or(NO_GROUP));
            groups.push(Group { name, called: group, themes: Vec::new() });
            context_names.push(Names::default());
            groups.len().saturating_sub(1)
        });
        let (Some(group), Some(names)) = (groups.get_mut(index), context_names.get_mut(index)) else {
            continue;
        };
        let selected = selected(theme);
        group.themes.push(Theme {
            context: names.unique(name),
            place,
            sets: order.iter().filter(|set| selected.contains(**set)).map(|set| (*set).to_owned()).collect(),
            stated: theme.clone(),
        });
    }
    groups
}

/// The sets that a theme selects, for itself or for others to refer to.
pub(super) fn selected(theme: &Object) -> HashSet<&str> {
    let sets = theme.get("selectedTokenSets").and_then(Json::as_object);
    let sets = sets.into_iter().flat_map(Object::iter);
    sets.filter(|(_, status)| matches!(status.as_str(), Some("enabled" | "source")))
        .map(|(set, _)| set)
        .collect()
}
