//! What every backend promises. The suite runs on each of them.

mod content;
mod ids;
mod lifecycle;
mod references;
mod rows;
mod sources;

/// Runs each test once per backend.
macro_rules! on_every_backend {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() -> dss_testkit::TestResult {
                let folder = crate::support::Folder::new()?;
                super::$test(&folder.open()?)
            })*
        }
        mod memory {
            $(#[test] fn $test() -> dss_testkit::TestResult {
                super::$test(&dss_store::MemoryStore::new(50))
            })*
        }
    };
}
use on_every_backend;
