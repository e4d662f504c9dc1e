//! The readmes: their commands do what they are said to do.
#![cfg(unix)]

use std::fs;

use crate::figma::{self, Figma, TOKEN};
use crate::pages;
use crate::shell;
use crate::support::Desk;

/// Tokens that the readmes speak of, and what another tool has of them.
fn desk() -> Desk {
    let desk = Desk::new();
    fs::create_dir(desk.path("tokens")).unwrap();
    let tokens = r#"{"color": {"$type": "color",
      "blue": {"5": {"$value": {"colorSpace": "srgb", "components": [0.04, 0.34, 0.82]}}},
      "brand": {"$value": "{color.blue.5}"}, "primary": {"$value": "{color.blue.5}"}}}"#;
    desk.write("tokens/base.tokens.json", tokens);
    let resolver = r##"{"version": "2025.10", "sets": {"base": {"sources": [{"$ref": "tokens/base.tokens.json"}]}},
      "modifiers": {"theme": {"default": "light", "contexts": {"light": [], "dark": []}}},
      "resolutionOrder": [{"$ref": "#/sets/base"}, {"$ref": "#/modifiers/theme"}]}"##;
    desk.write("tokens.resolver.json", resolver);
    desk.write("tokens/brand.resolver.json", resolver.replace("tokens/base", "base"));
    desk.write("studio.json", r#"{"core": {"space": {"small": {"value": "4px", "type": "spacing"}}}}"#);
    desk.write("brand.tokens.json", r#"{"size": {"$type": "number", "s": {"$value": 1}}}"#);
    desk
}

/// What Ben sends: a change of a token that was changed here, too.
fn send_from_ben(desk: &Desk, project: &str, token: &str) {
    desk.ok(&format!("export {project} -o to-ben.dss"));
    desk.ok("import to-ben.dss --store ben");
    desk.ok(&format!("token set {project} {token} #ff0000 --store ben --as Ben"));
    desk.ok(&format!("token set {project} {token} #00ff00"));
    desk.ok(&format!("export {project} -o from-ben.dss --store ben"));
}

fn follow(name: &str, at_least: usize, project: &str, token: &str) {
    let desk = desk();
    shell::run(&desk.path("."), &desk.path("."), "git init -q");
    let server = Figma::start(figma::payload());
    pages::follow(name, at_least, &mut |command, _| {
        if command.contains("from-ben.dss") && !desk.path("from-ben.dss").exists() {
            send_from_ben(&desk, project, token);
        }
        if command.starts_with("dss pull ") {
            let address = server.address();
            shell::aside(&desk, &format!("FIGMA_TOKEN={TOKEN} FIGMA_API_URL={address} {command}"));
            return String::new();
        }
        let printed = shell::run(&desk.path("."), &desk.path("."), command);
        assert!([0, 1].contains(&printed.code), "{command}\n{}", printed.text);
        printed.text
    });
}

#[test]
fn of_the_project() {
    follow("README.md", 15, "primer", "color.brand");
}

#[test]
fn of_the_program() {
    follow("crates/cli/README.md", 11, "brand", "color.primary");
}
