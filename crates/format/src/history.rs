//! `history.ndjson`: what was before, one JSON object a line, for display only (docs/archive-format.md §9).
//!
//! Nothing here takes part in merging: a line that is damaged, or a lie, changes no value and no revision.

use std::io::{self, BufRead, BufReader, Read};

use dss_model::{
    Author, ContentHash, Dot, EntityId, JsonKind, JsonRef, JsonText, Pair, RegName, Stamp, Value,
};

use crate::{revision, time};

/// The media type of the entry.
pub const MEDIA_TYPE: &str = "application/x-ndjson";

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A write that a later one superseded.
    Write(SupersededWrite),
    /// An import into some copy of the project.
    Import(PastImport),
}

/// A write that a later one superseded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupersededWrite {
    /// Whose register.
    pub entity: EntityId,
    /// Which register.
    pub register: RegName,
    /// The write.
    pub pair: Pair,
    /// The write that took its place, where that is known.
    pub superseded_by: Option<Dot>,
}

/// An import into some copy of the project, or the undo of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastImport {
    /// When: milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Who; empty for nobody in particular.
    pub by: String,
    /// `import` or `undo`.
    pub action: String,
    /// What was imported: a file's name, without its folders.
    pub source: String,
    /// The archive's `exportHash`, if it was one.
    pub export_hash: Option<ContentHash>,
}

/// A line, without its end. Members come in a fixed order, values as they were written.
pub fn encode(line: &Line) -> JsonText {
    JsonText::object(|out| match line {
        Line::Write(write) => {
            let Pair { dot, value, stamp, origin } = &write.pair;
            out.string("type", "write");
            out.string("entity", &write.entity.to_string());
            out.string("register", write.register.as_str());
            out.string("rev", &dot.to_string());
            if origin != dot {
                out.string("origin", &origin.to_string());
            }
            out.string("at", &time::format(stamp.wall_ms));
            if !stamp.author.as_str().is_empty() {
                out.string("by", stamp.author.as_str());
            }
            out.object("value", |out| revision::write_value(out, value));
            if let Some(later) = write.superseded_by {
                out.string("supersededBy", &later.to_string());
            }
        }
        Line::Import(import) => {
            out.string("type", "import");
            out.string("action", &import.action);
            out.string("at", &time::format(import.at_ms));
            if !import.by.is_empty() {
                out.string("by", &import.by);
            }
            out.string("source", &import.source);
            if let Some(hash) = import.export_hash {
                out.string("exportHash", &hash.to_string());
            }
        }
    })
}

/// Reads a line; `None` for one of a type that this version does not know.
///
/// # Errors
/// What is wrong with it, for people.
pub fn decode(line: JsonRef<'_>) -> Result<Option<Line>, String> {
    if line.kind() != JsonKind::Object {
        return Err("expected an object".to_owned());
    }
    let fields = Fields(line);
    match fields.required("type")?.as_ref() {
        "write" => fields.write().map(|write| Some(Line::Write(write))),
        "import" => fields.import().map(|import| Some(Line::Import(import))),
        _ => Ok(None),
    }
}

struct Fields<'a>(JsonRef<'a>);

impl<'a> Fields<'a> {
    fn optional(&self, name: &str) -> Result<Option<std::borrow::Cow<'a, str>>, String> {
        let value = self.0.get(name);
        value.map(|value| value.string().ok_or_else(|| format!("\"{name}\" is no string"))).transpose()
    }

    fn required(&self, name: &str) -> Result<std::borrow::Cow<'a, str>, String> {
        self.optional(name)?.ok_or_else(|| format!("no \"{name}\""))
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let text = self.optional(name)?;
        text.map(|text| text.parse().map_err(|_| format!("\"{name}\" is malformed"))).transpose()
    }

    fn at_ms(&self) -> Result<i64, String> {
        time::parse(&self.required("at")?).ok_or_else(|| "\"at\" is no RFC 3339 time".to_owned())
    }

    fn write(&self) -> Result<SupersededWrite, String> {
        let missing = |name: &str| format!("no \"{name}\"");
        let register = self.required("register")?;
        let register = RegName::new(&register).ok_or("\"register\" names none")?;
        let dot: Dot = self.parsed("rev")?.ok_or_else(|| missing("rev"))?;
        let value = revision::read_value(self.0.get("value").ok_or_else(|| missing("value"))?)?;
        if matches!(value, Value::Life(_)) != (register == RegName::LIFE) {
            return Err(format!("\"{register}\" cannot hold such a value"));
        }
        let author = Author::new(&self.optional("by")?.unwrap_or_default());
        Ok(SupersededWrite {
            entity: self.parsed("entity")?.ok_or_else(|| missing("entity"))?,
            register,
            pair: Pair {
                dot,
                value,
                stamp: Stamp { wall_ms: self.at_ms()?, author },
                origin: self.parsed("origin")?.unwrap_or(dot),
            },
            superseded_by: self.parsed("supersededBy")?,
        })
    }

    fn import(&self) -> Result<PastImport, String> {
        Ok(PastImport {
            at_ms: self.at_ms()?,
            by: self.optional("by")?.unwrap_or_default().into_owned(),
            action: self.required("action")?.into_owned(),
            source: self.required("source")?.into_owned(),
            export_hash: self.parsed("exportHash")?,
        })
    }
}

