//! Public behaviour, in one test binary.

mod json_suite;
