//! Logs, on standard error: what the library tells with `tracing`, as lines for people or as JSON for programs.

use std::io;

use tracing::level_filters::LevelFilter;

use crate::args::{LogFormat, LogLevel};

/// Starts to log, if anything is to be logged. Only the first call counts.
pub(crate) fn start(format: LogFormat, level: LogLevel, has_color: bool) {
    let level = match level {
        LogLevel::Off => return,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let logs = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).with_ansi(has_color);
    // Somebody who listens already goes on to: that is no failure of the command.
    let _started = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().flatten_event(true).with_span_list(false).try_init(),
    };
}
