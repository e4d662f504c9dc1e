//! CSS custom properties, Tailwind's theme, and the flat map.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeMap;

use dss_interop::{Bundle, Fate, File, Format, Json, Object, ReadLimits, Report, WriteOptions, read, write};
use proptest::prelude::*;

/// What a design in DTCG is in another format: the first file's text, and what was counted.
fn written(files: &[(&str, &str)], to: Format) -> (Vec<(String, String)>, Report) {
    let files = files.iter().map(|(path, text)| File::new(*path, text.as_bytes())).collect();
    let bundle = Bundle::new(files, ReadLimits::default()).unwrap();
    let (_, reading) = read(Some(Format::Dtcg), bundle).unwrap();
    let written = write(to, &reading.design, &WriteOptions::default()).unwrap();
    let text = |file: File| (file.path, String::from_utf8(file.bytes).unwrap());
    (written.files.into_iter().map(text).collect(), written.report)
}

fn only(files: &[(&str, &str)], to: Format) -> (String, Report) {
    let (files, report) = written(files, to);
    let [(_, text)] = files.as_slice() else { panic!("{files:?}") };
    (text.clone(), report)
}

fn count(report: &Report, what: &str) -> u64 {
    report.notes().filter(|note| note.what.contains(what)).map(|note| note.count).sum()
}

const TYPES: &str = r#"{
    "color": {"$type": "color",
        "red": {"$value": {"colorSpace": "srgb", "components": [1, 0, 0]}},
        "glass": {"$value": {"colorSpace": "srgb", "components": [0, 0, 0], "alpha": 0.25}},
        "wide": {"$value": {"colorSpace": "display-p3", "components": [1, 0.5, 0]}},
        "ok": {"$value": {"colorSpace": "oklch", "components": [0.7, 0.1, "none"], "alpha": 0.5}},
        "alias": {"$value": "{color.red}"}},
    "size": {"$type": "dimension", "s": {"$value": {"value": 4, "unit": "px"}}, "m": {"$value": {"value": 0.50, "unit": "rem"}}},
    "font": {"$type": "fontFamily", "body": {"$value": ["Inter", "Segoe UI", "sans-serif"]}, "code": {"$value": "monospace"}},
    "weight": {"$type": "fontWeight", "bold": {"$value": "semi-bold"}, "thin": {"$value": 250}},
    "time": {"$type": "duration", "fast": {"$value": {"value": 200, "unit": "ms"}}},
    "ease": {"$type": "cubicBezier", "in": {"$value": [0.4, 0, 1, 1]}},
    "number": {"$type": "number", "half": {"$value": 0.5}},
    "stroke": {"$type": "strokeStyle", "solid": {"$value": "solid"},
        "dashes": {"$value": {"dashArray": [{"value": 1, "unit": "px"}], "lineCap": "round"}}},
    "border": {"$type": "border", "thin": {"$value": {"color": "{color.red}", "width": {"value": 1, "unit": "px"}, "style": "solid"}}},
    "transition": {"$type": "transition", "fade": {"$value": {"duration": "{time.fast}", "delay": {"value": 0, "unit": "ms"}, "timingFunction": "{ease.in}"}}},
    "shadow": {"$type": "shadow",
        "low": {"$value": {"color": "{color.glass}", "offsetX": {"value": 0, "unit": "px"}, "offsetY": {"value": 1, "unit": "px"}, "blur": {"value": 2, "unit": "px"}, "spread": {"value": 0, "unit": "px"}}},
        "both": {"$value": ["{shadow.low}", {"inset": true, "color": "{color.red}", "offsetX": {"value": 0, "unit": "px"}, "offsetY": "{size.s}", "blur": {"value": 2, "unit": "px"}, "spread": {"value": 0, "unit": "px"}}]}},
    "gradient": {"$type": "gradient", "sky": {"$value": [{"color": "{color.red}", "position": 0}, {"color": "{color.wide}", "position": "{number.half}"}, {"color": "{color.ok}", "position": 1.5}]}},
    "text": {"$type": "typography", "body": {"$value": {"fontFamily": "{font.body}", "fontSize": "{size.m}", "fontWeight": 400, "letterSpacing": {"value": 0, "unit": "px"}, "lineHeight": 1.5}},
        "same": {"$value": "{text.body}"}}
}"#;

