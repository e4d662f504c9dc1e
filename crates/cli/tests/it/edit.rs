//! Changing things in place.

use std::fs;

use serde_json::json;

use crate::support::{Desk, example};

#[test]
fn tokens_are_set_in_short_or_as_json() {
    let desk = Desk::with_aurora();
    let value = |path: &str| desk.json(&format!("token get aurora {path}"))["tokens"][0]["value"].clone();
    let text = desk.ok("token set aurora color.violet.500 #7c3aed");
    assert_eq!(text, "Set color.violet.500 = #7c3aed in set tokens/base.\n");
    assert_eq!(
        value("color.violet.500"),
        json!({ "colorSpace": "srgb", "components": [0.4863, 0.2275, 0.9294], "hex": "#7c3aed" })
    );
    desk.ok("token set aurora space.4 1.5rem");
    assert_eq!(value("space.4"), json!({ "value": 1.5, "unit": "rem" }));
    desk.ok("token set aurora duration.slow 1s");
    assert_eq!(value("duration.slow"), json!({ "value": 1, "unit": "s" }));
    desk.ok("token set aurora gap.inline {space.4}");
    assert_eq!(value("gap.inline"), "{space.4}");
    desk.ok("token set aurora opacity.scrim 0.50");
    assert_eq!(value("opacity.scrim"), json!(0.5));
    let ran = desk
        .with_input("token set aurora space.5 - --set tokens/base", "{\"value\": 20, \"unit\": \"px\"}\n");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(value("space.5"), json!({ "value": 20, "unit": "px" }));
    desk.ok("token set aurora opacity.shift -1 --set tokens/base");
    assert_eq!(value("opacity.shift"), -1);
}

#[test]
fn tokens_have_more_than_values() {
    let desk = Desk::with_aurora();
    desk.words(&[
        "token",
        "set",
        "aurora",
        "radius.full",
        "--description",
        "For pills",
        "--tag",
        "a",
        "--tag",
        "b",
    ]);
    desk.ok("token set aurora radius.full --untag a --deprecated=Later");
    let token = desk.json("token get aurora radius.full")["tokens"][0].clone();
    assert_eq!(token["description"], "For pills");
    assert_eq!(token["tags"], json!(["b"]));
    assert_eq!(token["deprecated"], "Later");
    assert_eq!(token["updatedBy"], "Ada");
    let text = desk.ok("token get aurora radius.full");
    assert!(text.contains("  deprecated   Later\n"), "{text}");
    desk.ok("token set aurora radius.full --no-description --no-deprecated");
    let token = desk.json("token get aurora radius.full")["tokens"][0].clone();
    assert!(token.get("description").is_none() && token.get("deprecated").is_none(), "{token}");
}

#[test]
fn a_token_that_breaks_the_rules_needs_consent() {
    let desk = Desk::with_aurora();
    let ran = desk.run("token set aurora color.violet.500 mauve");
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(
        ran.err.contains("hint: correct it, or keep it as it is, marked invalid, with --allow-invalid\n"),
        "{}",
        ran.err
    );
    let text = desk.ok("token set aurora color.violet.500 mauve --allow-invalid");
    assert!(text.contains("kept and marked invalid"), "{text}");
}

#[test]
fn a_set_that_is_new_is_mentioned() {
    let desk = Desk::with_aurora();
    let text = desk.ok("token set aurora radius.small 1px --set tokens/tiny --type dimension");
    assert!(text.ends_with("Set tokens/tiny is new.\n"), "{text}");
    assert_eq!(desk.json("set list aurora")["sets"].as_array().unwrap().len(), 5);
}

#[test]
fn moving_tells_of_aliases_left_behind() {
    let desk = Desk::with_aurora();
    let text = desk.ok("token mv aurora space.2 space.small");
    assert!(text.starts_with("Moved space.2 to space.small in set tokens/base;"), "{text}");
    assert!(text.contains("1 alias still names {space.2}"), "{text}");
    assert_eq!(desk.run("token get aurora space.2").code, 4);
}

#[test]
fn components_come_from_files_and_pipes() {
    let desk = Desk::with_aurora();
    let ran = desk.with_input("component set aurora -", r#"{"name": "Chip", "description": "Small"}"#);
    assert_eq!((ran.code, ran.out.as_str()), (0, "Set component Chip.\n"), "{}", ran.err);
    let text = desk.ok("component list aurora");
    assert!(text.contains("\n  Chip "), "{text}");
    let record = desk.json("component get aurora Button")["record"].clone();
    assert_eq!(record["props"]["variant"]["default"], "solid");
    desk.ok("component rm aurora Chip");
    assert_eq!(desk.run("component get aurora Chip").code, 4);
}

#[test]
fn assets_come_back_as_they_were() {
    let desk = Desk::with_aurora();
    desk.ok("asset add aurora aurora/assets/aurora-sans.ttf --path fonts/aurora-sans.ttf");
    let original = fs::read(example().join("assets/aurora-sans.ttf")).unwrap();
    desk.ok("asset get aurora fonts/aurora-sans.ttf -o font.ttf");
    assert_eq!(fs::read(desk.path("font.ttf")).unwrap(), original);
    desk.ok("asset get aurora fonts/aurora-sans.ttf -o font.ttf --force");
    let printed =
        desk.command().args(["asset", "get", "aurora", "fonts/aurora-sans.ttf", "-o", "-"]).output();
    assert_eq!(printed.unwrap().stdout, original);
    assert_eq!(desk.json("asset list aurora")["assets"][0]["mediaType"], "font/ttf");
    let left = fs::read_dir(desk.path("")).unwrap().filter_map(Result::ok);
    assert_eq!(left.filter(|file| file.file_name().to_string_lossy().contains("partial")).count(), 0);
}

#[test]
fn files_that_cannot_hold_everything_say_so() {
    let desk = Desk::with_aurora();
    let ran = desk.run("export aurora -o files/");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.starts_with("warning: components: 2 left out")
            && ran.err.contains("warning: assets: 1 left out"),
        "{}",
        ran.err
    );
    assert_eq!(desk.run("export aurora -o aurora.dss").err, "");
}

#[test]
fn themes_are_set_chosen_and_removed() {
    let desk = Desk::with_aurora();
    desk.ok("theme set aurora density compact tokens/base");
    desk.ok("theme set aurora density cosy tokens/base tokens/semantic");
    desk.ok("theme default aurora density cosy");
    let layers = desk.json("theme list aurora")["layers"].clone();
    let density = layers.as_array().unwrap().iter().find(|layer| layer["name"] == "density").unwrap();
    assert_eq!(density["default"], "cosy");
    assert_eq!(density["themes"][1]["sources"], json!(["tokens/base", "tokens/semantic"]));
    desk.ok("theme rm aurora density");
    assert_eq!(desk.run("theme default aurora density cosy").code, 4);
}

#[test]
fn projects_are_deleted_only_on_purpose() {
    let desk = Desk::with_aurora();
    let ran = desk.with_input("project delete aurora", "y\n");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("--yes"), "{}", ran.err);
    desk.ok("project rename aurora borealis");
    desk.ok("project delete borealis --yes");
    assert!(desk.ok("project list").starts_with("No projects yet."));
}
