//! The `dss` command: moves design systems between stores, people and tools, and never loses an edit.

fn main() -> std::process::ExitCode {
    dss_cli::run(std::env::args_os())
}
