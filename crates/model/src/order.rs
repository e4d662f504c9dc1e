//! Places between places: keys that keep siblings in their file's order.

use std::cmp::Ordering;
use std::fmt;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A place among siblings that always leaves room for another one beside it (fractional indexing).
///
/// Keys compare as text. The first character says how many base-62 digits of whole number follow
/// (`a` one, `b` two, …; `Z` one digit below zero, `Y` two, …); what comes after them is a fraction
/// without trailing `0`. The n-th sibling of a freshly read file has the whole number n.
///
/// ```
/// use dss_model::OrderKey;
/// let (first, second) = (OrderKey::nth(0), OrderKey::nth(1));
/// let between = OrderKey::between(Some(&first), Some(&second));
/// assert!(first < between && between < second);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey(String);

impl OrderKey {
    /// The key of the n-th sibling, from 0.
    pub fn nth(n: u64) -> Self {
        let mut rest = n;
        let mut span: u64 = 62;
        let mut header = b'a';
        let mut length = 1_usize;
        while rest >= span && length < 10 {
            rest = rest.saturating_sub(span);
            span = span.saturating_mul(62);
            header = header.saturating_add(1);
            length = length.saturating_add(1);
        }
        let mut digits = [b'0'; 10];
        for digit in digits.iter_mut().rev().take(length) {
            *digit = base62(rest.checked_rem(62).unwrap_or(0));
            rest = rest.checked_div(62).unwrap_or(0);
        }
        let mut key = String::with_capacity(length.saturating_add(1));
        key.push(char::from(header));
        key.extend(digits.iter().skip(digits.len().saturating_sub(length)).copied().map(char::from));
        Self(key)
    }

    /// The n for which `text` is the key [`OrderKey::nth`], if there is one.
    pub fn nth_in(text: &str) -> Option<u64> {
        let (header @ b'a'..=b'j', digits) = text.as_bytes().split_first()? else { return None };
        let length = usize::from(header.checked_sub(b'a')?).checked_add(1)?;
        if digits.len() != length {
            return None;
        }
        let (mut number, mut shorter) = (0_u64, 0_u64);
        for (place, digit) in digits.iter().enumerate() {
            let value = match digit {
                b'0'..=b'9' => digit.wrapping_sub(b'0'),
                b'A'..=b'Z' => digit.wrapping_sub(b'A').wrapping_add(10),
                b'a'..=b'z' => digit.wrapping_sub(b'a').wrapping_add(36),
                _ => return None,
            };
            number = number.checked_mul(62)?.checked_add(u64::from(value))?;
            if place > 0 {
                shorter = shorter.checked_mul(62)?.checked_add(62)?;
            }
        }
        number.checked_add(shorter)
    }

