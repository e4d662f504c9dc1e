//! JSON as a tree, for documents that refer forwards.
//!
//! Member order and number spelling are kept, and count when trees are compared: two equal trees are the same file but
//! for white space and escapes. Recursion over a tree is bounded by the depth it was parsed with.

use std::collections::HashMap;

use dss_model::{JsonKind, JsonLimits, JsonRef, JsonText};

use crate::error::InteropError;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, as spelled.
    Number(Box<str>),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Object),
}

impl Json {
    /// Reads a document; `label` is what errors call it.
    ///
    /// # Errors
    /// [`InteropError::Format`], with the line of the fault.
    pub fn parse(bytes: &[u8], label: &str, depth: u32) -> Result<Self, InteropError> {
        let mut limits = JsonLimits::default();
        limits.depth = depth;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = JsonText::parse(text, &limits).map_err(|error| InteropError::json(label, error))?;
        Ok(Self::from_ref(text.get_ref()))
    }

    /// The tree of a value.
    pub fn from_ref(value: JsonRef<'_>) -> Self {
        match value.kind() {
            JsonKind::Null => Self::Null,
            JsonKind::Boolean => Self::Boolean(value.boolean().unwrap_or_default()),
            JsonKind::Number => Self::Number(value.as_str().into()),
            JsonKind::String => Self::String(value.string().unwrap_or_default().into_owned()),
            JsonKind::Array => Self::Array(value.elements().map(Self::from_ref).collect()),
            JsonKind::Object => {
                let members = value.members().map(|(key, value)| (key.into_owned(), Self::from_ref(value)));
                Self::Object(Object { members: members.collect() })
            }
        }
    }

    /// The value as compact text.
    ///
    /// # Errors
    /// [`InteropError::Format`] if it is nested deeper than a DTCG document may be, or has a number that is none.
    pub fn to_text(&self, label: &str) -> Result<JsonText, InteropError> {
        let mut out = String::new();
        self.push(&mut out);
        JsonText::parse(out.as_bytes(), &JsonLimits::default())
            .map_err(|error| InteropError::json(label, error))
    }

    /// The value as people write it: indented, ending with a line feed.
    ///
    /// # Errors
    /// As [`Self::to_text`].
    pub fn to_pretty(&self, label: &str) -> Result<Vec<u8>, InteropError> {
        let mut text = dss_format::dtcg::indent(self.to_text(label)?.get_ref(), 0);
        text.push('\n');
        Ok(text.into_bytes())
    }

    fn push(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(spelled) => out.push_str(spelled),
            Self::String(value) => out.push_str(JsonText::string(value).as_str()),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.push(out);
                }
                out.push(']');
            }
            Self::Object(object) => {
                out.push('{');
                for (index, (key, value)) in object.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(JsonText::string(key).as_str());
                    out.push(':');
                    value.push(out);
                }
                out.push('}');
            }
        }
    }

    /// A whole number.
    pub fn integer(value: u64) -> Self {
        Self::Number(value.to_string().into())
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(value) => Some(value),
            _ => None,
        }
    }

    /// The number as spelled, if it is one.
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Number(spelled) => Some(spelled),
            _ => None,
        }
    }

    /// The number's nearest double, if it is one.
    pub fn f64(&self) -> Option<f64> {
        self.number()?.parse().ok()
    }

    /// The object, if it is one.
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The member of that name, if it is an object that has one.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// What kind of value it is, for messages.
    pub const fn kind_name(&self) -> &'static str {
        match self {
            Self::Null => JsonKind::Null.name(),
            Self::Boolean(_) => JsonKind::Boolean.name(),
            Self::Number(_) => JsonKind::Number.name(),
            Self::String(_) => JsonKind::String.name(),
            Self::Array(_) => JsonKind::Array.name(),
            Self::Object(_) => JsonKind::Object.name(),
        }
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<Object> for Json {
    fn from(value: Object) -> Self {
        Self::Object(value)
    }
}

/// An object's members, in order; no two have one name.
///
/// [`Self::get`] looks through all of them: fine for a handful of names, and [`Self::index`] is there for the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    members: Vec<(String, Json)>,
}

impl Object {
    /// An object without members.
    pub const fn new() -> Self {
        Self { members: Vec::new() }
    }

    /// The member of that name.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The member of that name.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        self.members.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Whether it has a member of that name.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The string that the member of that name is.
    pub fn string(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Sets a member: in its place if there is one of that name, else as the last.
    pub fn set(&mut self, key: &str, value: impl Into<Json>) {
        let value = value.into();
        match self.get_mut(key) {
            Some(old) => *old = value,
            None => self.members.push((key.to_owned(), value)),
        }
    }

    /// Changes the object that a member is; where it is none, it becomes one.
    pub(crate) fn with_object(&mut self, key: &str, change: impl FnOnce(&mut Self)) {
        if let Some(Json::Object(object)) = self.get_mut(key) {
            change(object);
        } else {
            let mut object = Self::new();
            change(&mut object);
            self.set(key, object);
        }
    }

    /// Adds a member whose name is known to be new.
    pub fn push(&mut self, key: impl Into<String>, value: impl Into<Json>) {
        self.members.push((key.into(), value.into()));
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let at = self.members.iter().position(|(name, _)| name == key)?;
        Some(self.members.remove(at).1)
    }

    /// The members, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Json)> + DoubleEndedIterator {
        self.members.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The members, in order, to be changed.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&str, &mut Json)> {
        self.members.iter_mut().map(|(key, value)| (key.as_str(), value))
    }

    /// The members by name, for many look-ups.
    pub fn index(&self) -> HashMap<&str, &Json> {
        self.iter().collect()
    }

    /// How many members it has.
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl IntoIterator for Object {
    type Item = (String, Json);
    type IntoIter = std::vec::IntoIter<(String, Json)>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

impl FromIterator<(String, Json)> for Object {
    /// The last member of a name stands, in the place of the first.
    fn from_iter<T: IntoIterator<Item = (String, Json)>>(members: T) -> Self {
        let mut at: HashMap<String, usize> = HashMap::new();
        let mut object = Self::new();
        for (key, value) in members {
            if let Some((_, old)) = at.get(&key).and_then(|at| object.members.get_mut(*at)) {
                *old = value;
            } else {
                at.insert(key.clone(), object.members.len());
                object.members.push((key, value));
            }
        }
        object
    }
}
