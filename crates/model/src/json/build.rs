//! Writing JSON that is well formed by construction.

use super::JsonRef;

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

    /// Adds an unsigned integer member.
    pub fn integer(&mut self, key: &str, value: u64) {
        self.key(key);
        self.out.push_str(&value.to_string());
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
        if !self.is_empty {
            self.out.push(',');
        }
        self.is_empty = false;
        push_string(self.out, key);
        self.out.push(':');
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

/// Writes a string with the escapes of RFC 8785 §3.2.2.2.
pub(super) fn push_string(out: &mut String, value: &str) {
    out.push('"');
    let mut rest = value;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        let Some((plain, tail)) = rest.split_at_checked(at) else { break };
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
    out.push('"');
}
