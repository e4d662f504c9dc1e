//! One module per format.

pub(crate) mod conservative;
pub(crate) mod dtcg;
pub(crate) mod style_dictionary;
pub(crate) mod tokens_studio;
