//! Sets laid on each other: one tree of groups and tokens.

use std::collections::HashMap;
use std::io::Read;
use std::rc::Rc;
use std::sync::Arc;

use dss_model::{Diagnostic, JsonText, Severity, Stage, TokenPath};

use super::follow::{self, Resolution};
use crate::dtcg::{DtcgReader, Node, ReadLimits, alias};
use crate::error::FormatError;

/// Token documents that are laid on each other: at one path, the token of the last one wins as a whole.
///
/// All of them are held, so that this is for one design at a time, within limits.
#[derive(Debug)]
pub struct Tokens {
    /// The root first, and every group before its children.
    pub(super) items: Vec<Item>,
    pub(super) index: HashMap<TokenPath, usize>,
    pub(super) problems: Vec<Diagnostic>,
    /// Tokens there may be, and are.
    limit: u64,
    count: u64,
}

/// A group, a token, or both.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) path: TokenPath,
    pub(super) parent: usize,
    pub(super) children: Vec<usize>,
    pub(super) token: Option<Token>,
    pub(super) group_type: Option<Arc<str>>,
    /// The group it extends.
    pub(super) base: Option<TokenPath>,
    pub(super) place: Place,
}

/// Where an item was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    pub(super) line: u64,
}

/// A token as written; a `$ref` beside no `$value` is its value.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) value: Rc<JsonText>,
    pub(super) own_type: Option<Arc<str>>,
}

impl Tokens {
    /// No tokens yet, and at most so many.
    pub fn new(limit: u64) -> Self {
        Self {
            items: vec![Item::default()],
            index: HashMap::from([(TokenPath::root(), 0)]),
            problems: Vec::new(),
            limit,
            count: 0,
        }
    }

    /// Tokens of all documents so far, those that others replace included.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Lays a document on what is there; errors and problems call it `file`.
    ///
    /// # Errors
    /// [`FormatError`] if it is no JSON object, or over a limit.
    pub fn add(&mut self, file: &str, reader: impl Read, limits: ReadLimits) -> Result<(), FormatError> {
        let name: Arc<str> = file.into();
        let mut document = DtcgReader::new(file, limits);
        document.read_part(reader, |_, node| self.take(&node, &name))?;
        document.finish(|_, node| self.take(&node, &name))
    }

    /// What all tokens come to.
    ///
    /// # Errors
    /// [`FormatError`] if extended groups make more tokens than allowed. What is wrong with single tokens is told by
    /// [`Resolution::problems`].
    pub fn resolve(mut self) -> Result<Resolution, FormatError> {
        self.extend_groups()?;
        Ok(follow::follow(self))
    }

    fn take(&mut self, node: &Node, file: &Arc<str>) -> Result<(), FormatError> {
        let at = self.reach(&node.path);
        let text = |name: &str| node.member(name).and_then(|value| value.get_ref().string());
        let own_type: Option<Arc<str>> = text("$type").map(|name| Arc::from(&*name));
        let place = Place { file: Arc::clone(file), line: node.line };
        if node.is_token() {
            let value = node.member("$value").cloned();
            let reference =
                || node.member("$ref").map(|to| JsonText::object(|out| out.raw("$ref", to.get_ref())));
            let Some(value) = value.or_else(reference) else { return Ok(()) };
            self.count_one(file)?;
            if let Some(item) = self.items.get_mut(at) {
                item.token = Some(Token { value: Rc::new(value), own_type });
                item.place = place;
            }
            return Ok(());
        }
        let base = text("$extends").or_else(|| text("$ref"));
        let base = base.map(|text| alias::curly(&text).unwrap_or_else(|| alias::pointer(&text)));
        if let Some(item) = self.items.get_mut(at) {
            item.group_type = own_type.or_else(|| item.group_type.take());
            if let Some(alias::Target::Whole(base)) = base {
                item.base = Some(base);
            }
            if item.token.is_none() {
                item.place = place;
            }
        }
        Ok(())
    }

    /// Counts a token more.
    pub(super) fn count_one(&mut self, file: &str) -> Result<(), FormatError> {
        self.count = self.count.saturating_add(1);
        if self.count > self.limit {
            let message = format!("Token count exceeds limit: more than {}", self.limit);
            return Err(FormatError::limit(file, None, "tokens", &message));
        }
        Ok(())
    }

    /// The item at `path`, made with the groups around it if it is not there.
    fn reach(&mut self, path: &TokenPath) -> usize {
        if let Some(at) = self.index.get(path) {
            return *at;
        }
        // Paths of documents are at most 65 names long.
        let mut missing = vec![path.clone()];
        let mut parent = 0;
        while let Some(around) = missing.last().and_then(TokenPath::parent) {
            if let Some(at) = self.index.get(&around) {
                parent = *at;
                break;
            }
            missing.push(around);
        }
        while let Some(path) = missing.pop() {
            parent = self.make(path, parent);
        }
        parent
    }

    /// Makes an item inside `parent`.
    pub(super) fn make(&mut self, path: TokenPath, parent: usize) -> usize {
        let at = self.items.len();
        self.index.insert(path.clone(), at);
        self.items.push(Item { path, parent, ..Item::default() });
        if let Some(parent) = self.items.get_mut(parent) {
            parent.children.push(at);
        }
        at
    }

    pub(super) fn problem(&mut self, code: &'static str, at: usize, message: String) {
        let Some(item) = self.items.get(at) else { return };
        self.problems.push(Diagnostic {
            code,
            stage: Stage::Referential,
            severity: Severity::Error,
            file: item.place.file.to_string(),
            path: item.path.to_string(),
            line: Some(item.place.line),
            message,
        });
    }
}
