//! Layers, theme groups and themes.

use std::collections::BTreeMap;

use dss_format::record::derived_id;
use dss_format::resolver::{SourceItem, sources_of, sources_text};
use dss_model::{Entity, EntityId, JsonRef, JsonText, Kind, ProjectName, RegName, TokenPath, Value};
use dss_store::{LifeFilter, ReadTx, Row};
use serde_json::json;

use super::{Edit, Result, alive, check_name, collect, find_alive, newest, next_order, not_found, text};
use crate::{LayerView, ProjectService, ServiceError, ThemeView};

/// What a theme group's `default` is stored as.
const DEFAULT: &str = "default";

impl ProjectService {
    /// Layers and theme groups, in resolution order.
    ///
    /// # Errors
    /// If the project does not exist or cannot be read.
    pub fn layers(&self, project: &ProjectName) -> Result<Vec<LayerView>> {
        let tx = self.store.read(project)?;
        let names = Names::read(&*tx)?;
        let themes = collect(&*tx, &[Kind::Theme], LifeFilter::Alive)?;
        let layers = collect(&*tx, &[Kind::Layer, Kind::ThemeGroup], LifeFilter::Alive)?;
        Ok(layers.iter().map(|row| names.view(row, &themes)).collect())
    }

    /// Creates a theme in a group (created if missing, at the end of the resolution order), made of
    /// these sets; replaces its sources if it exists. `#name` stands for a layer.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if a set does not exist; [`ServiceError::Usage`] if a name is none.
    /// Nothing was changed then.
    pub fn set_theme(
        &self,
        project: &ProjectName,
        group: &str,
        theme: &str,
        sets: &[String],
    ) -> Result<LayerView> {
        let run = || {
            check_name("theme group", group)?;
            check_name("theme", theme)?;
            let mut edit = Edit::begin(self, project)?;
            let owner = edit.ensure_theme_group(group)?;
            edit.write_theme(&owner, group, theme, sets)?;
            edit.finish_group(owner.id())
        };
        let detail = |_: &LayerView| json!({ "group": group, "theme": theme, "sets": sets });
        self.audited("theme.set", Some(project), run, detail)
    }

    /// Chooses the theme that applies when none is chosen.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is no such group or theme; nothing was changed then.
    pub fn set_default_theme(&self, project: &ProjectName, group: &str, theme: &str) -> Result<LayerView> {
        let run = || {
            let mut edit = Edit::begin(self, project)?;
            let row = find_alive(&*edit.tx, Kind::ThemeGroup, group, "theme group")?;
            find_theme(&*edit.tx, row.entity.id(), theme)?;
            let id = row.entity.id();
            edit.rewrite(row, vec![text(default_register()?, theme)])?;
            edit.finish_group(id)
        };
        let detail = |_: &LayerView| json!({ "group": group, "theme": theme });
        self.audited("theme.default", Some(project), run, detail)
    }

    /// Deletes a theme, or with `None` the whole group. A group whose default is deleted has none.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is no such group or theme; nothing was changed then.
    pub fn remove_theme(&self, project: &ProjectName, group: &str, theme: Option<&str>) -> Result<()> {
        let run = || {
            let mut edit = Edit::begin(self, project)?;
            let owner = find_alive(&*edit.tx, Kind::ThemeGroup, group, "theme group")?;
            if let Some(theme) = theme {
                let row = find_theme(&*edit.tx, owner.entity.id(), theme)?;
                edit.delete(row)?;
                if owner.entity.string(&default_register()?).as_deref() == Some(theme) {
                    edit.rewrite(owner, vec![(default_register()?, Value::Absent)])?;
                }
            } else {
                let themes = themes_of(&*edit.tx, owner.entity.id())?;
                themes.into_iter().try_for_each(|row| edit.delete(row))?;
                edit.delete(owner)?;
            }
            edit.settle()?;
            edit.commit()
        };
        self.audited("theme.remove", Some(project), run, |()| json!({ "group": group, "theme": theme }))
    }
}

fn default_register() -> Result<RegName> {
    RegName::new(DEFAULT).ok_or_else(|| ServiceError::Internal("\"default\" names no register".to_owned()))
}

fn group_of(entity: &Entity) -> Option<EntityId> {
    entity.value(&RegName::GROUP).and_then(Value::entity)
}

/// The living themes of a group, in order.
fn themes_of(tx: &dyn ReadTx, group: EntityId) -> Result<Vec<Row>> {
    let mut themes = collect(tx, &[Kind::Theme], LifeFilter::Alive)?;
    themes.retain(|row| group_of(&row.entity) == Some(group));
    Ok(themes)
}

fn find_theme(tx: &dyn ReadTx, group: EntityId, name: &str) -> Result<Row> {
    let mut rows = tx.find(Kind::Theme, None, name)?.into_iter();
    let found = rows.find(|row| row.entity.is_alive() && group_of(&row.entity) == Some(group));
    found.ok_or_else(|| not_found("theme", name))
}

