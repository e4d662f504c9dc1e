//! One module per format.

pub(crate) mod dtcg;
