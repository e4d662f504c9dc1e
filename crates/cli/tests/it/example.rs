//! The example design system in `examples/aurora`.

use std::fs;
use std::process::Command;

use crate::support::{Desk, example};

#[test]
fn the_example_is_without_fault() {
    let desk = Desk::new();
    for file in ["aurora", "aurora/aurora.resolver.json", "aurora/tokens/base.tokens.json"] {
        let ran = desk.run(&format!("verify {file} --strict"));
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.starts_with(&format!("{file} is valid.\n")), "{}", ran.out);
    }
}

#[test]
fn what_its_components_name_exists() {
    let desk = Desk::with_aurora();
    for component in desk.json("component list aurora")["components"].as_array().unwrap() {
        let tokens = component["record"]["tokens"].as_array().unwrap();
        assert!(!tokens.is_empty());
        for token in tokens {
            let path = token.as_str().unwrap();
            assert_eq!(desk.run(&format!("token get aurora {path}")).code, 0, "{path}");
        }
    }
}

#[test]
fn its_font_is_what_its_script_makes() {
    let desk = Desk::new();
    let font = fs::read(example().join("assets/aurora-sans.ttf")).unwrap();
    assert!(font.len() < 4096);
    fs::remove_file(desk.path("aurora/assets/aurora-sans.ttf")).unwrap();
    let Ok(made) = Command::new("python3").arg(desk.path("aurora/make_font.py")).output() else {
        eprintln!("SKIPPED: there is no python3 here");
        return;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(fs::read(desk.path("aurora/assets/aurora-sans.ttf")).unwrap(), font);
}
