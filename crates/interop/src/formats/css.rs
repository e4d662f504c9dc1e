//! CSS custom properties.

mod choices;
mod condition;
mod font;
mod layout;
pub(crate) mod name;
mod parse;
mod read;
pub(crate) mod sheet;
mod syntax;
mod typed;
mod value;
pub(crate) mod write;

use crate::codec::Codec;
use crate::format::Format;

pub(crate) const CODEC: Codec = Codec {
    format: Format::Css,
    recognize: read::recognize,
    read: Some(read::read),
    write: Some(write::write),
};