#[test]
fn every_type_is_written_as_css_says_it() {
    let (css, report) = only(&[("a.json", TYPES)], Format::Css);
    let wanted = r#":root {
  --color-red: #ff0000;
  --color-glass: rgba(0, 0, 0, 0.25);
  --color-wide: color(display-p3 1 0.5 0);
  --color-ok: oklch(0.7 0.1 none / 0.5);
  --color-alias: var(--color-red);
  --size-s: 4px;
  --size-m: 0.50rem;
  --font-body: "Inter", "Segoe UI", sans-serif;
  --font-code: monospace;
  --weight-bold: 600;
  --weight-thin: 250;
  --time-fast: 200ms;
  --ease-in: cubic-bezier(0.4, 0, 1, 1);
  --number-half: 0.5;
  --stroke-solid: solid;
  --stroke-dashes: dashed;
  --border-thin: 1px solid var(--color-red);
  --transition-fade: var(--time-fast) var(--ease-in) 0ms;
  --shadow-low: 0px 1px 2px 0px var(--color-glass);
  --shadow-both: var(--shadow-low), inset 0px var(--size-s) 2px 0px var(--color-red);
  --gradient-sky: var(--color-red) 0%, var(--color-wide) calc(var(--number-half) * 100%), var(--color-ok) 100%;
  --text-body: var(--text-body-font-weight) var(--text-body-font-size)/var(--text-body-line-height) var(--text-body-font-family);
  --text-body-font-family: var(--font-body);
  --text-body-font-size: var(--size-m);
  --text-body-font-weight: 400;
  --text-body-letter-spacing: 0px;
  --text-body-line-height: 1.5;
  --text-same: var(--text-body);
  --text-same-font-family: var(--text-body-font-family);
  --text-same-font-size: var(--text-body-font-size);
  --text-same-font-weight: var(--text-body-font-weight);
  --text-same-letter-spacing: var(--text-body-letter-spacing);
  --text-same-line-height: var(--text-body-line-height);
}
"#;
    assert_eq!(css, wanted);
    assert_eq!((report.count(Fate::Lost), report.count(Fate::Changed)), (0, 1));
}

