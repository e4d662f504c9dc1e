//! The exit codes, all of them.

use std::process::ExitCode;

use dss_service::ErrorClass;

/// How a run ends, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Done, and conflicts are open, or differences or errors in tokens were found.
    Open,
    /// The command line makes no sense.
    Usage,
    /// The input was refused: damaged, malicious, invalid, over a limit.
    Refused,
    /// Something named is not there, or is there already.
    Missing,
    /// The store is busy or failed, or output could not be written.
    Store,
    /// A bug in DSS.
    Bug,
    /// Nothing was merged, and git must not believe that something was: it takes codes beyond 128 for a crash of its
    /// merge driver, and smaller ones for conflicts that stand in the file.
    NotMerged,
    /// Stopped on request; what a shell reports for Ctrl-C.
    Cancelled,
}

impl Exit {
    /// The number.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Open => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Missing => 4,
            Self::Store => 5,
            Self::Bug => 70,
            Self::NotMerged => 129,
            Self::Cancelled => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

impl From<ErrorClass> for Exit {
    fn from(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Usage => Self::Usage,
            ErrorClass::Refused => Self::Refused,
            ErrorClass::Missing => Self::Missing,
            ErrorClass::Store => Self::Store,
            ErrorClass::Cancelled => Self::Cancelled,
            ErrorClass::Bug => Self::Bug,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_documents_the_same_numbers() {
        for class in ErrorClass::ALL {
            assert_eq!(Exit::from(class).code(), class.exit_code(), "{class:?}");
        }
    }
}
