//! Figma's variables as sets and themes, and designs of others as requests to Figma.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use dss_interop::{
    Bundle, Design, Fate, FigmaVariables, File, Format, Json, ReadLimits, Reading, WriteOptions, Written,
    read, with_figma_ids, write,
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
    // Beside token files it is not what the folder is.
    let tokens = r#"{"a":{"$type":"number","$value":1}}"#;
    assert_eq!(
        read(None, bundle(&[("local.json", LOCAL), ("tokens.json", tokens)])).unwrap().0,
        Format::Dtcg
    );
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

/// A design of two themes that Figma has never seen.
fn themed() -> Design {
    let resolver = r##"{"version":"2025.10","sets":{"base":{"sources":[{"$ref":"base.json"}]}},"modifiers":{"mode":{"default":"light",
      "contexts":{"light":[{"$ref":"light.json"}],"dark":[{"$ref":"dark.json"}]}}},
      "resolutionOrder":[{"$ref":"#/sets/base"},{"$ref":"#/modifiers/mode"}]}"##;
    let base = r#"{"gap":{"$type":"dimension","s":{"$value":{"value":0.5,"unit":"rem"}}},"t":{"$type":"typography","$value":{}}}"#;
    let light = r#"{"fg":{"$type":"color","$value":{"colorSpace":"srgb","components":[0.1,0,0]}},"only":{"$type":"number","$value":1}}"#;
    let dark = r#"{"fg":{"$type":"color","$value":{"colorSpace":"srgb","components":[0.9,0,0]}}}"#;
    let files =
        [("a.resolver.json", resolver), ("base.json", base), ("light.json", light), ("dark.json", dark)];
    reading(&files).design
}

/// What Figma would answer after it was asked for that, with ids of its own.
fn answered(design: &Design, ids: &std::collections::BTreeMap<String, String>) -> FigmaVariables {
    let empty = FigmaVariables::parse(EMPTY.as_bytes(), "", &ReadLimits::default()).unwrap();
    assert!(!empty.request(design, false).unwrap().counts.is_nothing());
    let marked = with_figma_ids(design, ids).unwrap();
    let mut local = marked.clone();
    // Any layer that keeps the envelope makes it an answer and no request.
    let resolver = local.resolver.as_ref().unwrap().as_str().replace(
        r#""default":"light""#,
        r#""default":"light","$extensions":{"org.dss.interop":{"figma":{"file":{}}}}"#,
    );
    local.resolver = Some(json(&resolver).to_text("").unwrap());
    let written = write(Format::Figma, &local, &WriteOptions::default()).unwrap();
    let text = String::from_utf8(written.files.first().unwrap().bytes.clone())
        .unwrap()
        .replace("0.1,", "0.10000000149011612,");
    FigmaVariables::parse(text.as_bytes(), "", &ReadLimits::default()).unwrap()
}

const EMPTY: &str = r#"{"status":200,"error":false,"meta":{"variableCollections":{},"variables":{}}}"#;

fn ids() -> std::collections::BTreeMap<String, String> {
    let ids = [
        ("collection:base", "VariableCollectionId:1:0"),
        ("mode:base/Mode 1", "1:0"),
        ("collection:mode", "VariableCollectionId:2:0"),
        ("mode:mode/light", "2:0"),
        ("mode:mode/dark", "2:1"),
        ("variable:base/gap/s", "VariableID:1:1"),
        ("variable:mode/fg", "VariableID:2:1"),
        ("variable:mode/only", "VariableID:2:2"),
    ];
    ids.into_iter().map(|(temporary, real)| (temporary.to_owned(), real.to_owned())).collect()
}