/// Two modifiers that both change one token, so that neither block alone says what both together come to.
const THEMED: &[(&str, &str)] = &[
    (
        "x.resolver.json",
        r##"{"version": "2025.10",
            "sets": {"base": {"sources": [{"$ref": "base.json"}]}},
            "modifiers": {
                "Mode": {"default": "light", "contexts": {"light": [], "dark": [{"$ref": "dark.json"}]}},
                "density": {"contexts": {"loose": [{"$ref": "loose.json"}], "ti\"ght": []}}
            },
            "resolutionOrder": [{"$ref": "#/sets/base"}, {"$ref": "#/modifiers/Mode"}, {"$ref": "#/modifiers/density"}]}"##,
    ),
    ("base.json", r#"{"$type": "number", "a": {"$value": 1}, "b": {"$value": "{a}"}, "c": {"$value": 1}}"#),
    ("dark.json", r#"{"$type": "number", "a": {"$value": 2}, "c": {"$value": 2}, "night": {"$value": 5}}"#),
    ("loose.json", r#"{"$type": "number", "c": {"$value": 3}, "wide": {"$value": 4}}"#),
];

#[test]
fn blocks_of_themes_come_to_what_the_resolver_says() {
    let (css, report) = only(THEMED, Format::Css);
    let wanted = r#":root {
  --a: 1;
  --b: var(--a);
  --c: 3;
  --wide: 4;
}

[data-mode="dark"] {
  --a: 2;
  --night: 5;
}

[data-density="ti\"ght"] {
  --c: 1;
  --wide: initial;
}

[data-mode="dark"][data-density="ti\"ght"] {
  --c: 2;
}
"#;
    assert_eq!(css, wanted);
    assert_eq!((report.count(Fate::Lost), report.count(Fate::Assumed)), (0, 1));
}

#[test]
fn the_flat_map_has_a_file_per_permutation() {
    let (files, _) = written(THEMED, Format::Json);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    assert_eq!(
        paths,
        ["x.json", "x.Mode-dark.json", "x.density-ti_ght.json", "x.Mode-dark.density-ti_ght.json",]
    );
    assert_eq!(files[0].1, "{\n  \"a\": 1,\n  \"b\": 1,\n  \"c\": 3,\n  \"wide\": 4\n}\n");
    assert_eq!(files[3].1, "{\n  \"a\": 2,\n  \"b\": 2,\n  \"c\": 2,\n  \"night\": 5\n}\n");
}

#[test]
fn tailwind_gets_its_namespaces() {
    let (css, report) = only(&[("a.json", TYPES)], Format::Tailwind);
    for line in [
        "@theme {",
        "  --color-red: #ff0000;",
        "  --spacing-s: 4px;",
        "  --font-body: \"Inter\", \"Segoe UI\", sans-serif;",
        "  --font-weight-bold: 600;",
        "  --ease-in: cubic-bezier(0.4, 0, 1, 1);",
        "  --shadow-low: 0px 1px 2px 0px var(--color-glass);",
        "  --text-body: var(--spacing-m);",
        "  --text-body--line-height: 1.5;",
        "  --font-body-2: var(--font-body);",
        ":root {",
        "  --border-thin: 1px solid var(--color-red);",
    ] {
        assert!(css.lines().any(|wanted| wanted == line), "{line}\n{css}");
    }
    assert_eq!(report.count(Fate::Lost), 0);
    assert!(count(&report, "plain variables") >= 5, "{report:?}");
    let named = r#"{"color-brand": {"$type": "color", "$value": "red"}, "fontSize": {"$type": "dimension", "s": {"$value": "1px"}},
        "border": {"radius": {"$type": "dimension", "s": {"$value": "2px"}}}, "gap": {"$type": "dimension", "$value": "3px"},
        "line-height": {"$type": "number", "s": {"$value": 1.5}}, "opacity": {"$type": "number", "$value": 0.5}}"#;
    let (css, _) = only(&[("a.json", named)], Format::Tailwind);
    let wanted = "@theme {\n  --color-brand: #ff0000;\n  --text-s: 1px;\n  --radius-s: 2px;\n  --spacing-gap: 3px;\n  --leading-s: 1.5;\n}\n\n:root {\n  --opacity: 0.5;\n}\n";
    assert_eq!(css, wanted);
    let (css, report) = only(THEMED, Format::Tailwind);
    assert!(css.contains("\n[data-mode=\"dark\"] {\n"), "{css}");
    assert_eq!(count(&report, "without a utility"), 1);
}

#[test]
fn older_drafts_and_wrong_values_are_written_as_far_as_css_can_say_them() {
    let (css, report) = only(
        &[(
            "a.json",
            r#"{"a": {"$type": "color", "$value": "OKLCH(50% 0.1 20)"}, "b": {"$type": "dimension", "$value": "1.5em"},
                "c": {"$type": "string", "$value": "it's; } x"}, "d": {"$value": {"x": 1}}, "e": {"$type": "dimension", "$value": "{b} * 2"},
                "f": {"$value": "{gone}"}, "g": {"$type": "boolean", "$value": true}, "h": {"$type": "fontWeight", "$value": "Semi Bold"},
                "i": {"$type": "dimension", "$value": {"value": 1, "unit": "px; } x {"}}, "j": {"$type": "color", "$value": "red", "$description": "d"},
                "k": {"$type": "string", "$value": "\\ "}, "l": {"$type": "string", "$value": " a\u00a0 "}}"#,
        )],
        Format::Css,
    );
    let wanted = ":root {\n  --a: oklch(0.5 0.1 20);\n  --b: 1.5em;\n  --c: \"it's; } x\";\n  --g: true;\n  --h: 600;\n  --j: #ff0000;\n  --k: \"\\\\ \";\n  --l: a\u{a0};\n}\n";
    assert_eq!(css, wanted);
    assert_eq!(count(&report, "whose value CSS cannot say"), 3);
    assert_eq!(count(&report, "lead nowhere"), 1);
    assert_eq!(count(&report, "descriptions"), 1);
}

