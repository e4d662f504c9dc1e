//! Reading objects whose members are known, with errors that say where.

use std::borrow::Cow;

use dss_model::{JsonKind, JsonRef, Stage};

use crate::error::{FormatError, FormatErrorKind};

/// An object of a payload, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    object: JsonRef<'a>,
    entry: &'a str,
    at: String,
    kind: FormatErrorKind,
    stage: Stage,
}

impl<'a> Fields<'a> {
    /// The object `value`, at JSON path `at` of `entry`; its errors are of that kind and stage.
    pub(crate) fn new(
        value: JsonRef<'a>,
        entry: &'a str,
        at: impl Into<String>,
        (kind, stage): (FormatErrorKind, Stage),
    ) -> Result<Self, FormatError> {
        let fields = Self { object: value, entry, at: at.into(), kind, stage };
        if value.kind() == JsonKind::Object { Ok(fields) } else { Err(fields.error("expected an object")) }
    }

    pub(crate) fn error(&self, message: &str) -> FormatError {
        FormatError::new(self.kind, self.stage, self.entry, format!("{}: {message}", self.at))
    }

    pub(crate) const fn object(&self) -> JsonRef<'a> {
        self.object
    }

    /// Refuses members that are not in `known`.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), FormatError> {
        match self.object.members().find(|(name, _)| !known.contains(&name.as_ref())) {
            Some((name, _)) => Err(self.error(&format!("unknown member \"{}\"", name.escape_debug()))),
            None => Ok(()),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<JsonRef<'a>> {
        self.object.get(name)
    }

    pub(crate) fn required(&self, name: &str) -> Result<JsonRef<'a>, FormatError> {
        self.get(name).ok_or_else(|| self.error(&format!("\"{name}\" is missing")))
    }

    pub(crate) fn string(&self, name: &str) -> Result<Cow<'a, str>, FormatError> {
        self.required(name)?.string().ok_or_else(|| self.error(&format!("\"{name}\" is no string")))
    }

    pub(crate) fn optional_string(&self, name: &str) -> Result<Option<Cow<'a, str>>, FormatError> {
        self.get(name).map(|_| self.string(name)).transpose()
    }

    pub(crate) fn integer(&self, name: &str) -> Result<u64, FormatError> {
        self.required(name)?.u64().ok_or_else(|| self.error(&format!("\"{name}\" is no whole number")))
    }

    /// A string that parses as a `T`.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, name: &str, what: &str) -> Result<T, FormatError> {
        self.string(name)?.parse().map_err(|_| self.error(&format!("\"{name}\" is no {what}")))
    }

    /// The elements of an array member.
    pub(crate) fn elements(
        &self,
        name: &str,
    ) -> Result<impl Iterator<Item = JsonRef<'a>> + use<'a>, FormatError> {
        let value = self.required(name)?;
        if value.kind() == JsonKind::Array {
            Ok(value.elements())
        } else {
            Err(self.error(&format!("\"{name}\" is no array")))
        }
    }

    /// The object that stands at `value`, `name` deeper than this one.
    pub(crate) fn inner(&self, value: JsonRef<'a>, name: &str) -> Result<Self, FormatError> {
        Self::new(value, self.entry, format!("{}.{name}", self.at), (self.kind, self.stage))
    }
}
