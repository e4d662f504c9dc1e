//! The library of a design in a `.penpot` archive: colours and typographies, as token sets in Penpot's own words.

use crate::bundle::Document;
use crate::json::{Json, Object};
use crate::report::{Fate, Report};
use crate::value::parse_color;

/// Under which key of `$extensions` is kept what a token does not say.
const EXTENSION: &str = "app.penpot";

/// The token sets of a library.
#[derive(Debug, Default)]
pub(super) struct Library {
    colors: Object,
    typographies: Object,
}

impl Library {
    /// Reads what the documents of the design `id` say.
    pub(super) fn of(id: &str, documents: &[&Document], report: &mut Report) -> Self {
        let mut library = Self::default();
        let mut items: Vec<(String, &str, &Document, &Object)> = Vec::new();
        for document in documents {
            let below = document.path().strip_prefix("files/").and_then(|path| path.strip_prefix(id));
            let kind = below.and_then(|path| path.strip_prefix('/')?.split_once('/')).map(|(kind, _)| kind);
            match (kind, document.json()) {
                (Some(kind @ ("colors" | "typographies")), Some(object)) => {
                    items.push((sort_key(object), kind, document, object));
                }
                (Some("media"), _) => {
                    report.note(Fate::Lost, "images, which token files do not carry", || {
                        document.path().to_owned()
                    });
                }
                (Some("components"), _) => {
                    report.note(Fate::Lost, "components, which are no tokens", || document.path().to_owned());
                }
                _ => {}
            }
        }
        // Their files are called by ids, which say nothing about order.
        items.sort_by(|a, b| (&a.0, a.2.path()).cmp(&(&b.0, b.2.path())));
        for (_, kind, document, object) in items {
            let place = || document.path().to_owned();
            let names = names(object, report, &place);
            match if kind == "colors" { color(object, report, &place) } else { Some(typography(object)) } {
                Some(token) if kind == "colors" => insert(&mut library.colors, &names, token),
                Some(token) => insert(&mut library.typographies, &names, token),
                None => {}
            }
        }
        library
    }

    /// The sets that are not empty, with their names.
    pub(super) fn sets(self) -> impl Iterator<Item = (&'static str, Object)> {
        let sets = [("library/colors", self.colors), ("library/typographies", self.typographies)];
        sets.into_iter().filter(|(_, set)| !set.is_empty())
    }
}

fn sort_key(object: &Object) -> String {
    let text = |name| object.string(name).unwrap_or_default();
    format!("{}/{}", text("path"), text("name"))
}

/// The names that lead to an item: its `path`, with slashes between the names, and its own.
fn names(object: &Object, report: &mut Report, place: &dyn Fn() -> String) -> Vec<String> {
    let path = object.string("path").unwrap_or_default();
    let all = path.split('/').chain(object.string("name")).map(str::trim).filter(|name| !name.is_empty());
    let mut names: Vec<String> = Vec::new();
    for name in all {
        let allowed = name.replace(['.', '{', '}'], "_");
        let allowed = if allowed.starts_with('$') { format!("_{allowed}") } else { allowed };
        if allowed != name {
            report.note(
                Fate::Changed,
                "names that tokens cannot have, with _ for what they cannot hold",
                place,
            );
        }
        names.push(allowed);
    }
    if names.is_empty() {
        names.push("unnamed".to_owned());
    }
    names
}

/// A colour or gradient; nothing of an image.
fn color(object: &Object, report: &mut Report, place: &dyn Fn() -> String) -> Option<Object> {
    let mut token = Object::new();
    if let Some(color) = object.string("color") {
        token.push("$value", css(color, object.get("opacity")));
        token.push("$type", "color");
    } else if let Some(gradient) = object.get("gradient").and_then(Json::as_object) {
        let stops = gradient.get("stops").and_then(Json::as_array).unwrap_or_default();
        let stops = stops.iter().filter_map(Json::as_object).map(|stop| {
            let mut written = Object::new();
            written.push("color", css(stop.string("color").unwrap_or_default(), stop.get("opacity")));
            written.push("position", stop.get("offset").cloned().unwrap_or_else(|| Json::integer(0)));
            Json::Object(written)
        });
        token.push("$value", Json::Array(stops.collect()));
        token.push("$type", "gradient");
        report.note(Fate::Kept, "shapes and directions of gradients", place);
    } else {
        report.note(Fate::Lost, "library colours that are images", place);
        return None;
    }
    keep(&mut token, object, &["name", "path", "color", "opacity"]);
    Some(token)
}

/// A colour with its opacity as CSS writes both.
fn css(color: &str, opacity: Option<&Json>) -> Json {
    let is_opaque = opacity.and_then(Json::f64).is_none_or(|opacity| opacity >= 1.0);
    let parts = parse_color(color).filter(|_| !is_opaque);
    let Some(parts) = parts else { return Json::from(color) };
    // What is left of `#rrggbb` when its parts are put together again.
    let digits = parts.get("hex").and_then(Json::as_str).unwrap_or(color).trim_start_matches('#');
    let byte =
        |at: usize| digits.get(at..at.saturating_add(2)).and_then(|two| u8::from_str_radix(two, 16).ok());
    match (byte(0), byte(2), byte(4), opacity.and_then(Json::number)) {
        (Some(red), Some(green), Some(blue), Some(opacity)) => {
            Json::String(format!("rgba({red}, {green}, {blue}, {opacity})"))
        }
        _ => Json::from(color),
    }
}

fn typography(object: &Object) -> Object {
    let mut value = Object::new();
    if let Some(family) = object.get("fontFamily") {
        value.push("fontFamilies", Json::Array(vec![family.clone()]));
    }
    let parts = [
        ("fontSize", "fontSizes"),
        ("fontWeight", "fontWeights"),
        ("lineHeight", "lineHeights"),
        ("letterSpacing", "letterSpacing"),
    ];
    for (name, part) in parts {
        object.get(name).into_iter().for_each(|text| value.push(part, text.clone()));
    }
    let mut token = Object::new();
    token.push("$value", value);
    token.push("$type", "typography");
    let said = ["name", "path", "fontFamily", "fontSize", "fontWeight", "lineHeight", "letterSpacing"];
    keep(&mut token, object, &said);
    token
}

/// Keeps what the token does not say.
fn keep(token: &mut Object, object: &Object, said: &[&str]) {
    let rest = object.iter().filter(|(key, _)| !said.contains(key));
    let rest: Object = rest.map(|(key, value)| (key.to_owned(), value.clone())).collect();
    if !rest.is_empty() {
        token.with_object("$extensions", |extensions| extensions.set(EXTENSION, rest));
    }
}

/// Puts a token where its names lead. One that stands where others are inside becomes their group's `$root`.
fn insert(group: &mut Object, names: &[String], token: Object) {
    let Some((name, rest)) = names.split_first() else { return };
    let Some(Json::Object(there)) = group.get_mut(name) else {
        let inner = if rest.is_empty() {
            token
        } else {
            let mut inner = Object::new();
            insert(&mut inner, rest, token);
            inner
        };
        group.push(name.as_str(), inner);
        return;
    };
    let is_token = there.has("$value");
    if rest.is_empty() && (is_token || there.has("$root")) {
        let mut number = 2_u32;
        let mut free = format!("{name} {number}");
        while group.has(&free) {
            number = number.saturating_add(1);
            free = format!("{name} {number}");
        }
        group.push(free, token);
    } else if rest.is_empty() {
        there.push("$root", token);
    } else {
        if is_token {
            let mut around = Object::new();
            around.push("$root", std::mem::take(there));
            *there = around;
        }
        insert(there, rest, token);
    }
}
