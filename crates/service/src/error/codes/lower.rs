//! The codes of the layers that list their own.

use dss_format::{FormatError, FormatErrorKind};
use dss_interop::{InteropError, InteropErrorKind};
use dss_model::Stage;

use super::{ErrorCode, Layer};
use crate::error::{ErrorClass, ServiceError};

/// All of them.
pub(super) fn all() -> impl Iterator<Item = ErrorCode> {
    container().chain(format()).chain(interop()).chain(store())
}

fn container() -> impl Iterator<Item = ErrorCode> {
    dss_security::codes().iter().map(|info| ErrorCode {
        code: info.code,
        layer: Layer::Container,
        stages: vec![Stage::Archive],
        class: ErrorClass::Refused,
        rule: info.rule,
        meaning: sentence(info.meaning),
        remedy: info.remedy,
    })
}

fn format() -> impl Iterator<Item = ErrorCode> {
    FormatErrorKind::ALL.into_iter().map(|kind| ErrorCode {
        code: kind.code(),
        layer: Layer::Format,
        stages: kind.stages().to_vec(),
        class: ServiceError::Format(FormatError::new(kind, Stage::Archive, "", "")).class(),
        rule: "",
        meaning: kind.meaning().to_owned(),
        remedy: kind.hint(),
    })
}

fn interop() -> impl Iterator<Item = ErrorCode> {
    InteropErrorKind::ALL.into_iter().map(|kind| ErrorCode {
        code: kind.code(),
        layer: Layer::Interop,
        stages: kind.stage().into_iter().collect(),
        class: ServiceError::Interop(InteropError::new(kind, "", "")).class(),
        rule: "",
        meaning: kind.meaning().to_owned(),
        remedy: kind.hint(),
    })
}

fn store() -> impl Iterator<Item = ErrorCode> {
    dss_store::codes().iter().map(|entry| ErrorCode {
        code: entry.code,
        layer: Layer::Store,
        stages: Vec::new(),
        class: match entry.code {
            "project_not_found" | "project_exists" => ErrorClass::Missing,
            "duplicate_entity" | "content_mismatch" => ErrorClass::Refused,
            _ => ErrorClass::Store,
        },
        rule: "",
        meaning: entry.meaning.to_owned(),
        remedy: entry.remedy,
    })
}

/// A meaning as `dss-security` words it, as a sentence.
fn sentence(meaning: &str) -> String {
    let mut letters = meaning.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}
