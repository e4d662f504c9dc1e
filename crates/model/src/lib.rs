#![doc = include_str!("../README.md")]

mod diagnostic;
mod entity;
mod id;
mod json;
mod kind;
mod limits;
mod order;
mod path;
mod project_ids;
mod version;

pub use diagnostic::{Diagnostic, Severity, Stage};
pub use entity::{
    Author, Entity, EntityError, Life, Pair, Plain, PlainValue, PlainWrite, RegName, Register, Stamp, Value,
};
pub use id::{ContentHash, EntityId, ParseIdError, ProjectName, ReplicaId};
pub use json::{
    ArrayBuilder, Elements, JsonBuffer, JsonError, JsonErrorKind, JsonKind, JsonLimits, JsonParser,
    JsonPlace, JsonRef, JsonText, Members, ObjectBuilder,
};
pub use kind::Kind;
pub use limits::{Limits, NearLimit};
pub use order::OrderKey;
pub use path::TokenPath;
pub use project_ids::ProjectIds;
pub use version::{Dot, Seen, parse_counter};