    /// Reads a key; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let whole = whole_length(text)?;
        let digits_fit = text.bytes().skip(1).all(|byte| DIGITS.contains(&byte));
        let fraction = text.get(whole..)?;
        (text.len() <= 256 && digits_fit && !fraction.ends_with('0')).then(|| Self(text.to_owned()))
    }

    /// A key between two neighbours (`None`: the start or the end).
    ///
    /// If `after` is not below `before`, which only a mistaken caller asks for, the result stands
    /// behind `after`.
    #[must_use]
    pub fn between(after: Option<&Self>, before: Option<&Self>) -> Self {
        match (after, before) {
            (None, None) => Self::nth(0),
            (Some(after), None) => after.next_whole(),
            (None, Some(before)) => before.previous_whole(),
            (Some(after), Some(before)) if after >= before => after.next_whole(),
            (Some(after), Some(before)) => after.up_to(before),
        }
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> (&str, &str) {
        let whole = whole_length(&self.0).unwrap_or(self.0.len());
        self.0.split_at_checked(whole).unwrap_or((&self.0, ""))
    }

    fn next_whole(&self) -> Self {
        let (whole, fraction) = self.parts();
        step(whole, true).map_or_else(|| Self(format!("{whole}{}", midpoint(fraction, ""))), Self)
    }

    fn previous_whole(&self) -> Self {
        let (whole, fraction) = self.parts();
        if !fraction.is_empty() {
            return Self(whole.to_owned());
        }
        step(whole, false).map_or_else(|| Self(format!("{whole}{}", midpoint("", fraction))), Self)
    }

    fn up_to(&self, before: &Self) -> Self {
        let (whole, fraction) = self.parts();
        let (limit_whole, limit_fraction) = before.parts();
        if whole == limit_whole {
            return Self(format!("{whole}{}", midpoint(fraction, limit_fraction)));
        }
        match step(whole, true) {
            Some(next) if next.as_str() < before.as_str() => Self(next),
            _ => Self(format!("{whole}{}", midpoint(fraction, ""))),
        }
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn base62(value: u64) -> u8 {
    usize::try_from(value).ok().and_then(|index| DIGITS.get(index)).copied().unwrap_or(b'z')
}

fn digit_value(digit: u8) -> u64 {
    let index = DIGITS.iter().position(|&other| other == digit).unwrap_or(0);
    u64::try_from(index).unwrap_or(0)
}

/// Bytes of the whole-number part, header included.
fn whole_length(text: &str) -> Option<usize> {
    let digits = match *text.as_bytes().first()? {
        header @ b'a'..=b'j' => header.checked_sub(b'a')?,
        header @ b'Q'..=b'Z' => b'Z'.checked_sub(header)?,
        _ => return None,
    };
    let length = usize::from(digits).checked_add(2)?;
    (text.len() >= length).then_some(length)
}

/// The whole number one above or below; `None` at the end of the range.
fn step(whole: &str, up: bool) -> Option<String> {
    let (header, digits) = whole.as_bytes().split_first()?;
    let (overflow, reset) = if up { (b'z', b'0') } else { (b'0', b'z') };
    let mut digits = digits.to_vec();
    for digit in digits.iter_mut().rev() {
        if *digit == overflow {
            *digit = reset;
            continue;
        }
        let value = digit_value(*digit);
        *digit = base62(if up { value.saturating_add(1) } else { value.saturating_sub(1) });
        return Some(format!("{}{}", char::from(*header), String::from_utf8_lossy(&digits)));
    }
    // All digits ran over: the next header, whose number has one digit more or less.
    let next = match (up, *header) {
        (true, b'j') | (false, b'Q') => return None,
        (true, b'Z') => b'a',
        (false, b'a') => b'Z',
        (true, other) => other.checked_add(1)?,
        (false, other) => other.checked_sub(1)?,
    };
    let length = match next {
        b'a'..=b'j' => next.checked_sub(b'a')?,
        _ => b'Z'.checked_sub(next)?,
    };
    let digits = char::from(reset).to_string().repeat(usize::from(length).checked_add(1)?);
    Some(format!("{}{digits}", char::from(next)))
}

/// A fraction above `low` and, unless that is empty, below `high`.
fn midpoint(low: &str, high: &str) -> String {
    let mut out = String::new();
    let mut lows = low.bytes();
    let mut highs = high.bytes();
    let mut bounded = !high.is_empty();
    loop {
        let from = lows.next().map_or(0, digit_value);
        let to = if bounded { highs.next().map_or(62, digit_value) } else { 62 };
        match to.saturating_sub(from).cmp(&1) {
            Ordering::Greater => {
                let middle = from.saturating_add(to).checked_div(2).unwrap_or(from);
                out.push(char::from(base62(middle)));
                return out;
            }
            // Neighbouring digits: keep the lower one, and everything above its rest will do.
            Ordering::Equal => {
                out.push(char::from(base62(from)));
                bounded = false;
            }
            Ordering::Less => out.push(char::from(base62(from))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nth_counts_up() {
        let keys: Vec<_> = (0..5_000).map(OrderKey::nth).collect();
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert_eq!(OrderKey::nth(0).as_str(), "a0");
        assert_eq!(OrderKey::nth(62).as_str(), "b00");
        assert!(OrderKey::nth(62 + 62 * 62 - 1) < OrderKey::nth(62 + 62 * 62));
        assert!(keys.iter().all(|key| OrderKey::parse(key.as_str()).as_ref() == Some(key)));
        assert_eq!(OrderKey::between(Some(&OrderKey::nth(61)), None), OrderKey::nth(62));
    }

    #[test]
    fn refuses_what_is_no_key() {
        for bad in ["", "a", "b0", "a0-", "a010", "k0", "0", "{0"] {
            assert_eq!(OrderKey::parse(bad), None, "{bad}");
            assert_eq!(OrderKey::nth_in(bad), None, "{bad}");
        }
        assert_eq!(OrderKey::nth_in("a0V"), None, "it stands between two of them");
        assert_eq!(OrderKey::nth_in("Zz"), None, "it stands before all of them");
    }

    proptest! {
        #[test]
        fn numbers_come_back(n in any::<u64>(), shift in 6..64_u32) {
            let n = n >> shift;
            prop_assert_eq!(OrderKey::nth_in(OrderKey::nth(n).as_str()), Some(n));
        }

        #[test]
        fn there_is_always_room(places in prop::collection::vec(0.0..1.0_f64, 1..60)) {
            let mut keys: Vec<OrderKey> = Vec::new();
            for place in places {
                #[expect(clippy::arithmetic_side_effects, clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a test's own small numbers")]
                let at = (place * (keys.len() + 1) as f64) as usize;
                let after = at.checked_sub(1).and_then(|index| keys.get(index));
                let key = OrderKey::between(after, keys.get(at));
                prop_assert_eq!(OrderKey::parse(key.as_str()), Some(key.clone()));
                keys.insert(at, key);
                prop_assert!(keys.is_sorted_by(|a, b| a < b), "{:?}", keys);
            }
        }

        #[test]
        fn one_gap_takes_many(count in 1..80_usize, up in any::<bool>()) {
            let (mut low, mut high) = (OrderKey::nth(3), OrderKey::nth(4));
            for _ in 0..count {
                let key = OrderKey::between(Some(&low), Some(&high));
                prop_assert!(low < key && key < high);
                if up { low = key } else { high = key }
            }
        }
    }
}
