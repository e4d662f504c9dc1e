//! Public behaviour, in one test binary.

mod apart;
mod canonical;
mod corpus;
mod docs;
mod edit;
mod imports;
mod laws;
mod schemas;
mod support;
