//! Values that need more than `FromStr`.

use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};
use dss_service::format::time;
use dss_service::interop::Format;
use dss_service::model::{Dot, ProjectName, TokenPath};
use dss_service::{Since, Take};

use super::InputFormat;

/// A project's name.
pub(crate) fn project(text: &str) -> Result<ProjectName, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// A token's path: `color.brand`, or as an alias, `{color.brand}`.
pub(crate) fn path(text: &str) -> Result<TokenPath, String> {
    let alias = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let path = match alias {
        Some(alias) => Some(TokenPath::from_alias(alias)),
        None => TokenPath::parse(text),
    };
    path.filter(|path| !path.is_root()).ok_or_else(|| {
        "a path is names with dots between them, such as color.brand.primary (inside a name, ~1 stands for a dot and \
         ~0 for a tilde)"
            .to_owned()
    })
}

/// What an input is: `auto`, `dss`, or a format of token files that is read.
pub(super) fn input_format() -> ValueParser {
    let formats = Format::ALL.into_iter().filter(|format| format.is_read()).map(Format::name);
    let parser = PossibleValuesParser::new(["auto", "dss"].into_iter().chain(formats));
    let parser = parser.map(|name| match (name.as_str(), name.parse()) {
        ("dss", _) => InputFormat::Dss,
        (_, Ok(format)) => InputFormat::Tokens(format),
        (_, Err(_)) => InputFormat::Auto,
    });
    ValueParser::new(parser)
}

/// A format of token files that is written.
pub(super) fn output_format() -> ValueParser {
    let formats = Format::ALL.into_iter().filter(|format| format.is_written()).map(Format::name);
    ValueParser::new(PossibleValuesParser::new(formats).try_map(|name| name.parse::<Format>()))
}

/// A theme of a theme group: `mode=dark`.
pub(super) fn theme(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((group, theme)) if !group.is_empty() && !theme.is_empty() => {
            Ok((group.to_owned(), theme.to_owned()))
        }
        _ => Err("expected MODIFIER=CONTEXT, such as mode=dark".to_owned()),
    }
}

/// A side of a conflict.
pub(super) fn side(text: &str) -> Result<Take, String> {
    match text {
        "local" | "ours" => Ok(Take::Local),
        "imported" | "theirs" => Ok(Take::Imported),
        _ => match text.parse() {
            Ok(number) if number > 0 => Ok(Take::Side(number)),
            _ => Err("expected local, imported, or a side's number".to_owned()),
        },
    }
}

/// Seconds, as milliseconds; fractions are fine.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    let mistake = || "expected seconds, such as 5 or 0.5".to_owned();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 3 {
        return Err(mistake());
    }
    let fraction: u64 = format!("{fraction:0<3}").parse().map_err(|_| mistake())?;
    let whole: u64 = whole.parse().map_err(|_| mistake())?;
    whole.checked_mul(1000).and_then(|ms| ms.checked_add(fraction)).ok_or_else(mistake)
}

/// A moment in the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Milliseconds since 1970.
    At(i64),
    /// Milliseconds ago.
    Ago(i64),
}

impl Moment {
    /// The moment, in milliseconds since 1970.
    pub(crate) const fn at_ms(self, now_ms: i64) -> i64 {
        match self {
            Self::At(at_ms) => at_ms,
            Self::Ago(ago_ms) => now_ms.saturating_sub(ago_ms),
        }
    }
}

/// A whole number from 1 on.
pub(super) fn positive(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "expected a whole number from 1".to_owned())
}

