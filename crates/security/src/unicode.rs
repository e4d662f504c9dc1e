//! The little Unicode that names need: invisible characters, and two ways to fold.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick, is_nfkc_quick};

/// General categories Cf (format), Zl, Zp (line and paragraph separator) and Co (private use) of Unicode
/// 16.0, `DerivedGeneralCategory.txt`, ascending.
const INVISIBLE: &[(u32, u32)] = &[
    (0xAD, 0xAD),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x8E2, 0x8E2),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x2064),
    (0x2066, 0x206F),
    (0xE000, 0xF8FF),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0x1_10BD, 0x1_10BD),
    (0x1_10CD, 0x1_10CD),
    (0x1_3430, 0x1_343F),
    (0x1_BCA0, 0x1_BCA3),
    (0x1_D173, 0x1_D17A),
    (0xE_0001, 0xE_0001),
    (0xE_0020, 0xE_007F),
    (0xF_0000, 0xF_FFFD),
    (0x10_0000, 0x10_FFFD),
];

/// Whether the character is in general category Cf, Zl, Zp or Co.
pub(crate) fn is_invisible(c: char) -> bool {
    !c.is_ascii() && INVISIBLE.iter().any(|&(first, last)| (first..=last).contains(&u32::from(c)))
}

/// Folds as file systems do: lower case, then NFC. Names with equal results collide on macOS or Windows.
pub(crate) fn fold_simple(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = text.to_lowercase();
    if is_nfc_quick(lower.chars()) == IsNormalized::Yes { lower } else { lower.nfc().collect() }
}

/// NFKC: compatibility characters (full-width letters, ligatures) become what they look like.
pub(crate) fn compatible(text: &str) -> Cow<'_, str> {
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes { text.into() } else { text.nfkc().collect() }
}

/// Folds everything that looks or sorts alike: NFKC, and full case folding as lower-upper-lower of each
/// character, which joins what `CaseFolding.txt` joins (`ß` and `SS`, all sigmas) and the dotless `ı` with
/// `i` besides.
pub(crate) fn fold_full(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let unfolded = compatible(text);
    let folded: String = unfolded
        .chars()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect();
    // Case mappings of compatibility characters can leave a form that is not NFKC.
    if folded == unfolded { folded } else { compatible(&folded).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_known() {
        for c in
            ['\u{ad}', '\u{200b}', '\u{200d}', '\u{202e}', '\u{feff}', '\u{e000}', '\u{2028}', '\u{e0041}']
        {
            assert!(is_invisible(c), "{c:?}");
        }
        for c in ['a', ' ', 'é', '色', '🎨', '\u{a0}', '\u{301}'] {
            assert!(!is_invisible(c), "{c:?}");
        }
        assert!(INVISIBLE.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn folds_join_what_collides() {
        assert_eq!(fold_simple("Café"), fold_simple("cafe\u{301}"));
        assert_ne!(fold_simple("straße"), fold_simple("STRASSE"));
        for (one, other) in
            [("straße", "STRASSE"), ("ẞ", "ss"), ("ﬁle", "file"), ("ΣΑΣ", "σας"), ("Å", "\u{212b}")]
        {
            assert_eq!(fold_full(one), fold_full(other));
        }
        assert_ne!(fold_full("a"), fold_full("b"));
    }
}
