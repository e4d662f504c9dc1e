//! Penpot. The files here are made after what Penpot's own sources write: there is no real export among the test data.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use dss_interop::{Bundle, Fate, File, Format, Json, ReadLimits, Reading, WriteOptions, detect, read, write};

const TOKENS: &str = r##"{
  "Global": {
    "color": { "300": { "$value": "red", "$type": "color", "$description": "mine" } },
    "gap": { "$value": "16", "$type": "dimension", "$description": "" },
    "line": { "$value": "1px", "$type": "borderWidth" },
    "turn": { "$value": "45", "$type": "rotation" },
    "title": { "$type": "typography", "$value": { "fontFamilies": ["Aboreto"], "fontSizes": "12",
      "fontWeights": "300", "lineHeights": "1.5", "letterSpacing": "0" } },
    "low": { "$type": "shadow", "$value": [{ "color": "#000000", "offsetX": "0", "offsetY": "2", "blur": "4",
      "spread": "0", "inset": false }] }
  },
  "Brands/A": { "accent": { "$value": "{color.300}", "$type": "color" } },
  "$themes": [
    { "id": "1", "name": "A", "group": "brand", "description": "", "isSource": false,
      "selectedTokenSets": { "Global": "enabled", "Brands/A": "enabled" } },
    { "id": "2", "name": "None", "group": "brand", "description": "", "isSource": false,
      "selectedTokenSets": { "Global": "enabled" } }
  ],
  "$metadata": { "tokenSetOrder": ["Global", "Brands/A"], "activeThemes": ["brand/A"],
    "activeSets": ["Global", "Brands/A"] }
}"##;

fn bundle(files: &[(&str, &str)]) -> Bundle {
    let files = files.iter().map(|(path, text)| File::new(*path, text.as_bytes())).collect();
    Bundle::new(files, ReadLimits::default()).unwrap()
}

fn json(bytes: &[u8]) -> Json {
    Json::parse(bytes, "", 64).unwrap()
}

fn value_of(reading: &Reading, set: &str, path: &[&str]) -> String {
    let set =
        reading.design.sets.iter().find(|found| found.name == set).unwrap_or_else(|| panic!("no {set}"));
    let token =
        path.iter().try_fold(Json::from_ref(set.document.get_ref()), |at, name| at.get(name).cloned());
    let token = token.unwrap_or_else(|| panic!("no {path:?} in {}", set.document));
    let kind = token.get("$type").and_then(Json::as_str).unwrap_or("-");
    format!("{kind} {}", token.get("$value").unwrap().to_text("").unwrap().as_str())
}