/// A date, a time, or a span until now: `2026-01-31`, `2026-01-31T12:00:00Z`, `7d`.
pub(super) fn moment(text: &str) -> Result<Moment, String> {
    let mistake = || {
        "expected a date (2026-01-31), a time (2026-01-31T12:00:00Z) or a span (30m, 12h, 7d, 2w)".to_owned()
    };
    if let Some(at_ms) = time::parse(text).or_else(|| time::parse(&format!("{text}T00:00:00Z"))) {
        return Ok(Moment::At(at_ms));
    }
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(mistake)?;
    let unit_ms = match unit {
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return Err(mistake()),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let span = number.parse::<i64>().ok().filter(|_| is_number);
    span.and_then(|span| span.checked_mul(unit_ms)).map(Moment::Ago).ok_or_else(mistake)
}

/// What somebody has already: an import's number, an archive, or revisions.
pub(super) fn since(text: &str) -> Result<Since, String> {
    if text.is_empty() {
        return Err("expected an archive, an import's number, or revisions (REPLICA:COUNTER,…)".to_owned());
    }
    if let Ok(number) = text.parse() {
        return Ok(Since::Import(number));
    }
    if !Path::new(text).exists() {
        let revisions: Result<Vec<Dot>, _> = text.split(',').map(str::parse).collect();
        if let Ok(revisions) = revisions {
            return Ok(Since::Context(revisions));
        }
    }
    Ok(Since::Archive(text.into()))
}

/// A moment in a project's past: `3` after that import, `3^` just before it.
pub(super) fn at(text: &str) -> Result<dss_service::Moment, String> {
    let (number, is_before) = text.strip_suffix('^').map_or((text, false), |number| (number, true));
    let number =
        number.parse().map_err(|_| "expected the number of an import, such as 3 or 3^".to_owned())?;
    Ok(if is_before { dss_service::Moment::Before(number) } else { dss_service::Moment::After(number) })
}

/// A size in bytes, with a unit or without: `200MiB`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let mistake = || "expected a size, such as 200MiB, 1GiB or 5000000".to_owned();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).ok_or_else(mistake)?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "ki" | "kib" => 1 << 10,
        "m" | "mi" | "mib" => 1 << 20,
        "g" | "gi" | "gib" => 1 << 30,
        "t" | "ti" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err(mistake()),
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)).ok_or_else(mistake)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("200MiB"), Ok(200 << 20));
        assert_eq!(size("1 GB"), Ok(1_000_000_000));
        assert_eq!(size("64k"), Ok(65_536));
        assert_eq!(size("12"), Ok(12));
        for bad in ["", "MiB", "-1", "1.5GiB", "12 parsecs", "99999999999999999999", "18446744073709551615k"]
        {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn moments_are_dates_times_or_spans() {
        assert_eq!(moment("2026-01-01"), Ok(Moment::At(1_767_225_600_000)));
        assert_eq!(moment("2026-01-01T00:00:01Z"), Ok(Moment::At(1_767_225_601_000)));
        assert_eq!(moment("90m"), Ok(Moment::Ago(5_400_000)));
        assert_eq!(moment("2w").map(|moment| moment.at_ms(1_767_225_600_000)), Ok(1_766_016_000_000));
        for bad in ["", "d", "-1d", "1.5h", "7 d", "yesterday", "2026-13-01", "9999999999999999w", "ä"] {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn imports_are_moments() {
        assert_eq!(at("3"), Ok(dss_service::Moment::After(3)));
        assert_eq!(at("3^"), Ok(dss_service::Moment::Before(3)));
        for bad in ["", "^", "3^^", "-1", "x"] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_somebody_has_is_a_number_a_file_or_revisions() {
        let revision = "00000000-0000-0000-0000-000000000001:12";
        assert_eq!(since("3"), Ok(Since::Import(3)));
        assert_eq!(since("brand.dss"), Ok(Since::Archive("brand.dss".into())));
        assert_eq!(
            since(&format!("{revision},{revision}"))
                .map(|since| matches!(since, Since::Context(dots) if dots.len() == 2)),
            Ok(true)
        );
    }

    #[test]
    fn seconds_may_have_fractions() {
        assert_eq!(seconds("5"), Ok(5_000));
        assert_eq!(seconds("0.25"), Ok(250));
        assert_eq!(seconds("0"), Ok(0));
        for bad in ["", ".5", "-1", "1s", "1.2345", "99999999999999999999"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn whole_numbers_are_positive() {
        assert_eq!(positive("1"), Ok(1));
        for bad in ["", "0", "-1", "1.5", "99999999999999999999"] {
            assert!(positive(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_may_be_spelled_as_aliases() {
        assert_eq!(path("{a.b}"), path("a.b"));
        assert!(path("").is_err());
        assert!(path("a..b").is_err());
    }
}
