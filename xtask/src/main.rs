//! The project's own tasks; see `cargo xtask help`.
fn main() {}
