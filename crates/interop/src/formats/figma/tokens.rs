//! The tokens of a design's sets, and which of them are one variable.

use std::collections::{HashMap, HashSet};

use super::VARIABLE_ID;
use super::design::Column;
use super::value::{Said, from_dtcg, resolved_type};
use crate::json::{Json, Object};

/// Aliases of aliases that are followed.
const STEPS_MAX: usize = 1_000;

/// A token of a document.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) path: Vec<String>,
    pub(super) own: &'a Object,
    /// The type that its group gives it.
    inherited: Option<&'a str>,
}

impl<'a> Token<'a> {
    /// The variable that it says it is.
    pub(super) fn variable_id(&self) -> Option<&'a str> {
        self.own.get("$extensions")?.get(VARIABLE_ID)?.as_str()
    }

    /// The path that it is an alias of.
    pub(super) fn alias(&self) -> Option<&'a str> {
        let value = self.own.get("$value").filter(|value| crate::value::is_alias(value))?;
        value.as_str()?.strip_prefix('{')?.strip_suffix('}')
    }

    pub(super) fn kind(&self) -> &'a str {
        self.own.string("$type").or(self.inherited).unwrap_or_default()
    }
}

/// A token by its set and its place among that set's tokens.
pub(super) type Place = (usize, usize);

/// A variable to be: its id, and the token of each mode.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) tokens: Vec<Option<Place>>,
}

/// Where the aliases of a token lead in the end.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// To a value.
    Literal(Place),
    /// To a variable of another file.
    Foreign,
    /// To no token, or in circles.
    Nowhere,
}

