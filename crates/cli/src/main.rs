//! The `dss` command: moves design systems between stores, people and tools, and never loses an edit.

mod app;
mod args;
mod command;
mod config;
mod exit;
mod failure;
mod folders;
mod output;
mod progress;
mod render;
mod session;
mod value;

fn main() -> std::process::ExitCode {
    app::run(std::env::args_os()).into()
}
