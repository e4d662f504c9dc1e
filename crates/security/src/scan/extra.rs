//! Extra fields (APPNOTE 4.5): rules B2, B5, B6, N9 and P-extra, the same for local and central headers.

use crate::bytes::Fields;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::rule::Rule;

/// Zip64 extended information, APPNOTE 4.5.3.
const ZIP64: u16 = 0x0001;
/// Info-ZIP Unicode path, APPNOTE 4.6.9.
const UNICODE_PATH: u16 = 0x7075;
/// Info-ZIP Unicode comment, APPNOTE 4.6.8.
const UNICODE_COMMENT: u16 = 0x6375;
/// Fields that may appear once: readers disagree about which of two counts.
const ONCE: [u16; 3] = [ZIP64, UNICODE_PATH, UNICODE_COMMENT];

/// A value of all ones in a 32-bit field points to the zip64 field (APPNOTE 4.4.1.4).
const SENTINEL: u32 = u32::MAX;

/// Checks the whole area and returns the zip64 field, if there is one.
pub(crate) fn check<'a>(area: &'a [u8], name: &[u8], policy: &Policy) -> Result<Option<&'a [u8]>, Refusal> {
    let mut fields = Fields(area);
    let (mut zip64, mut unicode_path) = (None, None);
    let mut seen = [false; ONCE.len()];
    while !fields.0.is_empty() {
        let left = fields.0.len();
        let mut next = || {
            let id = fields.u16()?;
            let size = fields.u16()?;
            Some((id, fields.bytes(size.into())?))
        };
        let Some((id, body)) = next() else {
            let found = format_args!("{left} bytes that are no whole field");
            return Err(Refusal::new(Rule::MalformedExtra, found, "fields that fill the area exactly"));
        };
        for (once, seen) in ONCE.iter().zip(&mut seen) {
            if *once == id && std::mem::replace(seen, true) {
                return Err(Refusal::new(
                    Rule::MalformedExtra,
                    format_args!("field 0x{id:04x} twice"),
                    "once",
                ));
            }
        }
        match id {
            0x0014..=0x0019 | 0x9901 => {
                let found = format_args!("the encryption field 0x{id:04x}");
                return Err(Refusal::new(Rule::Encrypted, found, "no encryption"));
            }
            0x000d | 0x756e if policy.link_extras.refuses() => {
                return Err(Refusal::new(
                    Rule::LinkExtra,
                    format_args!("field 0x{id:04x}"),
                    "none of 0x000d, 0x756e",
                ));
            }
            ZIP64 => zip64 = Some(body),
            UNICODE_PATH => unicode_path = Some(body),
            _ => {}
        }
    }
    unicode_path.map_or(Ok(()), |body| check_unicode_path(body, name))?;
    Ok(zip64)
}

/// N9: a second name is harmless only if every reader takes it, and it is the first name.
fn check_unicode_path(body: &[u8], name: &[u8]) -> Result<(), Refusal> {
    let mut fields = Fields(body);
    let mut hash = flate2::Crc::new();
    hash.update(name);
    let found = if fields.array() != Some([1_u8]) {
        "another version"
    } else if fields.u32() != Some(hash.sum()) {
        "the CRC of another name"
    } else if fields.0 != name {
        "another name"
    } else {
        return Ok(());
    };
    let expected = "version 1, the CRC of the name and the same name";
    Err(Refusal::new(Rule::UnicodePath, format_args!("0x7075 with {found}"), expected))
}

