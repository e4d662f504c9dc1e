//! A tool's token tree as a DTCG document.

use super::write::{Writer, own_token};
use super::{Count, Dialect, Style, Typed, split, token_style};
use crate::json::{Json, Object};
use crate::keep::{keep, take};
use crate::report::{Fate, Report};

/// Reads a document. At its root are kept `style` (how most of its tokens are written) and, only where nothing less brings
/// it back, `document` (all of it).
pub(crate) fn read_document(dialect: &Dialect, set: &str, document: &Object, report: &mut Report) -> Object {
    let style = Count::of(document).style();
    let mut clean = document.clone();
    take(&mut clean, dialect.format);
    let mut reader = Reader { dialect, style, report, place: set.to_owned() };
    let read = reader.group(&clean, None);
    let mut kept = Object::new();
    if style != dialect.style {
        kept.push("style", style.name());
    }
    let mut whole = read.clone();
    keep(&mut whole, dialect.format, kept);
    if Writer::new(dialect, &whole).document(&whole) == *document {
        return whole;
    }
    let mut kept = Object::new();
    kept.push("document", document.clone());
    let mut read = read;
    keep(&mut read, dialect.format, kept);
    read
}

struct Reader<'a> {
    dialect: &'a Dialect,
    /// How the document writes its tokens.
    style: Style,
    report: &'a mut Report,
    /// The set, and the path in it.
    place: String,
}

impl Reader<'_> {
    fn group(&mut self, group: &Object, inherited: Option<&str>) -> Object {
        let inherited = group.string("$type").or(inherited);
        let (mut own, children) = split(group);
        self.children(&mut own, children, inherited);
        own
    }

    fn token(&mut self, token: &Object, inherited: Option<&str>) -> Object {
        let (own, children) = split(token);
        let (mut read, notes) = read_own(self.dialect, self.style, &own, inherited);
        for (fate, what) in notes {
            self.report.note(fate, what, || self.place.clone());
        }
        self.children(&mut read, children, inherited);
        read
    }

    /// Puts what became of the children into their places.
    fn children(&mut self, own: &mut Object, children: Vec<(&str, &Object)>, inherited: Option<&str>) {
        let mut children = children.into_iter().peekable();
        for (key, value) in own.iter_mut() {
            let Some((_, child)) = children.next_if(|(name, _)| *name == key) else { continue };
            let before = self.place.len();
            self.place.push(if self.place.contains(':') { '.' } else { ':' });
            self.place.push_str(key);
            let read = if token_style(child).is_some() {
                self.token(child, inherited)
            } else {
                self.group(child, inherited)
            };
            self.place.truncate(before);
            *value = Json::Object(read);
        }
    }
}

/// What is noted about a token.
type Notes = Vec<(Fate, &'static str)>;

/// Reads a token's own members; `style` is how the document writes its tokens. Kept are `members` that DTCG does not have,
/// the `type` and the `value` if writing would spell them differently, the `order` of all members if it would be another,
/// the token's `style` if it is not the document's; or, where all that does not bring it back, the `token`.
pub(super) fn read_own(
    dialect: &Dialect,
    style: Style,
    original: &Object,
    inherited: Option<&str>,
) -> (Object, Notes) {
    let mut clean = original.clone();
    take(&mut clean, dialect.format);
    let own_style = token_style(&clean).unwrap_or(style);
    let stated = Typed {
        kind: clean.get(own_style.kind()).cloned(),
        inherited: inherited.map(str::to_owned),
        value: clean.get(own_style.value()).cloned().unwrap_or(Json::Null),
    };
    let (typed, assumed) = (dialect.to_dtcg)(&stated);
    let mut notes: Notes = assumed.map(|what| (Fate::Assumed, what)).into_iter().collect();
    let (mut read, members) = rename(dialect, own_style, &clean, &typed);
    if let Some(kind) = typed.kind.filter(|_| stated.kind.is_none()) {
        read.push("$type", kind);
    }
    let mut kept = Object::new();
    if own_style != style {
        kept.push("style", own_style.name());
    }
    if !members.is_empty() {
        notes.push((Fate::Kept, "members of tokens that DTCG does not have"));
        kept.push("members", members);
    }
    let attempt = |kept: &Object| {
        let mut token = read.clone();
        keep(&mut token, dialect.format, kept.clone());
        (own_token(dialect, style, &token, inherited), token)
    };
    let (mut written, mut token) = attempt(&kept);
    let differs = |written: &Object, name: &str| written.get(name) != clean.get(name);
    if differs(&written, own_style.kind()) {
        notes.push((Fate::Kept, "types that DTCG does not have"));
        kept.push("type", stated.kind.clone().unwrap_or(Json::Null));
        (written, token) = attempt(&kept);
    }
    if differs(&written, own_style.value()) {
        notes.push((Fate::Kept, "values that are spelled in the format's own way"));
        kept.push("value", stated.value);
        (written, token) = attempt(&kept);
    }
    if !written.iter().map(|(key, _)| key).eq(original.iter().map(|(key, _)| key)) {
        kept.push("order", Json::Array(original.iter().map(|(key, _)| Json::from(key)).collect()));
        (written, token) = attempt(&kept);
    }
    if written != *original {
        notes.push((Fate::Kept, "tokens that are kept whole"));
        let mut kept = Object::new();
        kept.push("token", original.clone());
        token = read;
        keep(&mut token, dialect.format, kept);
    }
    (token, notes)
}

/// The members under DTCG's names, and those that DTCG does not have.
fn rename(dialect: &Dialect, style: Style, token: &Object, typed: &Typed) -> (Object, Object) {
    let mut read = Object::new();
    let mut members = Object::new();
    for (key, value) in token.iter() {
        if key == style.value() {
            read.push("$value", typed.value.clone());
        } else if key == style.kind() {
            typed.kind.iter().for_each(|kind| read.push("$type", kind.clone()));
        } else if key == style.description(dialect) && value.as_str().is_some() {
            read.push("$description", value.clone());
        } else if is_taken_over(style, key, value) {
            read.push(key, value.clone());
        } else {
            members.push(key, value.clone());
        }
    }
    (read, members)
}

/// Whether a member is one of DTCG's, or stands for a child.
fn is_taken_over(style: Style, key: &str, value: &Json) -> bool {
    let is_other_style = style == Style::Plain && ["$value", "$type", "$description"].contains(&key);
    (key.starts_with('$') && !is_other_style) || *value == Json::Null
}
