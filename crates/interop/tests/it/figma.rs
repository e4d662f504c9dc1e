//! Figma's variables as sets and themes, and designs of others as requests to Figma.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use dss_interop::{
    Bundle, Design, Fate, File, Format, Json, ReadLimits, Reading, WriteOptions, Written, read, write,
};

const LOCAL: &str = r#"{"status":200,"error":false,"meta":{"variableCollections":{
  "VariableCollectionId:1:1":{"defaultModeId":"1:0","id":"VariableCollectionId:1:1","name":"sizes","remote":false,
    "modes":[{"modeId":"1:0","name":"Mode 1"}],"key":"k1","hiddenFromPublishing":false,
    "variableIds":["VariableID:1:2","VariableID:1:3"]},
  "VariableCollectionId:2:1":{"defaultModeId":"2:1","id":"VariableCollectionId:2:1","name":"theme","remote":false,
    "modes":[{"modeId":"2:0","name":"light"},{"modeId":"2:1","name":"dark"}],"key":"k2","hiddenFromPublishing":false,
    "variableIds":["VariableID:2:2","VariableID:2:3"]},
  "VariableCollectionId:abc/1:1":{"defaultModeId":"9:0","id":"VariableCollectionId:abc/1:1","name":"theme","remote":true,
    "modes":[{"modeId":"9:0","name":"only"}],"key":"k3","hiddenFromPublishing":true,"variableIds":["VariableID:abc/9:1"]}},
 "variables":{
  "VariableID:1:2":{"name":"size/s","id":"VariableID:1:2","remote":false,"key":"a","variableCollectionId":"VariableCollectionId:1:1",
    "resolvedType":"FLOAT","description":"Small","hiddenFromPublishing":true,"valuesByMode":{"1:0":4.0},"scopes":["ALL_SCOPES"],"codeSyntax":{"WEB":"--s"}},
  "VariableID:1:3":{"name":"size/gap","id":"VariableID:1:3","remote":false,"key":"b","variableCollectionId":"VariableCollectionId:1:1",
    "resolvedType":"FLOAT","description":"","hiddenFromPublishing":false,"valuesByMode":{"1:0":{"type":"VARIABLE_ALIAS","id":"VariableID:1:2"}},"scopes":["GAP"],"codeSyntax":{}},
  "VariableID:2:2":{"name":"fg","id":"VariableID:2:2","remote":false,"key":"c","variableCollectionId":"VariableCollectionId:2:1",
    "resolvedType":"COLOR","description":"","hiddenFromPublishing":false,"valuesByMode":{"2:0":{"r":0.10,"g":0,"b":0,"a":1},"2:1":{"type":"VARIABLE_ALIAS","id":"VariableID:abc/9:1"}},"scopes":["ALL_SCOPES"],"codeSyntax":{}},
  "VariableID:2:3":{"name":"fg/muted","id":"VariableID:2:3","remote":false,"key":"d","variableCollectionId":"VariableCollectionId:2:1",
    "resolvedType":"COLOR","description":"","hiddenFromPublishing":false,"valuesByMode":{"2:0":{"type":"VARIABLE_ALIAS","id":"VariableID:2:2"},"2:1":{"type":"VARIABLE_ALIAS","id":"VariableID:gone/1:1"}},"scopes":["ALL_SCOPES"],"codeSyntax":{}},
  "VariableID:abc/9:1":{"name":"fg","id":"VariableID:abc/9:1","remote":true,"key":"e","variableCollectionId":"VariableCollectionId:abc/1:1",
    "resolvedType":"COLOR","description":"","hiddenFromPublishing":false,"valuesByMode":{"9:0":{"r":1,"g":1,"b":1,"a":0.5}},"scopes":["ALL_SCOPES"],"codeSyntax":{}}}}}"#;

fn reading(files: &[(&str, &str)]) -> Reading {
    let files = files.iter().map(|(path, text)| File::new(*path, text.as_bytes())).collect();
    read(None, Bundle::new(files, ReadLimits::default()).unwrap()).unwrap().1
}

fn json(text: &str) -> Json {
    Json::parse(text.as_bytes(), "", 64).unwrap()
}

fn only(written: &Written) -> Json {
    let [file] = written.files.as_slice() else { panic!("{:?}", written.files) };
    Json::parse(&file.bytes, "", 64).unwrap()
}

fn set(design: &Design, name: &str) -> Json {
    let set = design.sets.iter().find(|set| set.name == name);
    Json::from_ref(set.unwrap_or_else(|| panic!("{name}")).document.get_ref())
}

fn at<'a>(json: &'a Json, path: &[&str]) -> &'a Json {
    path.iter().fold(json, |json, name| json.get(name).unwrap_or_else(|| panic!("{name} of {path:?}")))
}

