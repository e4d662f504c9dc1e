//! LEB128 numbers.

/// Appends `value`, seven bits a byte, lowest first.
pub(super) fn push(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Takes a number off the front; `None` if there is none or it does not fit.
pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0_u32..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit only.
        if shift == 63 && part > 1 {
            return None;
        }
        value |= part.checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Folds the sign into the lowest bit, so that small negative numbers stay short.
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Takes [`zigzag`] back.
pub(super) fn unzigzag(value: u64) -> i64 {
    let sign = 0_i64.wrapping_sub((value & 1).cast_signed());
    (value >> 1).cast_signed() ^ sign
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(value in any::<u64>(), shift in 0..64_u32, signed in any::<i64>()) {
            let value = value >> shift;
            let mut out = Vec::new();
            push(&mut out, value);
            let mut bytes = out.as_slice();
            prop_assert_eq!(take(&mut bytes), Some(value));
            prop_assert!(bytes.is_empty());
            prop_assert_eq!(unzigzag(zigzag(signed)), signed);
        }
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(take(&mut [0x80].as_slice()), None);
        assert_eq!(take(&mut [0xff; 11].as_slice()), None);
        assert_eq!(take(&mut [&[0xff; 9][..], &[2]].concat().as_slice()), None);
    }
}
