//! Style Dictionary 3 and 4: trees whose leaves are objects with a `value`, in as many files as one likes, all of which
//! are merged. A file is a token set; there are no themes.
//!
//! Types are free, and units often implied by a transform that no file names: `"0.25"` may be pixels or rem. Such values
//! stay as they are.

use crate::bundle::{Bundle, Document};
use crate::codec::Codec;
use crate::design::{Design, Reading, Skipped, TokenSet, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::format::Format;
use crate::json::Json;
use crate::keep::{keep, take};
use crate::plain::{Count, Dialect, Style, Typed, read_document, write_document};
use crate::report::{Fate, Report};
use crate::themes::Themes;
use crate::value;

pub(crate) const CODEC: Codec =
    Codec { format: Format::StyleDictionary, recognize, read: Some(read), write: Some(write) };

const DIALECT: Dialect = Dialect {
    format: Format::StyleDictionary,
    style: Style::Plain,
    description: "comment",
    to_dtcg,
    from_dtcg,
};

fn recognize(bundle: &Bundle) -> Fit {
    let counts = bundle.documents().iter().filter_map(Document::json).map(Count::of);
    let count = counts.fold(Count::default(), Count::and);
    if count.is_zero() {
        Fit::no("no object with \"value\"")
    } else if count.plain == 0 {
        Fit::readable("all values are called \"$value\", as in DTCG")
    } else if count.plain <= count.dollar {
        Fit::readable("most values are called \"$value\", as in DTCG")
    } else if count.dollar > 0 {
        // DTCG would take only those.
        Fit::Certain
    } else {
        Fit::Possible
    }
}

fn read(bundle: &Bundle) -> Result<Reading, InteropError> {
    let mut reading = Reading::default();
    let mut names = std::collections::HashSet::new();
    for document in bundle.documents() {
        let tokens = document.json().filter(|object| !Count::of(object).is_zero());
        let Some(object) = tokens else {
            let reason =
                if document.json().is_some() { "no object with \"value\" in it" } else { "no JSON object" };
            reading.skipped.push(Skipped { path: document.path().to_owned(), reason: reason.to_owned() });
            continue;
        };
        let name = if names.insert(document.stem()) { document.stem() } else { document.path() };
        let mut read = read_document(&DIALECT, name, object, &mut reading.report);
        if document.path() != usual_path(name) {
            let mut kept = take(&mut read, Format::StyleDictionary).unwrap_or_default();
            kept.push("file", document.path());
            keep(&mut read, Format::StyleDictionary, kept);
        }
        reading.design.sets.push(TokenSet::new(name, Json::Object(read).to_text(document.path())?));
    }
    Ok(reading)
}

/// What the file of a set is called.
fn usual_path(name: &str) -> String {
    format!("{name}.json")
}

fn write(design: &Design, _: &WriteOptions) -> Result<Written, InteropError> {
    let themes = Themes::of(design)?;
    let mut written = Written::default();
    let mut paths = Paths::default();
    for set in &themes.sets {
        let Json::Object(mut document) = Json::from_ref(set.document.get_ref()) else { continue };
        let mut kept = take(&mut document, Format::StyleDictionary).unwrap_or_default();
        let file = kept.remove("file");
        keep(&mut document, Format::StyleDictionary, kept);
        let file = file.as_ref().and_then(Json::as_str).filter(|file| is_of(file, &set.name));
        let tree = write_document(&DIALECT, &set.name, &document, &mut written.report);
        let path = paths.take(file.unwrap_or(&usual_path(&set.name)), &set.name, ".json");
        let bytes = Json::Object(tree).to_pretty(&path)?;
        written.files.push(File::new(path, bytes));
    }
    note_losses(&themes, &mut written.report);
    Ok(written)
}

/// Whether a file that is kept still stands for the set of that name.
fn is_of(file: &str, name: &str) -> bool {
    file == name || file.strip_prefix(name).is_some_and(|ending| ending.starts_with('.'))
}

fn note_losses(themes: &Themes, report: &mut Report) {
    for group in &themes.groups {
        report.note(Fate::Lost, "theme groups: all files are written, and a later one wins", || {
            group.name.clone()
        });
    }
    for layer in themes.layers.iter().filter(|_| themes.layers.len() > 1) {
        report
            .note(Fate::Lost, "layers, as such: their sets are files like all others", || layer.name.clone());
    }
}

fn to_dtcg(token: &Typed) -> (Typed, Option<&'static str>) {
    let value = without_suffix(&token.value);
    let Some(theirs) = token.effective() else {
        return (Typed { value, ..token.clone() }, None);
    };
    let kind = kind_of(theirs);
    let value = value::map(kind, &value, &mut |kind, value| value::parse(kind, value));
    let kind = match &token.kind {
        None if kind == theirs => None,
        _ => Some(Json::from(kind)),
    };
    (Typed { kind, inherited: token.inherited.clone(), value }, None)
}

/// What a type is called in DTCG. Other types keep their names.
fn kind_of(theirs: &str) -> &str {
    match theirs {
        "size" | "sizing" | "fontSize" | "spacing" | "borderRadius" | "borderWidth" | "letterSpacing" => {
            "dimension"
        }
        "time" => "duration",
        other => other,
    }
}

/// The value with aliases as DTCG spells them: `{a.b.value}` is `{a.b}`.
fn without_suffix(value: &Json) -> Json {
    match value {
        Json::String(text) => {
            let path = text.strip_suffix(".value}").filter(|path| value::is_alias(value) && path.len() > 1);
            path.map_or_else(|| value.clone(), |path| Json::String(format!("{path}}}")))
        }
        Json::Array(items) => Json::Array(items.iter().map(without_suffix).collect()),
        Json::Object(parts) => {
            Json::Object(parts.iter().map(|(key, part)| (key.to_owned(), without_suffix(part))).collect())
        }
        other => other.clone(),
    }
}

fn from_dtcg(token: &Typed) -> Typed {
    let Some(kind) = token.effective() else { return token.clone() };
    let value = value::map(kind, &token.value, &mut |kind, value| match kind {
        // These are numbers and names there, too.
        "number" | "fontWeight" | "fontFamily" | "strokeStyle" => None,
        _ => value::spell(kind, value).map(Json::String),
    });
    Typed { value, ..token.clone() }
}
