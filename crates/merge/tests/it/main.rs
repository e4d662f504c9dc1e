//! Public behaviour, in one binary.
