//! Other tools' files: what can be read can be written, and then it is the same JSON, or the same style sheet.

use dss_interop::{Bundle, File, Format, Json, ReadLimits, WriteOptions, read, write};

/// The formats whose files come back as the JSON that they were.
const LOSSLESS: [Format; 6] = [
    Format::Dtcg,
    Format::TokensStudio,
    Format::StyleDictionary,
    Format::Figma,
    Format::FigmaNative,
    Format::Penpot,
];

/// Reads `data` as files (0xff between them) of every format, and writes each design in every format.
///
/// # Panics
/// If what was read cannot be written in its own format, or is not the same JSON, or the same style sheet, then.
pub fn interop(data: &[u8]) {
    style_sheets(data);
    let files: Vec<File> = data
        .split(|byte| *byte == 0xff)
        .zip(["$themes.json", "a.json", "b/c.json", "d.json"])
        .map(|(bytes, path)| File::new(path, bytes))
        .collect();
    // One file is one file, whatever it is called.
    let files = match files.as_slice() {
        [only] => vec![File::new("a.json", only.bytes.clone())],
        _ => files,
    };
    penpot_archive(data);
    let bundle = || Bundle::new(files.clone(), ReadLimits::default());
    let _ = bundle().and_then(|bundle| read(None, bundle));
    for from in Format::ALL.into_iter().filter(|format| format.is_read()) {
        let Ok((_, reading)) = bundle().and_then(|bundle| read(Some(from), bundle)) else { continue };
        let skipped: Vec<&str> = reading.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
        for to in Format::ALL.into_iter().filter(|format| format.is_written()) {
            let mut options = WriteOptions::default();
            options.name = Some("a".to_owned());
            let written = write(to, &reading.design, &options);
            if to != from || !LOSSLESS.contains(&from) {
                continue;
            }
            let written = written
                .unwrap_or_else(|error| panic!("{from} was read and cannot be written: {error}"))
                .files;
            let mut before: Vec<Json> =
                files.iter().filter(|file| !skipped.contains(&file.path.as_str())).filter_map(tree).collect();
            let mut after: Vec<Json> = written.iter().filter_map(tree).collect();
            let key = |json: &Json| format!("{json:?}");
            before.sort_by_key(key);
            after.sort_by_key(key);
            assert_eq!(before, after, "{from} does not come back");
        }
    }
}

/// Reads `data` as style sheets (0xff between them), which come back byte for byte.
fn style_sheets(data: &[u8]) {
    let files = data.split(|byte| *byte == 0xff).zip(["a.css", "b/c.css", "d.css"]);
    let files: Vec<File> = files.map(|(bytes, path)| File::new(path, bytes)).collect();
    let bundle = Bundle::new(files.clone(), ReadLimits::default());
    let Ok((_, reading)) = bundle.and_then(|bundle| read(Some(Format::Css), bundle)) else { return };
    let is_read = |file: &&File| !reading.skipped.iter().any(|skipped| skipped.path == file.path);
    let before: Vec<&File> = files.iter().filter(is_read).collect();
    for to in Format::ALL.into_iter().filter(|format| format.is_written()) {
        let written = write(to, &reading.design, &WriteOptions::default());
        if to == Format::Css {
            let files =
                written.unwrap_or_else(|error| panic!("CSS was read and cannot be written: {error}")).files;
            assert_eq!(files.iter().collect::<Vec<_>>(), before, "a style sheet does not come back");
        }
    }
}

/// Reads `data` as what is in a `.penpot` archive; it can be written as the JSON that Penpot imports.
fn penpot_archive(data: &[u8]) {
    let paths =
        ["f/tokens.json", "f/colors/c.json", "f/colors/d.json", "f/typographies/t.json", "g/tokens.json"];
    let files = data.split(|byte| *byte == 0xff).zip(paths);
    let mut files: Vec<File> = files.map(|(bytes, path)| File::new(format!("files/{path}"), bytes)).collect();
    let manifest = r#"{"type":"penpot/export-files","files":[{"id":"f","name":"a"},{"id":"g","name":"b"}]}"#;
    files.push(File::new("manifest.json", manifest.as_bytes()));
    let bundle = Bundle::new(files, ReadLimits::default());
    let Ok((_, reading)) = bundle.and_then(|bundle| read(Some(Format::Penpot), bundle)) else { return };
    let names: std::collections::HashSet<_> = reading.design.sets.iter().map(|set| &set.name).collect();
    assert_eq!(names.len(), reading.design.sets.len(), "two sets have one name");
    let written = write(Format::Penpot, &reading.design, &WriteOptions::default());
    written.unwrap_or_else(|error| panic!("an archive was read and cannot be written: {error}"));
}

