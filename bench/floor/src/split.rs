//! Finds the token objects of a document, in bounded memory.

use std::io::Read;

use crate::{BATCH, Result};

/// Tokens that travel together: their paths and texts, end to end.
#[derive(Default)]
pub struct Batch {
    text: String,
    /// Where each path and each token end.
    ends: Vec<(usize, usize)>,
}

impl Batch {
    /// Paths and texts.
    pub fn items(&self) -> impl Iterator<Item = (&str, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        starts.zip(&self.ends).map(|(start, (path, end))| (&self.text[start..*path], &self.text[*path..*end]))
    }

    fn push(&mut self, path: &[String], name: &str, text: &str) {
        for group in path {
            self.text.push_str(group);
            self.text.push('.');
        }
        self.text.push_str(name);
        let path = self.text.len();
        self.text.push_str(text);
        self.ends.push((path, self.text.len()));
    }
}

/// What an object turned out to be.
enum Object {
    Token(usize),
    Group,
    CutOff,
}

/// Sends every token of the document on its way.
pub fn tokens(source: &mut dyn Read, mut send: impl FnMut(Batch) -> Result<()>) -> Result<()> {
    let mut buffer: Vec<u8> = Vec::with_capacity(2 * BATCH);
    let mut batch = Batch::default();
    let mut groups: Vec<String> = Vec::new();
    let mut is_done = false;
    while !is_done {
        let before = buffer.len();
        source.take(BATCH as u64).read_to_end(&mut buffer)?;
        is_done = buffer.len() == before;
        let mut at = 0;
        loop {
            at = skip(&buffer, at, b" \t\r\n,{");
            match buffer.get(at) {
                None => break,
                Some(b'}') => {
                    groups.pop();
                    at += 1;
                }
                Some(_) => {
                    let Some(key_end) = string_end(&buffer, at) else { break };
                    let value = skip(&buffer, key_end, b" \t\r\n:");
                    let name = std::str::from_utf8(&buffer[at + 1..key_end - 1])?;
                    if name.starts_with('$') {
                        let Some(end) = value_end(&buffer, value) else { break };
                        at = end;
                        continue;
                    }
                    match object(&buffer, value) {
                        Object::CutOff => break,
                        Object::Group => {
                            groups.push(name.to_owned());
                            at = value + 1;
                        }
                        Object::Token(end) => {
                            batch.push(&groups, name, std::str::from_utf8(&buffer[value..end])?);
                            at = end;
                        }
                    }
                }
            }
        }
        buffer.drain(..at);
        send(std::mem::take(&mut batch))?;
    }
    if buffer.iter().all(u8::is_ascii_whitespace) { Ok(()) } else { Err("the document is cut off".into()) }
}

/// Tells a token, which has a `$value`, from a group, which has a child.
fn object(bytes: &[u8], start: usize) -> Object {
    let mut at = start + 1;
    let mut is_token = false;
    loop {
        at = skip(bytes, at, b" \t\r\n,");
        match bytes.get(at) {
            None => return Object::CutOff,
            Some(b'}') if is_token => return Object::Token(at + 1),
            Some(b'}') => return Object::Group,
            Some(_) => {}
        }
        let Some(key_end) = string_end(bytes, at) else { return Object::CutOff };
        if bytes.get(at + 1) != Some(&b'$') {
            return Object::Group;
        }
        is_token |= &bytes[at + 1..key_end - 1] == b"$value";
        let value = skip(bytes, key_end, b" \t\r\n:");
        let Some(end) = value_end(bytes, value) else { return Object::CutOff };
        at = end;
    }
}

fn skip(bytes: &[u8], at: usize, what: &[u8]) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !what.contains(byte)).unwrap_or(rest.len())
}

fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            b',' | b' ' | b'\n' | b'\r' | b'\t' | b':' => at += 1,
            _ => {
                let scalar = &bytes[at..];
                at += scalar.iter().position(|byte| b",]} \t\r\n".contains(byte))?;
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}
