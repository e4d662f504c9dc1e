//! What issues SPEED and MERGE ask for, and whether it holds.

use std::fmt;

use super::cost::Row;
use super::results::Results;
use super::{git, merge, start, table};

/// Tokens that the issue judges by.
const MILLION: u64 = 1_000_000;
/// Peak memory that no size may need more of.
const PEAK_KIB: u64 = 64 * 1024;
/// How much more memory the largest may need than 100,000 tokens.
const PEAK_GROWTH: f64 = 1.25;
/// How much more a token may cost on the largest size than among 100,000.
const LINEAR: f64 = 1.25;

/// One line of the list.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    what: String,
    found: Found,
}

#[derive(Debug, PartialEq)]
enum Found {
    /// Figures, each with its name, its bound, and how it is written.
    Figures(Vec<Figure>),
    /// What is missing to judge it.
    Nothing(String),
}

/// A figure that must not be above its bound.
#[derive(Debug, PartialEq)]
struct Figure {
    shown: String,
    value: f64,
    bound: f64,
}

impl Figure {
    fn holds(&self) -> bool {
        self.value <= self.bound
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.what)?;
        let figures = match &self.found {
            Found::Nothing(why) => return write!(formatter, "**not measured** ({why})"),
            Found::Figures(figures) => figures,
        };
        let shown: Vec<&str> = figures.iter().map(|figure| figure.shown.as_str()).collect();
        write!(formatter, "{}: ", shown.join(", "))?;
        let over = |figure: &&Figure| !figure.holds();
        let worst =
            figures.iter().filter(over).map(|figure| figure.value / figure.bound).fold(1.0_f64, f64::max);
        // A figure that is no number holds nothing.
        if figures.iter().all(Figure::holds) {
            formatter.write_str("holds")
        } else {
            write!(formatter, "**falls short**, {:.0} % over", (worst - 1.0) * 100.0)
        }
    }
}

/// All of them, in the issues' order.
pub(crate) fn all(results: &Results) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (what, bound) in [("import", 1.5), ("export", 1.5), ("verify", 1.3)] {
        verdicts.push(ratio(results, (what, "dss"), (what, "floor"), MILLION, bound));
    }
    verdicts.push(ratio(results, ("analyze", "dss"), ("import", "dss"), MILLION, 1.1));
    for (what, bound) in [("import", 1.5), ("export", 1.5), ("verify", 1.3)] {
        verdicts.push(ratio(results, (what, "dss"), (what, "floor"), 10 * MILLION, bound * 1.2));
    }
    for what in ["import", "analyze", "export", "verify", "diff"] {
        verdicts.push(memory(results, what));
        verdicts.push(growth(results, what));
    }
    verdicts.push(ratio(results, (git::WHAT, "dss"), (git::WHAT, "git merge-file"), 10_000, 1.0));
    let [merged, _, alone] = merge::names(10_000);
    verdicts.push(ratio(results, (&merged, "dss"), (&alone, "dss"), MILLION, 1.5));
    for what in ["lint", "resolve"] {
        verdicts.push(ratio(results, (what, "dss"), (what, "Style Dictionary"), 10_000, 0.1));
    }
    for what in merge::names(3_000).into_iter().take(2) {
        verdicts.push(merging_memory(results, &what));
    }
    verdicts.extend(small(results));
    verdicts
}

fn missing(results: &[(&str, &str, Option<&Row>)], tokens: u64) -> Found {
    let missing = results.iter().filter(|(.., row)| row.is_none());
    let names: Vec<String> = missing.map(|(what, by, _)| format!("{what} by {by}")).collect();
    Found::Nothing(format!("no figure for {} at {}", names.join(" and "), table::grouped(tokens)))
}

