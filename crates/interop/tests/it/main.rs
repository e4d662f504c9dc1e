//! The crate through its public API.

mod corpus;
mod detect;
mod laws;
