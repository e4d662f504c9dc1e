//! Public behaviour, in one test binary.

mod apart;
mod corpus;
mod docs;
mod edit;
mod history;
mod imports;
mod laws;
mod schemas;
mod support;