#[test]
fn collections_and_modes_are_themes_and_sets() {
    let Reading { design, report, .. } = reading(&[("local.json", LOCAL)]);
    let names: Vec<&str> = design.sets.iter().map(|set| set.name.as_str()).collect();
    // The collection of another file has the name of one of its own, and a variable of the same name.
    assert_eq!(names, ["sizes/Mode 1", "theme/light", "theme/dark", "theme 2/only"]);
    let resolver = Json::from_ref(design.resolver.as_ref().unwrap().get_ref());
    assert_eq!(at(&resolver, &["modifiers", "theme", "default"]).as_str(), Some("dark"));
    assert!(at(&resolver, &["sets"]).get("sizes").is_some());
    let sizes = set(&design, "sizes/Mode 1");
    // Used for gaps only, by way of an alias: a length.
    assert_eq!(*at(&sizes, &["size", "s", "$value"]), json(r#"{"value":4.0,"unit":"px"}"#));
    assert_eq!(at(&sizes, &["size", "gap", "$value"]).as_str(), Some("{size.s}"));
    assert_eq!(at(&sizes, &["size", "s", "$description"]).as_str(), Some("Small"));
    let extensions = at(&sizes, &["size", "s", "$extensions"]);
    assert_eq!(extensions.get("com.figma.variableId").and_then(Json::as_str), Some("VariableID:1:2"));
    assert_eq!(extensions.get("com.figma.hiddenFromPublishing"), Some(&Json::Boolean(true)));
    assert_eq!(*at(extensions, &["com.figma.codeSyntax", "WEB"]), Json::from("--s"));
    let (light, dark) = (set(&design, "theme/light"), set(&design, "theme/dark"));
    // A variable with others inside is the value of its group.
    assert_eq!(at(&light, &["fg", "muted", "$value"]).as_str(), Some("{fg.$root}"));
    assert_eq!(*at(&light, &["fg", "$root", "$value", "components"]), json("[0.10,0,0]"));
    assert_eq!(at(&dark, &["fg", "$root", "$value"]).as_str(), Some("{theme 2.fg}"));
    assert_eq!(at(&dark, &["fg", "muted", "$value"]).as_str(), Some("{VariableID:gone/1:1}"));
    assert!(
        report
            .notes()
            .any(|note| note.fate == Fate::Assumed && note.what.contains("lengths") && note.count == 2)
    );
}

#[test]
fn the_payload_comes_back_and_edits_are_in_it() {
    let mut design = reading(&[("local.json", LOCAL)]).design;
    let written = write(Format::Figma, &design, &WriteOptions::default()).unwrap();
    assert_eq!(only(&written), json(LOCAL));
    for set in &mut design.sets {
        let text = set.document.as_str().replace(r#""value":4.0"#, r#""value":5"#).replace("0.10", "0.25");
        set.document = Json::parse(text.as_bytes(), "", 64).unwrap().to_text("").unwrap();
    }
    let written = write(Format::Figma, &design, &WriteOptions::default()).unwrap();
    let expected = LOCAL.replace(r#""1:0":4.0"#, r#""1:0":5"#).replace("0.10", "0.25");
    assert_eq!(only(&written), json(&expected));
    assert_eq!(written.report.count(Fate::Lost), 0);
}

#[test]
fn a_folder_has_one_payload() {
    let published = r#"{"meta":{"variableCollections":{},"variables":{"VariableID:1:2":{"name":"a"}}}}"#;
    let both = reading(&[("local.json", LOCAL), ("published.json", published)]);
    assert_eq!((both.design.sets.len(), both.skipped.len()), (4, 1));
    let bundle = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, text)| File::new(*path, text.as_bytes())).collect();
        Bundle::new(files, ReadLimits::default()).unwrap()
    };
    let told = |files: &[(&str, &str)]| read(None, bundle(files)).unwrap_err().to_string();
    assert!(told(&[("a.json", LOCAL), ("b.json", LOCAL)]).contains("a.json and b.json are payloads"));
    assert!(told(&[("published.json", published)]).contains("its variables have no values"));
    let request = r#"{"variableCollections":[],"variableModes":[],"variables":[],"variableModeValues":[]}"#;
    assert!(told(&[("request.json", request)]).contains("a request to write variables"));
}

#[test]
fn a_design_of_others_becomes_a_request() {
    let base = r##"{"color":{"$type":"color","red":{"$value":{"colorSpace":"srgb","components":[1,0,0],"hex":"#ff0000"},"$description":"Red"},
      "$extends":"{more}"},"more":{"blue":{"$type":"color","$value":{"colorSpace":"oklch","components":[0.5,0.2,250],"hex":"#0000ff"}}},
      "gap":{"$type":"dimension","$value":{"value":1.5,"unit":"rem"},"$deprecated":true},"text":{"$type":"typography","$value":{}},
      "title":{"$value":"{text}"}}"##;
    let light = r##"{"fg":{"$type":"color","$value":"{color.red}"},"bg":{"$ref":"#/color/blue"}}"##;
    let dark = r#"{"fg":{"$value":"{color.blue}","$type":"color"}}"#;
    let resolver = r##"{"version":"2025.10","sets":{"base":{"sources":[{"$ref":"base.json"}]}},"modifiers":{"mode":{"default":"dark",
      "contexts":{"light":[{"$ref":"#/sets/base"},{"$ref":"light.json"}],"dark":[{"$ref":"dark.json"}]}}},
      "resolutionOrder":[{"$ref":"#/sets/base"},{"$ref":"#/modifiers/mode"}]}"##;
    let files =
        [("base.json", base), ("light.json", light), ("dark.json", dark), ("brand.resolver.json", resolver)];
    let written = write(Format::Figma, &reading(&files).design, &WriteOptions::default()).unwrap();
    let request = only(&written);
    let list = |name: &str| request.get(name).and_then(Json::as_array).unwrap().to_vec();
    let collections = list("variableCollections");
    assert_eq!(
        collections,
        [
            json(
                r#"{"action":"CREATE","id":"collection:base","name":"base","initialModeId":"mode:base/Mode 1"}"#
            ),
            json(
                r#"{"action":"CREATE","id":"collection:mode","name":"mode","initialModeId":"mode:mode/dark"}"#
            ),
        ]
    );
    assert_eq!(
        list("variableModes"),
        [
            json(
                r#"{"action":"UPDATE","id":"mode:base/Mode 1","name":"Mode 1","variableCollectionId":"collection:base"}"#
            ),
            json(
                r#"{"action":"CREATE","id":"mode:mode/light","name":"light","variableCollectionId":"collection:mode"}"#
            ),
            json(
                r#"{"action":"UPDATE","id":"mode:mode/dark","name":"dark","variableCollectionId":"collection:mode"}"#
            ),
        ]
    );
    let variables = list("variables");
    let names: Vec<&str> = variables.iter().filter_map(|one| one.get("name")?.as_str()).collect();
    assert_eq!(names, ["color/blue", "color/red", "more/blue", "gap", "fg", "bg"]);
    assert_eq!(
        variables.get(1),
        Some(&json(
            r#"{"action":"CREATE","id":"variable:base/color/red","name":"color/red","variableCollectionId":"collection:base","resolvedType":"COLOR","description":"Red"}"#
        ))
    );
    let value = |variable: &str, mode: &str| {
        let is_it = |one: &&Json| {
            one.get("variableId") == Some(&variable.into()) && one.get("modeId") == Some(&mode.into())
        };
        let values = list("variableModeValues");
        values.iter().find(is_it).and_then(|one| one.get("value").cloned())
    };
    let alias = |id: &str| Some(json(&format!(r#"{{"type":"VARIABLE_ALIAS","id":"{id}"}}"#)));
    assert_eq!(value("variable:base/gap", "mode:base/Mode 1"), Some(json("24")));
    assert_eq!(value("variable:mode/fg", "mode:mode/light"), alias("variable:base/color/red"));
    assert_eq!(value("variable:mode/fg", "mode:mode/dark"), alias("variable:base/color/blue"));
    // What a theme does not say is not black there.
    assert_eq!(value("variable:mode/bg", "mode:mode/dark"), alias("variable:base/color/blue"));
    let noted = |fate: Fate, what: &str| {
        let notes: Vec<_> = written.report.notes().filter(|note| note.fate == fate).collect();
        notes.iter().find(|note| note.what.contains(what)).map_or(0, |note| note.count)
    };
    assert_eq!(noted(Fate::Lost, "typography"), 2);
    assert_eq!(noted(Fate::Lost, "deprecated"), 1);
    assert_eq!(noted(Fate::Changed, "sizes in rem"), 1);
    assert_eq!(noted(Fate::Changed, "not sRGB"), 2);
    assert_eq!(noted(Fate::Changed, "a theme does not say"), 1);
}

const LIGHT: &str = r##"{"fg":{"$type":"color","$value":{"colorSpace":"srgb","components":[0,0,0],"alpha":1,"hex":"#000000"},
  "$extensions":{"com.figma.variableId":"VariableID:1:1","com.figma.aliasData":{"targetVariableId":"VariableID:abc/-1:-1",
  "targetVariableName":"gray/1","targetVariableSetName":"Base"}}},"soft":{"$type":"color","$value":"{fg}",
  "$extensions":{"com.figma.variableId":"VariableID:1:2"}},"$extensions":{"com.figma.modeName":"Light"}}"##;