/// Reads lines of bounded length.
#[derive(Debug)]
pub struct LineReader<R> {
    reader: BufReader<R>,
    bytes_max: usize,
}

/// A line as it was read.
#[derive(Debug, PartialEq, Eq)]
pub enum RawLine {
    /// Its bytes, without the line feed.
    Bytes(Vec<u8>),
    /// It is longer than allowed, and was passed over.
    TooLong,
}

impl<R: Read> LineReader<R> {
    /// Reads lines of at most that many bytes.
    pub fn new(reader: R, bytes_max: usize) -> Self {
        Self { reader: BufReader::new(reader), bytes_max }
    }

    /// The next line; `None` behind the last one.
    ///
    /// # Errors
    /// Whatever the reader returns.
    pub fn next_line(&mut self) -> io::Result<Option<RawLine>> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(self.bytes_max).unwrap_or(u64::MAX).saturating_add(1);
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            return Ok(Some(RawLine::Bytes(bytes)));
        }
        if bytes.len() <= self.bytes_max {
            return Ok(Some(RawLine::Bytes(bytes)));
        }
        self.reader.skip_until(b'\n')?;
        Ok(Some(RawLine::TooLong))
    }
}

#[cfg(test)]
mod tests {
    use dss_model::{JsonLimits, Life, ReplicaId};

    use super::*;

    fn parse(text: &str) -> JsonText {
        JsonText::parse(text.as_bytes(), &JsonLimits::default()).unwrap()
    }

    fn dot(replica: u8, counter: u64) -> Dot {
        Dot { counter, replica: ReplicaId::from_bytes([replica; 16]) }
    }

    fn write(register: RegName, value: Value) -> Line {
        let stamp = Stamp { wall_ms: 1_767_225_600_123, author: Author::new("Ada") };
        Line::Write(SupersededWrite {
            entity: EntityId::from_bytes([7; 16]),
            register,
            pair: Pair { origin: dot(2, 3), ..Pair::written(dot(1, 5), value, stamp) },
            superseded_by: Some(dot(1, 9)),
        })
    }

    #[test]
    fn lines_come_back() {
        let import = Line::Import(PastImport {
            at_ms: 5,
            by: String::new(),
            action: "import".to_owned(),
            source: "a b.dss".to_owned(),
            export_hash: Some(ContentHash::from_bytes([3; 32])),
        });
        for line in [
            write(RegName::VALUE, Value::Json(parse(r#"{"$value":1.50,"z":"ä"}"#))),
            write(RegName::LIFE, Value::Life(Life::Deleted)),
            write(RegName::DESCRIPTION, Value::Absent),
            write(RegName::SET, Value::Ref(EntityId::from_bytes([1; 16]))),
            import,
        ] {
            let text = encode(&line);
            assert!(!text.as_str().contains('\n'));
            assert_eq!(decode(text.get_ref()), Ok(Some(line)), "{text}");
        }
        let text = encode(&write(RegName::VALUE, Value::Json(parse("{\"$value\":1.50}")))).to_string();
        assert!(text.contains("\"value\":{\"json\":{\"$value\":1.50}}"), "spelled as written: {text}");
    }

    #[test]
    fn damage_is_told() {
        let good = encode(&write(RegName::VALUE, Value::Absent)).to_string();
        for (from, to) in [
            ("\"rev\":\"", "\"rev\":\"x"),
            ("\"register\":\"value\"", "\"register\":\"\""),
            ("\"register\":\"value\"", "\"register\":\"@life\""),
            ("\"value\":{\"absent\":true}", "\"value\":{}"),
            ("\"value\":{\"absent\":true}", "\"value\":{\"life\":\"alive\"}"),
            ("\"at\":\"2", "\"at\":\"x"),
            ("\"by\":\"Ada\"", "\"by\":1"),
            ("\"entity\":\"0", "\"entity\":\"x"),
            ("\"type\":\"write\",", ""),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good, "{from}");
            assert!(decode(parse(&bad).get_ref()).is_err(), "{bad}");
        }
        assert!(decode(parse("[]").get_ref()).is_err());
        assert_eq!(decode(parse(r#"{"type":"review"}"#).get_ref()), Ok(None), "of another version");
    }

    #[test]
    fn long_lines_are_passed_over() {
        let lines = |text: &str| {
            let mut reader = LineReader::new(text.as_bytes(), 3);
            let mut lines = Vec::new();
            while let Some(line) = reader.next_line().unwrap() {
                lines.push(match line {
                    RawLine::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
                    RawLine::TooLong => "-".to_owned(),
                });
            }
            lines.join("|")
        };
        assert_eq!(lines("abc\nabcd\n\nab"), "abc|-||ab");
        assert_eq!(lines("abcd"), "-");
        assert_eq!(lines("abc"), "abc");
        assert_eq!(lines(""), "");
    }
}
