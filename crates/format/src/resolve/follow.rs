//! Following references to values, every token once.

use std::rc::Rc;
use std::sync::Arc;

use dss_model::{Diagnostic, JsonKind, JsonRef, JsonText, TokenPath};

use super::tree::{Item, Tokens};
use crate::dtcg::alias::{self, Target};

/// Values inside values: what documents allow, and a little more.
const DEPTH_MAX: usize = 64;
/// Bytes of one value: a list may hold another token twice, which holds another one twice, …
const VALUE_BYTES_MAX: usize = 1 << 20;
/// Bytes of all values that references bring, and of all that is searched for pointers into values.
const BYTES_MAX: usize = 256 << 20;
/// Paths of a circle that are named.
const NAMED_MAX: usize = 8;

/// What all tokens of a design come to.
#[derive(Debug)]
pub struct Resolution {
    tokens: Tokens,
    states: Vec<State>,
    order: Vec<usize>,
}

/// A token as a product sees it.
#[derive(Clone, Copy, Debug)]
pub struct ResolvedToken<'a> {
    /// Its path.
    pub path: &'a TokenPath,
    /// Its type: its own, or its target's, or that of the groups around it.
    pub token_type: Option<&'a str>,
    /// Its value, without references.
    pub value: &'a JsonText,
    /// Its value as it is written, references and all; a `$ref` beside no `$value` is an object with that member.
    pub written: &'a JsonText,
    /// The document that says so.
    pub file: &'a str,
    /// The line in it, from 1.
    pub line: u64,
}

impl Resolution {
    /// The tokens in document order, groups together; those whose references lead nowhere are left out.
    pub fn iter(&self) -> impl Iterator<Item = ResolvedToken<'_>> {
        self.order.iter().filter_map(|at| {
            let item = self.tokens.items.get(*at)?;
            let State::Done(Some(known)) = self.states.get(*at)? else { return None };
            Some(ResolvedToken {
                path: &item.path,
                token_type: known.token_type.as_deref(),
                value: &known.value,
                written: &item.token.as_ref()?.value,
                file: &item.place.file,
                line: item.place.line,
            })
        })
    }

    /// What is wrong with the tokens that are left out, and with groups that extend nothing.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.tokens.problems
    }
}

/// What is known of an item.
#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    New,
    /// Its references are being followed; its place in the chain.
    Open(usize),
    /// Its value, if there is one.
    Done(Option<Known>),
}

#[derive(Clone, Debug)]
struct Known {
    value: Rc<JsonText>,
    token_type: Option<Arc<str>>,
    depth: usize,
}

/// Why a token has no value: code and message.
type Fault = (&'static str, String);

pub(super) fn follow(tokens: Tokens) -> Resolution {
    let mut order = Vec::new();
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        let Some(item) = tokens.items.get(at) else { continue };
        if item.token.is_some() {
            order.push(at);
        }
        open.extend(item.children.iter().rev());
    }
    let states = vec![State::New; tokens.items.len()];
    let mut follower = Follower { tokens, states, chain: Vec::new(), bytes: BYTES_MAX };
    order.iter().for_each(|at| follower.resolve(*at));
    Resolution { tokens: follower.tokens, states: follower.states, order }
}

struct Follower {
    tokens: Tokens,
    states: Vec<State>,
    /// The tokens that are open, each because of the one before.
    chain: Vec<Link>,
    /// How many bytes may still be written.
    bytes: usize,
}

#[derive(Debug)]
struct Link {
    at: usize,
    /// The earliest token of the chain that its references lead back to, and how.
    back: Option<(usize, Rc<str>)>,
}

impl Follower {
    /// Resolves a token and, before it, what it refers to; without recursion, for chains may be long.
    fn resolve(&mut self, at: usize) {
        let mut todo = vec![at];
        while let Some(at) = todo.last().copied() {
            match self.states.get(at) {
                Some(State::New) => self.open(at, &mut todo),
                Some(State::Open(place)) if place.saturating_add(1) == self.chain.len() => {
                    todo.pop();
                    self.close(at);
                }
                _ => {
                    todo.pop();
                }
            }
        }
    }

