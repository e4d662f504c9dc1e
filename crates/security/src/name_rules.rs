//! Rules N1 to N8 and the policies on names: pure functions on bytes, the same on every operating system.

use unicode_normalization::UnicodeNormalization as _;

use crate::error::Refusal;
use crate::limits::Limits;
use crate::policy::{HiddenFiles, Policy};
use crate::rule::Rule;
use crate::unicode::is_invisible;

/// Characters that Windows forbids in names (N7); `/` and `\` have their own rules.
const WINDOWS_FORBIDDEN: &[char] = &['<', '>', ':', '"', '|', '?', '*'];

/// Device names of Windows that are reserved with any extension (N7).
const WINDOWS_DEVICES: &[&str] = &["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

/// What the name rules found out about an accepted name.
#[derive(Debug)]
pub(crate) struct NameFacts<'a> {
    /// The whole name, with its slash if it is a directory.
    pub(crate) name: &'a str,
    pub(crate) longest_segment: u64,
    pub(crate) depth: u64,
}

/// Checks a raw name. A trailing slash marks a directory and is not a segment.
pub(crate) fn check<'a>(raw: &'a [u8], limits: &Limits, policy: &Policy) -> Result<NameFacts<'a>, Refusal> {
    if raw.is_empty() {
        return Err(Refusal::new(Rule::EmptyName, "0 bytes", "a name"));
    }
    let length = length(raw);
    if length > limits.name_bytes {
        return Err(too_long(length, limits.name_bytes));
    }
    let name = std::str::from_utf8(raw).map_err(|error| {
        Refusal::new(Rule::NotUtf8, format_args!("an invalid byte at {}", error.valid_up_to()), "UTF-8")
    })?;
    check_characters(name)?;
    let path = name.strip_suffix('/').unwrap_or(name);
    let (mut longest_segment, mut depth) = (0, 0_u64);
    for segment in path.split('/') {
        check_segment(segment, limits)?;
        longest_segment = longest_segment.max(self::length(segment.as_bytes()));
        depth = depth.saturating_add(1);
    }
    if depth > limits.depth {
        let expected = format_args!("at most {}", limits.depth);
        return Err(Refusal::new(Rule::PathTooDeep, format_args!("{depth} segments"), expected));
    }
    check_policy(name, policy)?;
    Ok(NameFacts { name, longest_segment, depth })
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn too_long(found: u64, max: u64) -> Refusal {
    Refusal::new(Rule::NameTooLong, format_args!("{found} bytes"), format_args!("at most {max}"))
}

/// N2, N4 and N5: what no character may be, and what the first ones may not be.
fn check_characters(name: &str) -> Result<(), Refusal> {
    // `is_control` is category Cc: NUL, C0, DEL and C1.
    if let Some(c) = name.chars().find(|c| c.is_control()) {
        return Err(Refusal::new(Rule::ControlCharacter, c.escape_unicode(), "printable characters"));
    }
    if name.contains('\\') {
        return Err(Refusal::new(Rule::Backslash, "`\\`", "`/` as the only separator"));
    }
    if name.starts_with('/') {
        return Err(Refusal::new(Rule::AbsolutePath, "a leading `/`", "a relative path"));
    }
    if let [letter, b':', ..] = name.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return Err(Refusal::new(Rule::AbsolutePath, "a drive letter", "a relative path"));
    }
    Ok(())
}

/// N6, N7 and the segment part of N8.
fn check_segment(segment: &str, limits: &Limits) -> Result<(), Refusal> {
    if segment.is_empty() {
        return Err(Refusal::new(Rule::DotSegment, "an empty segment", "a name between all slashes"));
    }
    if segment == "." || segment == ".." {
        return Err(Refusal::new(
            Rule::DotSegment,
            format_args!("`{segment}`"),
            "a name between all slashes",
        ));
    }
    let bytes = length(segment.as_bytes());
    if bytes > limits.segment_bytes {
        return Err(too_long(bytes, limits.segment_bytes));
    }
    let windows = |found: &dyn std::fmt::Display| {
        Refusal::new(Rule::WindowsName, found, "a name that is the same on every system")
    };
    if let Some(c) = segment.chars().find(|c| WINDOWS_FORBIDDEN.contains(c)) {
        return Err(windows(&format_args!("`{c}`")));
    }
    if segment.ends_with(['.', ' ']) {
        return Err(windows(&"a trailing dot or space"));
    }
    if is_windows_device(segment) {
        return Err(windows(&"a reserved device name"));
    }
    Ok(())
}

/// `CON`, `nul.json`, `com1 .txt`, `LPT³`: the part before the first dot decides, without spaces around it.
fn is_windows_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or(segment).trim_matches(' ');
    if WINDOWS_DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) {
        return true;
    }
    let Some((port, digit)) = stem.split_at_checked(3) else { return false };
    let port = port.eq_ignore_ascii_case("COM") || port.eq_ignore_ascii_case("LPT");
    let mut digits = digit.chars();
    port && matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

/// P-hidden, P-bidi and P-homoglyph.
fn check_policy(name: &str, policy: &Policy) -> Result<(), Refusal> {
    check_hidden(name, policy.hidden_files)?;
    if name.is_ascii() {
        return Ok(());
    }
    if policy.invisible_characters.refuses()
        && let Some(c) = name.chars().find(|&c| is_invisible(c))
    {
        return Err(Refusal::new(Rule::InvisibleCharacter, c.escape_unicode(), "visible characters"));
    }
    if policy.lookalike_separators.refuses() {
        check_lookalikes(name)?;
    }
    Ok(())
}

