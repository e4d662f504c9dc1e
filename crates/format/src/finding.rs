//! Findings: what is wrong with single items, which are kept and marked all the same.

use dss_model::Severity;

/// One code that a finding can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingCode {
    /// The stable name, in `snake_case`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

const fn error(code: &'static str, meaning: &'static str, remedy: &'static str) -> FindingCode {
    FindingCode { code, severity: Severity::Error, meaning, remedy }
}

const fn warning(code: &'static str, meaning: &'static str, remedy: &'static str) -> FindingCode {
    FindingCode { code, severity: Severity::Warning, meaning, remedy }
}

/// Every code of the findings about token documents ([`dtcg::check`](crate::dtcg::check)) and resolver
/// documents ([`resolver::read`](crate::resolver::read)) and records ([`record::check`](crate::record::check)), sorted. The modules are those of DTCG 2025.10.
pub const FINDING_CODES: &[FindingCode] = &[
    warning(
        "conflict_in_file",
        "A merge of files left a conflict open in this token, group or set; what the file shows was taken, and the other \
         side is kept beside it.",
        "decide it with `dss conflicts FILE`, and import the file again",
    ),
    warning(
        "extension_invalid",
        "The extension `org.dss` is no object, or has a member that it does not define; that was left out.",
        "keep data of your own in `$extensions` under a name of your own",
    ),
    warning(
        "gradient_clamped",
        "A gradient stop's position lies outside 0 to 1; tools clamp it (format module).",
        "write 0 or 1",
    ),
    warning(
        "hex_short",
        "A colour's `hex` fallback has 3 or 8 digits instead of 6 (color module).",
        "write six digits; transparency belongs in `alpha`",
    ),
    error(
        "member_invalid",
        "A property has a value of the wrong JSON type, such as a `$description` that is no string (format module).",
        "correct the value of the named property",
    ),
    error(
        "member_unknown",
        "A token or group has a property that the format does not define (format module).",
        "correct its spelling, or move it into `$extensions` under a name of your own",
    ),
    error(
        "modifier_default",
        "A modifier's `default` is none of its contexts (resolver module).",
        "name one of the contexts",
    ),
    error(
        "modifier_empty",
        "A modifier has no contexts (resolver module).",
        "add contexts, or remove the modifier",
    ),
    warning(
        "modifier_single",
        "A modifier has only one context, and so is no choice (resolver module).",
        "make a set of it, or add a context",
    ),
    error(
        "name_invalid",
        "A name is empty, starts with `$`, or contains `{`, `}` or `.`, so that no alias can name it (format module).",
        "rename the token or group",
    ),
    error(
        "order_duplicate",
        "`resolutionOrder` names the same set or modifier twice; the first place counts (resolver module).",
        "remove one of the two",
    ),
    error(
        "record_invalid",
        "A component or asset is not what its schema says, such as a name that is no string (schemas/).",
        "correct the value of the named member",
    ),
    error(
        "reference_malformed",
        "Something looks like a reference and can name nothing: `{}`, `{a..b}`, or a `$ref` that points outside the document (format module).",
        "write `{group.token}` or `#/group/token`",
    ),
    error(
        "source_cycle",
        "A set of the resolver contains itself, directly or through others.",
        "break the circle",
    ),
    error(
        "source_invalid",
        "A source of a set or context is no object, or points where it must not (resolver module).",
        "write `{\"$ref\": \"file.json\"}`, `{\"$ref\": \"#/sets/name\"}`, or tokens in place",
    ),
    error(
        "source_unknown",
        "A source names a set that the resolver does not define.",
        "define the set, or correct the name",
    ),
    error(
        "sources_missing",
        "A set has no list of sources, or a context is no list (resolver module).",
        "write an array of sources, which may be empty",
    ),
    error(
        "token_with_children",
        "An object has a `$value` and contains tokens or groups; it is kept as a token with children (format module).",
        "move the value into a token `$root` inside",
    ),
    error(
        "type_missing",
        "Neither the token nor a group around it says a `$type`, and its value is no reference that could (format module).",
        "add `$type` to the token or its group",
    ),
    error(
        "type_unknown",
        "A `$type` is none of the format's thirteen types. On a group it is a warning (format module).",
        "use one of the format's types; what it lacks belongs in `$extensions`",
    ),
    error("value_and_ref", "A token has both `$value` and `$ref` (format module).", "keep one of the two"),
    error(
        "value_invalid",
        "A value does not fit its type; the message says where in the value and why (format module).",
        "write the value as the format asks, for instance a colour as `{\"colorSpace\", \"components\"}`",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Everything in the sources that is spelled like a code: these modules have no other such texts.
    fn used() -> BTreeSet<String> {
        let sources = [
            include_str!("dtcg/check.rs"),
            include_str!("dtcg/value.rs"),
            include_str!("record/check.rs"),
            include_str!("resolver/read.rs"),
        ];
        let is_code = |text: &&str| {
            text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let mut found = BTreeSet::new();
        for source in sources {
            let shipped = source.split("#[cfg(test)]").next().unwrap_or(source).replace("\\\"", "");
            found.extend(shipped.split('"').filter(is_code).map(str::to_owned));
        }
        found
    }

    #[test]
    fn the_table_is_complete() {
        let listed: BTreeSet<_> = FINDING_CODES.iter().map(|entry| entry.code.to_owned()).collect();
        assert_eq!(used(), listed);
        assert!(FINDING_CODES.is_sorted_by(|a, b| a.code < b.code));
        for entry in FINDING_CODES {
            assert!(entry.meaning.ends_with('.') && !entry.remedy.ends_with('.'), "{}", entry.code);
        }
    }
}