    fn open(&mut self, at: usize, todo: &mut Vec<usize>) {
        let place = self.chain.len();
        if let Some(state) = self.states.get_mut(at) {
            *state = State::Open(place);
        }
        let mut link = Link { at, back: None };
        for target in self.targets(at) {
            match self.states.get(target) {
                Some(State::New) => todo.push(target),
                Some(State::Open(earlier)) if target != at || self.is_alias(at) => {
                    let earlier = *earlier;
                    let is_first = link.back.as_ref().is_none_or(|(known, _)| earlier < *known);
                    if is_first {
                        link.back = Some((earlier, self.circle(earlier, at)));
                    }
                }
                _ => {}
            }
        }
        self.chain.push(link);
    }

    /// The way round, as far as it is worth naming.
    fn circle(&self, from: usize, to: usize) -> Rc<str> {
        let path = |at: usize| self.tokens.items.get(at).map_or("", |item| item.path.as_str());
        let links = self.chain.get(from..).unwrap_or_default();
        let mut names: Vec<&str> = links.iter().take(NAMED_MAX).map(|link| path(link.at)).collect();
        if links.len() > NAMED_MAX {
            names.push("…");
        }
        let first = links.first().map_or(to, |link| link.at);
        names.extend([path(to), path(first)]);
        names.join(" → ").into()
    }

    /// The token is whole when all that it refers to is.
    fn close(&mut self, at: usize) {
        let Some(link) = self.chain.pop() else { return };
        let place = self.chain.len();
        let result = match link.back {
            Some((earlier, circle)) => {
                if earlier < place
                    && let Some(before) = self.chain.last_mut()
                    && before.back.as_ref().is_none_or(|(known, _)| earlier < *known)
                {
                    before.back = Some((earlier, Rc::clone(&circle)));
                }
                Err(("reference_cycle", format!("its references go round in a circle: {circle}")))
            }
            None => self.value(at),
        };
        let known = match result {
            Ok(known) => Some(known),
            Err((code, message)) => {
                self.tokens.problem(code, at, message);
                None
            }
        };
        if let Some(state) = self.states.get_mut(at) {
            *state = State::Done(known);
        }
    }

    /// The tokens that a token refers to.
    fn targets(&self, at: usize) -> Vec<usize> {
        let mut found = Vec::new();
        if let Some(token) = self.tokens.items.get(at).and_then(|item| item.token.as_ref()) {
            each_target(token.value.get_ref(), &mut |target| {
                let (Target::Whole(path) | Target::Inside(path)) = target else { return };
                let at = self.tokens.index.get(&path).copied();
                found.extend(
                    at.filter(|at| self.tokens.items.get(*at).is_some_and(|item| item.token.is_some())),
                );
            });
        }
        found
    }

    fn is_alias(&self, at: usize) -> bool {
        let token = self.tokens.items.get(at).and_then(|item| item.token.as_ref());
        token.is_some_and(|token| alias::reference(token.value.get_ref()).is_some())
    }

    fn value(&mut self, at: usize) -> Result<Known, Fault> {
        let internal = || ("reference_dangling", "there is no such token".to_owned());
        let item = self.tokens.items.get(at).ok_or_else(internal)?;
        let token = item.token.as_ref().ok_or_else(internal)?;
        let (written, own_type) = (Rc::clone(&token.value), token.own_type.clone());
        let around = self.type_around(item);
        if let Some(target) = alias::reference(written.get_ref()) {
            let is_whole = matches!(target, Target::Whole(_));
            let known = self.target(&target, written.get_ref(), at)?;
            let of_target = known.token_type.filter(|_| is_whole);
            return Ok(Known { token_type: own_type.or(of_target).or(around), ..known });
        }
        let mut has_reference = false;
        each_target(written.get_ref(), &mut |_| has_reference = true);
        let (value, depth) = if has_reference {
            let (value, depth) = self.composed(written.get_ref(), at)?;
            (Rc::new(value), depth)
        } else {
            (written, 1)
        };
        Ok(Known { value, token_type: own_type.or(around), depth })
    }

    /// The type that the groups around an item give it.
    fn type_around(&self, item: &Item) -> Option<Arc<str>> {
        let mut around = self.tokens.items.get(item.parent);
        while let Some(group) = around {
            if group.group_type.is_some() || group.path.is_root() {
                return group.group_type.clone();
            }
            around = self.tokens.items.get(group.parent);
        }
        None
    }

