//! `dss resolve`

use std::path::Path;

use serde_json::Value;

use crate::pages;
use crate::support::Desk;

#[test]
fn the_page_about_resolving_is_true() {
    let desk = Desk::new();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/resolve.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let files = ["shop.resolver.json", "base.tokens.json", "dark.tokens.json"];
    files.iter().zip(blocks).for_each(|(file, text)| desk.write(file, text));
    pages::follow("docs/resolve.md", 2, &mut |command, _| {
        let ran = desk.run(command.strip_prefix("dss ").unwrap());
        assert!([0, 1, 4].contains(&ran.code), "{command}\n{}", ran.err);
        ran.out + &ran.err
    });
}

#[test]
fn tokens_without_a_value_are_told_with_file_and_line() {
    let desk = Desk::new();
    desk.write(
        "bad.json",
        "{\n  \"a\": { \"$type\": \"number\", \"$value\": 1 },\n  \"b\": { \"$value\": \"{gone}\" }\n}",
    );
    let ran = desk.run("resolve bad.json");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(ran.out, "  PATH  TYPE    VALUE\n  a     number  1\n\n1 token\n");
    assert!(ran.err.contains("b: there is no token \"gone\"\n      bad.json:3\n"), "{}", ran.err);
    assert!(!desk.path("store").exists(), "a file needs no store");
    let ran = desk.run("resolve bad.json --json");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["tokens"][0]["value"], 1);
    assert_eq!(report["findings"]["items"][0]["line"], 3);
    assert_eq!(report["sourceKind"], "file");
}

#[test]
fn themes_are_chosen_from_what_there_is() {
    let desk = Desk::with_aurora();
    let background = |line: &str| {
        let report = desk.json(line);
        let tokens = report["tokens"].as_array().unwrap().clone();
        let token = tokens.iter().find(|token| token["path"] == "theme.color.background").unwrap().clone();
        (report["themes"].clone(), token["value"]["components"][0].clone())
    };
    desk.ok("export aurora -o aurora.dss");
    for source in ["aurora", "aurora.dss", "aurora/aurora.resolver.json", "./aurora"] {
        let (themes, light) = background(&format!("resolve {source}"));
        assert_eq!((themes["theme"].as_str(), light.as_f64()), (Some("light"), Some(1.0)), "{source}");
        let (themes, dark) = background(&format!("resolve {source} --theme theme=dark"));
        assert_eq!(themes["theme"], "dark");
        assert!(dark.as_f64().unwrap() < 0.2, "{source}: {dark}");
    }
    let ran = desk.run("resolve aurora --theme theme=dim");
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("modifier \"theme\" has no context \"dim\"; it has light, dark"), "{}", ran.err);
    assert_eq!(desk.run("resolve aurora --theme dark").code, 2);
    let wide = desk.ok("resolve aurora");
    assert!(wide.lines().all(|line| line.chars().count() <= 80), "{wide}");
}
