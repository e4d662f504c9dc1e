//! From an extension, and the body around it, back to the entity.

use std::collections::{BTreeMap, HashMap};

use dss_model::{
    Author, Dot, Entity, EntityId, JsonKind, JsonRef, Kind, Life, Pair, PlainWrite, RegName, Register, Seen,
    Stamp, Value,
};

use super::{Body, Defaults, Replicas};
use crate::time;

/// An extension `org.dss` as it stands in a file.
#[derive(Clone, Copy, Debug)]
pub struct Extension<'a>(JsonRef<'a>);

impl<'a> Extension<'a> {
    /// The extension with this content; `None` if it is no object.
    pub fn new(content: JsonRef<'a>) -> Option<Self> {
        (content.kind() == JsonKind::Object).then_some(Self(content))
    }

    /// Whether it says nothing.
    pub fn is_empty(self) -> bool {
        self.0.members().next().is_none()
    }

    /// All of its members.
    pub fn members(self) -> dss_model::Members<'a> {
        self.0.members()
    }

    /// One of its members.
    pub fn get(self, name: &str) -> Option<JsonRef<'a>> {
        self.0.get(name)
    }

    /// Whether it says which revision the item is; without, it only carries what has no other place.
    pub fn has_revision(self) -> bool {
        self.get("rev").is_some() && self.get("id").is_some()
    }
}

/// A revision that was read: what is known about an entity beyond its body.
#[derive(Debug)]
pub struct Revision<'a> {
    extension: Extension<'a>,
    replicas: &'a Replicas,
    id: EntityId,
    main: Pair,
}

impl<'a> Revision<'a> {
    /// Reads a revision.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn new(
        extension: Extension<'a>,
        replicas: &'a Replicas,
        defaults: Option<&Defaults>,
    ) -> Result<Self, String> {
        Self::read(extension, Main::of(extension), replicas, defaults)
    }

    fn read(
        extension: Extension<'a>,
        main: Main<'a>,
        replicas: &'a Replicas,
        defaults: Option<&Defaults>,
    ) -> Result<Self, String> {
        let Main { id, rev, at, by, origin, .. } = main;
        let id = required(id, "id")?.parse::<EntityId>().map_err(|error| error.to_string())?;
        let dot = read_dot(&required(rev, "rev")?, replicas)?;
        let implied = defaults.map(|defaults| defaults.stamp.clone()).unwrap_or_default();
        let stamp = read_stamp(at, by, implied)?;
        let origin = match text(origin, "origin")? {
            Some(origin) => read_dot(&origin, replicas)?,
            None => dot,
        };
        let main = Pair { dot, value: Value::Absent, stamp, origin };
        Ok(Self { extension, replicas, id, main })
    }

    /// The revision of an item that one write made, all of it; `None` if it says more than which, or is damaged.
    pub(crate) fn plain(
        extension: Extension<'a>,
        replicas: &'a Replicas,
        defaults: Option<&Defaults>,
    ) -> Option<Self> {
        let main = Main::of(extension);
        if main.has_more { None } else { Self::read(extension, main, replicas, defaults).ok() }
    }

    /// The write that made what is not listed.
    pub(crate) fn write(&self) -> PlainWrite<'_> {
        (&self.main).into()
    }

    /// Whose revision it is.
    pub const fn id(&self) -> EntityId {
        self.id
    }

    /// The write that made what is not listed.
    pub fn defaults(&self) -> Defaults {
        Defaults { dot: self.main.dot, stamp: self.main.stamp.clone() }
    }

    /// Puts the entity together from what the body shows and what the revision adds.
    ///
    /// # Errors
    /// What contradicts what, for people.
    pub fn entity(&self, kind: Kind, body: Body) -> Result<Entity, String> {
        let mut registers: BTreeMap<RegName, Register> = BTreeMap::new();
        let regs = self.extension.get("regs");
        let listed: HashMap<_, _> = regs.into_iter().flat_map(JsonRef::members).collect();
        for (name, value) in body {
            match listed.get(name.as_str()) {
                Some(entry) => self.listed(&mut registers, name, *entry, Some(&value))?,
                None => {
                    registers.insert(name, Register::single(Pair { value, ..self.main.clone() }));
                }
            }
        }
        for (name, entry) in listed {
            let name = RegName::new(&name).ok_or("a register without a proper name")?;
            if !registers.contains_key(&name) {
                self.listed(&mut registers, name, entry, None)?;
            }
        }
        let seen = self.seen(&registers)?;
        Entity::new(self.id, kind, seen, registers).map_err(|error| error.to_string())
    }

    fn listed(
        &self,
        registers: &mut BTreeMap<RegName, Register>,
        name: RegName,
        entry: JsonRef<'_>,
        shown: Option<&Value>,
    ) -> Result<(), String> {
        let pairs = match entry.kind() {
            JsonKind::Null => return Ok(()),
            JsonKind::Array => {
                entry.elements().map(|pair| self.pair(pair, shown)).collect::<Result<_, _>>()?
            }
            _ => vec![self.pair(entry, shown)?],
        };
        let register =
            Register::new(pairs).ok_or_else(|| format!("register \"{name}\" names a write twice"))?;
        registers.insert(name, register);
        Ok(())
    }

    fn pair(&self, entry: JsonRef<'_>, shown: Option<&Value>) -> Result<Pair, String> {
        if entry.kind() != JsonKind::Object {
            return Err("a register's entry is no object".to_owned());
        }
        let dot = match text(entry.get("rev"), "rev")? {
            Some(dot) => read_dot(&dot, self.replicas)?,
            None => self.main.dot,
        };
        let origin = match text(entry.get("origin"), "origin")? {
            Some(origin) => read_dot(&origin, self.replicas)?,
            None if dot == self.main.dot => self.main.origin,
            None => dot,
        };
        let value = match entry.get("value") {
            Some(value) => read_value(value)?,
            None => shown.cloned().ok_or("a write without a value")?,
        };
        let stamp = read_stamp(entry.get("at"), entry.get("by"), self.main.stamp.clone())?;
        Ok(Pair { dot, value, stamp, origin })
    }

    fn seen(&self, registers: &BTreeMap<RegName, Register>) -> Result<Seen, String> {
        let mut seen: Seen = registers.values().flat_map(Register::pairs).map(|pair| pair.dot).collect();
        for dot in self.extension.get("seen").into_iter().flat_map(JsonRef::elements) {
            seen.add(read_dot(&dot.string().unwrap_or_default(), self.replicas)?);
        }
        Ok(seen)
    }
}