#[test]
fn a_file_is_known_by_what_is_active_and_comes_back() {
    let files = bundle(&[("tokens.json", TOKENS)]);
    assert_eq!(detect(&files).unwrap(), Format::Penpot);
    let (_, reading) = read(None, files).unwrap();
    let value = |path: &[&str]| value_of(&reading, "Global", path);
    assert_eq!(value(&["gap"]), r#"dimension {"value":16,"unit":"px"}"#);
    assert_eq!(value(&["line"]), r#"dimension {"value":1,"unit":"px"}"#);
    assert_eq!(value(&["turn"]), "number 45");
    assert!(
        value(&["title"])
            .contains(r#""fontSize":{"value":12,"unit":"px"},"fontWeight":300,"lineHeight":1.5"#)
    );
    assert!(value(&["low"]).contains(r#""offsetY":{"value":2,"unit":"px"}"#), "{}", value(&["low"]));
    let written = write(Format::Penpot, &reading.design, &WriteOptions::default()).unwrap();
    assert_eq!(
        written.files.iter().map(|file| json(&file.bytes)).collect::<Vec<_>>(),
        [json(TOKENS.as_bytes())]
    );
    // The same themes for Tokens Studio, which has no such metadata.
    let studio = write(Format::TokensStudio, &reading.design, &WriteOptions::default()).unwrap();
    let studio = json(&studio.files.first().unwrap().bytes);
    assert_eq!(studio.get("$themes").and_then(Json::as_array).map(<[Json]>::len), Some(2));
}

#[test]
fn a_folder_is_the_same() {
    let root = json(TOKENS.as_bytes());
    let text = |name: &str| root.get(name).unwrap().to_text("").unwrap().as_str().to_owned();
    let files = [
        ("tokens/$themes.json", text("$themes")),
        ("tokens/$metadata.json", text("$metadata")),
        ("tokens/Global.json", text("Global")),
        ("tokens/Brands/A.json", text("Brands/A")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(detect(&bundle(&files)).unwrap(), Format::Penpot);
    let (_, reading) = read(None, bundle(&files)).unwrap();
    assert_eq!(reading.design.sets.len(), 2);
    let written = write(Format::Penpot, &reading.design, &WriteOptions::default()).unwrap();
    assert_eq!(written.files.len(), 4);
}

#[test]
fn what_comes_from_elsewhere_gets_the_first_themes_as_active() {
    let document = r##"{"a":{"$type":"color","$value":{"colorSpace":"srgb","components":[1,0,0],"hex":"#ff0000"}},
        "f":{"$type":"fontFamily","$value":"Inter"},"d":{"$type":"duration","$value":{"value":1,"unit":"s"}}}"##;
    let resolver = r##"{"version":"2025.10","sets":{"base":{"sources":[{"$ref":"base.json"}]}},
        "modifiers":{"mode":{"default":"light","contexts":{"light":[],"dark":[{"$ref":"dark.json"}]}}},
        "resolutionOrder":[{"$ref":"#/sets/base"},{"$ref":"#/modifiers/mode"}]}"##;
    let (_, reading) = read(
        Some(Format::Dtcg),
        bundle(&[("x.resolver.json", resolver), ("base.json", document), ("dark.json", document)]),
    )
    .unwrap();
    let written = write(Format::Penpot, &reading.design, &WriteOptions::default()).unwrap();
    let root = json(&written.files.first().unwrap().bytes);
    let metadata = root.get("$metadata").unwrap().to_text("").unwrap();
    assert_eq!(
        metadata.as_str(),
        r#"{"tokenSetOrder":["base","dark"],"activeThemes":["mode/light"],"activeSets":["base"]}"#
    );
    let font = root.get("base").and_then(|set| set.get("f")).unwrap().to_text("").unwrap();
    assert_eq!(font.as_str(), r#"{"$type":"fontFamilies","$value":"Inter"}"#);
    let lost: Vec<_> = written.report.notes().filter(|note| note.fate == Fate::Lost).collect();
    let durations = lost.iter().find(|note| note.what.contains("Penpot does not have"));
    assert_eq!(durations.map(|note| (note.count, note.first.as_str())), Some((2, "base.d")));
    assert_eq!(
        detect(&bundle(&[("a.json", &String::from_utf8(written.files[0].bytes.clone()).unwrap())])).unwrap(),
        Format::Penpot
    );
}

const MANIFEST: &str = r#"{"type":"penpot/export-files","version":1,"generatedBy":"penpot/2.17","files":[
    {"id":"f1","name":"Kit","features":[]}],"relations":[]}"#;
const RED: &str = r##"{"id":"c1","name":"Red","path":"Brand / Base","color":"#ff0000","opacity":0.5}"##;
const BRAND: &str = r##"{"id":"c2","name":"Base","path":"Brand","color":"#00f"}"##;
const SUNSET: &str = r##"{"id":"c3","name":"Sun.set","gradient":{"type":"linear","startX":0.5,"startY":0,"endX":0.5,
    "endY":1,"width":1,"stops":[{"color":"#ff0000","opacity":1,"offset":0},{"color":"#0000ff","offset":1}]}}"##;
const PHOTO: &str =
    r#"{"id":"c4","name":"Photo","image":{"width":1,"height":1,"mtype":"image/png","id":"m1"}}"#;
const TITLE: &str = r#"{"id":"t1","name":"Title","path":"","fontId":"gfont-inter","fontFamily":"Inter",
    "fontVariantId":"700","fontSize":"24","fontWeight":"700","fontStyle":"normal","lineHeight":"1.2",
    "letterSpacing":"0","textTransform":"uppercase"}"#;

fn kit() -> Vec<(&'static str, &'static str)> {
    vec![
        ("manifest.json", MANIFEST),
        ("files/f1.json", r#"{"id":"f1","name":"Kit"}"#),
        ("files/f1/tokens.json", TOKENS),
        ("files/f1/colors/c1.json", RED),
        ("files/f1/colors/c2.json", BRAND),
        ("files/f1/colors/c3.json", SUNSET),
        ("files/f1/colors/c4.json", PHOTO),
        ("files/f1/typographies/t1.json", TITLE),
        ("files/f1/media/m1.json", r#"{"id":"m1","name":"photo"}"#),
        ("files/other/colors/c9.json", BRAND),
    ]
}

#[test]
fn an_archive_has_tokens_and_libraries() {
    let files = kit();
    assert_eq!(detect(&bundle(&files)).unwrap(), Format::Penpot);
    let (_, reading) = read(None, bundle(&files)).unwrap();
    let names: Vec<&str> = reading.design.sets.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, ["library/colors", "library/typographies", "Global", "Brands/A"]);
    assert_eq!(reading.design.name.as_deref(), Some("Kit"));
    let red = value_of(&reading, "library/colors", &["Brand", "Base", "Red"]);
    assert!(red.starts_with(r#"color {"colorSpace":"srgb","components":[1,0,0],"alpha":0.5"#), "{red}");
    let base = value_of(&reading, "library/colors", &["Brand", "Base", "$root"]);
    assert!(base.contains("[0,0,1]"), "{base}");
    let sunset = value_of(&reading, "library/colors", &["Sun_set"]);
    assert!(sunset.starts_with("gradient [") && sunset.contains(r#""position":1"#), "{sunset}");
    let title = value_of(&reading, "library/typographies", &["Title"]);
    assert!(title.contains(r#""fontFamily":["Inter"],"fontSize":{"value":24,"unit":"px"}"#), "{title}");
    let set = &reading.design.sets[1];
    assert!(
        set.document.as_str().contains(r#""app.penpot":{"id":"t1","fontId":"gfont-inter""#),
        "{}",
        set.document
    );
    let count =
        |what: &str| reading.report.notes().find(|note| note.what.contains(what)).map(|note| note.count);
    assert_eq!(count("library colours that are images"), Some(1));
    assert_eq!(count("images, which"), Some(1));
    assert_eq!(count("names that tokens cannot have"), Some(1));
    assert_eq!(reading.skipped.len(), 1, "{:?}", reading.skipped);
    // The libraries apply before every theme.
    let resolver = reading.design.resolver.as_ref().unwrap();
    assert!(
        resolver
            .as_str()
            .contains(r##""resolutionOrder":[{"$ref":"#/sets/library"},{"$ref":"#/modifiers/brand"}]"##)
    );
    // And go into the JSON that Penpot reads.
    let written = write(Format::Penpot, &reading.design, &WriteOptions::default()).unwrap();
    let root = json(&written.files.first().unwrap().bytes);
    let red =
        root.get("library/colors").and_then(|set| set.get("Brand")?.get("Base")?.get("Red")?.get("$value"));
    assert_eq!(red.and_then(Json::as_str), Some("rgba(255, 0, 0, 0.5)"));
}

#[test]
fn several_designs_keep_apart() {
    let second = r#""features":[]},{"id":"f2","name":"Web","features":[]}"#;
    let manifest = MANIFEST.replace(r#""features":[]}"#, second);
    let files = [
        ("manifest.json", manifest.as_str()),
        ("files/f1/tokens.json", TOKENS),
        ("files/f2/tokens.json", TOKENS),
        ("files/f2/colors/c1.json", RED),
    ];
    let (format, reading) = read(None, bundle(&files)).unwrap();
    assert_eq!(format, Format::Penpot);
    let names: Vec<&str> = reading.design.sets.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, ["Web/library/colors", "Kit/Global", "Kit/Brands/A", "Web/Global", "Web/Brands/A"]);
    let resolver = reading.design.resolver.as_ref().unwrap().as_str();
    assert!(resolver.contains(r#""Kit/brand""#) && resolver.contains(r#""Web/brand""#), "{resolver}");
    // Two designs of one name are two.
    let twins = manifest.replace("Web", "Kit");
    let (_, reading) = read(None, bundle(&[("manifest.json", &twins), files[1], files[2]])).unwrap();
    let names: Vec<&str> = reading.design.sets.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, ["Kit/Global", "Kit/Brands/A", "Kit 2/Global", "Kit 2/Brands/A"]);
}

#[test]
fn a_library_alone_is_a_design_and_nothing_is_none() {
    let only = [("manifest.json", MANIFEST), ("files/f1/colors/c1.json", RED)];
    let (_, reading) = read(None, bundle(&only)).unwrap();
    assert_eq!((reading.design.sets.len(), reading.design.resolver), (1, None));
    let nothing = read(None, bundle(&[("manifest.json", MANIFEST)])).unwrap_err();
    assert_eq!(nothing.code(), "format_mismatch");
    assert!(nothing.to_string().contains("no tokens in it"), "{nothing}");
}
