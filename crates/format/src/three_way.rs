//! A three-way merge of token files, token by token: what a version control system needs.
//!
//! Two people edited a file that both had. [`merge`] brings theirs into ours: what only they changed is taken, what both
//! changed differently is a conflict, and everything else stays as it is in ours, byte for byte. It goes by structure, so
//! that it serves DTCG, Style Dictionary and Tokens Studio files alike, and any JSON besides:
//!
//! - an object with `$value`, `$ref` or `value` is a token. Its value and type are one unit; every other member, and
//!   every vendor's extension, is merged for itself;
//! - any other object is merged by its members, an array of objects with ids of their own by those, and everything else
//!   is taken or left as a whole;
//! - order, indentation and spelling are no changes; what comes from theirs is put where it stands there, as ours is
//!   written;
//! - a name that comes twice in one object (JSON forbids it, and files have it) is merged by its turn;
//! - an edit wins over a deletion, and the deletion is noted as a conflict.
//!
//! The result is JSON, whatever happens. A conflict is kept in it, in `$extensions["org.dss"].conflicts` of the object
//! that it is about ([`conflicts`] lists them, [`resolve`] decides them); the file shows ours.
//!
//! ```
//! use dss_format::three_way;
//!
//! let base = br##"{ "brand": { "$type": "color", "$value": "#f00", "$description": "Ours" } }"##;
//! let ours = br##"{ "brand": { "$type": "color", "$value": "#e00", "$description": "Ours" } }"##;
//! let theirs = br##"{"brand":{"$description":"Our red","$value":"#f00","$type":"color"}}"##;
//! let merged = three_way::merge(Some(base), ours, theirs)?;
//! assert_eq!(
//!     merged.text,
//!     r##"{ "brand": { "$type": "color", "$value": "#e00", "$description": "Our red" } }"##
//! );
//! assert!(merged.conflicts.is_empty());
//! # Ok::<(), dss_format::FormatError>(())
//! ```

mod assembly;
mod extension;
mod hunks;
mod like;
mod list;
mod merge;
mod nodes;
mod own;
mod record;
mod resolve;
pub(crate) mod rewrite;
mod same;
mod shape;
pub(crate) mod spell;
pub(crate) mod tree;

pub use list::{Conflict, conflicts, lines};
pub use record::Side;
pub use resolve::{Choice, Resolved, resolve};
pub(crate) use shape::CONFLICTS;

use dss_model::Stage;

use crate::error::{FormatError, FormatErrorKind};
use merge::Documents;
use tree::Tree;

/// What a merge came to.
#[derive(Clone, Debug)]
pub struct Merged {
    /// Ours with what theirs changed.
    pub text: String,
    /// What is open in it: new conflicts, and those that the files had before.
    pub conflicts: Vec<Conflict>,
}

/// Merges theirs into ours; `base` is what both started from, if they did.
///
/// # Errors
/// [`FormatErrorKind::Json`], in the entry `base`, `ours` or `theirs`, if that is no JSON;
/// [`FormatErrorKind::NotTokens`] if there is a conflict, and no object in the file to keep it.
pub fn merge(base: Option<&[u8]>, ours: &[u8], theirs: &[u8]) -> Result<Merged, FormatError> {
    let base = base.map(|base| Tree::parse("base", base)).transpose()?;
    let ours = match &base {
        Some(base) => Tree::parse_like("ours", ours, base)?,
        None => Tree::parse("ours", ours)?,
    };
    let theirs = Tree::parse_like("theirs", theirs, base.as_ref().unwrap_or(&ours))?;
    let documents = Documents::new(base, ours, theirs);
    let text = merge::merge(&documents).ok_or_else(|| {
        let message =
            "both sides changed a file that is no JSON object: there is no place to note the conflict";
        FormatError::new(FormatErrorKind::NotTokens, Stage::Schema, "ours", message)
    })?;
    if !text.contains(CONFLICTS) {
        return Ok(Merged { text, conflicts: Vec::new() });
    }
    // Reading it again also proves that it is JSON.
    let merged = Tree::like(&text, &documents.into_first());
    let conflicts = match merged {
        Some(merged) => list::open("merged", &merged)?,
        None => conflicts("merged", text.as_bytes())?,
    };
    Ok(Merged { text, conflicts })
}

#[cfg(test)]
mod tests;
