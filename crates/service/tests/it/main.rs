//! Public behaviour, in one test binary.

mod corpus;
mod edit;
mod imports;
mod support;
