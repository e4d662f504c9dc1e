//! What somebody may have meant.

/// The known name nearest to an unknown one, if one is near.
pub(super) fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|known| (distance(unknown, known), known)).min()?;
    (near.0 <= unknown.len().div_ceil(3)).then_some(near.1)
}

/// Characters to insert, remove or replace (Levenshtein) to make one name of the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, a) in from.chars().enumerate() {
        let mut diagonal = above;
        let mut left = above.saturating_add(1);
        for (b, cell) in to.chars().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(a != b));
            diagonal = *cell;
            left = replaced.min(left.saturating_add(1)).min(cell.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = above.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, expected) in [("", "", 0), ("", "ab", 2), ("kitten", "sitting", 3), ("ab", "ba", 2)] {
            assert_eq!((distance(from, to), distance(to, from)), (expected, expected));
        }
    }

    #[test]
    fn only_what_is_near_is_meant() {
        assert_eq!(nearest("max-tokns", ["max-tokens", "max-ratio"]), Some("max-tokens"));
        assert_eq!(nearest("zebra", ["max-tokens", "max-ratio"]), None);
    }
}
