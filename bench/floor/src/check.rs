//! Whether a value is what its type says: the typed check of the prototype, members and their types, no semantics.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Result;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "reading them is the check")]
struct Color<'a> {
    #[serde(borrow)]
    color_space: Cow<'a, str>,
    components: [f64; 3],
    alpha: Option<f64>,
    #[serde(borrow)]
    hex: Option<Cow<'a, str>>,
}

/// Dimensions and durations.
#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is the check")]
struct Measure<'a> {
    value: f64,
    #[serde(borrow)]
    unit: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Typography<'a> {
    #[serde(borrow)]
    font_family: &'a RawValue,
    #[serde(borrow)]
    font_size: &'a RawValue,
    #[serde(borrow)]
    font_weight: &'a RawValue,
    #[serde(borrow)]
    letter_spacing: &'a RawValue,
    #[serde(borrow)]
    line_height: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shadow<'a> {
    #[serde(borrow)]
    color: &'a RawValue,
    #[serde(borrow)]
    offset_x: &'a RawValue,
    #[serde(borrow)]
    offset_y: &'a RawValue,
    #[serde(borrow)]
    blur: &'a RawValue,
    #[serde(borrow)]
    spread: &'a RawValue,
}

/// Checks a value; gives the path that it is an alias of.
pub fn value<'a>(kind: Option<&str>, value: &'a RawValue) -> Result<Option<&'a str>> {
    if let Some(target) = alias(value) {
        return Ok(Some(target));
    }
    match kind {
        Some("color") => drop(serde_json::from_str::<Color<'_>>(value.get())?),
        Some("dimension" | "duration") => measure(value)?,
        Some("typography") => {
            let parts: Typography<'_> = serde_json::from_str(value.get())?;
            drop(serde_json::from_str::<Vec<Cow<'_, str>>>(parts.font_family.get())?);
            measure(parts.font_size)?;
            measure(parts.letter_spacing)?;
            number(parts.font_weight)?;
            number(parts.line_height)?;
        }
        Some("shadow") => {
            let parts: Shadow<'_> = serde_json::from_str(value.get())?;
            drop(serde_json::from_str::<Color<'_>>(parts.color.get())?);
            [parts.offset_x, parts.offset_y, parts.blur, parts.spread].into_iter().try_for_each(measure)?;
        }
        _ => {}
    }
    Ok(None)
}

fn measure(value: &RawValue) -> Result<()> {
    serde_json::from_str::<Measure<'_>>(value.get())?;
    Ok(())
}

fn number(value: &RawValue) -> Result<()> {
    value.get().parse::<f64>()?;
    Ok(())
}

fn alias(value: &RawValue) -> Option<&str> {
    value.get().strip_prefix("\"{")?.strip_suffix("}\"")
}
