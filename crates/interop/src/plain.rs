//! Token trees of tools that write values as text: `{"value": "16px", "type": "spacing", …}`, or the same with `$`.
//!
//! A token becomes a DTCG token: `value` is `$value`, what the tool's type says in DTCG is `$type`, and other members go
//! into the token's [`EXTENSION`](crate::EXTENSION). Written again, a token is what the default way of writing makes of
//! it, corrected by what is kept; and that is used only while reading it gives what the token is now. So a value that was
//! edited meanwhile is written as it is, and one that was not is written as it was.

mod read;
mod write;

use crate::format::Format;
use crate::json::{Json, Object};

pub(crate) use read::read_document;
pub(crate) use write::write_document;

/// How a tool writes tokens.
pub(crate) struct Dialect {
    pub(crate) format: Format,
    /// How documents are written that come from elsewhere.
    pub(crate) style: Style,
    /// What `$description` is called without the `$`.
    pub(crate) description: &'static str,
    /// What a token of the tool is in DTCG, and what was assumed for that, if anything was.
    pub(crate) to_dtcg: fn(&Typed) -> (Typed, Option<&'static str>),
    /// What a DTCG token is for the tool.
    pub(crate) from_dtcg: fn(&Typed) -> Typed,
}

/// A value and its type, in DTCG's words or the tool's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    /// The type that the token itself states.
    pub(crate) kind: Option<Json>,
    /// The type that the groups around it give it, as they state it.
    pub(crate) inherited: Option<String>,
    pub(crate) value: Json,
}

impl Typed {
    /// The type that the token has.
    pub(crate) fn effective(&self) -> Option<&str> {
        match &self.kind {
            Some(kind) => kind.as_str(),
            None => self.inherited.as_deref(),
        }
    }
}

/// Whether members are called `value` or `$value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Dollar,
}

impl Style {
    const fn value(self) -> &'static str {
        match self {
            Self::Plain => "value",
            Self::Dollar => "$value",
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Plain => "type",
            Self::Dollar => "$type",
        }
    }

    const fn description(self, dialect: &Dialect) -> &'static str {
        match self {
            Self::Plain => dialect.description,
            Self::Dollar => "$description",
        }
    }

    /// The name in what is kept.
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Dollar => "dollar",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Plain, Self::Dollar].into_iter().find(|style| style.name() == name)
    }
}

/// How an object is a token, if it is one.
///
/// One with `value` is none where that is a token itself: then it is a group that has a token of that name.
pub(crate) fn token_style(object: &Object) -> Option<Style> {
    if object.has("$value") {
        return Some(Style::Dollar);
    }
    let is_token = |value: &Object| value.has("$value") || (value.has("value") && value.has("type"));
    let is_group = object.get("value")?.as_object().is_some_and(is_token);
    (!is_group).then_some(Style::Plain)
}

/// Whether a member is a group or a token, and not a property.
fn is_child(key: &str, value: &Json) -> bool {
    matches!(value, Json::Object(_)) && (key == "$root" || !key.starts_with('$'))
}

/// The tokens and groups inside an object, and the object with nothing in their places.
///
/// A token's members are its children only if there are tokens in them.
fn split(object: &Object) -> (Object, Vec<(&str, &Object)>) {
    let is_token = token_style(object).is_some();
    let mut own = Object::new();
    let mut children = Vec::new();
    for (key, value) in object.iter() {
        let child = value
            .as_object()
            .filter(|child| is_child(key, value) && !(is_token && (key == "value" || !Count::is_any(child))));
        match child {
            Some(child) => {
                children.push((key, child));
                own.push(key, Json::Null);
            }
            None => own.push(key, value.clone()),
        }
    }
    (own, children)
}

/// How many tokens there are of either style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) plain: u64,
    pub(crate) dollar: u64,
}

impl Count {
    /// Counts the tokens below an object.
    pub(crate) fn of(object: &Object) -> Self {
        let mut count = Self::default();
        count.add(object);
        count
    }

    fn add(&mut self, object: &Object) {
        for child in object
            .iter()
            .filter(|(key, value)| is_child(key, value))
            .filter_map(|(_, value)| value.as_object())
        {
            match token_style(child) {
                Some(Style::Plain) => self.plain = self.plain.saturating_add(1),
                Some(Style::Dollar) => self.dollar = self.dollar.saturating_add(1),
                None => self.add(child),
            }
        }
    }

    /// Whether an object is a token, or has one in it.
    fn is_any(object: &Object) -> bool {
        token_style(object).is_some() || !Self::of(object).is_zero()
    }

    pub(crate) const fn is_zero(self) -> bool {
        self.plain == 0 && self.dollar == 0
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            plain: self.plain.saturating_add(other.plain),
            dollar: self.dollar.saturating_add(other.dollar),
        }
    }

    /// The style of most.
    const fn style(self) -> Style {
        if self.plain > self.dollar { Style::Plain } else { Style::Dollar }
    }
}
