//! Writing JSON that is well formed by construction.

use std::fmt::{self, Write as _};

use super::JsonRef;
use super::swar::plain_length;

/// Adds members to an object that is being written.
#[derive(Debug)]
pub struct ObjectBuilder<'a> {
    out: &'a mut String,
    is_empty: bool,
}

impl ObjectBuilder<'_> {
    /// Adds a string member.
    pub fn string(&mut self, key: &str, value: &str) {
        self.key(key);
        push_string(self.out, value);
    }

    /// Adds a string member: what `value` displays as.
    pub fn display(&mut self, key: &str, value: &impl fmt::Display) {
        self.key(key);
        self.out.push('"');
        // Writing to memory does not fail.
        let _written = write!(Escaping(self.out), "{value}");
        self.out.push('"');
    }

    /// Adds an unsigned integer member.
    pub fn integer(&mut self, key: &str, value: u64) {
        self.key(key);
        let _written = write!(self.out, "{value}");
    }

    /// Adds a boolean member.
    pub fn boolean(&mut self, key: &str, value: bool) {
        self.key(key);
        self.out.push_str(if value { "true" } else { "false" });
    }

    /// Adds a member whose value is already JSON.
    pub fn raw(&mut self, key: &str, value: JsonRef<'_>) {
        self.key(key);
        self.out.push_str(value.as_str());
    }

    /// Adds the members of another object, spelled as they are there; nothing if that is no object.
    pub fn members(&mut self, object: JsonRef<'_>) {
        let inner = object.as_str().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
            self.comma();
            self.out.push_str(inner);
        }
    }

    /// Adds an object member.
    pub fn object(&mut self, key: &str, fill: impl FnOnce(&mut ObjectBuilder<'_>)) {
        self.key(key);
        push_object(self.out, fill);
    }

    /// Adds an array member.
    pub fn array(&mut self, key: &str, fill: impl FnOnce(&mut ArrayBuilder<'_>)) {
        self.key(key);
        push_array(self.out, fill);
    }

    fn key(&mut self, key: &str) {
        self.comma();
        push_string(self.out, key);
        self.out.push(':');
    }

    fn comma(&mut self) {
        if !self.is_empty {
            self.out.push(',');
        }
        self.is_empty = false;
    }
}

/// Adds elements to an array that is being written.
#[derive(Debug)]
pub struct ArrayBuilder<'a> {
    out: &'a mut String,
    is_empty: bool,
}

impl ArrayBuilder<'_> {
    /// Adds a string.
    pub fn string(&mut self, value: &str) {
        self.comma();
        push_string(self.out, value);
    }

    /// Adds a value that is already JSON.
    pub fn raw(&mut self, value: JsonRef<'_>) {
        self.comma();
        self.out.push_str(value.as_str());
    }

    /// Adds an object.
    pub fn object(&mut self, fill: impl FnOnce(&mut ObjectBuilder<'_>)) {
        self.comma();
        push_object(self.out, fill);
    }

    fn comma(&mut self) {
        if !self.is_empty {
            self.out.push(',');
        }
        self.is_empty = false;
    }
}

pub(super) fn push_object(out: &mut String, fill: impl FnOnce(&mut ObjectBuilder<'_>)) {
    out.push('{');
    fill(&mut ObjectBuilder { out, is_empty: true });
    out.push('}');
}

pub(super) fn push_array(out: &mut String, fill: impl FnOnce(&mut ArrayBuilder<'_>)) {
    out.push('[');
    fill(&mut ArrayBuilder { out, is_empty: true });
    out.push(']');
}

/// The inside of a string, piece by piece.
struct Escaping<'a>(&'a mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        push_escaped(self.0, text);
        Ok(())
    }
}

/// Writes a string with the escapes of RFC 8785 §3.2.2.2.
pub(super) fn push_string(out: &mut String, value: &str) {
    out.push('"');
    push_escaped(out, value);
    out.push('"');
}

fn push_escaped(out: &mut String, value: &str) {
    let mut rest = value;
    while let Some((plain, tail)) =
        rest.split_at_checked(plain_length(rest.as_bytes())).filter(|(_, tail)| !tail.is_empty())
    {
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(control) => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}