impl Edit<'_> {
    /// Changes an entity that has a name; it stays where it stands.
    fn rewrite(&mut self, row: Row, changes: Vec<(RegName, Value)>) -> Result<()> {
        match self.changed(&row.entity, changes)? {
            Some(entity) => self.put(&Row { entity, ..row }),
            None => Ok(()),
        }
    }

    fn ensure_theme_group(&mut self, name: &str) -> Result<Entity> {
        let place = self.named(Kind::ThemeGroup, name, derived_id(Kind::ThemeGroup, name))?;
        if let Some(row) = place.existing.as_ref().filter(|row| row.entity.is_alive()) {
            return Ok(row.entity.clone());
        }
        let order = next_order(&*self.tx, &[Kind::Layer, Kind::ThemeGroup], |_| true)?;
        let changes = vec![
            (RegName::LIFE, alive()),
            text(RegName::NAME, name),
            text(RegName::ORDER, order.as_str()),
            // A group that comes back has the themes that it gets now.
            (default_register()?, Value::Absent),
        ];
        self.put_named(Kind::ThemeGroup, place, changes)
    }

    fn write_theme(&mut self, owner: &Entity, group: &str, name: &str, sets: &[String]) -> Result<()> {
        let mut rows = self.tx.find(Kind::Theme, None, name)?;
        rows.retain(|row| group_of(&row.entity) == Some(owner.id()));
        let derived = EntityId::derived(Kind::Theme, group, &TokenPath::from_segments([name]));
        let place = self.place(newest(rows), derived)?;
        let old = place.existing.as_ref().map(|row| &row.entity);
        let sources = Names::read(&*self.tx)?.sources(old, sets)?;
        let mut changes = vec![
            (RegName::LIFE, alive()),
            text(RegName::NAME, name),
            (RegName::GROUP, Value::Ref(owner.id())),
            (RegName::SOURCES, Value::Json(sources)),
        ];
        if !place.is_alive() {
            let is_sibling = |row: &Row| group_of(&row.entity) == Some(owner.id());
            let order = next_order(&*self.tx, &[Kind::Theme], is_sibling)?;
            changes.push(text(RegName::ORDER, order.as_str()));
        }
        self.put_named(Kind::Theme, place, changes).map(drop)
    }

    fn finish_group(mut self, id: EntityId) -> Result<LayerView> {
        self.settle()?;
        let row = self.tx.get(id)?.ok_or_else(|| not_found("theme group", &id.to_string()))?;
        let view = Names::read(&*self.tx)?.view(&row, &themes_of(&*self.tx, id)?);
        self.commit()?;
        Ok(view)
    }
}

/// The names behind the ids in sources.
struct Names {
    /// Of token sets and layers, alive or deleted.
    by_id: BTreeMap<EntityId, String>,
    sets: BTreeMap<String, EntityId>,
    layers: BTreeMap<String, EntityId>,
}

impl Names {
    fn read(tx: &dyn ReadTx) -> Result<Self> {
        let mut names = Self { by_id: BTreeMap::new(), sets: BTreeMap::new(), layers: BTreeMap::new() };
        for Row { entity, columns, .. } in collect(tx, &[Kind::TokenSet, Kind::Layer], LifeFilter::Any)? {
            names.by_id.insert(entity.id(), columns.path.clone());
            let by_name = if entity.kind() == Kind::Layer { &mut names.layers } else { &mut names.sets };
            if entity.is_alive() {
                by_name.entry(columns.path).or_insert(entity.id());
            }
        }
        Ok(names)
    }

    fn name_of(&self, id: EntityId) -> String {
        self.by_id.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// What a layer or theme is made of, for people.
    fn shown(&self, entity: &Entity) -> Vec<String> {
        let shown = |item: &SourceItem| match item {
            SourceItem::Set(id, _) => self.name_of(*id),
            SourceItem::Layer(id) => format!("#{}", self.name_of(*id)),
            SourceItem::Other(raw) => match raw.get_ref().get("$ref").and_then(JsonRef::string) {
                Some(reference) => reference.into_owned(),
                None => raw.as_str().to_owned(),
            },
        };
        sources_of(entity).iter().map(shown).collect()
    }

    /// The register [`RegName::SOURCES`] for these names. What the theme said beside a set is kept.
    fn sources(&self, theme: Option<&Entity>, names: &[String]) -> Result<JsonText> {
        let old = theme.map(sources_of).unwrap_or_default();
        let mut items = Vec::with_capacity(names.len());
        for name in names {
            let layer = || name.strip_prefix('#').and_then(|name| self.layers.get(name));
            items.push(match (self.sets.get(name), layer()) {
                (Some(set), _) => {
                    let kept = old.iter().find(|item| matches!(item, SourceItem::Set(id, _) if id == set));
                    kept.cloned().unwrap_or(SourceItem::Set(*set, None))
                }
                (None, Some(layer)) => SourceItem::Layer(*layer),
                (None, None) => return Err(not_found("token set", name)),
            });
        }
        Ok(sources_text(&items))
    }

    fn view(&self, row: &Row, themes: &[Row]) -> LayerView {
        let entity = &row.entity;
        let of_group = themes.iter().filter(|theme| group_of(&theme.entity) == Some(entity.id()));
        let theme = |theme: &Row| ThemeView {
            id: theme.entity.id().to_string(),
            name: theme.columns.path.clone(),
            sources: self.shown(&theme.entity),
        };
        LayerView {
            id: entity.id().to_string(),
            kind: entity.kind().name(),
            name: row.columns.path.clone(),
            sources: self.shown(entity),
            themes: of_group.map(theme).collect(),
            default: RegName::new(DEFAULT)
                .and_then(|default| entity.string(&default).map(std::borrow::Cow::into_owned)),
        }
    }
}