/// The declarations of every rule, as a browser's tokenizer sees them: prelude, then names and values.
fn rules(css: &str) -> Vec<(String, Vec<(String, String)>)> {
    use cssparser::{ParseError, Parser, Token};
    let mut parser = Parser::new(css);
    let mut rules = Vec::new();
    loop {
        parser.skip_whitespace();
        let start = parser.position();
        let prelude =
            parser.parse_until_before::<_, _, ()>(cssparser::Delimiter::CurlyBracketBlock, |parser| {
                while parser.next().is_ok() {}
                Ok(())
            });
        assert!(prelude.is_ok());
        let prelude = parser.slice_from(start).trim().to_owned();
        match parser.next() {
            Err(_) => return rules,
            Ok(token) => assert_eq!(*token, Token::CurlyBracketBlock),
        }
        let declarations = parser.parse_nested_block(|parser| {
            let mut found = Vec::new();
            while !parser.is_exhausted() {
                let name = parser.expect_ident_cloned()?.to_string();
                parser.expect_colon()?;
                let start = parser.position();
                parser.parse_until_before(cssparser::Delimiter::Semicolon, |parser| {
                    while let Ok(token) = parser.next() {
                        assert!(!token.is_parse_error(), "{token:?}");
                    }
                    Ok::<(), ParseError<()>>(())
                })?;
                let value = parser.slice_from(start).trim().to_owned();
                parser.expect_semicolon()?;
                found.push((name, value));
            }
            Ok::<_, ParseError<()>>(found)
        });
        rules.push((prelude, declarations.unwrap_or_else(|_| panic!("{css}"))));
    }
}

/// Texts that would like to be more than they are.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "}",
        "{",
        ";",
        "\"",
        "'",
        "\\",
        "/*",
        "*/",
        "</style>",
        "<!--",
        "-->",
        "\n",
        "(",
        ")",
        "[",
        "]",
        "url(",
        "!important",
        "a",
        "1px",
        " ",
        "--x",
        ":",
        ",",
        "@import",
        "\u{0}",
        "\u{fffd}",
        "é",
        "#",
        "calc(",
        "var(--a)",
        "\r",
        "\u{c}",
    ]);
    prop_oneof![prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat()), any::<String>(),]
}

proptest! {
    #![proptest_config(dss_testkit::cases(512))]

    #[test]
    fn no_name_and_no_value_breaks_out_of_its_declaration(
        texts in prop::collection::vec((hostile(), hostile()), 1..6),
        kind in prop::sample::select(vec!["string", "color", "fontFamily", "dimension", "strokeStyle", "fontWeight", "cubicBezier"]),
        context in hostile(),
        modifier in hostile(),
    ) {
        let mut tokens = Object::new();
        let mut others = Object::new();
        for (name, value) in &texts {
            let mut token = Object::new();
            token.set("$type", kind);
            token.set("$value", value.as_str());
            if !name.starts_with('$') {
                tokens.set(name, token.clone());
                token.set("$value", "changed");
                others.set(name, token);
            }
        }
        let text = |object: Object| Json::Object(object).to_text("").map_err(|error| TestCaseError::fail(error.to_string()));
        let quoted = |text: &str| Json::from(text).to_text("").map(|text| text.as_str().to_owned()).unwrap_or_default();
        let resolver = format!(
            r#"{{"version":"2025.10","resolutionOrder":[{{"type":"set","name":"s","sources":[{}]}},{{"type":"modifier","name":{},"default":"x~","contexts":{{"x~":[],{}:[{}]}}}}]}}"#,
            text(tokens)?.as_str(), quoted(&modifier), quoted(&context), text(others)?.as_str(),
        );
        prop_assume!(context != "x~");
        let bundle = Bundle::new(vec![File::new("a.json", resolver.into_bytes())], ReadLimits::default());
        let bundle = bundle.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let (_, reading) = read(Some(Format::Dtcg), bundle).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for format in [Format::Css, Format::Tailwind] {
            let written = write(format, &reading.design, &WriteOptions::default());
            let written = written.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let css = String::from_utf8(written.files[0].bytes.clone()).unwrap();
            prop_assert!(!css.contains("</") && !css.contains("<!"), "{}", css);
            let rules = rules(&css);
            prop_assert!(rules.len() <= 3, "{}", css);
            for (prelude, declarations) in rules {
                let is_known = prelude == ":root" || prelude == "@theme" || prelude.starts_with("[data-");
                prop_assert!(is_known, "{}", css);
                prop_assert!(declarations.len() <= texts.len(), "{}", css);
                prop_assert!(declarations.iter().all(|(name, _)| name.starts_with("--")), "{}", css);
            }
        }
    }
}

