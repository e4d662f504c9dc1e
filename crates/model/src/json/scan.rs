//! Finding where a string's plain text ends.

/// How many bytes from the start on stand in a string as they are: neither quotes nor backslashes nor
/// control characters. Eight are looked at at a time.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    let mut length = 0_usize;
    while let Some((word, tail)) = rest.split_first_chunk::<8>() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            let bytes = special.trailing_zeros() >> 3;
            return length.saturating_add(usize::try_from(bytes).unwrap_or(0));
        }
        length = length.saturating_add(8);
        rest = tail;
    }
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    length.saturating_add(end.unwrap_or(rest.len()))
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// Sets the highest bit of the first byte that is special, and of no byte before it.
const fn special(word: u64) -> u64 {
    below(word, 0x20)
        | below(word ^ u64::from_le_bytes([b'"'; 8]), 1)
        | below(word ^ u64::from_le_bytes([b'\\'; 8]), 1)
}

/// The same for bytes below `limit`, which is at most 128: only these borrow a bit that they do not have.
const fn below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(ONES.wrapping_mul(limit)) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_special_byte_is_found(
            bytes in prop::collection::vec(prop_oneof![8 => any::<u8>(), 1 => Just(b'"'), 1 => Just(0x20), 1 => Just(0x1f)], 0..40),
        ) {
            let expected = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            prop_assert_eq!(plain_length(&bytes), expected.unwrap_or(bytes.len()));
        }

        #[test]
        fn plain_text_is_passed_over(text in "[ !#-\\[\\]-~é]{0,40}") {
            prop_assert_eq!(plain_length(text.as_bytes()), text.len());
        }
    }
}
