//! From token documents to the values that a product uses: sets laid on each other, groups extended, references
//! followed (DTCG format module §6 to §8, resolver module §5).
//!
//! Everything takes time that grows with the documents and not faster, whatever refers to what: each token is resolved
//! once, without recursion, and what resolving may write altogether is bounded.
//!
//! ```
//! use dss_format::dtcg::ReadLimits;
//! use dss_format::resolve::Tokens;
//!
//! let base = br#"{"size": {"$type": "number", "s": {"$value": 4}, "gap": {"$value": "{size.s}"}}}"#;
//! let dense = br#"{"size": {"s": {"$type": "number", "$value": 2}}}"#;
//! let mut tokens = Tokens::new(10_000);
//! tokens.add("base.json", &base[..], ReadLimits::default())?;
//! tokens.add("dense.json", &dense[..], ReadLimits::default())?;
//! let resolved = tokens.resolve()?;
//! let flat: Vec<_> = resolved.iter().map(|token| (token.path.as_str(), token.value.as_str())).collect();
//! assert_eq!(flat, [("size.s", "2"), ("size.gap", "2")]);
//! assert!(resolved.problems().is_empty());
//! # Ok::<(), dss_format::FormatError>(())
//! ```

mod extend;
mod follow;
mod select;
mod tree;

#[cfg(test)]
mod tests;

pub use follow::{Resolution, ResolvedToken};
pub use select::{SelectError, contexts, selected};
pub use tree::Tokens;
