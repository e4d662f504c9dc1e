//! Reading a `dss.toml`.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::{Files, Key, Kind, Layer, Source, Value};
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::folders;

/// Largest file that is read.
const BYTES_MAX: u64 = 1 << 20;
const HINT: &str = "correct the line; `dss config show` lists what can be set";

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// The user's own: it may say everything.
    User,
    /// A project's: it may be a stranger's.
    Project,
}

impl Reader {
    /// What the file says; what is wrong with it goes to `problems`.
    pub(super) fn read(self, path: &Path, problems: &mut Vec<Report>) -> Layer {
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text));
        match read {
            Ok(_) => self.parse(&text, path, problems),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                problems.push(mistake(path, None, "is not UTF-8 text", "write it as UTF-8"));
                Layer::new()
            }
            Err(error) => {
                let (Failure::Told(report) | Failure::Shown(report)) = Failure::file(path, &error);
                problems.push(*report);
                Layer::new()
            }
        }
    }

    /// What the text says.
    pub(super) fn parse(self, text: &str, path: &Path, problems: &mut Vec<Report>) -> Layer {
        let mut parsed = Parsed { reader: self, text, path, layer: Layer::new(), problems: Vec::new() };
        match DeTable::parse(text) {
            Ok(table) => parsed.table("", table.get_ref()),
            Err(error) => {
                let message = error.message().lines().next().unwrap_or("is not TOML");
                parsed.problem(error.span(), message, HINT);
            }
        }
        // The parser gives keys by name; people read from the top.
        parsed.problems.sort_by_key(|problem| problem.line);
        problems.append(&mut parsed.problems);
        parsed.layer
    }
}

/// A file under way.
struct Parsed<'a> {
    reader: Reader,
    text: &'a str,
    path: &'a Path,
    layer: Layer,
    problems: Vec<Report>,
}

impl Parsed<'_> {
    /// Takes a table whose keys start with `prefix`.
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let full = format!("{prefix}{}", name.get_ref());
            match (Key::named(&full), value.get_ref()) {
                (Some(key), value_ref) => self.setting(key, value_ref, name.span(), value.span()),
                (None, DeValue::Table(inner)) if is_table(&full) => self.table(&format!("{full}."), inner),
                (None, _) => self.unknown(prefix, name.get_ref(), &full, name.span()),
            }
        }
    }

    fn setting(&mut self, key: Key, value: &DeValue<'_>, at: Range<usize>, value_at: Range<usize>) {
        let about = key.about();
        if about.is_personal && self.reader == Reader::Project {
            let message = format!("`{}` is yours to set, and not a project's", about.name);
            let own = Files::find().user.map(|file| format!("put it into {}, or ", file.display()));
            let hint = format!("{}set {} in the environment", own.unwrap_or_default(), about.env);
            return self.problem(Some(at), &message, &hint);
        }
        let read = match value {
            DeValue::String(text) => about.kind.of_text(text),
            DeValue::Integer(number) if about.kind.is_number() => about.kind.of_text(number.as_str()),
            DeValue::Float(number) if about.kind == Kind::Seconds => about.kind.of_text(number.as_str()),
            other => Err(format!("expected {}, not {}", expected(about.kind), article(other.type_str()))),
        };
        match read {
            Ok(value) => {
                let line = self.line(at.start);
                let source = match self.reader {
                    Reader::User => Source::User { line },
                    Reader::Project => Source::Project { line },
                };
                self.layer.insert(key, (self.absolute(value), source));
            }
            Err(message) => self.problem(Some(value_at), &format!("`{}`: {message}", about.name), HINT),
        }
    }

    fn unknown(&mut self, prefix: &str, name: &str, full: &str, at: Range<usize>) {
        let names = || Key::ALL.iter().map(|key| key.about().name);
        let here = names().filter_map(|known| known.strip_prefix(prefix));
        // At the top, tables can be meant, too.
        let here = here.map(|known| known.split_once('.').map_or(known, |(table, _)| table));
        let elsewhere = || names().find(|known| known.rsplit('.').next() == Some(name));
        let meant = nearest(name, here).map(|known| format!("{prefix}{known}"));
        let meant = meant.or_else(|| elsewhere().map(ToOwned::to_owned));
        let hint = meant.map_or_else(|| HINT.to_owned(), |meant| format!("did you mean `{meant}`?"));
        self.problem(Some(at), &format!("unknown key `{full}`"), &hint);
    }

    /// Relative paths are meant from where the file is, and `~` is the user's home.
    fn absolute(&self, value: Value) -> Value {
        match value {
            Value::Path(path) => {
                let home = path.strip_prefix("~").ok().and_then(|rest| Some(folders::own_home()?.join(rest)));
                let folder = self.path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
                Value::Path(home.unwrap_or_else(|| folder.join(path)))
            }
            value => value,
        }
    }

    fn problem(&mut self, at: Option<Range<usize>>, message: &str, hint: &str) {
        let line = at.map(|at| self.line(at.start));
        self.problems.push(mistake(self.path, line, message, hint));
    }

    /// The line of a place in the text, from 1.
    fn line(&self, at: usize) -> u64 {
        let before = self.text.get(..at).unwrap_or(self.text);
        u64::try_from(before.matches('\n').count()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// Whether keys start with that table's name.
fn is_table(name: &str) -> bool {
    Key::ALL.iter().any(|key| key.about().name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Bytes => "a number of bytes, or a text such as \"200MiB\"",
        Kind::Count | Kind::Positive | Kind::Percent => "a whole number",
        Kind::Seconds => "a number of seconds",
        _ => "a text",
    }
}

fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn mistake(path: &Path, line: Option<u64>, message: &str, hint: &str) -> Report {
    let entry = path.display().to_string();
    let place = line.map_or_else(|| entry.clone(), |line| format!("{entry}:{line}"));
    let report = Report::new(Exit::Usage, "config_invalid", format!("{place}: {message}"), hint);
    Report { entry: Some(entry), line, ..report }
}
