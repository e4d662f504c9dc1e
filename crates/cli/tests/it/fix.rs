//! `dss fix`, and its page.

use std::fs;

use serde_json::Value;

use crate::pages;
use crate::support::Desk;

const OLD: &str = r##"{
  "color": {
    "$type": "color",
    "red":  { "$value": "#F00", "$description": "Stays  as it is" },
    "link": { "$value": "{color.red}" }
  },
  "size": {
    "text": { "$type": "dimension", "$value": "1.5em" },
    "gap":  { "$type": "dimension", "$value": "1.50rem" },
    "page": { "$type": "dimension", "$value": 960 }
  },
  "fade": {
    "$type": "transition",
    "$value": { "duration": "200ms", "delay": "0ms", "timingFunction": "ease-in" }
  }
}
"##;

#[test]
fn the_page_shows_what_fix_does() {
    let desk = Desk::new();
    desk.write("brand.tokens.json", OLD);
    pages::follow("docs/fix.md", 2, &mut |command, _| pages::dss(&desk, command));
}

#[test]
fn nothing_is_written_unless_one_says_so_and_only_once() {
    let desk = Desk::new();
    desk.write("a.json", OLD);
    let looked = desk.run("fix a.json");
    assert_eq!((looked.code, looked.err.as_str()), (1, ""), "{}", looked.out);
    assert_eq!(fs::read_to_string(desk.path("a.json")).unwrap(), OLD);
    let fixed = desk.run("fix a.json --write");
    assert_eq!(fixed.code, 1, "two values are to be decided\n{}", fixed.out);
    let after = fs::read_to_string(desk.path("a.json")).unwrap();
    assert!(after.contains("    \"link\": { \"$value\": \"{color.red}\" }\n"), "{after}");
    assert!(after.contains("\"$description\": \"Stays  as it is\" },\n"), "{after}");
    let json = |line: &str| serde_json::from_str::<Value>(&desk.run(line).out).unwrap();
    let again = json("fix a.json --write --json");
    assert_eq!(
        (again["changes"].as_u64(), again["advice"].as_u64(), again["written"].as_bool()),
        (Some(0), Some(2), Some(false))
    );
    assert_eq!(fs::read_to_string(desk.path("a.json")).unwrap(), after);
    let lint = json("lint a.json --json");
    let lines: Vec<u64> =
        lint["items"].as_array().unwrap().iter().filter_map(|item| item["line"].as_u64()).collect();
    assert_eq!(lines.len(), 2, "{lint}");
    // What is left is what was told.
    let told: Vec<u64> = again["files"][0]["advice"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["line"].as_u64())
        .collect();
    assert_eq!(lines, told);
    assert!(!desk.path("store").exists(), "files need no store");
}

#[test]
fn a_folder_is_fixed_file_by_file() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("tokens/deep")).unwrap();
    desk.write("tokens/deep/a.json", r##"{"a":{"$type":"color","$value":"#fff"}}"##);
    desk.write("tokens/b.json", r#"{"b":{"$type":"number","$value":1}}"#);
    desk.write("tokens/note.txt", "#fff");
    let json = desk.json("fix tokens --write");
    assert_eq!(json["files"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["files"][0]["path"], "deep/a.json");
    assert_eq!(desk.run("fix tokens").code, 0);
    assert_eq!(desk.run("lint tokens").code, 0);
    assert_eq!(fs::read_to_string(desk.path("tokens/note.txt")).unwrap(), "#fff");
    assert_eq!(desk.run("fix tokens").out, "Nothing to change.\n");
}

#[test]
fn what_is_no_dtcg_is_not_touched() {
    let desk = Desk::new();
    let studio = r##"{"base":{"c":{"$value":"#F00","$type":"color"}},"$themes":[],"$metadata":{"tokenSetOrder":["base"]}}"##;
    desk.write("studio.json", studio);
    desk.write("sd.json", r##"{"c":{"value":"#F00","type":"color"}}"##);
    desk.write("brand.css", ":root{--a:#F00}");
    desk.write("broken.json", "{\"a\":");
    for (file, code) in
        [("studio.json", 2), ("sd.json", 2), ("brand.css", 2), ("broken.json", 3), ("gone.json", 4)]
    {
        let ran = desk.run(&format!("fix {file} --write"));
        assert_eq!(ran.code, code, "{file}\n{}{}", ran.out, ran.err);
    }
    assert_eq!(fs::read_to_string(desk.path("studio.json")).unwrap(), studio);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    desk.write("real.json", r##"{"a":{"$type":"color","$value":"#fff"}}"##);
    fs::set_permissions(desk.path("real.json"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.json", desk.path("link.json")).unwrap();
    desk.ok("fix link.json --write");
    assert!(fs::symlink_metadata(desk.path("link.json")).unwrap().is_symlink());
    assert_eq!(fs::metadata(desk.path("real.json")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(desk.path("real.json")).unwrap().contains("colorSpace"));
}
