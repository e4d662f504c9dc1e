//! A flat map from names to resolved values, for programs that want no more: one file per permutation of themes.

use dss_format::resolve::Resolution;

use crate::codec::Codec;
use crate::design::{Design, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::InteropError;
use crate::file::{File, Paths};
use crate::format::Format;
use crate::json::{Json, Object};
use crate::permutation::{self, Choice};
use crate::report::Report;

pub(crate) const CODEC: Codec = Codec {
    format: Format::Json,
    recognize: |_| Fit::no("it is written, not read"),
    read: None,
    write: Some(write),
};

/// The file of the defaults is called like the design; the others say behind that what is chosen.
fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut report = Report::default();
    let mut paths = Paths::default();
    let mut files = Vec::new();
    let name = options.name.as_deref().or(design.name.as_deref()).unwrap_or("tokens");
    permutation::each(design, &mut report, &mut |choices, resolution, _| {
        let path = paths.take("", &file_name(name, choices), ".json");
        files.push(File::new(path.clone(), map(resolution).to_pretty(&path)?));
        Ok(())
    })?;
    Ok(Written { files, report })
}

/// `tokens.theme-dark.size-large`
fn file_name(name: &str, choices: &[Choice]) -> String {
    let chosen = choices.iter().map(|choice| format!(".{}-{}", choice.modifier, choice.context));
    // A separator would make a folder of it.
    let chosen: String = chosen.collect::<String>().replace(['/', '\\'], "-");
    format!("{name}{chosen}")
}

fn map(resolution: &Resolution) -> Json {
    let members =
        resolution.iter().map(|token| (token.path.to_string(), Json::from_ref(token.value.get_ref())));
    Json::Object(members.collect::<Object>())
}
