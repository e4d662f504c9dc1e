//! Readers that leave, and disks that are full.

use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::support::Desk;

/// A project whose list is larger than any pipe.
fn desk_with_many_tokens() -> Desk {
    let desk = Desk::new();
    let tokens: Vec<String> = (0..5_000).map(|n| format!("\"t{n}\": {{\"$value\": {n}}}")).collect();
    desk.write("many.tokens.json", format!("{{\"$type\": \"number\", {}}}", tokens.join(",")));
    desk.ok("import many.tokens.json --project many -q");
    desk
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let desk = desk_with_many_tokens();
    for option in ["--no-progress", "--json"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dss"))
            .args(["token", "list", "many", option])
            .env("DSS_STORE", desk.path("store"))
            .env("DSS_CACHE", desk.path("cache"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut some = [0_u8; 10];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{option}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{option}");
    }
}

#[test]
fn long_lists_are_whole() {
    let desk = desk_with_many_tokens();
    let text = desk.ok("token list many");
    assert!(text.ends_with("\n5,000 tokens in 1 set\n"));
    assert_eq!(text.lines().filter(|line| line.starts_with("  t")).count(), 5_000);
    assert_eq!(desk.json("token list many")["tokens"].as_array().unwrap().len(), 5_000);
}

#[cfg(unix)]
#[test]
fn an_asset_may_come_through_a_pipe() {
    let desk = Desk::with_aurora();
    let svg = "<svg/>";
    let mut command = desk.command();
    command.args(["asset", "add", "aurora", "/dev/stdin", "--path", "icons/piped.svg"]).write_stdin(svg);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    desk.ok("asset get aurora icons/piped.svg -o got.svg");
    assert_eq!(std::fs::read_to_string(desk.path("got.svg")).unwrap(), svg);
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_5() {
    let desk = desk_with_many_tokens();
    for line in ["token list many", "token list many --json", "project list", "--help"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_dss"))
            .args(line.split(' '))
            .env("DSS_STORE", desk.path("store"))
            .env("DSS_CACHE", desk.path("cache"))
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(5), "dss {line}");
    }
}
