//! Tasks that workflows and pages name must exist, and workflows must do nothing that a person cannot do with them.

use crate::{ci, is_task};

use super::Source;

const CALL: &str = "cargo xtask ";

/// Tasks and steps of `ci` that a page or a workflow names, and that there are not.
pub(super) fn unknown(source: &Source) -> Vec<String> {
    let is_workflow = source.path.starts_with(".github/");
    if !is_workflow && !source.has_ending("md") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (line, number) in source.text.lines().zip(1_u32..) {
        let mut tell = |what: String| findings.push(format!("{}:{number}: {what}", source.path));
        for call in line.split(CALL).skip(1) {
            let mut words = call.split(|c: char| c.is_whitespace() || "`|,.;:()".contains(c));
            let task = words.next().unwrap_or_default();
            if is_name(task) && !is_task(task) {
                tell(format!("there is no task `{task}`"));
            }
            while let Some(word) = words.next() {
                let step = if ["--only", "--skip"].contains(&word) { words.next() } else { None };
                if let Some(step) = step.filter(|step| task == "ci" && is_name(step) && !ci::is_step(step)) {
                    tell(format!("ci has no step `{step}`"));
                }
            }
        }
        // What a workflow builds or tests by itself, nobody else does.
        let command = line.trim_start().trim_start_matches("- ").strip_prefix("run: ");
        if command
            .is_some_and(|command| is_workflow && command.starts_with("cargo ") && !command.starts_with(CALL))
        {
            tell("workflows call tasks, not cargo".to_owned());
        }
    }
    findings
}

/// Not a placeholder, an option or a sign.
fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        unknown(&Source { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn tasks_and_steps_that_exist_are_fine() {
        let text = "run `cargo xtask`, `cargo xtask TASK`, `cargo xtask layers --write` or cargo xtask ci --only fmt --skip deny.\n\
                    cargo xtask release patch\n";
        assert_eq!(findings("a.md", text), 0);
    }

    #[test]
    fn others_are_told() {
        assert_eq!(findings("a.md", "| x | `cargo xtask nonsense` |\n"), 1);
        assert_eq!(findings("a.md", "cargo xtask ci --only fmt --only nonsense\n"), 1);
        assert_eq!(findings("a.rs", "cargo xtask nonsense\n"), 0);
    }

    #[test]
    fn a_workflow_calls_tasks() {
        let workflow = ".github/workflows/ci.yml";
        assert_eq!(
            findings(workflow, "      - run: cargo xtask fuzz --seconds 20\n      - run: .ci/run\n"),
            0
        );
        assert_eq!(findings(workflow, "      - run: cargo test --workspace\n"), 1);
    }
}
