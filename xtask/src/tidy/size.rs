//! How long a Rust file may be.

/// No exemptions: a limit with exceptions is a suggestion.
const FILE_LINES: usize = 500;
const LIB_LINES: usize = 120;

/// A finding if the file has too many lines that are not tests.
pub(super) fn too_long(path: &str, text: &str) -> Option<String> {
    if is_test(path) {
        return None;
    }
    let limit = if path.ends_with("src/lib.rs") { LIB_LINES } else { FILE_LINES };
    let lines = lines_before_tests(text);
    (lines > limit)
        .then(|| format!("{path}: {lines} lines without tests, limit {limit}: split it by what it is about"))
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.split('/').any(|folder| ["tests", "benches"].contains(&folder))
}

/// Tests stand last in a file, in a module with a body that is only compiled for them.
fn lines_before_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let opens_tests = |index: &usize| {
        let mut after = lines.iter().skip(*index);
        after.next() == Some(&"#[cfg(test)]")
            && after
                .find(|line| !line.starts_with("#["))
                .is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    (0..lines.len()).find(opens_tests).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_before_the_tests_count() {
        assert_eq!(lines_before_tests("a\nb\n"), 2);
        assert_eq!(lines_before_tests("a\n#[cfg(test)]\nmod tests {\n}\n"), 1);
        assert_eq!(lines_before_tests("a\n#[cfg(test)]\n#[expect(x, reason = \"y\")]\nmod tests {\n}\n"), 1);
        assert_eq!(lines_before_tests("#[cfg(test)]\nmod tests;\n#[cfg(test)]\nuse x;\n"), 4);
    }

    #[test]
    fn limits_hold_at_the_line_and_break_beyond_it() {
        let lines = |count| "x\n".repeat(count);
        assert_eq!(too_long("crates/a/src/b.rs", &lines(FILE_LINES)), None);
        assert!(too_long("crates/a/src/b.rs", &lines(FILE_LINES + 1)).is_some());
        assert!(too_long("crates/a/src/lib.rs", &lines(LIB_LINES + 1)).is_some());
        assert_eq!(too_long("crates/a/tests/it/b.rs", &lines(FILE_LINES + 1)), None);
        assert_eq!(too_long("crates/a/src/b/tests.rs", &lines(FILE_LINES + 1)), None);
    }
}
