//! Short suffixes that keep names apart: `sha256(id)[..6]` (MERGE.md §4, §6).
//!
//! An id's text fits one block, so the whole of SHA-256 that is needed is its compression function
//! (FIPS 180-4 §6.2). A label needs no security; a crate for it would double the dependency tree.

use dss_model::EntityId;

/// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// First 32 bits of the fractional parts of the square roots of the first 8 primes.
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The first six hexadecimal digits of the SHA-256 of the id's text.
pub fn short(id: EntityId) -> String {
    let word = first_word(&padded(id.to_string().as_bytes()));
    format!("{:06x}", word >> 8)
}

/// The one block that a text of at most 55 bytes becomes.
fn padded(text: &[u8]) -> [u8; 64] {
    let mut block = [0; 64];
    let (content, end) = block.split_at_mut(56);
    for (to, from) in content.iter_mut().zip(text.iter().chain(&[0x80])) {
        *to = *from;
    }
    let bits = u64::try_from(text.len()).unwrap_or(0).wrapping_mul(8);
    end.copy_from_slice(&bits.to_be_bytes());
    block
}

/// The first word of the hash of a text that is one block.
#[expect(clippy::many_single_char_names, reason = "the working variables' names in FIPS 180-4")]
fn first_word(block: &[u8; 64]) -> u32 {
    // The last sixteen words of the message schedule, oldest first.
    let mut schedule = [0_u32; 16];
    let (words, _) = block.as_chunks::<4>();
    for (word, bytes) in schedule.iter_mut().zip(words) {
        *word = u32::from_be_bytes(*bytes);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = INITIAL;
    for round in ROUNDS {
        let [word, second, .., tenth, _, _, _, _, fifteenth, _] = schedule;
        let sum1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let one = h.wrapping_add(sum1).wrapping_add(choice).wrapping_add(round).wrapping_add(word);
        let sum0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        (h, g, f, e, d, c, b) = (g, f, e, d.wrapping_add(one), c, b, a);
        a = one.wrapping_add(sum0).wrapping_add(majority);
        let sigma0 = second.rotate_right(7) ^ second.rotate_right(18) ^ (second >> 3);
        let sigma1 = fifteenth.rotate_right(17) ^ fifteenth.rotate_right(19) ^ (fifteenth >> 10);
        schedule.rotate_left(1);
        if let Some(last) = schedule.last_mut() {
            *last = word.wrapping_add(sigma0).wrapping_add(tenth).wrapping_add(sigma1);
        }
    }
    let [first, ..] = INITIAL;
    a.wrapping_add(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_fips_180_4() {
        let word = |text: &str| format!("{:08x}", first_word(&padded(text.as_bytes())));
        assert_eq!(word(""), "e3b0c442");
        assert_eq!(word("abc"), "ba7816bf");
        assert_eq!(word("07dca245-8e96-5529-b481-3730c797cd9b").get(..6), Some("c9fd8e"));
        assert_eq!(word(&"a".repeat(55)), "9f4390f8");
        let id = EntityId::from_bytes([
            0x07, 0xdc, 0xa2, 0x45, 0x8e, 0x96, 0x55, 0x29, 0xb4, 0x81, 0x37, 0x30, 0xc7, 0x97, 0xcd, 0x9b,
        ]);
        assert_eq!(short(id), "c9fd8e");
    }
}
