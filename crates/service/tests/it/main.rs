//! Public behaviour, in one test binary.

mod apart;
mod corpus;
mod edit;
mod imports;
mod laws;
mod support;
