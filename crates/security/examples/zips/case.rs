//! A labelled archive: a line of `CASES.tsv`, and the options that it asks for.

use dss_security::{HiddenFiles, Limits, OpenOptions, Policy, Stance};

/// What is known of one archive.
pub(crate) struct Case<'a> {
    pub(crate) file: &'a str,
    pub(crate) is_hostile: bool,
    /// Whether a product may choose to let it in.
    pub(crate) is_policy: bool,
    /// The rule that it breaks.
    pub(crate) rule: &'a str,
    options: &'a str,
}

impl<'a> Case<'a> {
    pub(crate) fn parse(line: &'a str) -> Option<Self> {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[file, _, expected, strength, _, options, rule, ..] = fields.as_slice() else { return None };
        Some(Self { file, is_hostile: expected == "reject", is_policy: strength == "policy", rule, options })
    }

    /// The strict options, with the limits that the case asks for.
    pub(crate) fn options(&self) -> Option<OpenOptions> {
        let mut limits = Limits::default();
        for (name, value) in self.options.split(',').filter_map(|option| option.split_once('=')) {
            let value: u64 = value.parse().ok()?;
            limits = match name {
                "max_entries" => limits.with_entries(value),
                "max_total" => limits.with_total_bytes(value),
                // The corpus means "no ratio rule": deflate cannot exceed 1032.
                "ratio" => limits.with_ratio(if value == 0 { 2000 } else { value }),
                _ => return None,
            };
        }
        Some(OpenOptions::strict().with_limits(limits))
    }

    /// The same, with the one option that lets a policy case in.
    pub(crate) fn allowing_options(&self) -> Option<OpenOptions> {
        let (options, strict) = (self.options()?, Policy::strict());
        let policy = match self.rule {
            "P-hidden" => strict.with_hidden_files(HiddenFiles::Allow),
            "P-bidi" => strict.with_invisible_characters(Stance::Allow),
            "P-fold" => strict.with_fold_collisions(Stance::Allow),
            "P-nested" => strict.with_nested_archives(Stance::Allow),
            "P-setuid" => strict.with_special_modes(Stance::Allow),
            "P-lc" => strict.with_header_details(Stance::Allow),
            "P-need" => strict.with_newer_versions(Stance::Allow),
            "P-storeddd" => strict.with_stored_descriptors(Stance::Allow),
            "P-comment" => {
                let limits = options.limits.clone().with_comment_bytes(65_535);
                return Some(options.with_limits(limits));
            }
            _ => return None,
        };
        Some(options.with_policy(policy))
    }
}
