//! Colours, widths, and text that is not to be trusted.

use crate::support::Desk;

const ESCAPE: char = '\u{1b}';

fn listed(desk: &Desk, options: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = desk.command();
    command.args(["token", "list", "aurora", "--folder", "color.violet"]).args(options);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn colours_are_for_those_who_want_them() {
    let desk = Desk::with_aurora();
    let has_colour =
        |options: &[&str], variables: &[(&str, &str)]| listed(&desk, options, variables).contains(ESCAPE);
    assert!(!has_colour(&[], &[]), "a pipe is no terminal");
    assert!(has_colour(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colour(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!has_colour(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(has_colour(&["--color", "always"], &[("NO_COLOR", "1")]), "an option beats the environment");
    assert!(!has_colour(&["--color=never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn swatches_need_24_bits() {
    let desk = Desk::with_aurora();
    let swatch = "\u{1b}[48;2;139;92;246m  \u{1b}[0m #8b5cf6";
    assert!(listed(&desk, &["--color=always"], &[("COLORTERM", "truecolor")]).contains(swatch));
    assert!(!listed(&desk, &["--color=always"], &[]).contains("[48;2;"));
    assert!(!listed(&desk, &[], &[("COLORTERM", "truecolor")]).contains("[48;2;"));
}

#[test]
fn errors_and_help_follow_the_same_rules() {
    let desk = Desk::new();
    for line in ["no-such-command --color always", "project show none --color=always"] {
        assert!(desk.run(line).err.contains(ESCAPE), "{line}");
    }
    assert!(!desk.run("no-such-command").err.contains(ESCAPE));
    assert!(desk.run("--color always --help").out.contains(ESCAPE));
}

#[test]
fn lists_fit_the_width() {
    let desk = Desk::with_aurora();
    let widest = |columns: &str| {
        let output =
            desk.command().args(["token", "list", "aurora"]).env("COLUMNS", columns).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line.chars().count()).max().unwrap()
    };
    assert!(widest("60") <= 60);
    assert!((61..=80).contains(&widest("80")));
    assert!(widest("200") > 100);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let desk = Desk::new();
    desk.write(
        "evil.tokens.json",
        r#"{"a\u001b[2Jb": {"$type": "fontFamily", "$value": "\u001b]0;pwned\u0007", "$description": "x\u202ey\u009b1m"},
           "bad\u001b[31m": {"$type": "\u001b[31mred", "$value": "z\u0000"}}"#,
    );
    desk.write("component.json", r#"{"name": "Evil", "description": "\u001b[31m"}"#);
    let mut texts = vec![desk.ok("import evil.tokens.json --project evil -v")];
    desk.ok("component set evil component.json");
    for line in
        ["token list evil", "component list evil", "log", "token list evil --invalid", "set list evil"]
    {
        texts.push(desk.ok(line));
    }
    texts.push(desk.words(&["token", "get", "evil", "a\u{1b}[2Jb"]).out);
    texts.push(desk.words(&["token", "get", "evil", "no\u{1b}[2Jne"]).err);
    texts.push(desk.words(&["import", "no\u{1b}[2Jne.dss"]).err);
    texts.push(desk.words(&["component", "get", "evil", "Evil"]).out);
    for text in texts {
        assert!(!text.is_empty());
        let harmful = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(harmful, None, "{text:?}");
    }
}
