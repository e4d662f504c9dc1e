//! What runs cost, and how costs compare.

use serde_json::{Value, json};

use crate::failure::Failure;

/// What one run used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    pub(crate) wall_s: f64,
    /// User and system time, of all threads.
    pub(crate) cpu_s: f64,
    /// The peak of resident memory.
    pub(crate) peak_kib: u64,
    /// What it wrote, where it is about that.
    pub(crate) bytes: Option<u64>,
}

/// All runs of one command on one size, in one race.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// What was done: `import`, `export` …
    pub(crate) what: String,
    /// Who did it: `dss`, `floor`, or a program that people use today.
    pub(crate) by: String,
    pub(crate) tokens: u64,
    /// The commit that was measured.
    pub(crate) commit: String,
    /// Processes that wanted to run, on average over the last minute when the race ended.
    pub(crate) load: f64,
    pub(crate) runs: Vec<Cost>,
}

/// How often one command's cost goes into another's: medians divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
}

impl Row {
    /// The median of each figure by itself.
    pub(crate) fn median(&self) -> Cost {
        let of = |figure: fn(&Cost) -> f64| median(self.runs.iter().map(figure).collect());
        let mut peaks: Vec<u64> = self.runs.iter().map(|run| run.peak_kib).collect();
        peaks.sort_unstable();
        Cost {
            wall_s: of(|run| run.wall_s),
            cpu_s: of(|run| run.cpu_s),
            peak_kib: peaks.get(peaks.len().div_euclid(2)).copied().unwrap_or_default(),
            bytes: self.runs.last().and_then(|run| run.bytes),
        }
    }

    pub(crate) fn over(&self, other: &Self) -> Ratio {
        let (mine, theirs) = (self.median(), other.median());
        Ratio { wall: mine.wall_s / theirs.wall_s, cpu: mine.cpu_s / theirs.cpu_s }
    }

    pub(crate) fn to_json(&self) -> Value {
        let list = |figure: fn(&Cost) -> Value| self.runs.iter().map(figure).collect::<Value>();
        json!({
            "what": self.what, "by": self.by, "tokens": self.tokens, "commit": self.commit,
            "load": self.load,
            "wallSeconds": list(|run| json!(run.wall_s)),
            "cpuSeconds": list(|run| json!(run.cpu_s)),
            "peakKib": list(|run| json!(run.peak_kib)),
            "bytes": self.median().bytes,
        })
    }

    pub(crate) fn from_json(value: &Value) -> Result<Self, Failure> {
        let missing = |name: &str| Failure::new(format!("a row of bench/results.json has no `{name}`"));
        let member = |name: &str| value.get(name).ok_or_else(|| missing(name));
        let text = |name: &str| member(name)?.as_str().map(str::to_owned).ok_or_else(|| missing(name));
        let list = |name: &str| member(name)?.as_array().ok_or_else(|| missing(name));
        let bytes = member("bytes")?.as_u64();
        let runs = list("wallSeconds")?.iter().zip(list("cpuSeconds")?).zip(list("peakKib")?);
        let runs = runs.map(|((wall, cpu), peak)| {
            Some(Cost { wall_s: wall.as_f64()?, cpu_s: cpu.as_f64()?, peak_kib: peak.as_u64()?, bytes })
        });
        Ok(Self {
            what: text("what")?,
            by: text("by")?,
            tokens: member("tokens")?.as_u64().ok_or_else(|| missing("tokens"))?,
            commit: text("commit")?,
            load: member("load")?.as_f64().ok_or_else(|| missing("load"))?,
            runs: runs.collect::<Option<_>>().ok_or_else(|| missing("runs"))?,
        })
    }
}

/// The middle one, or the mean of the two in the middle; not a number if there is none.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
    let half = figures.len().div_euclid(2);
    if figures.len().rem_euclid(2) == 1 {
        middle(half)
    } else {
        f64::midpoint(middle(half.wrapping_sub(1)), middle(half))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A row of runs that took as long on the clock as they took of the processor.
    pub(crate) fn row(what: &str, by: &str, tokens: u64, seconds: &[f64], peak_mib: u64) -> Row {
        let cost =
            |s: &f64| Cost { wall_s: *s, cpu_s: *s, peak_kib: peak_mib.saturating_mul(1024), bytes: Some(7) };
        let runs = seconds.iter().map(cost).collect();
        Row { what: what.to_owned(), by: by.to_owned(), tokens, commit: "abc".to_owned(), load: 0.5, runs }
    }

    #[test]
    fn the_middle_counts() {
        assert!((median(vec![9.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0, 2.0, 9.0]) - 3.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn ratios_are_of_medians() {
        let ratio = row("import", "dss", 1, &[2.0, 3.0, 90.0], 1).over(&row("import", "floor", 1, &[2.0], 1));
        assert_eq!(ratio, Ratio { wall: 1.5, cpu: 1.5 });
    }

    #[test]
    fn rows_survive_the_file() -> Result<(), Failure> {
        let before = row("export", "sqlite3", 10_000, &[0.125, 0.25], 3);
        assert_eq!(Row::from_json(&before.to_json())?, before);
        let mut broken = before.to_json();
        broken.as_object_mut().and_then(|members| members.remove("peakKib"));
        assert!(Row::from_json(&broken).is_err());
        Ok(())
    }
}
