//! Wall clocks: advice with warnings, never causality (MERGE.md §5, §8, §16).

use std::fmt;

/// From when on wall clocks are distrusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkewOptions {
    /// Times this close together are the same time: milliseconds, 5 s unless set.
    pub tolerance_ms: u64,
    /// A time this far ahead of now or of the export, or apart from the other, is remarked on:
    /// milliseconds, 1 h unless set.
    pub drift_ms: u64,
}

impl SkewOptions {
    /// Sets the tolerance in milliseconds.
    #[must_use]
    pub const fn with_tolerance_ms(mut self, tolerance_ms: u64) -> Self {
        self.tolerance_ms = tolerance_ms;
        self
    }

    /// Sets the drift threshold in milliseconds.
    #[must_use]
    pub const fn with_drift_ms(mut self, drift_ms: u64) -> Self {
        self.drift_ms = drift_ms;
        self
    }
}

impl Default for SkewOptions {
    fn default() -> Self {
        Self { tolerance_ms: 5_000, drift_ms: 3_600_000 }
    }
}

/// The times that writes are judged against: milliseconds since 1970-01-01 UTC, as far as known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Clocks {
    /// Now, on the importing machine.
    pub now_ms: Option<i64>,
    /// When the archive was exported, by the exporter's clock.
    pub exported_at_ms: Option<i64>,
    /// Thresholds.
    pub options: SkewOptions,
}

impl Clocks {
    /// Judges against the time `now_ms`.
    pub fn at(now_ms: i64) -> Self {
        Self { now_ms: Some(now_ms), ..Self::default() }
    }

    /// Sets the time of export, if it is known.
    #[must_use]
    pub const fn with_exported_at_ms(mut self, exported_at_ms: Option<i64>) -> Self {
        self.exported_at_ms = exported_at_ms;
        self
    }

    /// Sets the thresholds.
    #[must_use]
    pub const fn with_options(mut self, options: SkewOptions) -> Self {
        self.options = options;
        self
    }
}

/// Which side is probably the one to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recommendation {
    /// The local side is later.
    Local,
    /// The imported side is later.
    Imported,
    /// The clocks do not say.
    Unknown,
}

impl Recommendation {
    /// The recommendation's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Imported => "imported",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Recommendation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A time that is not to be trusted, and by how many milliseconds it is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkewWarning {
    /// The archive was exported in the future of now.
    ExporterClockAhead {
        /// How far, in milliseconds.
        ahead_ms: u64,
    },
    /// The imported write was made in the future of now.
    ImportedInFuture {
        /// How far, in milliseconds.
        ahead_ms: u64,
    },
    /// The local write was made in the future of now.
    LocalInFuture {
        /// How far, in milliseconds.
        ahead_ms: u64,
    },
    /// The imported write was made after the archive that holds it.
    ImportedAfterExport {
        /// How far, in milliseconds.
        ahead_ms: u64,
    },
    /// Both times are plausible and far apart.
    FarApart {
        /// How far, in milliseconds.
        apart_ms: u64,
    },
}

impl SkewWarning {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ExporterClockAhead { .. } => "exporter_clock_ahead",
            Self::ImportedInFuture { .. } => "imported_in_future",
            Self::LocalInFuture { .. } => "local_in_future",
            Self::ImportedAfterExport { .. } => "imported_after_export",
            Self::FarApart { .. } => "far_apart",
        }
    }

    /// Whether it makes the times useless, so that nothing can be recommended.
    pub const fn forbids_advice(&self) -> bool {
        !matches!(self, Self::FarApart { .. })
    }
}