/// B5: resolves 32-bit header fields through the zip64 field.
///
/// Two layouts are in use: *compact* holds a value for each field that is all ones, *full* one for every field (and, in
/// the central directory, perhaps the disk number 0). A length that fits neither is refused; so is a full layout that
/// contradicts a header field, and all ones without a zip64 field.
pub(crate) fn resolve<const N: usize>(
    short: [u32; N],
    zip64: Option<&[u8]>,
    is_central: bool,
) -> Result<[u64; N], Refusal> {
    let refuse = |found: &dyn std::fmt::Display| {
        Err(Refusal::new(Rule::Zip64Extra, found, "one value for each all-ones field"))
    };
    let mut values = short.map(u64::from);
    let Some(body) = zip64 else {
        return if short.contains(&SENTINEL) { refuse(&"no zip64 field") } else { Ok(values) };
    };
    let sentinels = short.iter().filter(|&&field| field == SENTINEL).count();
    let is_compact = body.len() == sentinels.saturating_mul(8);
    let full = N.saturating_mul(8);
    let is_full = body.len() == full || (is_central && body.len() == full.saturating_add(4));
    if !is_compact && !is_full {
        return refuse(&format_args!("a zip64 field of {} bytes for {sentinels} such fields", body.len()));
    }
    let mut fields = Fields(body);
    for (field, value) in short.iter().zip(&mut values) {
        if *field == SENTINEL || !is_compact {
            let Some(long) = fields.u64() else { return refuse(&"a zip64 field that is too short") };
            if *field != SENTINEL && long != u64::from(*field) {
                return refuse(&format_args!("{long} in the zip64 field and {field} in the header"));
            }
            *value = long;
        }
    }
    if fields.0.iter().any(|&byte| byte != 0) {
        return refuse(&"a disk number other than 0");
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: u16, body: &[u8]) -> Vec<u8> {
        let size = u16::try_from(body.len()).unwrap();
        [&id.to_le_bytes()[..], &size.to_le_bytes()[..], body].concat()
    }

    fn longs(values: &[u64]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[track_caller]
    fn check_area(area: &[u8], expected: Option<Rule>) {
        let found = check(area, b"n", &Policy::strict()).err().map(|refusal| refusal.rule());
        assert_eq!(found, expected);
    }

    #[test]
    fn areas_are_filled_exactly_once() {
        check_area(&[], None);
        check_area(&field(0x5455, b"12345"), None);
        check_area(&[field(0x5455, b""), field(0x5455, b"")].concat(), None);
        check_area(b"abc", Some(Rule::MalformedExtra));
        check_area(&field(0x5455, b"12345")[..8], Some(Rule::MalformedExtra));
        for id in ONCE {
            let body = if id == UNICODE_PATH { unicode_path(1, b"n", b"n") } else { vec![] };
            check_area(&field(id, &body), None);
            check_area(&[field(id, &body), field(id, &body)].concat(), Some(Rule::MalformedExtra));
        }
        for id in (0x14..=0x19).chain([0x9901]) {
            check_area(&field(id, b""), Some(Rule::Encrypted));
        }
        check_area(&field(0x756e, b""), Some(Rule::LinkExtra));
        check_area(&field(0x000d, b""), Some(Rule::LinkExtra));
    }

    fn unicode_path(version: u8, hashed: &[u8], name: &[u8]) -> Vec<u8> {
        let mut hash = flate2::Crc::new();
        hash.update(hashed);
        [&[version][..], &hash.sum().to_le_bytes(), name].concat()
    }

    #[test]
    fn second_names_are_the_first() {
        for body in
            [unicode_path(2, b"n", b"n"), unicode_path(1, b"m", b"n"), unicode_path(1, b"n", b"m"), vec![]]
        {
            check_area(&field(UNICODE_PATH, &body), Some(Rule::UnicodePath));
        }
    }

    #[test]
    fn zip64_layouts() {
        let all = u32::MAX;
        assert_eq!(resolve([1, 2, 3], None, true).unwrap(), [1, 2, 3]);
        assert!(resolve([1, all, 3], None, true).is_err());
        assert_eq!(resolve([1, all, 3], Some(&longs(&[9])), true).unwrap(), [1, 9, 3]);
        assert_eq!(resolve([1, all, 3], Some(&longs(&[1, 9, 3])), true).unwrap(), [1, 9, 3]);
        assert!(resolve([1, all, 3], Some(&longs(&[2, 9, 3])), true).is_err());
        assert!(resolve([1, all, 3], Some(&longs(&[1, 9])), true).is_err());
        assert_eq!(resolve([1, 2, 3], Some(&longs(&[])), true).unwrap(), [1, 2, 3]);
        let with_disk = |disk: u8| [longs(&[1, 2, 3]), vec![disk, 0, 0, 0]].concat();
        assert_eq!(resolve([all, all, all], Some(&with_disk(0)), true).unwrap(), [1, 2, 3]);
        assert!(resolve([all, all, all], Some(&with_disk(1)), true).is_err());
        assert!(resolve([all, all], Some(&longs(&[1])), false).is_err());
        assert_eq!(resolve([all, all], Some(&longs(&[1, 2])), false).unwrap(), [1, 2]);
    }
}