fn tree(file: &File) -> Option<Json> {
    Json::parse(&file.bytes, &file.path, 64).ok()
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    let texts = [
        r##"{"a":{"$type":"color","$value":"#f00"},"g":{"$extends":"{h}"},"h":{"x":{"$ref":"#/a"}}}"##,
        r##"{"base":{"c":{"value":"#F00","type":"color"},"s":{"type":"spacing","value":"16"}},"dark":{"c":{"value":"{s}"}},"$themes":[{"id":"1","name":"a","group":"g","selectedTokenSets":{"base":"source","dark":"enabled"}},{"id":"2","name":"b","selectedTokenSets":{}}],"$metadata":{"tokenSetOrder":["dark","base"]}}"##,
        r#"{"s":{"a":{"$value":"1","$type":"strokeWidth"},"t":{"$type":"typography","$value":{"fontSizes":"12"}}},"$themes":[{"id":"1","name":"a","isSource":false,"selectedTokenSets":{"s":"enabled"}}],"$metadata":{"tokenSetOrder":["s"],"activeThemes":["/a"],"activeSets":["s"]}}"#,
        r#"{"a":{"b":{"value":"{c.d.value}","comment":"x","attributes":{"k":1},"type":"size"},"themeable":true},"c":{"d":{"value":0.10}}}"#,
        ":root,[data-theme='light']{--a:#F00;--b : var(--a) !important;--c\\.d:1px 2px}\n.dark{--a:oklch(.5 .1 20)}.card{--e:}",
        "@media (prefers-color-scheme:dark){:root{--a:calc((1px))}}@theme{--color-*:initial;--f:\"x\",serif}",
        r#"{"version":"2025.10","resolutionOrder":[{"type":"set","name":"n","sources":[{"a":{"$type":"number","$value":1}}]}]}"#,
        r#"{"status":200,"error":false,"meta":{"variableCollections":{"C:1":{"defaultModeId":"1:0","id":"C:1","name":"c","remote":false,"modes":[{"modeId":"1:0","name":"light"},{"modeId":"1:1","name":"dark"}],"key":"k","variableIds":["V:1","V:2"]}},"variables":{"V:1":{"name":"a/b","id":"V:1","remote":false,"key":"k","variableCollectionId":"C:1","resolvedType":"COLOR","description":"","hiddenFromPublishing":true,"valuesByMode":{"1:0":{"r":0.10,"g":0,"b":1,"a":1},"1:1":{"type":"VARIABLE_ALIAS","id":"V:2"}},"scopes":["ALL_SCOPES"],"codeSyntax":{"WEB":"x"}},"V:2":{"name":"a/b/c","id":"V:2","remote":false,"key":"k","variableCollectionId":"C:1","resolvedType":"FLOAT","description":"","hiddenFromPublishing":false,"valuesByMode":{"1:0":16},"scopes":["GAP"],"codeSyntax":{}}}}}"#,
    ];
    let native = r#"{"a":{"$type":"number","$value":1,"$extensions":{"com.figma.variableId":"V:1","com.figma.aliasData":{"targetVariableName":"b"}}},"$extensions":{"com.figma.modeName":"M"}}"#;
    let mut seeds: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    seeds.push(b"[]\xff{\"a\":{\"value\":\"1px\",\"type\":\"sizing\"}}\xff{\"b\":{\"$value\":\"{a}\",\"$type\":\"sizing\"}}".to_vec());
    let other = native.replace(r#""a""#, r#""b""#).replace("V:1", "V:2");
    seeds.push([native.as_bytes(), other.as_bytes()].join(&0xff));
    let library: [&[u8]; 4] = [
        br##"{"s":{"a":{"$value":"#F00","$type":"color"}},"$themes":[],"$metadata":{"activeSets":["s"]}}"##,
        br##"{"id":"c","name":"Red","path":"a / b","color":"#ff0000","opacity":0.5}"##,
        br##"{"id":"d","name":"b","path":"a","gradient":{"type":"linear","stops":[{"color":"#fff","offset":0}]}}"##,
        br#"{"id":"t","name":"Title","fontFamily":"Inter","fontSize":"24","fontWeight":"700","lineHeight":"1.2"}"#,
    ];
    seeds.push(library.join(&0xff));
    seeds
}
