//! `dss lint`

use std::fs;

use serde_json::Value;

use crate::support::Desk;

const BAD: &str = r##"{
  "color": {
    "$type": "color",
    "red": { "$value": "#ff0000" },
    "link": { "$value": "{color.gone}" },
    "a": { "$value": "{color.b}" },
    "b": { "$value": "{color.a}" }
  },
  "gap": { "$value": "{color.red}", "$type": "dimension", "$description": 4 },
  "sunset": { "$type": "gradient", "$value": [
    { "color": "{color.red}", "position": 2 }
  ] }
}
"##;

#[test]
fn every_finding_is_told_with_its_place_and_a_hint() {
    let desk = Desk::new();
    desk.write("bad.json", BAD);
    let ran = desk.run("lint bad.json");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    insta::assert_snapshot!(ran.out, @r##"
    bad.json
      warning[gradient_clamped] (1)
        hint: write 0 or 1
        10: sunset: $value[0]: position is outside 0 to 1 and will be clamped
      error[member_invalid] (1)
        hint: correct the value of the named property
        9: gap: $description: expected a string, found a number
      error[reference_cycle] (1)
        hint: give one of the tokens a value of its own
        6: color.a: 2 references go round in a circle: color.a → color.b
      error[reference_dangling] (1)
        hint: correct the name, or add what it names
        5: color.link: there is no token "color.gone"
      error[reference_type] (1)
        hint: refer to a token of the right type
        9: gap: "color.red" is of type color; a dimension is needed here
      error[value_invalid] (1)
        hint: write the value as the format asks, for instance a colour as
          `{"colorSpace", "components"}`
        4: color.red: $value: expected a color object (a CSS string is the pre-2025
          style), found a string

    6 tokens, 4 of them invalid: 5 errors, 1 warning
    "##);
    assert!(!desk.path("store").exists(), "a file needs no store");
}

#[test]
fn json_has_all_of_it() {
    let desk = Desk::new();
    desk.write("bad.json", BAD);
    let ran = desk.run("lint bad.json --json");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let items = report["items"].as_array().unwrap();
    let at = |code: &str, path: &str| {
        items.iter().find(|item| item["code"] == code && item["path"] == path).unwrap()["line"].clone()
    };
    assert_eq!(at("value_invalid", "color.red"), 4);
    assert_eq!(at("reference_dangling", "color.link"), 5);
    assert_eq!(at("member_invalid", "gap"), 9);
    assert_eq!(at("reference_type", "gap"), 9);
    assert_eq!(at("gradient_clamped", "sunset"), 10);
    let counted = report["errors"].as_u64().unwrap() + report["warnings"].as_u64().unwrap();
    assert_eq!(u64::try_from(items.len()).unwrap(), counted);
    for code in report["byCode"].as_object().unwrap().keys() {
        assert!(report["hints"][code].is_string(), "{code} has no hint");
    }
}

#[test]
fn sarif_names_files_as_the_command_line_does() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("my tokens/deep")).unwrap();
    desk.write("my tokens/deep/bad.json", BAD);
    for (source, uri) in
        [("my tokens", "my%20tokens/deep/bad.json"), ("my tokens/deep/bad.json", "my%20tokens/deep/bad.json")]
    {
        let output = desk.command().args(["lint", source, "--sarif"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let log: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        assert!(results.len() >= 6, "{results:?}");
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], uri);
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        }
    }
}

#[test]
fn warnings_count_when_they_are_to() {
    let desk = Desk::new();
    let stops = r#"{"color": "{red}", "position": 2}"#;
    let red = r#""red": {"$type": "color", "$value": {"colorSpace": "srgb", "components": [1, 0, 0]}}"#;
    desk.write("odd.json", format!(r#"{{{red}, "g": {{"$type": "gradient", "$value": [{stops}]}}}}"#));
    assert_eq!(desk.run("lint odd.json").code, 0);
    assert_eq!(desk.run("lint odd.json --strict").code, 1);
    assert_eq!(desk.run("lint aurora --strict").code, 0);
    assert_eq!(desk.ok("lint odd.json -q"), "");
}

#[test]
fn a_project_is_linted_like_its_files() {
    let desk = Desk::new();
    desk.write("bad.json", BAD);
    desk.ok("import bad.json --project bad");
    let ran = desk.run("lint bad --json");
    assert_eq!(ran.code, 1, "{}", ran.err);
    let project: Value = serde_json::from_str(&ran.out).unwrap();
    let file: Value = serde_json::from_str(&desk.run("lint bad.json --json").out).unwrap();
    assert_eq!(project["sourceKind"], "project");
    assert_eq!(project["byCode"], file["byCode"]);
    assert!(project["items"].as_array().unwrap().iter().all(|item| item["file"] == "bad"), "{project:#}");
}

#[test]
fn what_is_no_token_file_is_refused() {
    let desk = Desk::new();
    desk.write("broken.json", "{\"a\": ");
    desk.write("none.json", "{\"name\": \"a package\"}");
    for file in ["broken.json", "none.json"] {
        let ran = desk.run(&format!("lint {file} --json"));
        assert_eq!(ran.code, 3, "{}", ran.out);
        assert!(ran.out.contains("\"error\""), "{}", ran.out);
    }
    assert_eq!(desk.run("lint nowhere.json").code, 4);
}

#[test]
fn findings_in_other_tools_files_have_the_lines_of_those() {
    let desk = Desk::new();
    let studio = "{\n  \"base\": {\n    \"a\": {\n      \"value\": \"{gone}\", \"type\": \"color\" },\n    \"b\": { \"value\": \"x y\", \"type\": \"sizing\" }\n  },\n  \"$themes\": []\n}";
    desk.write("studio.json", studio);
    fs::create_dir_all(desk.path("style")).unwrap();
    desk.write(
        "style/size.json",
        "{\n  \"size\": {\n    \"s\": { \"value\": \"{a} * 2\", \"type\": \"size\" }\n  }\n}",
    );
    for (source, file, path, line) in [
        ("studio.json", "studio.json", "a", 3),
        ("studio.json", "studio.json", "b", 5),
        ("style", "size.json", "size.s", 3),
    ] {
        let ran = desk.run(&format!("lint {source} --json"));
        assert_eq!(ran.code, 1, "{}", ran.out);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let items = report["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["path"] == path).unwrap();
        assert_eq!((found["file"].as_str(), found["line"].as_u64()), (Some(file), Some(line)), "{found}");
    }
}

#[test]
fn what_may_be_several_formats_is_linted_as_the_one_that_is_named() {
    let desk = Desk::new();
    desk.write("a.json", r##"{"base": {"a": {"value": "#f00", "type": "color"}}}"##);
    let kind = |line: &str| {
        let report: Value = serde_json::from_str(&desk.run(line).out).unwrap();
        report["sourceKind"].as_str().unwrap().to_owned()
    };
    assert_eq!(kind("lint a.json --json"), "style-dictionary");
    assert_eq!(kind("lint a.json --from tokens-studio --json"), "tokens-studio");
    assert_eq!(kind("verify a.json --from penpot --json"), "penpot");
    assert_eq!(desk.run("lint a.json --from penpot").code, 0);
}
