//! One module per format.

pub(crate) mod conservative;
pub(crate) mod css;
pub(crate) mod dtcg;
pub(crate) mod figma;
pub(crate) mod flat_json;
pub(crate) mod penpot;
pub(crate) mod style_dictionary;
pub(crate) mod tailwind;
pub(crate) mod tokens_studio;
