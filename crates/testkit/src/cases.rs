use proptest::test_runner::Config;

/// How a property is tried: that many times, since it takes long, or the other way round.
///
/// `PROPTEST_CASES` counts in proportion to proptest's own 256 cases, so that a night can try everything fifty times as
/// often. A plain number of cases would hold whatever that says.
pub fn cases(usual: u32) -> Config {
    let config = Config::default();
    let scaled = u64::from(usual).saturating_mul(u64::from(config.cases)) / 256;
    Config { cases: u32::try_from(scaled).unwrap_or(u32::MAX).max(1), ..config }
}
