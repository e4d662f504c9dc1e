//! Files of other tools: `dss convert`, `dss import --from`, `dss export --to`.

use std::fs;

use crate::support::Desk;

const STUDIO: &str = r##"{
  "base": {
    "c": { "value": "#FF0000", "type": "color" },
    "s": { "value": "16", "type": "spacing" },
    "m": { "value": "{s} * 2", "type": "spacing" }
  },
  "dark": { "c": { "value": "#000", "type": "color" } },
  "$themes": [
    { "id": "1", "name": "light", "group": "mode", "selectedTokenSets": { "base": "source" } },
    { "id": "2", "name": "dark", "group": "mode", "selectedTokenSets": { "base": "source", "dark": "enabled" } }
  ]
}"##;

/// The text without what white space there is.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn a_file_goes_through_a_project_and_comes_back() {
    let desk = Desk::new();
    desk.write("studio.json", STUDIO);
    let imported = desk.run("import studio.json --project brand");
    assert_eq!(imported.code, 0, "{}", imported.err);
    assert!(
        imported.out.starts_with("Imported studio.json (tokens-studio) as the new project \"brand\"."),
        "{}",
        imported.out
    );
    assert!(
        imported.err.contains("note: assumed in tokens-studio: 1 sizes without a unit, taken as px"),
        "{}",
        imported.err
    );
    assert!(imported.out.contains("themes           2"), "{}", imported.out);
    desk.ok("export brand -o back.json --to tokens-studio");
    assert_eq!(dense(&fs::read_to_string(desk.path("back.json")).unwrap()), dense(STUDIO));
    // The archive says the same in another store.
    desk.ok("export brand -o brand.dss");
    desk.ok("--store other import brand.dss");
    desk.ok("--store other export brand -o other.json --to tokens-studio");
    assert_eq!(fs::read(desk.path("back.json")).unwrap(), fs::read(desk.path("other.json")).unwrap());
    let json = desk.json("import studio.json --project brand --dry-run");
    assert_eq!(
        (&json["sourceKind"], &json["conversion"]["format"]),
        (&"tokens-studio".into(), &"tokens-studio".into())
    );
    assert_eq!(json["conversion"]["notes"][0]["fate"], "assumed");
}

#[test]
fn a_conversion_tells_what_it_cannot_carry_over() {
    let desk = Desk::new();
    desk.write("studio.json", STUDIO);
    let ran = desk.run("convert studio.json out/ --to style-dictionary --report");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("Converted studio.json (tokens-studio) to out/ (style-dictionary)."),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("warning: lost in style-dictionary: 1 theme groups"), "{}", ran.err);
    assert!(ran.err.contains("kept in tokens-studio: 2 types"), "{}", ran.err);
    assert!(desk.path("out/base.json").is_file() && desk.path("out/dark.json").is_file());
    // Nothing is replaced unless one says so, and no store was made.
    let again = desk.run("convert studio.json out/ --to style-dictionary");
    assert_eq!(again.code, 4, "{}", again.err);
    desk.ok("convert studio.json out/ --to style-dictionary --force");
    desk.ok("convert studio.json dtcg/");
    desk.ok("convert dtcg/ back.json --to tokens-studio");
    assert_eq!(dense(&fs::read_to_string(desk.path("back.json")).unwrap()), dense(STUDIO));
}

#[test]
fn what_is_no_token_format_is_refused_with_what_was_tried() {
    let desk = Desk::new();
    desk.write("theme.json", r#"{"button": {"background": "@color-blue"}}"#);
    for command in ["convert theme.json out/", "import theme.json"] {
        let ran = desk.run(command);
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains("error[not_tokens]"), "{}", ran.err);
        assert!(
            ran.err.contains("Tokens Studio: no token in any set; Style Dictionary: no object with"),
            "{}",
            ran.err
        );
    }
    assert!(!desk.path("out").exists());
    let named = desk.run("convert theme.json out/ --from style-dictionary");
    assert!(named.code == 3 && named.err.contains("error[format_mismatch]"), "{}", named.err);
    let archive = desk.run("convert theme.json out/ --from dss");
    assert_eq!(archive.code, 2, "{}", archive.err);
}

const SHEET: &str = "/* brand */\n:root { --brand: #F00; --link: var(--brand); --gap: 1.50rem; --ease: ease-in }\n\
                     .dark { --brand: tomato }\n.card { --gap: 2px; color: red }\n";

#[test]
fn a_style_sheet_goes_through_stores_and_comes_back() {
    let desk = Desk::new();
    desk.write("brand.css", SHEET);
    let imported = desk.run("import brand.css");
    assert_eq!(imported.code, 0, "{}", imported.err);
    desk.ok("export brand -o back.css --to css");
    assert_eq!(fs::read_to_string(desk.path("back.css")).unwrap(), SHEET);
    desk.ok("export brand -o brand.dss");
    desk.ok("--store other import brand.dss");
    desk.ok("--store other export brand -o other.css --to css");
    assert_eq!(fs::read_to_string(desk.path("other.css")).unwrap(), SHEET);
    desk.ok("token set brand gap 2px --set brand");
    desk.ok("export brand -o edited.css --to css");
    assert_eq!(fs::read_to_string(desk.path("edited.css")).unwrap(), SHEET.replace("1.50rem", "2px"));
    // A style sheet that begins like a JSON array, and one without its ending.
    desk.write("attribute.css", "[data-theme=dark] { --a: 1px }");
    desk.write("plain", SHEET);
    assert_eq!(desk.json("import attribute.css --dry-run")["sourceKind"], "css");
    assert_eq!(desk.json("import plain --project plain --from css --dry-run")["sourceKind"], "css");
}

#[test]
fn products_get_css_tailwind_and_flat_maps() {
    let desk = Desk::new();
    desk.write("brand.css", SHEET);
    fs::create_dir(desk.path("sheets")).unwrap();
    desk.write("sheets/one.css", ":root { --a: 1px }");
    desk.write("sheets/two.css", ".dark { --a: 2px }");
    desk.ok("convert sheets/ tokens/");
    desk.ok("convert tokens/ again/ --to css");
    assert_eq!(fs::read_to_string(desk.path("again/two.css")).unwrap(), ".dark { --a: 2px }");
    desk.ok("convert tokens/ flat/ --to json");
    assert_eq!(
        dense(&fs::read_to_string(desk.path("flat/tokens.theme-dark.json")).unwrap()),
        r#"{"a":{"value":2,"unit":"px"}}"#
    );
    desk.ok("convert brand.css tailwind.css --to tailwind");
    assert!(
        fs::read_to_string(desk.path("tailwind.css"))
            .unwrap()
            .starts_with("@theme {\n  --color-brand: #ff0000;\n")
    );
    let refused = desk.run("convert tokens/ flat.json --to json");
    assert_eq!(refused.code, 2, "{}", refused.err);
}