impl fmt::Display for SkewWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock skew detected: ")?;
        match *self {
            Self::ExporterClockAhead { ahead_ms } => {
                write!(f, "the export time lies {} in the future", Span(ahead_ms))
            }
            Self::ImportedInFuture { ahead_ms } => {
                write!(f, "the imported time lies {} in the future", Span(ahead_ms))
            }
            Self::LocalInFuture { ahead_ms } => {
                write!(f, "the local time lies {} in the future", Span(ahead_ms))
            }
            Self::ImportedAfterExport { ahead_ms } => {
                write!(f, "the imported time lies {} after the export", Span(ahead_ms))
            }
            Self::FarApart { apart_ms } => {
                write!(f, "the local and the imported time are {} apart", Span(apart_ms))
            }
        }
    }
}

/// Advice on a conflict, from the times of both writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The side that is probably the one to keep.
    pub recommendation: Recommendation,
    /// Why the times are suspicious, if they are.
    pub warnings: Vec<SkewWarning>,
}

/// Recommends the later side: advice only, for causality never counts a clock.
///
/// Unknown if a time is missing, both are within the tolerance, or one lies more than the drift
/// threshold in the future of now or of the export. Times merely far apart are remarked on, and the
/// later one recommended.
///
/// ```
/// use dss_merge::{Clocks, Recommendation, recommend};
///
/// const HOUR: i64 = 3_600_000;
/// let clocks = Clocks::at(100 * HOUR);
/// let advice = recommend(Some(90 * HOUR), Some(92 * HOUR), &clocks);
/// assert_eq!(advice.recommendation, Recommendation::Imported);
/// assert_eq!(
///     advice.warnings[0].to_string(),
///     "Clock skew detected: the local and the imported time are 2 h apart",
/// );
/// let advice = recommend(Some(90 * HOUR), Some(102 * HOUR), &clocks);
/// assert_eq!(advice.recommendation, Recommendation::Unknown);
/// ```
pub fn recommend(local_ms: Option<i64>, imported_ms: Option<i64>, clocks: &Clocks) -> Advice {
    let SkewOptions { tolerance_ms, drift_ms } = clocks.options;
    let ahead = |time: Option<i64>, of: Option<i64>| match (time, of) {
        (Some(time), Some(of)) if time > of => Some(time.abs_diff(of)).filter(|ahead| *ahead > drift_ms),
        _ => None,
    };
    let mut warnings = Vec::new();
    if let Some(ahead_ms) = ahead(clocks.exported_at_ms, clocks.now_ms) {
        warnings.push(SkewWarning::ExporterClockAhead { ahead_ms });
    }
    if let Some(ahead_ms) = ahead(imported_ms, clocks.now_ms) {
        warnings.push(SkewWarning::ImportedInFuture { ahead_ms });
    }
    if let Some(ahead_ms) = ahead(local_ms, clocks.now_ms) {
        warnings.push(SkewWarning::LocalInFuture { ahead_ms });
    }
    if let Some(ahead_ms) = ahead(imported_ms, clocks.exported_at_ms) {
        warnings.push(SkewWarning::ImportedAfterExport { ahead_ms });
    }
    let (Some(local), Some(imported), true) = (local_ms, imported_ms, warnings.is_empty()) else {
        return Advice { recommendation: Recommendation::Unknown, warnings };
    };
    let apart_ms = local.abs_diff(imported);
    if apart_ms > drift_ms {
        warnings.push(SkewWarning::FarApart { apart_ms });
    }
    let recommendation = match local.cmp(&imported) {
        _ if apart_ms <= tolerance_ms => Recommendation::Unknown,
        std::cmp::Ordering::Greater => Recommendation::Local,
        _ => Recommendation::Imported,
    };
    Advice { recommendation, warnings }
}

