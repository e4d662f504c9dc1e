//! Tasks that workflows and pages name must exist; workflows must do nothing that a person cannot do with them, and run
//! no code of others that could change overnight.

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
        if is_workflow {
            workflow(line).into_iter().for_each(tell);
        }
    }
    findings
}

/// What is wrong with a line of a workflow.
fn workflow(line: &str) -> Option<String> {
    let line = line.trim_start().trim_start_matches("- ");
    // What a workflow builds or tests by itself, nobody else does.
    if line.strip_prefix("run: ").is_some_and(|run| run.starts_with("cargo ") && !run.starts_with(CALL)) {
        return Some("workflows call tasks, not cargo".to_owned());
    }
    // Whoever owns an action can move its tags.
    let (action, version) = line.strip_prefix("uses: ")?.split_once('@').unwrap_or_default();
    let commit = version.split(' ').next().unwrap_or_default();
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!is_commit).then(|| format!("`{action}` is to be named by a commit, with its version as a comment"))
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

    #[test]
    fn a_workflow_names_the_commit_of_what_it_uses() {
        let workflow = ".github/workflows/ci.yml";
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let uses = |version: &str| findings(workflow, &format!("      - uses: some/action@{version}\n"));
        assert_eq!(uses(&format!("{commit} # v5.0.0")), 0);
        assert_eq!(uses("v5"), 1);
        assert_eq!(uses("0123456789abcdef"), 1);
        assert_eq!(findings(workflow, "      - uses: some/action\n"), 1);
    }
}