    /// What a reference of the token `at` stands for.
    fn target(&mut self, target: &Target, written: JsonRef<'_>, at: usize) -> Result<Known, Fault> {
        let path = match target {
            Target::Whole(path) | Target::Inside(path) => path,
            Target::Malformed(message) => return Err(("reference_malformed", message.clone())),
        };
        let dangling = || ("reference_dangling", format!("there is no token \"{path}\""));
        let found = self.tokens.index.get(path).copied().ok_or_else(dangling)?;
        let item = self.tokens.items.get(found).ok_or_else(dangling)?;
        let Some(token) = &item.token else {
            return Err(("reference_dangling", format!("\"{path}\" is a group, not a token")));
        };
        let known = match self.states.get(found) {
            Some(State::Done(Some(known))) => known.clone(),
            // A pointer into the token's own value; a whole value that holds itself was found to be a circle.
            _ if found == at => Known { value: Rc::clone(&token.value), token_type: None, depth: 1 },
            _ => return Err(("reference_dangling", format!("\"{path}\" has no value"))),
        };
        self.spend(known.value.as_str().len())?;
        if matches!(target, Target::Whole(_)) {
            return Ok(known);
        }
        let pointer = written.get("$ref").and_then(JsonRef::string).unwrap_or_default();
        let missing = || ("reference_dangling", format!("\"{path}\" has nothing at \"{pointer}\""));
        let inner = alias::inside(&pointer).and_then(|names| navigate(known.value.get_ref(), &names));
        let inner = inner.ok_or_else(missing)?;
        let mut has_reference = false;
        each_target(inner, &mut |_| has_reference = true);
        if has_reference {
            let message = format!("\"{pointer}\" leads to another reference inside the same token");
            return Err(("reference_cycle", message));
        }
        Ok(Known { value: Rc::new(inner.to_text()), token_type: None, depth: known.depth })
    }

    /// A value with what its references stand for in their places, and how deep it is.
    fn composed(&mut self, value: JsonRef<'_>, at: usize) -> Result<(JsonText, usize), Fault> {
        if let Some(target) = alias::reference(value) {
            let known = self.target(&target, value, at)?;
            return Ok((JsonText::clone(&known.value), known.depth));
        }
        let mut parts = Vec::new();
        let (mut deepest, mut bytes) = (0, 0_usize);
        let items = value.members().map(|(name, item)| (Some(name), item));
        for (name, item) in items.chain(value.elements().map(|item| (None, item))) {
            let (part, depth) = match item.kind() {
                JsonKind::Object | JsonKind::Array | JsonKind::String => self.composed(item, at)?,
                _ => (item.to_text(), 0),
            };
            deepest = deepest.max(depth);
            bytes = bytes.saturating_add(part.as_str().len());
            parts.push((name, part));
        }
        if deepest >= DEPTH_MAX {
            return Err(("reference_too_deep", format!("it holds values more than {DEPTH_MAX} deep")));
        }
        if bytes > VALUE_BYTES_MAX {
            return Err(("value_too_large", format!("its value has more than {VALUE_BYTES_MAX} bytes")));
        }
        let whole = match value.kind() {
            JsonKind::Object => JsonText::object(|out| {
                parts.iter().for_each(|(name, part)| {
                    out.raw(name.as_deref().unwrap_or_default(), part.get_ref());
                });
            }),
            JsonKind::Array => {
                JsonText::array(|out| parts.iter().for_each(|(_, part)| out.raw(part.get_ref())))
            }
            _ => value.to_text(),
        };
        Ok((whole, deepest.saturating_add(1)))
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Fault> {
        let left = self.bytes.checked_sub(bytes).ok_or_else(|| {
            ("value_too_large", format!("the design's values have more than {BYTES_MAX} bytes together"))
        })?;
        self.bytes = left;
        Ok(())
    }
}

/// Every reference in a value, or the one that it is.
fn each_target(value: JsonRef<'_>, each: &mut impl FnMut(Target)) {
    if let Some(target) = alias::reference(value) {
        return each(target);
    }
    for item in value.members().map(|(_, item)| item).chain(value.elements()) {
        if matches!(item.kind(), JsonKind::Object | JsonKind::Array | JsonKind::String) {
            each_target(item, each);
        }
    }
}

/// What a pointer's names lead to.
fn navigate<'a>(value: JsonRef<'a>, names: &[String]) -> Option<JsonRef<'a>> {
    names.iter().try_fold(value, |value, name| match value.kind() {
        JsonKind::Array => value.elements().nth(name.parse().ok()?),
        _ => value.get(name),
    })
}
