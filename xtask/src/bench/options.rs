//! What `cargo xtask bench` was asked for.

use crate::failure::Failure;

/// Tokens per file, unless `--sizes` says otherwise.
const SIZES: &[u64] = &[10_000, 100_000, 1_000_000];
/// What `--huge` adds.
const HUGE: u64 = 10_000_000;
/// Runs of each command up to a million tokens; beyond, one has to do.
const RUNS: usize = 5;

pub(crate) const USAGE: &str =
    "[--runs N] [--sizes N,N,…] [--huge] [--only RACE]… [--quick] | --instructions";

/// The races, by the names that `--only` takes, in the order in which they are run.
pub(crate) const RACES: &[&str] = &[
    "start",
    "import",
    "export",
    "verify",
    "import-dss",
    "replace",
    "diff",
    "lint",
    "resolve",
    "merge",
    "git",
];

/// What to measure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Tokens per file, ascending.
    pub(crate) sizes: Vec<u64>,
    runs: usize,
    only: Vec<&'static str>,
    /// Whether this is a smoke test: smaller, once, and nothing is kept.
    pub(crate) is_quick: bool,
    /// Whether instructions are counted, instead of time.
    pub(crate) counts_instructions: bool,
}

impl Options {
    /// Reads the words after `bench`.
    pub(crate) fn parse(words: &[String]) -> Result<Self, Failure> {
        let mut options = Self {
            sizes: SIZES.to_vec(),
            runs: RUNS,
            only: Vec::new(),
            is_quick: false,
            counts_instructions: false,
        };
        let mut is_huge = false;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--huge" => is_huge = true,
                "--quick" => {
                    options.is_quick = true;
                    options.sizes = vec![10_000];
                    options.runs = 1;
                }
                "--instructions" => options.counts_instructions = true,
                "--runs" => options.runs = number(word, words.next())?,
                "--sizes" => {
                    let list = words.next().map(String::as_str).unwrap_or_default();
                    let sizes = list.split(',').map(|size| number(word, Some(&size.to_owned())));
                    options.sizes = sizes.collect::<Result<_, _>>()?;
                }
                "--only" => {
                    let wanted = words.next().map(String::as_str).unwrap_or_default();
                    let race = RACES.iter().find(|race| **race == wanted).ok_or_else(|| {
                        let known = RACES.join(", ");
                        Failure::new(format!("--only needs the name of a race, not `{wanted}`: {known}"))
                    })?;
                    options.only.push(race);
                }
                other => return Err(Failure::new(format!("bench knows {USAGE}, not `{other}`"))),
            }
        }
        if is_huge {
            options.sizes.push(HUGE);
        }
        options.sizes.sort_unstable();
        options.sizes.dedup();
        Ok(options)
    }

    /// Whether a race is to be run.
    pub(crate) fn wants(&self, race: &str) -> bool {
        self.only.is_empty() || self.only.contains(&race)
    }

    /// How often each command runs on a file of this size.
    pub(crate) fn runs(&self, tokens: u64) -> usize {
        if tokens > 1_000_000 { 1 } else { self.runs }
    }
}

fn number<N: std::str::FromStr + PartialEq + Default>(
    option: &str,
    word: Option<&String>,
) -> Result<N, Failure> {
    let number = word.and_then(|word| word.parse().ok()).filter(|number| *number != N::default());
    number.ok_or_else(|| Failure::new(format!("{option} needs a number above 0; bench knows {USAGE}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, Failure> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn without_a_word_everything_is_measured() -> Result<(), Failure> {
        let options = parse("")?;
        assert_eq!(options.sizes, SIZES);
        assert_eq!(options.runs(10_000), RUNS);
        assert!(RACES.iter().all(|race| options.wants(race)));
        assert!(!options.is_quick && !options.counts_instructions);
        Ok(())
    }

    #[test]
    fn sizes_are_sorted_and_huge_ones_run_once() -> Result<(), Failure> {
        let options = parse("--sizes 100000,10000,10000 --huge --runs 3")?;
        assert_eq!(options.sizes, [10_000, 100_000, HUGE]);
        assert_eq!((options.runs(1_000_000), options.runs(HUGE)), (3, 1));
        Ok(())
    }

    #[test]
    fn only_leaves_out_the_rest() -> Result<(), Failure> {
        let options = parse("--only merge --only git --quick")?;
        assert!(options.wants("merge") && options.wants("git") && !options.wants("import"));
        assert!(options.is_quick);
        assert_eq!((options.sizes.as_slice(), options.runs(10_000)), ([10_000].as_slice(), 1));
        Ok(())
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "--runs",
            "--runs 0",
            "--runs x",
            "--sizes",
            "--sizes 1,",
            "--sizes 0",
            "--only",
            "--only x",
            "x",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
