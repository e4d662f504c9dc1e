//! Which of the project's sets a token file is.

use std::ops::ControlFlow;
use std::path::Path;

use dss_format::FormatError;
use dss_format::dtcg::ReadLimits;
use dss_format::set::SetReader;
use dss_model::{EntityId, JsonLimits, Kind, OrderKey, RegName};
use dss_store::Scan;

use super::sink::{Mode, Sink};
use super::source::absolute;
use crate::ServiceError;
use crate::input::{Files, SetInput};

/// A set of the project.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) id: EntityId,
    pub(super) name: String,
}

/// The living sets of the project that an input meets.
#[derive(Debug)]
pub(super) struct Homes {
    all: Vec<Home>,
    /// The name that the caller gives to the one file of the input.
    named: Option<String>,
    /// The one file of the input, without its ending, if it is one.
    file: Option<String>,
    limits: ReadLimits,
    /// The place behind the last set.
    end: OrderKey,
}

impl Homes {
    pub(super) fn new(files: &Files, sink: &Sink<'_>, input: &Path) -> Result<Self, ServiceError> {
        let named = sink.options.set.clone();
        if named.is_some() && files.sets.len() != 1 {
            return Err(ServiceError::Usage {
                message: format!("the input holds {} token sets, and --set names one", files.sets.len()),
                hint: "leave --set out, or import one file at a time".to_owned(),
            });
        }
        let mut all = Vec::new();
        let mut last: Option<OrderKey> = None;
        if sink.mode != Mode::New {
            sink.tx.scan(&Scan::kinds(&[Kind::TokenSet]), &mut |row| {
                last = last.take().max(dss_format::dtcg::order_of(&row.entity));
                let name = row.entity.string(&RegName::NAME).unwrap_or_default().into_owned();
                all.push(Home { id: row.entity.id(), name });
                ControlFlow::Continue(())
            })?;
        }
        let is_file = files.kind == "file";
        let file = is_file.then(|| crate::input::set_name(&absolute(input).display().to_string()));
        let limits = ReadLimits { item_bytes: sink.limits().item_bytes, json: JsonLimits::default() };
        Ok(Self { all, named, file, limits, end: OrderKey::between(last.as_ref(), None) })
    }

    /// A reader for the document, which knows which set it is.
    pub(super) fn reader(&self, set: &SetInput, index: u64) -> Result<SetReader, ServiceError> {
        let name = self.named.as_ref().unwrap_or(&set.name);
        let reader = SetReader::new(&set.label, name, index, self.limits);
        Ok(match (self.find(set)?, &self.named) {
            (Some(home), _) => reader.in_set(home.id, &home.name),
            (None, Some(name)) => reader.in_set(set_id(name), name),
            (None, None) => reader,
        })
    }

    /// The place of a set that is new here.
    pub(super) fn next_place(&mut self) -> OrderKey {
        let next = OrderKey::between(Some(&self.end), None);
        std::mem::replace(&mut self.end, next)
    }

    /// The set that the caller names, that the document says it is, or that goes by its name.
    fn find(&self, set: &SetInput) -> Result<Option<&Home>, ServiceError> {
        let called = |name: &str| self.all.iter().find(|home| home.name == name);
        if self.all.is_empty() {
            return Ok(None);
        }
        if let Some(name) = &self.named {
            return Ok(called(name));
        }
        let stated = self.stated(set)?;
        if let Some(home) = stated.and_then(|id| self.all.iter().find(|home| home.id == id)) {
            return Ok(Some(home));
        }
        // The longest name that the file's path ends with.
        let file = self.file.as_deref().unwrap_or_default().replace('\\', "/");
        let is_tail = |name: &str| file.strip_suffix(name).is_some_and(|rest| rest.ends_with('/'));
        let tails = self.all.iter().filter(|home| is_tail(&home.name));
        Ok(tails.max_by_key(|home| home.name.len()).or_else(|| called(&set.name)))
    }

    /// The identity that the document states before its first token.
    fn stated(&self, set: &SetInput) -> Result<Option<EntityId>, ServiceError> {
        let mut reader = SetReader::new(&set.label, &set.name, 0, self.limits);
        // What is wrong with the document is told when it is read in earnest.
        match reader.read_part(&set.label, set.open()?, |_, _| Err(Stop)) {
            Ok(()) | Err(Stop) => Ok(reader.stated_set()),
        }
    }
}

/// The identity of a set that is new under that name.
fn set_id(name: &str) -> EntityId {
    EntityId::derived(Kind::TokenSet, name, &dss_model::TokenPath::root())
}

/// Reading ends at the first node.
struct Stop;

impl From<FormatError> for Stop {
    fn from(_: FormatError) -> Self {
        Self
    }
}
