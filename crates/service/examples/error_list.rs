//! Prints docs/errors.md, from the tables that the code itself uses: `cargo xtask docs --write`.
#![expect(clippy::print_stdout, reason = "printing is its purpose")]

use std::collections::BTreeMap;

use dss_service::format::FindingCode;
use dss_service::model::{Severity, Stage};
use dss_service::store::DamageKind;
use dss_service::{ErrorClass, ErrorCode, FINDING_CODES, codes};

const HEAD: &str = "\
# Errors and findings

<!-- Generated: cargo xtask docs --write. Do not edit. -->

Every failure has a **code** that does not change. Match on it, never on the message. With `--json` a failure is one
document on standard output:

```json
{\"error\": {\"code\": \"manifest_integrity\", \"stage\": \"manifest\", \"message\": \"…\", \"hint\": \"…\", \"entry\": \"manifest.json\", \"exitCode\": 3}}
```

`stage` is there if an import refused the input; `entry`, `line`, `path` (of a token, theme or component) and `rule` (of the
container) where they are known. In the library, `ServiceError` has a method for each. Whatever fails, nothing stored is
changed; only `audit_failed` tells of something that was done.

A **finding** is not a failure: something is wrong with one item, which is kept and marked. `--strict` makes
findings of severity error fatal ([`strict_errors`](#strict_errors)).

**Damage** is what `dss check` finds in a store: something that no input and no edit can have made. [backup.md](backup.md)
says what to do then.
";

/// Texts that people and programs may look for, and the codes that come with them (DESIGN.md §8).
const PROMISED: &[(&str, &[&str])] = &[
    ("Zip Slip vulnerability detected", &["zip_slip", "symlink_entry"]),
    ("Manifest integrity check failed", &["manifest_integrity", "entry_changed"]),
    (
        "File size exceeds limit",
        &["archive_too_large", "entry_too_large", "total_too_large", "file_too_large"],
    ),
    ("Token count exceeds limit", &["too_many_tokens"]),
    ("Component count exceeds limit", &["too_many_components"]),
    ("Database locked", &["database_locked"]),
    ("Background job required", &["background_job_required"]),
    ("schema version", &["schema_version_newer", "store_schema_too_new"]),
    ("Clock skew detected", &[]),
];

/// Failures that only the command line can have: code, class, meaning, remedy.
const COMMAND_LINE: [(&str, ErrorClass, &str, &str); 14] = [
    (
        "config_invalid",
        ErrorClass::Usage,
        "A `dss.toml` is not TOML, or sets what this program does not know, or what is not for it to set; or a variable `DSS_…` has a \
         value that makes no sense. Nothing is done until it is corrected, but for `dss config`, which tells of all such mistakes.",
        "correct the line or the variable that the message names; `dss config show` lists what can be set",
    ),
    (
        "figma_answer_invalid",
        ErrorClass::Store,
        "Figma has taken the changes of a push, and its answer does not say what it calls what is new.",
        "pull from the file to see what it has",
    ),
    (
        "figma_answer_too_large",
        ErrorClass::Refused,
        "Figma's answer is larger than 64 MiB.",
        "split the file: this many variables are more than is read at once",
    ),
    (
        "figma_busy",
        ErrorClass::Store,
        "Figma has been asked too often (429), or fails itself (500 and above).",
        "nothing was changed here; try again later",
    ),
    (
        "figma_changed",
        ErrorClass::Refused,
        "A push was not done, with exit code 1: the Figma file has changed since the last pull, or has deleted what is here.",
        "bring it in with `dss pull figma`, and push again",
    ),
    (
        "figma_forbidden",
        ErrorClass::Refused,
        "Figma does not let the token at the file's variables.",
        "the token needs the scope file_variables:read (to push: file_variables:write), its owner must be allowed to see \
         or edit the file, and Figma has this API on its Enterprise plan only",
    ),
    (
        "figma_not_found",
        ErrorClass::Missing,
        "Figma has no such file, or not for this token.",
        "the key is the part of the file's address behind /design/",
    ),
    (
        "figma_refused",
        ErrorClass::Refused,
        "Figma refuses the request of a push; its message says why.",
        "look at what was asked with --dry-run --payload FILE",
    ),
    (
        "figma_request_too_large",
        ErrorClass::Refused,
        "A push would ask for more than the 4 MiB that Figma takes at once.",
        "give a part of it to Figma in another file, or in another project",
    ),
    (
        "figma_token_missing",
        ErrorClass::Usage,
        "There is no token in `FIGMA_TOKEN`.",
        "make a personal access token in Figma's settings, and set FIGMA_TOKEN to it",
    ),
    (
        "figma_undecided",
        ErrorClass::Refused,
        "A push was not done, with exit code 1: conflicts are open in the project.",
        "decide them with `dss conflicts PROJECT resolve`, and push again",
    ),
    (
        "figma_unreachable",
        ErrorClass::Store,
        "Figma does not answer, not in time, or something else answers in its place.",
        "nothing was changed here; check the connection, and try again",
    ),
    (
        "git_failed",
        ErrorClass::Store,
        "git is not there or says no (`dss git`, `dss merge-driver`). Outside of a working tree, with exit code 4.",
        "check that git is installed, and what it says; run `dss git install` inside of a repository",
    ),
    (
        "output_failed",
        ErrorClass::Store,
        "Standard output, or a file that a command should write, could not be written.",
        "check where the output goes, and that there is room",
    ),
];

fn main() {
    print!("{}", page());
}

fn page() -> String {
    let mut by_code: BTreeMap<&str, Vec<ErrorCode>> = BTreeMap::new();
    for entry in codes() {
        by_code.entry(entry.code).or_default().push(entry);
    }
    let mut findings: Vec<&FindingCode> =
        FINDING_CODES.iter().chain(dss_service::format::FINDING_CODES).collect();
    findings.sort_by_key(|entry| entry.code);
    [
        HEAD.to_owned(),
        exits(),
        stages(),
        promised(),
        index(&by_code, &findings),
        errors(&by_code),
        all(&findings),
        damage(),
    ]
    .join("\n")
}

fn exits() -> String {
    let meaning = |class: ErrorClass| match class {
        ErrorClass::Usage => "The call makes no sense: change it.",
        ErrorClass::Refused => {
            "The input was refused: damaged, malicious, invalid, or over a limit. Get another one."
        }
        ErrorClass::Missing => "No such project, token or file, or it exists already.",
        ErrorClass::Store => {
            "The store is busy or failed, or output could not be written: try again, or look after it."
        }
        ErrorClass::Bug => "A bug in DSS: please report it.",
        ErrorClass::Cancelled => "Stopped on request; what a shell reports for Ctrl-C.",
    };
    let mut out = "## Exit codes\n\n| code | meaning |\n| --- | --- |\n".to_owned();
    out.push_str("| 0 | Done. |\n| 1 | Done, and differences or open conflicts remain. |\n");
    let mut classes = ErrorClass::ALL;
    classes.sort_by_key(|class| class.exit_code());
    for class in classes {
        if matches!(class, ErrorClass::Cancelled) {
            out.push_str("| 129 | `dss merge-driver` failed, in whatever way: git stops its merge. |\n");
        }
        out.push_str(&format!("| {} | {} |\n", class.exit_code(), meaning(class)));
    }
    out
}

fn stages() -> String {
    "## Stages\n\nAn import passes five, in this order: `archive` (the container), `manifest`, `schema`, `structure`, \
     `referential`. [archive-format.md](archive-format.md#12-reading) says what each proves.\n"
        .to_owned()
}

fn promised() -> String {
    let mut out = "## Promised texts\n\nThese words appear in the message, whatever else it says.\n\n\
                   | text | with |\n| --- | --- |\n"
        .to_owned();
    for (text, codes) in PROMISED {
        let links: Vec<_> = codes.iter().map(|code| link(code)).collect();
        let with =
            if links.is_empty() { "a conflict's warning; no failure".to_owned() } else { links.join(", ") };
        out.push_str(&format!("| {text} | {with} |\n"));
    }
    out
}

fn link(code: &str) -> String {
    format!("[`{code}`](#{code})")
}

fn index(by_code: &BTreeMap<&str, Vec<ErrorCode>>, findings: &[&FindingCode]) -> String {
    let mut out = "## All of them\n\nBy exit code:\n\n| exit | codes |\n| --- | --- |\n".to_owned();
    let mut by_exit: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    for (code, entries) in by_code {
        for entry in entries {
            let list = by_exit.entry(entry.class.exit_code()).or_default();
            if list.last() != Some(code) {
                list.push(code);
            }
        }
    }
    for (code, class, ..) in COMMAND_LINE {
        by_exit.entry(class.exit_code()).or_default().push(code);
    }
    for (exit, list) in &mut by_exit {
        list.sort_unstable();
        let links: Vec<_> = list.iter().map(|code| link(code)).collect();
        out.push_str(&format!("| {exit} | {} |\n", links.join(" ")));
    }
    let links: Vec<_> = findings.iter().map(|entry| format!("[`{0}`](#finding-{0})", entry.code)).collect();
    out.push_str(&format!("\nFindings: {}\n", links.join(" ")));
    let links: Vec<_> =
        DamageKind::ALL.iter().map(|kind| format!("[`{0}`](#damage-{0})", kind.code())).collect();
    out.push_str(&format!("\nDamage: {}\n", links.join(" ")));
    out
}

fn errors(by_code: &BTreeMap<&str, Vec<ErrorCode>>) -> String {
    let mut sections: BTreeMap<&str, String> =
        by_code.iter().map(|(code, entries)| (*code, section(code, entries))).collect();
    for (code, class, meaning, remedy) in COMMAND_LINE {
        let exit = class.exit_code();
        let text = format!("### `{code}`\n\n{meaning}\n\nExit {exit} · command line\n\n→ {remedy}\n");
        sections.insert(code, text);
    }
    let sections: Vec<_> = sections.into_values().collect();
    format!("## Errors\n\n{}", sections.join("\n"))
}

fn section(code: &str, entries: &[ErrorCode]) -> String {
    let mut out = format!("### `{code}`\n");
    for entry in entries {
        let mut facts = vec![format!("Exit {}", entry.class.exit_code()), entry.layer.name().to_owned()];
        if !entry.stages.is_empty() {
            let names: Vec<_> = entry.stages.iter().copied().map(Stage::name).collect();
            facts.push(format!("stage {}", names.join(", ")));
        }
        if !matches!(entry.rule, "" | "-") {
            facts.push(format!("rule {}", entry.rule));
        }
        out.push_str(&format!("\n{}\n\n{}\n\n→ {}\n", entry.meaning, facts.join(" · "), entry.remedy));
    }
    out
}

fn all(findings: &[&FindingCode]) -> String {
    let mut out = "## Findings\n".to_owned();
    for entry in findings {
        let severity = match entry.severity {
            Severity::Error => "Error: the item is invalid, and kept",
            Severity::Warning => "Warning: the item is valid",
        };
        let FindingCode { code, meaning, remedy, .. } = entry;
        out.push_str(&format!("\n### Finding `{code}`\n\n{meaning}\n\n{severity}\n\n→ {remedy}\n"));
    }
    out
}

fn damage() -> String {
    let mut out = "## Damage\n".to_owned();
    for kind in DamageKind::ALL {
        let (code, meaning, remedy) = (kind.code(), kind.meaning(), kind.remedy());
        out.push_str(&format!("\n### Damage `{code}`\n\n{meaning}\n\nExit 5 · store\n\n→ {remedy}\n"));
    }
    out
}
