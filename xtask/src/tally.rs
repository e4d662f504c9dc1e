//! Counting tests by the closing lines of the test runners.

/// How many tests passed, failed and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Reads nextest's `Summary [ 1.2s] 5 tests run: 4 passed (1 slow), 1 timed out, 2 skipped`.
    pub(crate) fn of_nextest(lines: &[String]) -> Self {
        let summaries = lines.iter().filter_map(|line| summary_of(line));
        summaries.fold(Self::default(), |tally, summary| tally.plus(Self::of_counts(&summary)))
    }

    /// Reads libtest's `test result: ok. 4 passed; 0 failed; 1 ignored; …`, once per test binary.
    pub(crate) fn of_libtest(lines: &[String]) -> Self {
        let results = lines.iter().filter_map(|line| line.strip_prefix("test result: "));
        results.fold(Self::default(), |tally, result| {
            let counts = result.split_once(". ").map_or(result, |(_, counts)| counts);
            tally.plus(Self::of_counts(&counts.replace(';', ",")))
        })
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed.saturating_add(other.passed),
            failed: self.failed.saturating_add(other.failed),
            skipped: self.skipped.saturating_add(other.skipped),
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Adds up `4 passed, 1 timed out, 2 skipped`. What neither passed nor was left out counts as failed, so that
    /// a kind of failure this code has not heard of is not lost.
    fn of_counts(counts: &str) -> Self {
        let mut tally = Self::default();
        for part in counts.split(',') {
            let Some((number, label)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            let slot = match label {
                "passed" => &mut tally.passed,
                "skipped" | "ignored" => &mut tally.skipped,
                "measured" | "filtered out" => continue,
                _ => &mut tally.failed,
            };
            *slot = slot.saturating_add(number);
        }
        tally
    }
}

/// The counts of nextest's summary line, without the remarks in parentheses.
fn summary_of(line: &str) -> Option<String> {
    let (_, counts) = without_colour(line)
        .trim_start()
        .strip_prefix("Summary [")?
        .split_once("run: ")
        .map(|(before, counts)| (before.to_owned(), counts.to_owned()))?;
    let mut plain = String::new();
    let mut depth = 0_u32;
    for character in counts.chars() {
        match character {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    Some(plain.replace(" ,", ","))
}

/// Drops the escape sequences that colour a terminal's text.
pub(crate) fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn nextest_summaries_are_read_with_remarks_and_colours() {
        let text = "     Summary [   0.012s] 7 tests run: 4 passed (1 slow, 1 leaky), 1 failed, 2 timed out, 3 skipped";
        assert_eq!(Tally::of_nextest(&lines(text)), Tally { passed: 4, failed: 3, skipped: 3 });
        let text = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m passed, 0 skipped";
        assert_eq!(Tally::of_nextest(&lines(text)), Tally { passed: 2, failed: 0, skipped: 0 });
        let text = "     Summary [   0.1s] 1/9 tests run: 0 passed, 1 failed, 8 not run";
        assert_eq!(Tally::of_nextest(&lines(text)).passed, 0);
        assert!(Tally::of_nextest(&lines("nothing of the kind")).is_empty());
    }

    #[test]
    fn libtest_results_add_up_over_binaries() {
        let text = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.1s\n\
                    test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(Tally::of_libtest(&lines(text)), Tally { passed: 4, failed: 2, skipped: 1 });
    }
}