fn check_hidden(name: &str, stance: HiddenFiles) -> Result<(), Refusal> {
    let is_shadow = |segment: &str| segment.eq_ignore_ascii_case("__MACOSX");
    if stance == HiddenFiles::Allow {
        return Ok(());
    }
    if stance == HiddenFiles::AllowFinder {
        let in_shadow = name.split('/').next().is_some_and(is_shadow);
        if in_shadow {
            return Ok(());
        }
    }
    let mut segments = name.split('/').peekable();
    while let Some(segment) = segments.next() {
        let finder =
            stance == HiddenFiles::AllowFinder && segment == ".DS_Store" && segments.peek().is_none();
        if (segment.starts_with('.') || is_shadow(segment)) && !finder {
            let found = format_args!("`{}`", crate::error::shown(segment.as_bytes()));
            return Err(Refusal::new(Rule::HiddenFile, found, "no leading dot"));
        }
    }
    Ok(())
}

fn check_lookalikes(name: &str) -> Result<(), Refusal> {
    let folded: String = name.nfkc().collect();
    let separators = |text: &str| text.matches(['/', '\\']).count();
    let found = if separators(&folded) > separators(name) {
        "a look-alike separator"
    } else if folded.split('/').any(|segment| segment == "." || segment == "..") {
        "a look-alike dot segment"
    } else {
        return Ok(());
    };
    Err(Refusal::new(Rule::LookalikeSeparator, found, "a path that NFKC leaves as it is"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Stance;

    #[track_caller]
    fn check_one(name: &[u8], expected: Option<Rule>) {
        let found = check(name, &Limits::default(), &Policy::strict()).err().map(|refusal| refusal.rule());
        assert_eq!(found, expected, "{}", crate::error::shown(name));
    }

    #[test]
    fn names_that_pass() {
        for name in [
            "a",
            "a/b.json",
            "d/",
            "a..b/c...d",
            "~a",
            "100%25",
            "com",
            "com10",
            "COMA",
            "lpt/x",
            "色/é🎨",
            "-",
            "a…b",
        ] {
            check_one(name.as_bytes(), None);
        }
    }

    #[test]
    fn names_that_do_not() {
        use Rule::{
            AbsolutePath as Abs, Backslash, ControlCharacter as Ctl, DotSegment as Dot, NotUtf8,
            WindowsName as Win,
        };
        let cases: &[(&[u8], Rule)] = &[
            (b"", Rule::EmptyName),
            (b"a\0b", Ctl),
            (b"a\x7f", Ctl),
            ("a\u{85}".as_bytes(), Ctl),
            (b"\xc0\xae", NotUtf8),
            (b"\xed\xa0\x80", NotUtf8),
            (b"a\\b", Backslash),
            (b"C:\\x", Backslash),
            (b"/a", Abs),
            (b"/", Abs),
            (b"c:x", Abs),
            (b"..", Dot),
            (b"a/../b", Dot),
            (b"./a", Dot),
            (b"a//b", Dot),
            (b"a//", Dot),
            (b"ab:c", Win),
            (b"a.", Win),
            (b"a ", Win),
            (b"a./b", Win),
            (b"...", Win),
            (b"con", Win),
            (b"x/nul.tar.gz", Win),
            (b"Con .json", Win),
            ("com¹".as_bytes(), Win),
            (b"lpt0", Win),
            (b"conin$", Win),
            (b"clock$.x", Win),
            (b".env", Rule::HiddenFile),
            (b"a/__macosx/b", Rule::HiddenFile),
            ("a\u{202e}b".as_bytes(), Rule::InvisibleCharacter),
            ("．．／x".as_bytes(), Rule::LookalikeSeparator),
            ("‥/x".as_bytes(), Rule::LookalikeSeparator),
            ("a℀b".as_bytes(), Rule::LookalikeSeparator),
        ];
        for &(name, rule) in cases {
            check_one(name, Some(rule));
        }
    }

    #[test]
    fn lengths_at_and_over_the_limit() {
        check_one("a".repeat(255).as_bytes(), None);
        check_one("a".repeat(256).as_bytes(), Some(Rule::NameTooLong));
        let long = |bytes: usize| format!("{}{}", "abcdefg/".repeat(31), "b".repeat(bytes - 31 * 8));
        let wide = Limits::default().with_segment_bytes(1024);
        assert!(check(long(1024).as_bytes(), &wide, &Policy::strict()).is_ok());
        assert!(check(long(1025).as_bytes(), &wide, &Policy::strict()).is_err());
        check_one(format!("{}x", "d/".repeat(31)).as_bytes(), None);
        check_one(format!("{}x", "d/".repeat(32)).as_bytes(), Some(Rule::PathTooDeep));
        check_one("d/".repeat(32).as_bytes(), None);
    }

    #[test]
    fn policies_open_what_they_name() {
        let open = |name: &str, policy: Policy| check(name.as_bytes(), &Limits::default(), &policy).is_ok();
        let finder = Policy::strict().with_hidden_files(HiddenFiles::AllowFinder);
        assert!(open("__MACOSX/._a", finder.clone()) && open("a/.DS_Store", finder.clone()));
        assert!(
            !open("a/__MACOSX/b", finder.clone())
                && !open(".env", finder.clone())
                && !open(".DS_Store/x", finder)
        );
        assert!(open(".env", Policy::strict().with_hidden_files(HiddenFiles::Allow)));
        assert!(open("a\u{200d}b", Policy::strict().with_invisible_characters(Stance::Allow)));
        assert!(open("．．／x", Policy::strict().with_lookalike_separators(Stance::Allow)));
    }
}
