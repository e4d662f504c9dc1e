//! The canonical spelling: RFC 8785, with decimals kept exact.

use super::{JsonKind, JsonRef, build::push_string};

/// Appends the canonical spelling of `value`.
///
/// Recursion is bounded by the depth the parser allowed.
pub(super) fn push(out: &mut String, value: JsonRef<'_>) {
    match value.kind() {
        JsonKind::Object => {
            let mut members: Vec<_> = value.members().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (key, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_string(out, &key);
                out.push(':');
                push(out, member);
            }
            out.push('}');
        }
        JsonKind::Array => {
            out.push('[');
            for (index, element) in value.elements().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push(out, element);
            }
            out.push(']');
        }
        JsonKind::String => push_string(out, &value.string().unwrap_or_default()),
        JsonKind::Number => push_number(out, value.as_str()),
        JsonKind::Null | JsonKind::Boolean => out.push_str(value.as_str()),
    }
}

/// Appends a decimal in the notation of ECMAScript's `Number::toString`, which RFC 8785 prescribes,
/// without passing through a double: every digit that counts is kept.
fn push_number(out: &mut String, text: &str) {
    let (sign, magnitude) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = format!("{whole}{fraction}");
    let significant = all_digits.trim_start_matches('0');
    let leading_zeros = length(&all_digits).saturating_sub(length(significant));
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        out.push('0');
        return;
    }
    // The value is 0.DIGITS × 10^point.
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let point = length(whole).saturating_sub(leading_zeros).saturating_add(exponent);
    out.push_str(sign);
    push_decimal(out, digits, point);
}

fn push_decimal(out: &mut String, digits: &str, point: i64) {
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    let count = length(digits);
    if (count..=21).contains(&point) {
        out.push_str(digits);
        out.push_str(&zeros(point.saturating_sub(count)));
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = split(digits, point);
        out.push_str(&format!("{whole}.{fraction}"));
    } else if (-5..=0).contains(&point) {
        out.push_str("0.");
        out.push_str(&zeros(point.saturating_neg()));
        out.push_str(digits);
    } else {
        let exponent = point.saturating_sub(1);
        let (first, rest) = split(digits, 1);
        let dot = if rest.is_empty() { "" } else { "." };
        out.push_str(&format!("{first}{dot}{rest}e{exponent:+}"));
    }
}

fn split(digits: &str, at: i64) -> (&str, &str) {
    usize::try_from(at).ok().and_then(|at| digits.split_at_checked(at)).unwrap_or((digits, ""))
}

fn length(digits: &str) -> i64 {
    i64::try_from(digits.len()).unwrap_or(i64::MAX)
}
