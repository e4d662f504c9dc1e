//! Numbers in text.

use crate::json::Json;

/// Longest number that is read, in characters.
const DIGITS_MAX: usize = 64;

/// A decimal as CSS writes it (`.5`, `+1`, `-0.50`, `1e3`), spelled as JSON wants it.
pub(crate) fn decimal(text: &str) -> Option<Json> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.len() > DIGITS_MAX || !is_number(digits) {
        return None;
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => digits.split_at_checked(at)?,
        None => (digits, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let spelled = format!("{sign}{whole}{point}{fraction}{exponent}");
    spelled.parse::<f64>().ok().filter(|number| number.is_finite())?;
    Some(Json::Number(spelled.into()))
}

/// Whether this is a decimal without a sign.
pub(crate) fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole.is_empty() || are_digits(whole)) && are_digits(fraction),
        None => are_digits(mantissa),
    };
    is_mantissa && exponent.is_none_or(are_digits)
}

/// A decimal with a unit behind it, which is letters or `%`; the unit of a plain number is empty.
pub(crate) fn number_and_unit(text: &str) -> Option<(Json, &str)> {
    let unit_at = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').len();
    let (number, unit) = text.split_at_checked(unit_at)?;
    Some((decimal(number)?, unit))
}

/// A percentage as a ratio: `150%` is 1.5. Digits are moved, so that nothing is rounded.
pub(crate) fn ratio(text: &str) -> Option<Json> {
    let (Json::Number(percent), "%") = number_and_unit(text)? else { return None };
    let (sign, digits) = match percent.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", &*percent),
    };
    if digits.contains(['e', 'E']) {
        return None;
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let padded = format!("{whole:0>3}");
    let (whole, hundredths) = padded.split_at_checked(padded.len().checked_sub(2)?)?;
    let fraction = format!("{hundredths}{fraction}");
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(Json::Number(format!("{sign}{whole}{point}{fraction}").into()))
}

/// A ratio in percent, rounded to what a double can tell: 0.07 is 7.
pub(crate) fn percent(ratio: f64) -> String {
    let rounded = format!("{:.12}", ratio * 100.0);
    let short = rounded.trim_end_matches('0').trim_end_matches('.');
    if matches!(short, "" | "-0") { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_ratios() {
        let check = |text, wanted: Option<&str>| {
            assert_eq!(ratio(text), wanted.map(|number| Json::Number(number.into())), "{text}");
        };
        check("150%", Some("1.5"));
        check("100%", Some("1"));
        check("5%", Some("0.05"));
        check("0.5%", Some("0.005"));
        check("-1%", Some("-0.01"));
        check("0%", Some("0"));
        check("1200.0%", Some("12"));
        check("150", None);
        check("%", None);
    }

    #[test]
    fn ratios_are_percentages() {
        let texts = [0.07, 0.29, 1.0, 0.0, 1.0 / 3.0, -0.0].map(percent);
        assert_eq!(texts, ["7", "29", "100", "0", "33.333333333333", "0"]);
    }

    #[test]
    fn decimals_are_spelled_for_json() {
        let check = |text, wanted: Option<&str>| {
            assert_eq!(decimal(text), wanted.map(|number| Json::Number(number.into())), "{text}");
        };
        check("007", Some("7"));
        check("+.50", Some("0.50"));
        check("-0", Some("-0"));
        check("1e3", Some("1e3"));
        check("1e400", None);
        check("1.", None);
        check("", None);
        check("-", None);
        check("--1", None);
        check("0x1", None);
        check("inf", None);
    }
}
