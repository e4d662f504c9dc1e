//! How results look to people.

mod color;
mod config;
mod conflicts;
mod conversion;
mod diff;
mod error;
mod findings;
mod fix;
mod history;
mod lint;
mod look;
mod push;
mod resolve;
mod sources;
mod stats;
mod summary;
mod table;
mod text;
mod things;
mod tokens;
mod upkeep;
mod value;

pub(crate) use self::config::{config, files};
pub(crate) use self::conflicts::{
    ConflictList, conflict, conflicts, conflicts_in_full, left_open, resolution,
};
pub(crate) use self::conversion::{conversion, converted};
pub(crate) use self::diff::{DiffReport, HtmlDiff, MarkdownDiff, TextDiff, stat};
pub(crate) use self::error::error;
pub(crate) use self::findings::{near_limits, skipped};
pub(crate) use self::fix::fixed;
pub(crate) use self::history::{import_log, log, token_history, undo};
pub(crate) use self::lint::{lint, sarif};
pub(crate) use self::look::{Look, Page, Paint};
pub(crate) use self::push::pushed;
pub(crate) use self::resolve::{resolved, unresolved};
pub(crate) use self::stats::stats;
pub(crate) use self::summary::{export, import, import_before_asking, inspection, left_out, verification};
pub(crate) use self::text::{bytes, count, escape, plural};
pub(crate) use self::things::{asset, assets, component, components, layers, project, projects, sets};
pub(crate) use self::tokens::{TokenLister, token, tokens_in_full};
pub(crate) use self::upkeep::{backup, check, compact, restore};
