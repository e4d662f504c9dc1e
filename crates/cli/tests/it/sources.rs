//! Token files that come again: what is told, and docs/sources.md, whose commands are run.

use insta::{Settings, assert_snapshot};

use crate::pages;
use crate::support::Desk;

const FILE: &str = r#"{
  "small": {"$type": "number", "$value": 4},
  "medium": {"$type": "number", "$value": 8},
  "large": {"$type": "number", "$value": 16}
}"#;

fn filters() -> Settings {
    let mut settings = Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "[time]");
    settings.add_filter(r"(\b\d+(\.\d)? m?s\b|under 1 ms)", "[span]");
    settings.add_filter(r"Source: .*", "Source: [path]");
    settings.add_filter(r"--expect [0-9a-f]{32}", "--expect [token]");
    settings
}

/// A desk with project `p`, made of `base.json`.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("base.json", FILE);
    desk.ok("import base.json --project p");
    desk
}

#[test]
fn an_edited_file() {
    let desk = desk();
    desk.ok("token set p small 5");
    desk.write("base.json", FILE.replace("4}", "6}").replace("8}", "9}"));
    let ran = desk.run("import base.json --project p");
    assert_eq!(ran.code, 1, "a conflict is open");
    filters().bind(|| {
        assert_snapshot!(ran.out, @r#"
        Imported base.json into project "p".

          ITEMS       READ  ADDED  CHANGED  UNCHANGED
          token sets     1      0        0          1
          tokens         3      0        2          1

          139 B read in [span]

        Source: [path]
          3 tokens: judged against what this source said on [time] UTC

        Conflict in small:
          value, in set base
        Recommendation: unknown (both were written at about the same time)
        Local: 7aca07eb82a2 (updated [time] UTC)
          number 5, by Ada
        Imported: 6a558d84002a (updated [time] UTC)
          number 6, by Ada; shows until somebody decides
        Base: number 4

        1 conflict is open.
        Two people changed the same thing without knowing of each other. Both values are
        kept until somebody decides it.

        Next:
          dss conflicts p list                           see what is open
          dss conflicts p resolve small --take imported  decide one
          dss conflicts p resolve -i                     be asked about each
        "#);
    });
}

#[test]
fn a_file_that_lost_something() {
    let desk = desk();
    desk.write("base.json", FILE.replace(",\n  \"large\": {\"$type\": \"number\", \"$value\": 16}", ""));
    filters().bind(|| {
        assert_snapshot!(desk.ok("import base.json --project p --delete-missing --dry-run"), @r#"
        Would import base.json into project "p".

          ITEMS       READ  ADDED  UNCHANGED  DELETED
          token sets     1      0          1        0
          tokens         2      0          2        1

          93 B read in [span]

        Source: [path]
          2 tokens: judged against what this source said on [time] UTC

        Missing, and there the last time: 1 token
          large in base
        They would be deleted; what was edited here meanwhile would be a conflict.

        This was a dry run: nothing was changed. Without --dry-run it is done.
        To do exactly this or nothing: --expect [token]
        "#);
        assert_snapshot!(desk.ok("import base.json --project p"), @r#"
        Nothing new: project "p" holds all of base.json already.

          ITEMS       READ  ADDED  UNCHANGED
          token sets     1      0          1
          tokens         2      0          2

          93 B read in [span]

        Source: [path]
          2 tokens: judged against what this source said on [time] UTC

        Missing, and there the last time: 1 token
          large in base
        Nothing was deleted: --delete-missing does that.
        "#);
        assert_snapshot!(desk.ok("import base.json --project p --delete-missing"), @r#"
        Imported base.json into project "p".

          ITEMS       READ  ADDED  UNCHANGED  DELETED
          token sets     1      0          1        0
          tokens         2      0          2        1

          93 B read in [span]

        Source: [path]
          2 tokens: judged against what this source said on [time] UTC

        Missing, and there the last time: 1 token
          large in base
        They were deleted; what was edited here meanwhile is a conflict.
        "#);
    });
    assert_eq!(desk.run("token get p large").code, 4);
}

#[test]
fn a_file_that_dss_wrote() {
    let desk = desk();
    desk.ok("export p -o out/");
    let file = desk.path("out/tokens/base.tokens.json");
    let text = std::fs::read_to_string(&file).unwrap();
    desk.ok("token set p large 17");
    std::fs::write(&file, text.replace("\"$value\": 4", "\"$value\": 5")).unwrap();
    filters().bind(|| {
        assert_snapshot!(desk.ok("import out/tokens/base.tokens.json --project p"), @r#"
        Imported out/tokens/base.tokens.json into project "p".

          ITEMS       READ  ADDED  CHANGED  UNCHANGED
          token sets     1      0        0          1
          tokens         3      0        1          2

          825 B read in [span]

        Source: [path]
          3 tokens: judged by the revisions in the file
        "#);
    });
}

#[test]
fn a_project_that_was_not_meant() {
    let desk = desk();
    let told = one_line(&desk.ok("import base.json"));
    assert!(told.contains("project \"p\" was imported from there before: --project p updates it"), "{told}");
    desk.write("other.json", FILE);
    let told = one_line(&desk.ok("import other.json"));
    assert!(told.contains("to bring it into a project that exists, name that with --project"), "{told}");
    let summary = desk.json("import base.json --project p");
    assert_eq!(summary["delivered"]["byDelivery"], 3);
    assert_eq!(summary.get("hint"), None);
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn wrong_use() {
    let desk = desk();
    desk.ok("import aurora/aurora.resolver.json");
    let ran = desk.run("import aurora/aurora.resolver.json --set base");
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
}

/// What differs from run to run, made the same.
#[cfg(unix)]
fn stable(text: &str, desk: &Desk) -> String {
    let here = std::fs::canonicalize(desk.path(".")).unwrap_or_else(|_| desk.path("."));
    let text = text.replace(&here.display().to_string(), "/home/ada");
    let text = pages::at_one_moment(&text, "2026-01-01 09:00:00");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let end = line.find(" read in ").and_then(|at| line.get(..at));
        lines.push(end.map_or_else(|| line.to_owned(), |start| format!("{start} read in 2 ms")));
    }
    lines.join("\n")
}

/// Runs a line of the page.
#[cfg(unix)]
fn run(desk: &Desk, command: &str) -> String {
    let output = if command.starts_with("dss ") {
        pages::dss(desk, command)
    } else {
        let mut shell = std::process::Command::new("sh");
        let ran = shell.args(["-ec", command]).current_dir(desk.path(".")).output().unwrap();
        assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    stable(&output, desk)
}

#[cfg(unix)]
#[test]
fn the_page_tells_what_its_commands_print() {
    let desk = Desk::new();
    pages::follow("docs/sources.md", 8, &mut |command, _| run(&desk, command));
}
