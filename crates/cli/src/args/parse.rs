//! Values that need more than `FromStr`.

use dss_service::Take;
use dss_service::model::{ProjectName, TokenPath};

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
pub(super) fn seconds(text: &str) -> Result<u64, String> {
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

/// A size in bytes, with a unit or without: `200MiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
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
    fn seconds_may_have_fractions() {
        assert_eq!(seconds("5"), Ok(5_000));
        assert_eq!(seconds("0.25"), Ok(250));
        assert_eq!(seconds("0"), Ok(0));
        for bad in ["", ".5", "-1", "1s", "1.2345", "99999999999999999999"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_may_be_spelled_as_aliases() {
        assert_eq!(path("{a.b}"), path("a.b"));
        assert!(path("").is_err());
        assert!(path("a..b").is_err());
    }
}
