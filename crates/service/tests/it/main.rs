//! Public behaviour, in one test binary.

mod adopt;
mod apart;
mod canonical;
mod corpus;
mod diff;
mod docs;
mod edit;
mod formats;
mod history;
mod hostile;
mod imports;
mod laws;
mod lint;
mod merges;
mod resolve;
mod schemas;
mod sources;
mod support;
mod threads;
mod types;