#[test]
fn primer_is_written_with_its_themes() {
    let Some(corpus) = crate::corpus::corpus() else { return };
    let files = crate::corpus::files(&corpus.join("primer-dtcg"));
    let (_, reading) = read(None, Bundle::new(files, ReadLimits::default()).unwrap()).unwrap();
    let written = write(Format::Css, &reading.design, &WriteOptions::default()).unwrap();
    let css = String::from_utf8(written.files[0].bytes.clone()).unwrap();
    let rules = rules(&css);
    let preludes: Vec<&str> = rules.iter().map(|(prelude, _)| prelude.as_str()).collect();
    let wanted = ["light-hc", "dark", "dark-hc"].map(|theme| format!("[data-theme=\"{theme}\"]"));
    assert_eq!(preludes[0], ":root");
    assert_eq!(preludes[1..4], wanted);
    assert!(preludes[4..].iter().all(|prelude| prelude.starts_with("[data-size=")), "{preludes:?}");
    assert!(rules[0].1.len() > 1500 && rules[2].1.len() > 90);
    // Texts with references in them, which DTCG does not have.
    assert_eq!(count(&written.report, "whose value CSS cannot say"), 3);
}

const SHEET: &str = r#"@charset "utf-8";
/* The brand. */
:root,
[data-theme="light"] {
  color-scheme: light; /* for scroll bars */
  --brand: #F00;
  --brand-soft: rgb(from var(--brand) r g b / 50%);
  --link: var(--brand);
  --space-0\.5: .125rem;
  --half: var( --space-0\.5 );
  --gap: 1.50rem;
  --fade: 200ms ease;
  --font: Inter, "Segoe UI", sans-serif;
  --empty:;
  --z: 100 !important
}
[data-theme="dark"] { --brand: Tomato; --brand: oklch(70% 0.1 20deg); --night: 1 }
@media (prefers-color-scheme: dark) { :root:not([data-theme]) { --brand: hsl(0 50% 50%) } }
.card { --brand: blue; padding: var(--gap) }
@theme inline { --color-*: initial; --shadow: 0 1px 2px #0003 }
"#;

fn sheet(text: &str) -> dss_interop::Design {
    let bundle = Bundle::new(vec![File::new("brand.css", text.as_bytes())], ReadLimits::default()).unwrap();
    let (format, reading) = read(None, bundle).unwrap();
    assert_eq!(format, Format::Css);
    reading.design
}

fn set(design: &dss_interop::Design, name: &str) -> Json {
    let set = design.sets.iter().find(|set| set.name == name);
    Json::from_ref(set.unwrap_or_else(|| panic!("{name}: {:?}", design.sets)).document.get_ref())
}

#[test]
fn style_sheets_are_read_as_sets_and_themes() {
    let design = sheet(SHEET);
    let names: Vec<&str> = design.sets.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, ["brand", "brand/theme/dark", "brand/prefers-color-scheme/dark", "brand/card"]);
    let base = set(&design, "brand");
    let token = |name: &str| {
        let token = base.get(name).unwrap();
        let value = token.get("$value").unwrap().to_text("").unwrap().as_str().to_owned();
        format!("{} {value}", token.get("$type").and_then(Json::as_str).unwrap_or("-"))
    };
    assert_eq!(token("brand"), r##"color {"colorSpace":"srgb","components":[1,0,0],"hex":"#ff0000"}"##);
    assert_eq!(token("brand-soft"), r#"- "rgb(from var(--brand) r g b / 50%)""#);
    assert_eq!(token("link"), r#"- "{brand}""#);
    assert_eq!(token("space-0_5"), r#"dimension {"value":0.125,"unit":"rem"}"#);
    assert_eq!(token("half"), r#"- "{space-0_5}""#);
    assert_eq!(token("font"), r#"fontFamily ["Inter","Segoe UI","sans-serif"]"#);
    assert_eq!(token("empty"), r#"- """#);
    assert_eq!(token("z"), "number 100");
    assert_eq!(token("shadow"), r#"- "0 1px 2px #0003""#);
    let dark = set(&design, "brand/theme/dark");
    let brand = dark.get("brand").and_then(|token| token.get("$value")).unwrap().to_text("").unwrap();
    assert_eq!(brand.as_str(), r#"{"colorSpace":"oklch","components":[0.7,0.1,20]}"#);
    let resolver = design.resolver.unwrap();
    let resolver = Json::from_ref(resolver.get_ref());
    let theme = resolver.get("modifiers").and_then(|modifiers| modifiers.get("theme")).unwrap();
    assert_eq!(theme.get("default").and_then(Json::as_str), Some("light"));
    let order = resolver.get("resolutionOrder").and_then(Json::as_array).unwrap().len();
    assert_eq!(order, 3);
}

fn again(design: &dss_interop::Design) -> (String, Report) {
    let written = write(Format::Css, design, &WriteOptions::default()).unwrap();
    let [file] = written.files.as_slice() else { panic!("{:?}", written.files) };
    assert_eq!(file.path, "brand.css");
    (String::from_utf8(file.bytes.clone()).unwrap(), written.report)
}

#[test]
fn a_style_sheet_comes_back_byte_for_byte() {
    for text in [SHEET.to_owned(), format!("\u{feff}{}", SHEET.replace('\n', "\r\n"))] {
        let (css, report) = again(&sheet(&text));
        assert_eq!(css, text);
        assert_eq!(report.notes().count(), 0);
    }
}

fn with(design: &mut dss_interop::Design, name: &str, change: impl FnOnce(&mut Object)) {
    let set = design.sets.iter_mut().find(|set| set.name == name).unwrap();
    let Json::Object(mut document) = Json::from_ref(set.document.get_ref()) else { panic!() };
    change(&mut document);
    set.document = Json::Object(document).to_text("").unwrap();
}

#[test]
fn an_edit_of_a_value_changes_that_value_only() {
    let mut design = sheet(SHEET);
    with(&mut design, "brand", |tokens| {
        let Some(Json::Object(token)) = tokens.get_mut("gap") else { panic!() };
        token.set("$value", Json::parse(br#"{"value":2,"unit":"px"}"#, "", 8).unwrap());
        let Some(Json::Object(token)) = tokens.get_mut("link") else { panic!() };
        token.set("$value", "{space-0_5}");
    });
    let (css, report) = again(&design);
    let wanted =
        SHEET.replace("1.50rem", "2px").replace("--link: var(--brand)", "--link: var(--space-0\\.5)");
    assert_eq!(css, wanted);
    assert_eq!(report.notes().count(), 0);
}

#[test]
fn a_token_that_is_new_is_in_a_style_sheet_that_is_laid_out_anew() {
    let mut design = sheet(SHEET);
    with(&mut design, "brand", |tokens| {
        tokens.push("new", Json::parse(br#"{"$type":"number","$value":7}"#, "", 8).unwrap());
    });
    let (css, report) = again(&design);
    for text in [
        "  --new: 7;\n",
        "  --fade: 200ms ease;\n",
        "\n[data-theme=\"dark\"] {\n  --brand: oklch(0.7 0.1 20);\n  --night: 1;\n}\n",
        "\n@media (prefers-color-scheme: dark) {\n  :root:not([data-theme]) {\n    --brand: hsl(0 50% 50%);\n  }\n}\n",
    ] {
        assert!(css.contains(text), "{text}\n{css}");
    }
    assert_eq!(count(&report, "laid out anew"), 1);
    assert_eq!(count(&report, "sets that nothing selects"), 1);
}

#[test]
fn what_was_written_is_read_as_the_same_variables() {
    let (css, _) = only(&[("brand.json", TYPES)], Format::Css);
    let (again, _) = again(&sheet(&css));
    assert_eq!(again, css);
}

#[test]
fn css_beside_json_is_no_source_of_tokens() {
    let file = |path: &str, text: &str| File::new(path, text.as_bytes());
    let files = vec![file("a.css", ":root{--a:1}"), file("a.json", r#"{"a":{"$type":"number","$value":1}}"#)];
    let bundle = Bundle::new(files, ReadLimits::default()).unwrap();
    assert_eq!(dss_interop::detect(&bundle).unwrap(), Format::Dtcg);
    let one = |text: &str| Bundle::new(vec![file("x", text)], ReadLimits::default()).unwrap();
    assert_eq!(dss_interop::detect(&one(" :root { --a: 1 }")).unwrap(), Format::Css);
    for text in ["a { color: red }", "--a: 1", "<style>:root{--a:1}</style>", ":root{--a:)}", ""] {
        assert!(dss_interop::detect(&one(text)).is_err(), "{text}");
    }
}

/// A style sheet, more or less.
fn style_sheet() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c\\.d", "c_d", "\\{", "x-1", "é", "\\24 q", "0"]);
    let value = prop_oneof![
        4 => prop::sample::select(vec![
            "1px", ".5rem", "#F00", "red", "var(--a)", "var(--c\\.d)", "{a}", "{b}", "", "200ms", "1", "a, sans-serif", "calc(1px)",
            "oklch(.5 .1 20)", "cubic-bezier(0,0,1,1)", "\"x;y\"", "/* c */ 2px", "1e3", "+1", "hsl(720deg 1% 2%)",
        ]).prop_map(str::to_owned),
        1 => hostile(),
    ];
    let declaration = (
        name,
        value,
        prop::sample::select(vec![":", ": ", " :\n", ":/**/"]),
        prop::sample::select(vec![";", "; ", " !important;", ";\n"]),
    )
        .prop_map(|(name, value, colon, end)| format!("--{name}{colon}{value}{end}"));
    let prelude = prop_oneof![
        8 => prop::sample::select(vec![
            ":root", "html, :host", "[data-theme=dark]", ":root, [data-theme=\"light\"]", ".dark", ".card", ".card .x", "@theme",
            "@media (prefers-color-scheme: dark)", "@media print", "@layer x", "@supports (a: b)", "&", "/* } */ :root",
        ]).prop_map(str::to_owned),
        1 => hostile(),
    ];
    let body = prop_oneof![
        6 => declaration,
        1 => Just("color: red;".to_owned()),
        1 => hostile(),
    ];
    let body = prop::collection::vec(body, 0..5).prop_map(|parts| parts.concat());
    let rule = body.prop_recursive(3, 12, 4, move |inner| {
        (prelude.clone(), prop::collection::vec(inner, 0..3))
            .prop_map(|(prelude, parts)| format!("{prelude} {{ {} }}\n", parts.concat()))
    });
    prop::collection::vec(rule, 1..4).prop_map(|rules| rules.concat())
}

proptest! {
    #![proptest_config(dss_testkit::cases(1024))]

    #[test]
    fn every_style_sheet_comes_back_byte_for_byte(text in style_sheet()) {
        let bundle = Bundle::new(vec![File::new("a.css", text.clone().into_bytes())], ReadLimits::default());
        let bundle = bundle.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let Ok((_, reading)) = read(Some(Format::Css), bundle) else { return Ok(()) };
        let written = write(Format::Css, &reading.design, &WriteOptions::default());
        let written = written.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let again = String::from_utf8_lossy(&written.files[0].bytes).into_owned();
        prop_assert_eq!(again, text);
        for to in Format::ALL.into_iter().filter(|format| format.is_written()) {
            let written = write(to, &reading.design, &WriteOptions::default());
            prop_assert!(written.is_ok_and(|written| !written.files.is_empty()), "{}", to);
        }
    }
}

/// What the cascade gives a custom property where these attributes are set on the root element: of the rules that apply,
/// those with more attributes win, and of these the later ones.
fn cascaded(rules: &[(String, Vec<(String, String)>)], attributes: &[String]) -> BTreeMap<String, String> {
    let parts = |prelude: &str| -> Vec<String> {
        prelude.split_inclusive(']').filter(|part| *part != ":root").map(str::to_owned).collect()
    };
    let mut applying: Vec<_> = rules
        .iter()
        .map(|(prelude, declarations)| (parts(prelude), declarations))
        .filter(|(parts, _)| parts.iter().all(|part| attributes.contains(part)))
        .collect();
    applying.sort_by_key(|(parts, _)| parts.len());
    let mut found = BTreeMap::new();
    for (_, declarations) in applying {
        found.extend(declarations.iter().cloned());
    }
    found.retain(|_, value| value != "initial");
    let resolved = |value: &String| {
        let mut value = value;
        while let Some(name) = value.strip_prefix("var(").and_then(|rest| rest.strip_suffix(')')) {
            value = found.get(name)?;
        }
        Some(value.clone())
    };
    found.iter().filter_map(|(name, value)| Some((name.clone(), resolved(value)?))).collect()
}

/// Tokens of a few names: numbers, and aliases that go round in no circle.
fn numbers() -> impl Strategy<Value = Object> {
    let value = |at: usize| {
        let alias = (0..at.max(1))
            .prop_map(move |to| if at == 0 { Json::integer(7) } else { Json::String(format!("{{t{to}}}")) });
        prop_oneof![2 => (0_u64..4).prop_map(Json::integer), 1 => alias]
    };
    let token = move |at: usize| {
        let value = value(at);
        prop::option::of(value).prop_map(move |value| (at, value))
    };
    (token(0), token(1), token(2), token(3)).prop_map(|(a, b, c, d)| {
        let mut tokens = Object::new();
        for (at, value) in [a, b, c, d] {
            if let Some(value) = value {
                let mut token = Object::new();
                token.push("$type", "number");
                token.push("$value", value);
                tokens.push(format!("t{at}"), token);
            }
        }
        tokens
    })
}

proptest! {
    #![proptest_config(dss_testkit::cases(512))]

    #[test]
    fn the_cascade_comes_to_what_the_resolver_says(
        base in numbers(),
        contexts in prop::collection::vec(prop::collection::vec(numbers(), 1..4), 0..4),
        defaults in prop::collection::vec(0_usize..4, 4),
    ) {
        let mut order = vec![Json::Object([
            ("type".to_owned(), Json::from("set")),
            ("name".to_owned(), Json::from("base")),
            ("sources".to_owned(), Json::Array(vec![base.into()])),
        ].into_iter().collect())];
        for (number, (sources, default)) in contexts.iter().zip(&defaults).enumerate() {
            let context = |(at, tokens): (usize, &Object)| (format!("c{at}"), Json::Array(vec![tokens.clone().into()]));
            let default = format!("c{}", (*default).min(sources.len().saturating_sub(1)));
            order.push(Json::Object([
                ("type".to_owned(), Json::from("modifier")),
                ("name".to_owned(), Json::String(format!("m{number}"))),
                ("default".to_owned(), Json::String(default)),
                ("contexts".to_owned(), Json::Object(sources.iter().enumerate().map(context).collect())),
            ].into_iter().collect()));
        }
        let mut document = Object::new();
        document.push("version", "2025.10");
        document.push("resolutionOrder", Json::Array(order));
        let failed = |error: dss_interop::InteropError| TestCaseError::fail(error.to_string());
        let text = Json::Object(document).to_text("").map_err(failed)?;
        let bundle = Bundle::new(vec![File::new("x.json", text.as_str().as_bytes())], ReadLimits::default());
        let (_, reading) = read(Some(Format::Dtcg), bundle.map_err(failed)?).map_err(failed)?;
        let css = write(Format::Css, &reading.design, &WriteOptions::default()).map_err(failed)?;
        let css = String::from_utf8_lossy(&css.files[0].bytes).into_owned();
        let rules = rules(&css);
        let maps = write(Format::Json, &reading.design, &WriteOptions::default()).map_err(failed)?;
        let expected = contexts.iter().map(Vec::len).product::<usize>();
        prop_assert_eq!(maps.files.len(), expected);
        for file in &maps.files {
            let chosen = file.path.strip_suffix(".json").unwrap_or_default().split('.').skip(1);
            let attributes: Vec<String> =
                chosen.filter_map(|choice| choice.split_once('-')).map(|(m, c)| format!("[data-{m}=\"{c}\"]")).collect();
            let map = Json::parse(&file.bytes, "", 8).map_err(failed)?;
            let wanted = map.as_object().into_iter().flat_map(Object::iter);
            let wanted: BTreeMap<String, String> =
                wanted.map(|(name, value)| (format!("--{name}"), value.number().unwrap_or_default().to_owned())).collect();
            prop_assert_eq!(cascaded(&rules, &attributes), wanted, "{}\n{}", file.path, css);
        }
    }
}