fn ratio(results: &Results, mine: (&str, &str), theirs: (&str, &str), tokens: u64, bound: f64) -> Verdict {
    let name = |(what, by): (&str, &str)| if by == "dss" { what.to_owned() } else { format!("{by}'s") };
    let what = format!("{} of {} ≤ {bound:.2} × {}", mine.0, table::grouped(tokens), name(theirs));
    let rows = [mine, theirs].map(|(what, by)| results.find(what, by, tokens));
    let [Some(a), Some(b)] = rows else {
        return Verdict {
            what,
            found: missing(&[(mine.0, mine.1, rows[0]), (theirs.0, theirs.1, rows[1])], tokens),
        };
    };
    let ratio = a.over(b);
    let figure = |value: f64, name| Figure { shown: format!("{value:.2} × {name}"), value, bound };
    Verdict { what, found: Found::Figures(vec![figure(ratio.wall, "wall"), figure(ratio.cpu, "CPU")]) }
}

/// Peak memory of the largest size, by itself and against 100,000 tokens.
fn memory(results: &Results, what: &str) -> Verdict {
    let largest = results.sizes(what).last().copied().unwrap_or_default();
    let rows = [largest, 100_000].map(|tokens| results.find(what, "dss", tokens));
    let title = format!("memory of {what} ≤ 64 MiB, and ≤ {PEAK_GROWTH} × that at 100,000");
    let [Some(large), Some(small)] = rows else {
        return Verdict { what: title, found: missing(&[(what, "dss", rows[1])], 100_000) };
    };
    Verdict { what: title, found: Found::Figures(peaks(large, small)) }
}

fn peaks(large: &Row, small: &Row) -> Vec<Figure> {
    let (peak, before) = (large.median().peak_kib, small.median().peak_kib);
    let growth = kib(peak) / kib(before);
    let at = table::grouped(large.tokens);
    vec![
        Figure {
            shown: format!("{:.0} MiB at {at}", kib(peak) / 1024.0),
            value: kib(peak),
            bound: kib(PEAK_KIB),
        },
        Figure { shown: format!("{growth:.2} ×"), value: growth, bound: PEAK_GROWTH },
    ]
}

/// Time per token of the largest size against 100,000 tokens.
fn growth(results: &Results, what: &str) -> Verdict {
    let largest = results.sizes(what).last().copied().unwrap_or_default();
    let title = format!("time of {what} grows linearly: a token costs ≤ {LINEAR} × what it costs at 100,000");
    let rows = [largest, 100_000].map(|tokens| results.find(what, "dss", tokens));
    let ([Some(large), Some(small)], true) = (rows, largest > 100_000) else {
        return Verdict { what: title, found: Found::Nothing("no larger size".to_owned()) };
    };
    let ratio = large.over(small);
    let times = kib(large.tokens) / kib(small.tokens);
    let figure = |value: f64, name| Figure { shown: format!("{value:.2} × {name}"), value, bound: LINEAR };
    let at = format!("at {}", table::grouped(largest));
    let figures = vec![figure(ratio.wall / times, "wall"), figure(ratio.cpu / times, &format!("CPU {at}"))];
    Verdict { what: title, found: Found::Figures(figures) }
}

/// The same archive into ever larger projects.
fn merging_memory(results: &Results, what: &str) -> Verdict {
    let sizes = results.sizes(what);
    let title = format!("memory of `{what}` does not grow with the project (≤ {PEAK_GROWTH} ×, 64 MiB)");
    let ends =
        [sizes.last(), sizes.first()].map(|size| size.and_then(|size| results.find(what, "dss", *size)));
    match ends {
        [Some(large), Some(small)] if large.tokens > small.tokens => {
            let mut figures = peaks(large, small);
            figures.insert(
                0,
                Figure {
                    shown: format!(
                        "{:.0} MiB at {}",
                        kib(small.median().peak_kib) / 1024.0,
                        table::grouped(small.tokens)
                    ),
                    value: 0.0,
                    bound: 1.0,
                },
            );
            Verdict { what: title, found: Found::Figures(figures) }
        }
        _ => Verdict { what: title, found: Found::Nothing("one size only".to_owned()) },
    }
}

