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
/// What the largest size is compared with.
const BASE: u64 = 100_000;
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
    for imported in [10_000, 3_000] {
        let [merged, _, alone] = merge::names(imported);
        verdicts.push(ratio(results, (&merged, "dss"), (&alone, "dss"), MILLION, 1.5));
    }
    for what in ["lint", "resolve"] {
        verdicts.push(ratio(results, (what, "dss"), (what, "Style Dictionary"), 10_000, 0.1));
    }
    for what in merge::names(3_000).into_iter().take(2) {
        verdicts.push(merging_memory(results, &what));
    }
    verdicts.extend(small(results));
    verdicts
}

/// What two commands cost, at the size that was asked for or else at the largest below it.
fn ratio(results: &Results, mine: (&str, &str), theirs: (&str, &str), asked: u64, bound: f64) -> Verdict {
    let name = |(what, by): (&str, &str)| if by == "dss" { what.to_owned() } else { format!("{by}'s") };
    let what = format!("{} at {} ≤ {bound:.2} × {}", mine.0, table::grouped(asked), name(theirs));
    let sizes = results.sizes(mine.0).into_iter().rev().filter(|tokens| *tokens <= asked);
    let mut pairs = sizes.filter_map(|tokens| {
        let find = |(what, by)| results.find(what, by, tokens);
        Some((find(mine)?, find(theirs)?))
    });
    let Some((mine, theirs)) = pairs.next() else {
        return Verdict { what, found: Found::Nothing("no figures".to_owned()) };
    };
    let ratio = mine.over(theirs);
    let at =
        if mine.tokens == asked { String::new() } else { format!(" at {}", table::grouped(mine.tokens)) };
    let figure = |value: f64, name: &str| Figure { shown: format!("{value:.2} × {name}"), value, bound };
    let figures = vec![figure(ratio.wall, "wall"), figure(ratio.cpu, &format!("CPU{at}"))];
    Verdict { what, found: Found::Figures(figures) }
}

/// Peak memory of the largest size, by itself and against 100,000 tokens.
fn memory(results: &Results, what: &str) -> Verdict {
    let title = format!("memory of {what} ≤ 64 MiB, and ≤ {PEAK_GROWTH} × that at 100,000");
    let found = match largest_and_base(results, what) {
        Some((large, small)) => Found::Figures(peaks(large, small)),
        None => Found::Nothing("no larger size".to_owned()),
    };
    Verdict { what: title, found }
}

/// The largest size and 100,000 tokens, if these are two.
fn largest_and_base<'a>(results: &'a Results, what: &str) -> Option<(&'a Row, &'a Row)> {
    let largest = results.sizes(what).last().copied().filter(|tokens| *tokens > BASE)?;
    Some((results.find(what, "dss", largest)?, results.find(what, "dss", BASE)?))
}

fn peaks(large: &Row, small: &Row) -> Vec<Figure> {
    let (peak, before) = (large.median().peak_kib, small.median().peak_kib);
    let growth = float(peak) / float(before);
    let at = table::grouped(large.tokens);
    vec![
        Figure {
            shown: format!("{:.0} MiB at {at}", float(peak) / 1024.0),
            value: float(peak),
            bound: float(PEAK_KIB),
        },
        Figure { shown: format!("{growth:.2} ×"), value: growth, bound: PEAK_GROWTH },
    ]
}

/// Time per token of the largest size against 100,000 tokens.
fn growth(results: &Results, what: &str) -> Verdict {
    let title = format!("time of {what} grows linearly: a token costs ≤ {LINEAR} × what it costs at 100,000");
    let Some((large, small)) = largest_and_base(results, what) else {
        return Verdict { what: title, found: Found::Nothing("no larger size".to_owned()) };
    };
    let (ratio, times) = (large.over(small), float(large.tokens) / float(small.tokens));
    let figure =
        |value: f64, name: &str| Figure { shown: format!("{value:.2} × {name}"), value, bound: LINEAR };
    let at = format!("CPU at {}", table::grouped(large.tokens));
    let figures = vec![figure(ratio.wall / times, "wall"), figure(ratio.cpu / times, &at)];
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
                        float(small.median().peak_kib) / 1024.0,
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
    let within = |what: &str, mine: Option<&Row>, bound: f64| {
        let what = what.to_owned();
        let (Some(mine), Some(floor)) = (mine, results.find("start", "floor", 0)) else {
            return Verdict { what, found: Found::Nothing("no figures".to_owned()) };
        };
        let (mine, floor) = (mine.median(), floor.median());
        let figure = |s: f64, name| {
            let value = s * 1_000.0;
            Figure { shown: format!("{value:.1} ms {name}"), value, bound }
        };
        let figures =
            vec![figure(mine.wall_s - floor.wall_s, "wall"), figure(mine.cpu_s - floor.cpu_s, "CPU")];
        Verdict { what, found: Found::Figures(figures) }
    };
    let import = results.find("import", "dss", start::SMALL);
    [
        within("start-up under 5 ms over an empty program's", results.find("start", "dss", 0), 5.0),
        within("import of 1,000 under 20 ms over the floor's start-up", import, 20.0),
    ]
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts and KiB are far below 2^52")]
const fn float(number: u64) -> f64 {
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
            line(&results, "import at 1,000,000"),
            "import at 1,000,000 ≤ 1.50 × floor's: 2.25 × wall, 2.25 × CPU: **falls short**, 50 % over"
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
    fn a_smaller_size_stands_in_and_says_so() {
        let mut results = Results::default();
        results.add(vec![
            row("export", "dss", 100_000, &[1.25], 40),
            row("export", "floor", 100_000, &[1.0], 20),
        ]);
        results.add(vec![row("export", "dss", MILLION, &[9.0], 40)]);
        let said = line(&results, "export at 1,000,000");
        assert!(said.ends_with("1.25 × wall, 1.25 × CPU at 100,000: holds"), "{said}");
    }

    #[test]
    fn no_number_is_no_success() {
        let mut results = Results::default();
        results.add(vec![row("verify", "dss", MILLION, &[], 40), row("verify", "floor", MILLION, &[], 20)]);
        assert!(line(&results, "verify at 1,000,000").contains("falls short"));
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
