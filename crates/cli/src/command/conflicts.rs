//! `dss conflicts`

pub(super) mod file;

use crate::args::{FileConflictsArgs, FileConflictsCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(super) fn run(args: &FileConflictsArgs, session: &mut Session) -> Result<Exit, Failure> {
    match &args.command {
        None => file::list(&args.file, session),
        Some(FileConflictsCommand::Resolve { path, take, .. }) => {
            file::resolve(&args.file, path.as_ref(), take, session)
        }
    }
}