#[test]
fn what_figma_was_given_is_no_news_from_it() {
    let design = themed();
    let answer = answered(&design, &ids());
    let known = with_figma_ids(&design, &ids()).unwrap();
    assert!(answer.request(&known, true).unwrap().counts.is_nothing());
    let again = answer.design(Some(&known)).unwrap().design;
    // Its themes are the design's own affair.
    assert_eq!(again.resolver, None);
    let names: Vec<&str> = again.sets.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, ["base", "light", "dark"]);
    assert_eq!(*at(&set(&again, "base"), &["gap", "s", "$value"]), json(r#"{"value":0.5,"unit":"rem"}"#));
    assert_eq!(set(&again, "base").get("t"), None, "Figma says nothing about typography");
    assert_eq!(*at(&set(&again, "light"), &["fg", "$value", "components"]), json("[0.1,0,0]"));
    assert_eq!(set(&again, "dark").get("only"), None, "what Figma was given for want of a value");
    // With what Figma cannot have left out, what it says is what the design has.
    let fg = at(&set(&again, "dark"), &["fg", "$extensions", "com.figma.variableId"]).clone();
    assert_eq!(fg, Json::from("VariableID:2:1"));
}

#[test]
fn what_figma_changed_is_all_that_is_new() {
    let design = themed();
    let known = with_figma_ids(&design, &ids()).unwrap();
    let answer = answered(&design, &ids());
    let text = write_answer(&answer);
    let changed = text
        .replace(r#""1:0": 8"#, r#""1:0": 12"#)
        .replace(r#""name": "fg""#, r#""name": "text/fg""#)
        .replace("0.9", "0.8");
    assert_ne!(text, changed);
    let answer = FigmaVariables::parse(changed.as_bytes(), "", &ReadLimits::default()).unwrap();
    let design = answer.design(Some(&known)).unwrap().design;
    assert_eq!(*at(&set(&design, "base"), &["gap", "s", "$value"]), json(r#"{"value":12,"unit":"px"}"#));
    assert_eq!(at(&set(&design, "base"), &["gap", "$type"]).as_str(), Some("dimension"));
    // Renamed there: the id is what it is known by.
    assert_eq!(*at(&set(&design, "light"), &["text", "fg", "$value", "components"]), json("[0.1,0,0]"));
    assert_eq!(*at(&set(&design, "dark"), &["text", "fg", "$value", "components"]), json("[0.8,0,0]"));
    // Going the other way, only that is asked for.
    let request = answer.request(&known, false).unwrap();
    assert_eq!((request.counts.created, request.counts.changed, request.counts.values), (0, 1, 2));
}

/// The answer's text.
fn write_answer(answer: &FigmaVariables) -> String {
    let design = answer.design(None).unwrap().design;
    let written = write(Format::Figma, &design, &WriteOptions::default()).unwrap();
    String::from_utf8(written.files.first().unwrap().bytes.clone()).unwrap()
}

#[test]
fn requests_create_change_and_delete() {
    let design = reading(&[("local.json", LOCAL)]).design;
    let parse = |text: &str| FigmaVariables::parse(text.as_bytes(), "", &ReadLimits::default()).unwrap();
    assert!(parse(LOCAL).request(&design, true).unwrap().counts.is_nothing());
    // Ids that Figma has no more are created again, and what leads there follows.
    let request = parse(EMPTY).request(&design, false).unwrap();
    let list = |name: &str| request.body.get(name).and_then(Json::as_array).unwrap().to_vec();
    let ids: Vec<Json> = list("variables").iter().filter_map(|one| one.get("id").cloned()).collect();
    assert_eq!(ids[0], Json::from("again:VariableID:1:2"));
    assert_eq!(ids.len(), 4, "what other files have is theirs");
    let values = list("variableModeValues");
    let is_gap = |one: &&Json| one.get("variableId") == Some(&"again:VariableID:1:3".into());
    let gap = values.iter().find(is_gap).unwrap();
    assert_eq!(at(gap, &["value", "id"]).as_str(), Some("again:VariableID:1:2"));
    assert_eq!(gap.get("modeId"), Some(&"again:1:0".into()));
    // What Figma has beyond the design is told, and deleted only on demand.
    let mut fewer = design.clone();
    for set in fewer.sets.iter_mut().filter(|set| set.name == "sizes/Mode 1") {
        let Json::Object(mut document) = Json::from_ref(set.document.get_ref()) else { panic!() };
        let Some(Json::Object(group)) = document.remove("size") else { panic!() };
        let kept = group.into_iter().filter(|(name, _)| name != "gap").collect::<dss_interop::Object>();
        document.push("size", kept);
        set.document = Json::Object(document).to_text("").unwrap();
    }
    let told = parse(LOCAL).request(&fewer, false).unwrap();
    assert_eq!((told.surplus.as_slice(), told.counts.is_nothing()), (&["size/gap".to_owned()][..], true));
    let deleted = parse(LOCAL).request(&fewer, true).unwrap();
    assert_eq!(deleted.counts.deleted, 1);
}

#[test]
fn other_answers_are_refused() {
    let parse = |text: &str| FigmaVariables::parse(text.as_bytes(), "answer", &ReadLimits::default());
    assert_eq!(parse(r#"{"status":403}"#).unwrap_err().code(), "format_mismatch");
    assert_eq!(parse("<html>").unwrap_err().code(), "json_invalid");
}
