//! Writes the manual pages of `dss` and its completions for every shell below a folder: what packages of it hold beside
//! the program.
//!
//! ```sh
//! cargo run -p dss-cli --example pages -- FOLDER
//! ```

use std::io;
use std::path::PathBuf;
use std::{env, fs};

use clap_complete::Shell;

const SHELLS: [Shell; 4] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell];

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("usage: pages FOLDER"))?;
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    for folder in [&man, &completions] {
        fs::create_dir_all(folder)?;
    }
    clap_mangen::generate_to(dss_cli::command(), man)?;
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut dss_cli::command(), "dss", &completions)?;
    }
    Ok(())
}
