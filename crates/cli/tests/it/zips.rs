//! Zips of token files, and what Penpot exports: read like a folder.

use std::fs;
use std::io::{Cursor, Write as _};

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Desk, example};

pub(crate) fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::DEFAULT).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The example's token files, below `top`.
fn aurora(top: &str) -> Vec<u8> {
    let folder = example();
    let files = [
        "aurora.resolver.json",
        "tokens/base.tokens.json",
        "tokens/semantic.tokens.json",
        "tokens/light.tokens.json",
        "tokens/dark.tokens.json",
    ];
    let texts = files.map(|file| (format!("{top}{file}"), fs::read_to_string(folder.join(file)).unwrap()));
    let mut entries: Vec<(&str, &str)> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    // What Finder adds, and what is no token file.
    entries.push(("__MACOSX/._aurora.resolver.json", "\u{0}"));
    entries.push(("logo.svg", "<svg/>"));
    zipped(&entries)
}

#[test]
fn a_zip_is_read_like_its_folder() {
    let desk = Desk::new();
    let tokens = |line: &str| {
        let report = desk.json(line);
        report["tokens"].as_array().map(|tokens| {
            let flat = |token: &Value| format!("{} {}", token["path"], token["value"]);
            tokens.iter().map(flat).collect::<Vec<_>>()
        })
    };
    let folder = tokens("resolve ./aurora --theme theme=dark").unwrap();
    for top in ["", "design/"] {
        desk.write("tokens.zip", aurora(top));
        assert_eq!(tokens("resolve tokens.zip --theme theme=dark").unwrap(), folder, "{top}");
        assert_eq!(desk.run("lint tokens.zip").code, 0);
        let imported = desk.json("import tokens.zip --project zipped --dry-run");
        assert_eq!(
            (imported["kinds"]["theme"]["read"].as_u64(), &imported["sourceKind"]),
            (Some(2), &"folder".into())
        );
        assert_eq!(
            desk.run("diff tokens.zip ./aurora --stat").code,
            0,
            "{}",
            desk.run("diff tokens.zip ./aurora").out
        );
    }
    desk.ok("convert tokens.zip out/");
    assert_eq!(fs::read_dir(desk.path("out/tokens")).unwrap().count(), 4);
    // A line in a file of a zip is a line that can be looked up.
    desk.write(
        "bad.zip",
        zipped(&[("x/a.json", "{\n\"a\": {\"$value\": \"{b}\"}}"), ("x/b.json", "{\"c\": {\"$value\": 1}}")]),
    );
    let report: Value = serde_json::from_str(&desk.run("lint bad.zip --json").out).unwrap();
    let dangling =
        report["items"].as_array().unwrap().iter().find(|item| item["code"] == "reference_dangling").unwrap();
    assert_eq!((dangling["file"].as_str(), dangling["line"].as_u64()), (Some("a.json"), Some(2)));
    assert_eq!(fs::read_dir(desk.path("tmp")).unwrap().count(), 0, "nothing stays behind");
}

#[test]
fn a_zip_of_one_file_is_that_file() {
    let desk = Desk::new();
    let studio = r##"{"one": {"a": {"$value": "#F00", "$type": "color"}}, "$themes": [], "$metadata": {"tokenSetOrder": ["one"]}}"##;
    desk.write("studio.zip", zipped(&[("export.json", studio)]));
    let summary = desk.json("import studio.zip --project s");
    assert_eq!(summary["sourceKind"], "tokens-studio");
    desk.ok("export s -o back.json --to tokens-studio");
    let back: Value = serde_json::from_slice(&fs::read(desk.path("back.json")).unwrap()).unwrap();
    assert_eq!(back, serde_json::from_str::<Value>(studio).unwrap());
}

#[test]
fn hostile_zips_are_refused_and_limits_hold() {
    let desk = Desk::new();
    let token = r#"{"a": {"$type": "number", "$value": 1}}"#;
    desk.write("slip.zip", zipped(&[("../a.json", token), ("b.json", token)]));
    for command in ["import slip.zip", "lint slip.zip", "resolve slip.zip", "verify slip.zip"] {
        let ran = desk.run(command);
        assert_eq!(ran.code, 3, "{command}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains("error[zip_slip]"), "{}", ran.err);
    }
    assert_ne!(desk.run("convert slip.zip out/").code, 0);
    assert!(!desk.path("out").exists() && !desk.path("a.json").exists());
    desk.write("two.zip", zipped(&[("a.json", token), ("b.json", token)]));
    assert_eq!(desk.run("lint two.zip").code, 0);
    let ran = desk.run("lint two.zip --max-entries 1");
    assert!(ran.code == 3 && ran.err.contains("error[too_many_entries]"), "{}", ran.err);
    // An entry whose bytes are not those that were zipped.
    let mut broken = zipped(&[
        ("a.json", &token.replace("1}", &format!("1, \"$description\": \"{}\"}}", "x".repeat(99)))),
        ("b.json", token),
    ]);
    let at = broken.windows(6).position(|bytes| bytes == b"a.json").unwrap() + 12;
    broken[at] ^= 0xff;
    desk.write("broken.zip", broken);
    let ran = desk.run("import broken.zip");
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    assert!(!desk.path("store").exists());
    // What holds no token files is no archive of ours either.
    desk.write("photos.zip", zipped(&[("a.png", "x")]));
    assert_eq!(desk.run("import photos.zip").code, 3);
    assert_eq!(fs::read_dir(desk.path("tmp")).unwrap().count(), 0, "nothing stays behind");
}

#[test]
fn an_archive_of_penpots_is_imported_with_its_libraries() {
    let desk = Desk::new();
    let tokens = r#"{"Global": {"gap": {"$value": "16", "$type": "dimension"}},
        "$themes": [{"name": "A", "group": "brand", "id": "1", "isSource": false, "selectedTokenSets": {"Global": "enabled"}}],
        "$metadata": {"tokenSetOrder": ["Global"], "activeThemes": ["brand/A"], "activeSets": ["Global"]}}"#;
    let shape = r#"{"a": {"$value": 1}}"#;
    desk.write(
        "kit.penpot",
        zipped(&[
            ("files/f1.json", r#"{"id": "f1", "name": "Kit"}"#),
            ("files/f1/pages/p1.json", shape),
            ("files/f1/pages/p1/s1.json", shape),
            ("files/f1/colors/c1.json", r##"{"id": "c1", "name": "Red", "path": "Brand", "color": "#ff0000"}"##),
            ("files/f1/tokens.json", tokens),
            ("files/f1/media/m1.json", r#"{"id": "m1"}"#),
            ("objects/o1.json", shape),
            ("objects/o1.png", "PNG"),
            ("manifest.json", r#"{"type": "penpot/export-files", "version": 1, "files": [{"id": "f1", "name": "Kit", "features": []}]}"#),
        ]),
    );
    let ran = desk.run("import kit.penpot --project kit");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("warning: lost in penpot: 1 images, which token files do not carry"),
        "{}",
        ran.err
    );
    let resolved = desk.json("resolve kit");
    let paths: Vec<_> =
        resolved["tokens"].as_array().unwrap().iter().map(|token| token["path"].clone()).collect();
    assert_eq!(paths, ["Brand.Red", "gap"]);
    desk.ok("export kit -o tokens.json --to penpot");
    let again = desk.json("import tokens.json --project again --dry-run");
    assert_eq!(again["sourceKind"], "penpot");
    assert_eq!(desk.run("convert kit.penpot out/ --to dtcg").code, 0);
    assert_eq!(desk.run("import kit.penpot --project kit").code, 0);
}
