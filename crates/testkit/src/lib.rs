#![doc = include_str!("../README.md")]

mod arbitrary;
mod build;
mod cases;
mod dir;
mod generate;

pub use arbitrary::{json_text, reachable_entity, register_name, token_path};
pub use build::{EntityBuilder, component, entity, group, json, replica, set, theme, token};
pub use cases::cases;
pub use dir::{DESIGN_SYSTEMS, TempDir, copy_folder, shared};
pub use generate::{Edits, GeneratedToken, TokenFile};

/// What tests and their helpers return, so that `?` works on every error.
pub type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;