const BASE: &str = r##"{"gray":{"1":{"$type":"color","$value":{"colorSpace":"srgb","components":[0,0,0],"alpha":1,"hex":"#000000"},
  "$extensions":{"com.figma.variableId":"VariableID:2:1"}}},"$extensions":{"com.figma.modeName":"Mode 1"}}"##;

/// Figma's native export of two modes, and of what they are aliases of.
fn native() -> [(&'static str, String); 3] {
    let dark = LIGHT.replace("Light", "Dark").replace("[0,0,0]", "[1,1,1]").replace("#000000", "#FFFFFF");
    [("Base.json", BASE.to_owned()), ("Dark.tokens.json", dark), ("Light.tokens.json", LIGHT.to_owned())]
}

fn read_native() -> Reading {
    let files = native();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    reading(&files)
}

fn documents(written: &Written) -> Vec<(&str, Json)> {
    let mut documents: Vec<(&str, Json)> = written
        .files
        .iter()
        .map(|file| (file.path.as_str(), Json::parse(&file.bytes, "", 64).unwrap()))
        .collect();
    documents.sort_by_key(|(path, _)| *path);
    documents
}

#[test]
fn files_of_the_same_variables_are_modes() {
    let Reading { design, report, .. } = read_native();
    let resolver = Json::from_ref(design.resolver.as_ref().unwrap().get_ref());
    let contexts = at(&resolver, &["modifiers", "mode", "contexts"]).as_object().unwrap();
    assert_eq!(contexts.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["Dark", "Light"]);
    assert!(at(&resolver, &["sets"]).get("Base").is_some());
    // What has the value of its target is an alias of it; what has another one is not.
    assert_eq!(at(&set(&design, "Light"), &["fg", "$value"]).as_str(), Some("{gray.1}"));
    assert!(at(&set(&design, "Dark"), &["fg", "$value"]).as_object().is_some());
    assert!(report.notes().any(|note| note.what.contains("aliases") && note.count == 1));
    let written = write(Format::FigmaNative, &design, &WriteOptions::default()).unwrap();
    let expected: Vec<(&str, Json)> = native().into_iter().map(|(path, text)| (path, json(&text))).collect();
    assert_eq!(documents(&written), expected);
}

#[test]
fn what_an_alias_leads_to_is_written_as_it_is_now() {
    let mut design = read_native().design;
    for set in design.sets.iter_mut().filter(|set| set.name == "Base") {
        let text = set.document.as_str().replace("[0,0,0]", "[0.5,0,0]").replace("#000000", "#800000");
        set.document = json(&text).to_text("").unwrap();
    }
    let written = write(Format::FigmaNative, &design, &WriteOptions::default()).unwrap();
    let documents = documents(&written);
    let (_, light) = documents.iter().find(|(path, _)| *path == "Light.tokens.json").unwrap();
    assert_eq!(*at(light, &["fg", "$value", "components"]), json("[0.5,0,0]"));
    let data = at(light, &["fg", "$extensions", "com.figma.aliasData"]);
    assert_eq!(data.get("targetVariableName").and_then(Json::as_str), Some("gray/1"));
    assert_eq!(at(light, &["soft", "$value"]).as_str(), Some("{fg}"));
}

#[test]
fn variables_of_the_rest_api_become_native_files() {
    let written =
        write(Format::FigmaNative, &reading(&[("local.json", LOCAL)]).design, &WriteOptions::default())
            .unwrap();
    let documents = documents(&written);
    let paths: Vec<&str> = documents.iter().map(|(path, _)| *path).collect();
    // Both collections are called "theme" in Figma.
    assert_eq!(
        paths,
        ["sizes.tokens.json", "theme.tokens.json", "theme/dark.tokens.json", "theme/light.tokens.json"]
    );
    let find = |path: &str| documents.iter().find(|(at, _)| *at == path).map(|(_, json)| json).unwrap();
    assert_eq!(*at(find("sizes.tokens.json"), &["size", "s", "$value"]), json("4.0"));
    assert_eq!(at(find("sizes.tokens.json"), &["size", "s", "$type"]).as_str(), Some("number"));
    let dark = at(find("theme/dark.tokens.json"), &["fg", "$root"]);
    assert_eq!(*at(dark, &["$value", "alpha"]), json("0.5"));
    assert_eq!(*at(dark, &["$value", "hex"]), Json::from("#FFFFFF"));
    let data = at(dark, &["$extensions", "com.figma.aliasData"]);
    assert_eq!(data.get("targetVariableId").and_then(Json::as_str), Some("VariableID:abc/9:1"));
    assert_eq!(data.get("targetVariableName").and_then(Json::as_str), Some("fg"));
}
