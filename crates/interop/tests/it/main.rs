//! The crate through its public API.

mod corpus;
mod css;
mod detect;
mod figma;
mod laws;
mod penpot;
mod themes;
