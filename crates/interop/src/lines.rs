//! Where in a file things stand: what a design says has no lines, and people look things up in files.

use std::collections::HashMap;

use dss_model::{JsonLimits, JsonText, TokenPath};

/// The lines, from 1, on which the objects of a JSON document start, by the names that lead to them; of a document that
/// is malformed, as far as it goes. Objects in arrays have no names.
///
/// ```
/// use dss_model::TokenPath;
///
/// let lines = dss_interop::lines(b"{\n\"a\": {\n\"b.c\": {}}}");
/// assert_eq!(lines.get(TokenPath::from_segments(["a", "b.c"]).as_str()), Some(&3));
/// ```
pub fn lines(text: &[u8]) -> HashMap<String, u64> {
    let mut found = HashMap::new();
    let mut scanner = Scanner { text, at: 0, line: 1 };
    // What is open: the path of an object, if names lead to it.
    let mut open: Vec<Option<TokenPath>> = Vec::new();
    let mut name: Option<TokenPath> = Some(TokenPath::root());
    while let Some(byte) = scanner.next() {
        match byte {
            b'{' => {
                let path = name.take();
                found.extend(path.iter().map(|path| (path.as_str().to_owned(), scanner.line)));
                open.push(path);
            }
            b'[' => {
                name = None;
                open.push(None);
            }
            b'}' | b']' => {
                name = None;
                open.pop();
            }
            b'"' => {
                let Some(text) = scanner.string() else { break };
                // Of a string that is a value, nothing is inside that could be called by it.
                name = match open.last() {
                    Some(Some(around)) => text.get_ref().string().map(|text| around.child(&text)),
                    _ => None,
                };
            }
            _ => {}
        }
    }
    found
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.text.get(self.at).copied()?;
        self.at = self.at.saturating_add(1);
        self.line = self.line.saturating_add(u64::from(byte == b'\n'));
        Some(byte)
    }

    /// The string whose quotation mark was the last byte.
    fn string(&mut self) -> Option<JsonText> {
        let start = self.at.checked_sub(1)?;
        loop {
            match self.next()? {
                b'\\' => drop(self.next()),
                b'"' => break,
                _ => {}
            }
        }
        JsonText::parse(self.text.get(start..self.at)?, &JsonLimits::default()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_by_their_names() {
        let text =
            b"{\"a\": [\n{\"no\": {}}], \"s\": \"{\",\n\"b\": {\"x\\n\\\"\": \n{}, \"y\": 1,\n\"z\": {}}}";
        let mut found: Vec<(String, u64)> = lines(text).into_iter().collect();
        found.sort();
        let at = |names: &[&str]| TokenPath::from_segments(names.iter().copied()).as_str().to_owned();
        let mut wanted = vec![(at(&[]), 1), (at(&["b"]), 3), (at(&["b", "x\n\""]), 4), (at(&["b", "z"]), 5)];
        wanted.sort();
        assert_eq!(found, wanted);
        assert!(lines(b"{\"a").len() <= 1 && lines(b"").is_empty() && lines(b"]]}{").len() <= 1);
    }
}