/// A span of time for people: its two largest units.
struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u64); 4] = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)];
        let mut rest = self.0;
        let mut shown = 0_u8;
        for (unit, length_ms) in UNITS {
            let count = rest.checked_div(length_ms).unwrap_or(0);
            rest = rest.checked_rem(length_ms).unwrap_or(0);
            if count > 0 && shown < 2 {
                let space = if shown == 0 { "" } else { " " };
                write!(f, "{space}{count} {unit}")?;
                shown = shown.saturating_add(1);
            } else if shown > 0 {
                break;
            }
        }
        if shown == 0 { write!(f, "{} ms", self.0) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn advice(local: i64, imported: i64, clocks: &Clocks) -> (Recommendation, Vec<&'static str>) {
        let advice = recommend(Some(local), Some(imported), clocks);
        (advice.recommendation, advice.warnings.iter().map(SkewWarning::code).collect())
    }

    #[test]
    fn thresholds_are_exact() {
        let clocks = Clocks::at(10 * HOUR).with_exported_at_ms(Some(9 * HOUR));
        assert_eq!(advice(8 * HOUR, 8 * HOUR + 5_000, &clocks), (Recommendation::Unknown, vec![]));
        assert_eq!(advice(8 * HOUR, 8 * HOUR + 5_001, &clocks), (Recommendation::Imported, vec![]));
        assert_eq!(advice(8 * HOUR + 5_001, 8 * HOUR, &clocks), (Recommendation::Local, vec![]));
        assert_eq!(advice(7 * HOUR, 8 * HOUR, &clocks), (Recommendation::Imported, vec![]));
        assert_eq!(advice(7 * HOUR - 1, 8 * HOUR, &clocks), (Recommendation::Imported, vec!["far_apart"]));
        assert_eq!(advice(8 * HOUR, 10 * HOUR, &clocks), (Recommendation::Imported, vec!["far_apart"]));
        assert_eq!(
            advice(8 * HOUR, 10 * HOUR + 1, &clocks),
            (Recommendation::Unknown, vec!["imported_after_export"])
        );
        assert_eq!(advice(11 * HOUR, 9 * HOUR, &clocks), (Recommendation::Local, vec!["far_apart"]));
        assert_eq!(
            advice(11 * HOUR + 1, 9 * HOUR, &clocks),
            (Recommendation::Unknown, vec!["local_in_future"])
        );
        let all = Clocks::at(0).with_exported_at_ms(Some(2 * HOUR));
        assert_eq!(
            advice(2 * HOUR, 4 * HOUR, &all).1,
            ["exporter_clock_ahead", "imported_in_future", "local_in_future", "imported_after_export"]
        );
    }

    #[test]
    fn missing_and_extreme_times() {
        let unknown = recommend(None, Some(1), &Clocks::default());
        assert_eq!((unknown.recommendation, unknown.warnings), (Recommendation::Unknown, vec![]));
        let clocks = Clocks::at(i64::MIN).with_exported_at_ms(Some(i64::MIN));
        assert_eq!(advice(i64::MAX, i64::MAX, &clocks).0, Recommendation::Unknown);
        assert_eq!(advice(i64::MIN, i64::MAX, &Clocks::default()).0, Recommendation::Imported);
    }

    #[test]
    fn thresholds_are_options() {
        let options = SkewOptions::default().with_tolerance_ms(0).with_drift_ms(10);
        let clocks = Clocks::at(100).with_options(options);
        assert_eq!(advice(1, 2, &clocks), (Recommendation::Imported, vec![]));
        assert_eq!(advice(1, 12, &clocks), (Recommendation::Imported, vec!["far_apart"]));
        assert_eq!(advice(111, 100, &clocks), (Recommendation::Unknown, vec!["local_in_future"]));
    }

    #[test]
    fn spans_read_well() {
        // Only neighbouring units: 1 d 5 min is 1 d.
        let shown = [0, 999, 1_000, 61_000, 3_600_000, 3_661_000, 90_061_000, 86_700_000];
        let shown = shown.map(|span| Span(span).to_string());
        assert_eq!(shown, ["0 ms", "999 ms", "1 s", "1 min 1 s", "1 h", "1 h 1 min", "1 d 1 h", "1 d"]);
        assert!(SkewWarning::LocalInFuture { ahead_ms: 1 }.to_string().starts_with("Clock skew detected"));
    }
}
