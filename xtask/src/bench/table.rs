//! The table of all rows.

use std::fmt::Write as _;

use super::cost::Row;
use super::results::Results;

const HEAD: &str = "\
| command | tokens | by | wall | CPU | dss takes × wall | dss takes × CPU | peak | bytes |
| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |
";

/// One row each, those of one race together, ours first.
pub(crate) fn markdown(results: &Results) -> String {
    let mut rows: Vec<&Row> = results.rows.iter().collect();
    let place = |row: &Row| results.rows.iter().position(|other| other.what == row.what);
    rows.sort_by_key(|row| (row.tokens, place(row), row.by != "dss"));
    let mut out = HEAD.to_owned();
    for row in rows {
        let cost = row.median();
        let ratio =
            results.find(&row.what, "dss", row.tokens).filter(|_| row.by != "dss").map(|dss| dss.over(row));
        let times = |figure: Option<f64>| figure.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        // Writing into a string cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} MiB | {} |",
            row.what.replace('|', "\\|"),
            grouped(row.tokens),
            row.by.replace('|', "\\|"),
            seconds(cost.wall_s),
            seconds(cost.cpu_s),
            times(ratio.map(|ratio| ratio.wall)),
            times(ratio.map(|ratio| ratio.cpu)),
            cost.peak_kib.saturating_add(512).div_euclid(1024),
            cost.bytes.map(grouped).unwrap_or_default(),
        );
    }
    let mut commits: Vec<&str> = results.rows.iter().map(|row| row.commit.as_str()).collect();
    commits.sort_unstable();
    commits.dedup();
    let loads = results.rows.iter().map(|row| row.load);
    let (low, high) = loads.fold((f64::MAX, 0.0_f64), |(low, high), load| (low.min(load), high.max(load)));
    if !commits.is_empty() {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let _ = writeln!(
            out,
            "\nMeasured at {} on {cores} cores; {low:.1} to {high:.1} processes wanted to run meanwhile, ours included.",
            commits.join(", ")
        );
    }
    out
}

/// Three digits or so, in the unit that they fit.
pub(crate) fn seconds(seconds: f64) -> String {
    match seconds {
        ..0.01 => format!("{:.1} ms", seconds * 1_000.0),
        ..1.0 => format!("{:.0} ms", seconds * 1_000.0),
        _ => format!("{seconds:.2} s"),
    }
}

/// A number with commas.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::cost::tests::row;
    use super::*;

    #[test]
    fn ours_stands_first_and_others_say_how_they_compare() {
        let mut results = Results::default();
        results
            .add(vec![row("import", "floor", 10_000, &[0.5], 2), row("import", "dss", 10_000, &[0.75], 3)]);
        results.add(vec![row("import", "dss", 1_000, &[0.005], 3)]);
        let table = markdown(&results);
        let rows: Vec<&str> = table.lines().skip(2).take(3).collect();
        assert_eq!(
            rows,
            [
                "| import | 1,000 | dss | 5.0 ms | 5.0 ms |  |  | 3 MiB | 7 |",
                "| import | 10,000 | dss | 750 ms | 750 ms |  |  | 3 MiB | 7 |",
                "| import | 10,000 | floor | 500 ms | 500 ms | 1.50 | 1.50 | 2 MiB | 7 |",
            ]
        );
        assert!(table.contains("Measured at abc on"));
    }

    #[test]
    fn numbers_are_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.004_56, 0.0456, 4.56].map(seconds), ["4.6 ms", "46 ms", "4.56 s"]);
    }
}
