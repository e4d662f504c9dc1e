//! The only place that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

/// Where operations get the time from, for stamps and records. Merging never asks.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01 UTC.
    fn now_ms(&self) -> i64;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands still, for tests and reproducible runs.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(
    /// Milliseconds since 1970-01-01 UTC.
    pub i64,
);

impl Clock for FixedClock {
    fn now_ms(&self) -> i64 {
        self.0
    }
}
