//! From one format of token files to another, without a store.

use std::path::Path;
use std::time::Instant;

use dss_interop::{Bundle, Format, WriteOptions};
use dss_model::Limits;

use crate::ServiceError;
use crate::export::{is_folder, put_files, stem};
use crate::input::{load, read_limits};
use crate::operation::{Subject, measure, observed};
use crate::summary::{Conversion, ConvertSummary, Skipped};

/// How to convert.
#[derive(Clone, Debug)]
pub struct ConvertOptions {
    /// What the input is, if it is not to be found out.
    pub from: Option<Format>,
    /// What it is to become.
    pub to: Format,
    /// Whether files that exist may be replaced.
    pub overwrite: bool,
    /// Bounds on the input.
    pub limits: Limits,
}

/// Reads token files of one format (a file, a folder, or a zip of those) and writes them in another: into the file `target`, or, if that is
/// a folder or ends with a separator, into it.
///
/// Both are held in memory. Nothing is merged and no history is kept: that is what projects are for.
///
/// # Errors
/// [`ServiceError`]; files appear when they are complete.
pub fn convert(
    input: &Path,
    target: &Path,
    options: &ConvertOptions,
) -> Result<ConvertSummary, ServiceError> {
    observed(Subject::file("convert", input), || run(input, target, options))
}

fn run(input: &Path, target: &Path, options: &ConvertOptions) -> Result<ConvertSummary, ServiceError> {
    let started = Instant::now();
    let (loaded, skipped) = load(input, &options.limits)?;
    let bundle = Bundle::new(loaded, read_limits(&options.limits))?;
    let (from, reading) = dss_interop::read(options.from, bundle)?;
    if reading.design.resolver.is_some() && reading.design.sets.is_empty() {
        return Err(ServiceError::Usage {
            message: format!(
                "{} is a resolver document without the token files that it orders",
                input.display()
            ),
            hint: "name the folder of them all; `dss import` reads what one leads to".to_owned(),
        });
    }
    let mut writing = WriteOptions::default();
    writing.name = Some(stem(if is_folder(target) { input } else { target }));
    let written = dss_interop::write(options.to, &reading.design, &writing)?;
    let bytes = put_files(&written.files, target, options.overwrite)?;
    let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let left_out = reading.skipped.into_iter().map(|file| Skipped { path: file.path, reason: file.reason });
    measure(reading.design.tokens(), bytes, 0);
    Ok(ConvertSummary {
        source: input.display().to_string(),
        target: target.display().to_string(),
        read: Conversion::of(from, &reading.report),
        written: Conversion::of(options.to, &written.report),
        sets: wide(reading.design.sets.len()),
        tokens: reading.design.tokens(),
        files: written.files.into_iter().map(|file| file.path).collect(),
        bytes,
        skipped: skipped.into_iter().chain(left_out).collect(),
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}
