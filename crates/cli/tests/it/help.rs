//! Help and completions.

use crate::support::Desk;

#[test]
fn the_summary_fits_and_names_every_command() {
    let desk = Desk::new();
    let help = desk.ok("-h");
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    for command in
        ["demo", "import", "export", "verify", "inspect", "diff", "project", "token", "theme", "asset", "log"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is missing:\n{help}");
    }
    assert_eq!(desk.run("-h").err, "");
    assert_eq!(desk.ok("--version"), format!("dss {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_command_has_a_line_of_its_own() {
    let help = desk_help(&["-h"]);
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    for line in commands.lines().take_while(|line| !line.is_empty()) {
        assert!(
            line.chars().nth(2).is_some_and(|c| c != ' ') && line.chars().count() <= 80,
            "it is broken: {line}"
        );
    }
    // What clap does not break itself fits as well.
    assert!(desk_help(&["--help"]).lines().all(|line| line.chars().count() <= 80));
}

/// Help on a terminal of 80 columns.
fn desk_help(words: &[&str]) -> String {
    let output = Desk::new().command().env("COLUMNS", "80").args(words).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn long_help_has_examples_and_exit_codes() {
    let desk = Desk::new();
    let help = desk.ok("--help");
    assert!(help.contains("Exit codes:\n  0   done\n"), "{help}");
    for command in ["import", "export", "diff", "token set", "component set", "log"] {
        let help = desk.ok(&format!("{command} --help"));
        assert!(help.contains("Examples:\n  dss "), "{help}");
    }
}

#[test]
fn half_a_command_is_answered_with_what_could_follow() {
    let desk = Desk::new();
    for (line, usage, offered) in
        [("token", "Usage: dss token ", "\n  mv "), ("-q", "Usage: dss ", "\n  import ")]
    {
        let ran = desk.run(line);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
        assert!(ran.err.contains(usage) && ran.err.contains(offered), "{}", ran.err);
    }
}

#[test]
fn help_shows_no_paths_of_the_user() {
    let desk = Desk::new();
    assert!(!desk.ok("--help").contains(&*desk.path("store").to_string_lossy()));
}

#[test]
fn completions_name_commands_and_options() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = desk.ok(&format!("completions {shell}"));
        assert!(script.contains("on-conflict") && script.contains("inspect"), "{shell}");
    }
    let document = desk.json("completions fish");
    assert_eq!(document["shell"], "fish");
    assert!(document["script"].as_str().unwrap().contains("complete"));
}
