//! CSS custom properties.

mod font;
pub(crate) mod name;
pub(crate) mod sheet;
mod syntax;
mod value;
pub(crate) mod write;

use crate::codec::Codec;
use crate::detect::Fit;
use crate::format::Format;

pub(crate) const CODEC: Codec = Codec {
    format: Format::Css,
    recognize: |_| Fit::no("it is written, not read"),
    read: None,
    write: Some(write::write),
};