/// Small jobs, by the clock and by the processor: on a busy machine, the clock tells about others.
fn small(results: &Results) -> [Verdict; 2] {
    let within = |what: String, rows: [Option<&Row>; 2], tokens, bound_ms: f64| {
        let [Some(mine), Some(floor)] = rows else {
            return Verdict {
                what,
                found: missing(&[("start", "dss", rows[0]), ("start", "floor", rows[1])], tokens),
            };
        };
        let (mine, floor) = (mine.median(), floor.median());
        let figure =
            |ms: f64, name| Figure { shown: format!("{ms:.1} ms {name}"), value: ms, bound: bound_ms };
        let wall = figure((mine.wall_s - floor.wall_s) * 1_000.0, "wall");
        let cpu = figure((mine.cpu_s - floor.cpu_s) * 1_000.0, "CPU");
        Verdict { what, found: Found::Figures(vec![wall, cpu]) }
    };
    let start = |by| results.find("start", by, 0);
    [
        within(
            "start-up under 5 ms over an empty program's".to_owned(),
            [start("dss"), start("floor")],
            0,
            5.0,
        ),
        within(
            "import of 1,000 under 20 ms over the floor's start-up".to_owned(),
            [results.find("import", "dss", start::SMALL), start("floor")],
            start::SMALL,
            20.0,
        ),
    ]
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts and KiB are far below 2^52")]
const fn kib(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::super::cost::tests::row;
    use super::*;

    fn line(results: &Results, start: &str) -> String {
        let lines: Vec<String> = all(results).iter().map(ToString::to_string).collect();
        lines.iter().find(|line| line.starts_with(start)).cloned().unwrap_or_default()
    }

    #[test]
    fn what_holds_holds_and_what_does_not_says_by_how_much() {
        let mut results = Results::default();
        results.add(vec![
            row("import", "dss", MILLION, &[4.5], 40),
            row("import", "floor", MILLION, &[2.0], 20),
            row("analyze", "dss", MILLION, &[4.5], 40),
        ]);
        assert_eq!(
            line(&results, "import of 1,000,000"),
            "import of 1,000,000 ≤ 1.50 × floor's: 2.25 × wall, 2.25 × CPU: **falls short**, 50 % over"
        );
        assert!(line(&results, "analyze").ends_with("1.00 × wall, 1.00 × CPU: holds"));
    }

    #[test]
    fn what_was_not_measured_is_no_success() {
        let lines: Vec<String> = all(&Results::default()).iter().map(ToString::to_string).collect();
        assert!(lines.iter().all(|line| line.contains("**not measured**")), "{lines:#?}");
        assert!(lines.len() > 15);
    }

    #[test]
    fn no_number_is_no_success() {
        let mut results = Results::default();
        results.add(vec![row("verify", "dss", MILLION, &[], 40), row("verify", "floor", MILLION, &[], 20)]);
        assert!(line(&results, "verify of 1,000,000").contains("falls short"));
    }

    #[test]
    fn memory_and_time_may_not_grow() {
        let mut results = Results::default();
        results.add(vec![row("export", "dss", 100_000, &[1.0], 30)]);
        results.add(vec![row("export", "dss", MILLION, &[20.0], 70)]);
        let memory = line(&results, "memory of export");
        assert!(memory.contains("70 MiB at 1,000,000, 2.33 ×: **falls short**, 87 % over"), "{memory}");
        let time = line(&results, "time of export");
        assert!(time.contains("2.00 × wall") && time.ends_with("60 % over"), "{time}");
    }

    #[test]
    fn merging_is_judged_by_the_same_archive_in_other_projects() {
        let [merge, ..] = merge::names(3_000);
        let mut results = Results::default();
        results.add(vec![row(&merge, "dss", 5_000, &[1.0], 30)]);
        assert!(line(&results, "memory of `merge").contains("not measured"));
        results.add(vec![row(&merge, "dss", MILLION, &[1.0], 33)]);
        let memory = line(&results, "memory of `merge");
        assert!(memory.ends_with("30 MiB at 5,000, 33 MiB at 1,000,000, 1.10 ×: holds"), "{memory}");
    }
}