pub(crate) fn read_value(value: JsonRef<'_>) -> Result<Value, String> {
    let error = || "a value of unknown kind".to_owned();
    let (kind, content) = value.members().next().ok_or_else(error)?;
    let string = || content.string().ok_or_else(error);
    Ok(match kind.as_ref() {
        "absent" => Value::Absent,
        "json" => Value::Json(content.to_text()),
        "ref" => Value::Ref(string()?.parse().map_err(|_| error())?),
        "sha256" => Value::Blob(string()?.parse().map_err(|_| error())?),
        "life" => Value::Life(match string()?.as_ref() {
            "alive" => Life::Alive,
            "deleted" => Life::Deleted,
            _ => return Err(error()),
        }),
        _ => return Err(error()),
    })
}

/// What an extension says about the write that made most of an item, found in one pass.
#[derive(Clone, Copy, Debug, Default)]
struct Main<'a> {
    id: Option<JsonRef<'a>>,
    rev: Option<JsonRef<'a>>,
    at: Option<JsonRef<'a>>,
    by: Option<JsonRef<'a>>,
    origin: Option<JsonRef<'a>>,
    /// Whether it says anything else.
    has_more: bool,
}

impl<'a> Main<'a> {
    fn of(extension: Extension<'a>) -> Self {
        let mut main = Self::default();
        for (name, value) in extension.members() {
            let place = match name.as_ref() {
                "id" => &mut main.id,
                "rev" => &mut main.rev,
                "at" => &mut main.at,
                "by" => &mut main.by,
                "origin" => &mut main.origin,
                _ => {
                    main.has_more = true;
                    continue;
                }
            };
            // Where keys may repeat, the first one counts, as everywhere.
            place.get_or_insert(value);
        }
        main
    }
}

fn read_stamp(at: Option<JsonRef<'_>>, by: Option<JsonRef<'_>>, implied: Stamp) -> Result<Stamp, String> {
    let wall_ms = match text(at, "at")? {
        Some(at) => {
            time::parse(&at).ok_or_else(|| format!("\"{}\" is no RFC 3339 time", at.escape_debug()))?
        }
        None => implied.wall_ms,
    };
    let author = text(by, "by")?.map_or(implied.author, |by| Author::new(&by));
    Ok(Stamp { wall_ms, author })
}

fn read_dot(text: &str, replicas: &Replicas) -> Result<Dot, String> {
    replicas
        .parse_dot(text)
        .ok_or_else(|| format!("\"{}\" is no revision known to this file", text.escape_debug()))
}

fn required<'a>(value: Option<JsonRef<'a>>, name: &str) -> Result<std::borrow::Cow<'a, str>, String> {
    text(value, name)?.ok_or_else(|| format!("no \"{name}\""))
}

fn text<'a>(value: Option<JsonRef<'a>>, name: &str) -> Result<Option<std::borrow::Cow<'a, str>>, String> {
    match value {
        Some(value) => value.string().map(Some).ok_or_else(|| format!("\"{name}\" is no string")),
        None => Ok(None),
    }
}
