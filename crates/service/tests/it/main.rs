//! Public behaviour, in one test binary.

mod edit;