/// All tokens, and the variables that they are.
pub(super) struct Tokens<'a> {
    sets: Vec<Vec<Token<'a>>>,
    /// Where each path stands in each set.
    paths: Vec<HashMap<String, usize>>,
    /// The variables of each column.
    pub(super) rows: Vec<Vec<Row>>,
    /// The token of each path that stands when everything applies.
    at: HashMap<String, Place>,
    ids: HashMap<Place, String>,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(documents: &'a [Object], columns: &[Column]) -> Self {
        let sets: Vec<Vec<Token<'a>>> = documents.iter().map(flatten).collect();
        let paths = sets.iter().map(|tokens| {
            let paths = tokens.iter().enumerate().map(|(at, token)| (token.path.join("."), at));
            paths.collect()
        });
        let paths = paths.collect();
        let mut tokens = Self { sets, paths, rows: Vec::new(), at: HashMap::new(), ids: HashMap::new() };
        let mut taken = HashSet::new();
        for column in columns {
            let rows = tokens.rows_of(column, &mut taken);
            for row in &rows {
                let places = row.tokens.iter().flatten();
                tokens.ids.extend(places.map(|place| (*place, row.id.clone())));
            }
            tokens.rows.push(rows);
            for set in column.modes.iter().filter_map(|mode| mode.set) {
                let paths = tokens.paths.get(set).into_iter().flatten();
                tokens.at.extend(paths.map(|(path, at)| (path.clone(), (set, *at))));
            }
        }
        tokens
    }

    pub(super) fn get(&self, (set, at): Place) -> Option<&Token<'a>> {
        self.sets.get(set)?.get(at)
    }

    /// The token that stands at a path when everything applies.
    pub(super) fn place_at(&self, path: &str) -> Option<Place> {
        self.at.get(path).copied()
    }

    /// The token of a set at a path.
    pub(super) fn place_in(&self, set: usize, path: &str) -> Option<Place> {
        Some((set, *self.paths.get(set)?.get(path)?))
    }

    /// The variable that a token is.
    pub(super) fn id_of(&self, place: Place) -> Option<&str> {
        self.ids.get(&place).map(String::as_str)
    }

    /// The variable that a path leads to.
    pub(super) fn id_at(&self, path: &str) -> Option<&str> {
        self.id_of(self.place_at(path)?)
    }

    /// Where a token's aliases lead.
    pub(super) fn end(&self, place: Place) -> End {
        let mut at = place;
        for _ in 0..STEPS_MAX {
            let Some(alias) = self.get(at).and_then(Token::alias) else { return End::Literal(at) };
            match self.at.get(alias) {
                Some(next) => at = *next,
                None if alias.starts_with("VariableID:") => return End::Foreign,
                None => break,
            }
        }
        End::Nowhere
    }

    /// What Figma calls the type of a token, and what it has for its value in the end.
    pub(super) fn said(&self, place: Place) -> (Option<&'static str>, Said) {
        let end = match self.end(place) {
            End::Literal(end) => end,
            End::Foreign => place,
            End::Nowhere => return (None, Said::Not("aliases that lead to no variable")),
        };
        let Some(token) = self.get(end) else { return (None, Said::Not("aliases that lead to no variable")) };
        let value = token.own.get("$value").unwrap_or(&Json::Null);
        let kind = token.kind();
        match (resolved_type(kind, value), token.alias()) {
            (Some(resolved), Some(foreign)) => (Some(resolved), Said::Exactly(super::value::alias(foreign))),
            // What Figma calls a type stays one, whatever it is.
            (None, Some(foreign)) => (None, Said::Exactly(super::value::alias(foreign))),
            (Some(resolved), None) => (Some(resolved), from_dtcg(kind, value)),
            (None, None) => (None, Said::Not(without_variable(kind))),
        }
    }

    /// The variables of a column: the tokens of one id, or else of one path, in its sets.
    fn rows_of(&self, column: &Column, taken: &mut HashSet<String>) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut by_id: HashMap<&str, usize> = HashMap::new();
        let mut by_path: HashMap<&[String], usize> = HashMap::new();
        for (mode, set) in column.modes.iter().enumerate().filter_map(|(at, mode)| Some((at, mode.set?))) {
            for (at, token) in self.sets.get(set).into_iter().flatten().enumerate() {
                let known = token.variable_id();
                let is_free = |row: &usize| {
                    rows.get(*row).is_some_and(|row| row.tokens.get(mode).is_some_and(Option::is_none))
                };
                let found = known.and_then(|id| by_id.get(id)).or_else(|| by_path.get(token.path.as_slice()));
                let row = found.copied().filter(is_free).unwrap_or(rows.len());
                if row == rows.len() {
                    rows.push(Row { id: String::new(), tokens: vec![None; column.modes.len()] });
                }
                let Some(found) = rows.get_mut(row) else { continue };
                if let Some(slot) = found.tokens.get_mut(mode) {
                    *slot = Some((set, at));
                }
                if let Some(id) = known.filter(|id| found.id.is_empty() && taken.insert((*id).to_owned())) {
                    id.clone_into(&mut found.id);
                    by_id.insert(id, row);
                }
                by_path.entry(&token.path).or_insert(row);
            }
        }
        for row in rows.iter_mut().filter(|row| row.id.is_empty()) {
            let first = row.tokens.iter().flatten().find_map(|place| self.get(*place));
            let path = first.map(|token| token.path.join("/")).unwrap_or_default();
            let wanted = format!("variable:{}/{path}", column.name);
            row.id.clone_from(&wanted);
            let mut number = 2_u64;
            while !taken.insert(row.id.clone()) {
                row.id = format!("{wanted} {number}");
                number = number.saturating_add(1);
            }
        }
        rows
    }
}

/// What tokens are called that Figma has no variables for.
fn without_variable(kind: &str) -> &'static str {
    match kind {
        "typography" => "typography tokens",
        "shadow" => "shadow tokens",
        "border" => "border tokens",
        "gradient" => "gradient tokens",
        "transition" => "transition tokens",
        "strokeStyle" => "stroke style tokens",
        "cubicBezier" => "cubic Bézier tokens",
        "" => "tokens without a type",
        _ => "tokens of types that Figma does not have",
    }
}

/// The tokens of a document, in order.
pub(super) fn flatten(document: &Object) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    add(document, &mut Vec::new(), None, &mut tokens);
    tokens
}

fn add<'a>(
    group: &'a Object,
    path: &mut Vec<String>,
    inherited: Option<&'a str>,
    tokens: &mut Vec<Token<'a>>,
) {
    let inherited = group.string("$type").filter(|_| !group.has("$value")).or(inherited);
    for (key, child) in group.iter().filter_map(|(key, value)| Some((key, value.as_object()?))) {
        if key.starts_with('$') && key != "$root" {
            continue;
        }
        path.push(key.to_owned());
        if child.has("$value") {
            tokens.push(Token { path: path.clone(), own: child, inherited });
        }
        add(child, path, inherited, tokens);
        path.pop();
    }
}
