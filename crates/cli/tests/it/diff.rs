//! `dss diff`: text, Markdown, a page, JSON, and how it ends.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Desk, Ran};

/// A desk with the example as project `aurora`, an archive of it as it was, and edits since then.
fn edited() -> Desk {
    let desk = Desk::with_aurora();
    desk.ok("export aurora -o before.dss -q");
    desk.ok("token set aurora color.violet.500 #7c3aed -q");
    desk.ok("token set aurora color.brand #0b57d0 --type color --set tokens/base -q");
    desk.ok("token rm aurora space.12 -q");
    desk.ok("token mv aurora color.red.600 color.red.650 -q");
    desk.ok("token set aurora radius.full 1000px -q");
    desk.words(&["token", "set", "aurora", "radius.full", "--description", "Round."]);
    desk.ok("theme set aurora theme dark tokens/base tokens/dark -q");
    desk.ok("theme default aurora theme dark -q");
    let components = std::fs::read_to_string(desk.path("aurora/components.json")).unwrap();
    desk.write("components.json", components.replace("\"status\": \"stable\"", "\"status\": \"beta\""));
    desk.ok("component set aurora components.json -q");
    desk.write("arrow.svg", "<svg/>");
    desk.ok("asset add aurora arrow.svg --path icons/arrow-right.svg -q");
    desk
}

#[track_caller]
fn differs(desk: &Desk, line: &str) -> String {
    let ran = desk.run(line);
    assert_eq!(ran.code, 1, "dss {line}\n{}{}", ran.out, ran.err);
    assert_eq!(ran.err, "", "dss {line}");
    ran.out
}

#[test]
fn as_text() {
    let desk = edited();
    let text = differs(&desk, "diff before.dss aurora");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_snapshot!(text, @r#"
    before.dss (archive) → aurora (project)
    Both are copies of one project: matched by id.

    tokens/base
      + color.brand  color  #0b57d0
      > color.red.600 → color.red.650
      ~ color.violet.500  #8b5cf6 → #7c3aed
      ~ radius.full
          $value  9999px → 1000px
          $description  "Pills and circles." → "Round."
      - space.12  dimension  48px

    Themes
      ~ theme  theme group
          default  "light" → "dark"
      ~ theme/dark  theme  tokens/dark → tokens/base, tokens/dark

    Components
      ~ Button  component
          status  "stable" → "beta"

    Assets
      ~ icons/arrow-right.svg  asset
          content  225 B, sha256 3b70ceb302d2… → 6 B, sha256 d4dc56669143…

      ITEMS         ADDED  REMOVED  RENAMED  CHANGED
      tokens            1        1        1        2
      theme groups      0        0        0        1
      themes            0        0        0        1
      components        0        0        0        1
      assets            0        0        0        1

    9 differences.
    "#);
    assert_snapshot!(desk.ok("diff before.dss before.dss"), @r"
    before.dss (archive) → before.dss (archive)
    Both are copies of one project: matched by id.

    No differences.
    ");
    assert_snapshot!(differs(&desk, "diff before.dss aurora --stat"), @"before.dss → aurora: 9 differences: 1 added, 1 removed, 1 renamed, 6 changed");
}

#[test]
fn as_markdown() {
    let desk = edited();
    assert_snapshot!(differs(&desk, "diff before.dss aurora --markdown"), @r#"
    ## Design tokens: `before.dss` → `aurora`

    **9 differences**: 1 added, 1 removed, 1 renamed, 6 changed. Both are copies of one project: matched by id.

    ### `tokens/base`

    | | | | old | new |
    | --- | --- | --- | --- | --- |
    | added | `color.brand` (color) |  |  | `#0b57d0` |
    | renamed | `color.red.600` → `color.red.650` |  |  |  |
    | changed | `color.violet.500` |  | `#8b5cf6` | `#7c3aed` |
    | changed | `radius.full` |  | `9999px` | `1000px` |
    |  |  | `$description` | `"Pills and circles."` | `"Round."` |
    | removed | `space.12` (dimension) |  | `48px` |  |

    ### `Themes`

    | | | | old | new |
    | --- | --- | --- | --- | --- |
    | changed | `theme` (theme group) | `default` | `"light"` | `"dark"` |
    | changed | `theme/dark` (theme) |  | `tokens/dark` | `tokens/base, tokens/dark` |

    ### `Components`

    | | | | old | new |
    | --- | --- | --- | --- | --- |
    | changed | `Button` (component) | `status` | `"stable"` | `"beta"` |

    ### `Assets`

    | | | | old | new |
    | --- | --- | --- | --- | --- |
    | changed | `icons/arrow-right.svg` (asset) |  | `225 B, sha256 3b70ceb302d2…` | `6 B, sha256 d4dc56669143…` |
    "#);
}

#[test]
fn markdown_fits_a_comment_and_says_what_it_leaves_out() {
    let desk = Desk::new();
    let tokens = |letter: &str| {
        let all: Vec<String> = (0..2_000)
            .map(|n| format!(r#""t{n}": {{"$type": "fontFamily", "$value": "{}"}}"#, letter.repeat(200)))
            .collect();
        format!("{{{}}}", all.join(","))
    };
    desk.write("a.json", tokens("x"));
    desk.write("b.json", tokens("y"));
    let text = differs(&desk, "diff a.json b.json --markdown --max-rows 100000");
    assert!((30_000..65_536).contains(&text.chars().count()), "{}", text.len());
    let shown = text.lines().filter(|line| line.starts_with("| changed |")).count();
    assert!(text.contains(&format!("\nAnd {} more, not shown here.\n", plural(2_000 - shown))), "{shown}");
    assert!(text.contains("… (200 characters)") && text.contains("<details>") && text.contains("</details>"));
    let few = differs(&desk, "diff a.json b.json --markdown --max-rows 3");
    assert_eq!(few.lines().filter(|line| line.starts_with("| changed |")).count(), 3);
    assert!(few.ends_with("And 1,997 differences more, not shown here.\n"), "{few}");
}

fn plural(number: usize) -> String {
    format!("{},{:03} differences", number / 1_000, number % 1_000)
}

#[test]
fn as_json() {
    let desk = edited();
    let document: Value = serde_json::from_str(&differs(&desk, "diff before.dss aurora --json")).unwrap();
    let items = document["items"].as_array().unwrap();
    assert_eq!(document["matchedBy"], "id");
    let total: u64 =
        document["total"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(total, u64::try_from(items.len()).unwrap());
    let item = |path: &str| items.iter().find(|item| item["path"] == path).unwrap();
    let renamed = item("color.red.650");
    assert_eq!((&renamed["change"], &renamed["from"]["path"]), (&"renamed".into(), &"color.red.600".into()));
    let dark = item("theme/dark");
    assert_eq!(dark["fields"][0]["new"], serde_json::json!(["tokens/base", "tokens/dark"]));
    assert_eq!(item("icons/arrow-right.svg")["fields"][0]["new"]["size"], 6);
    let empty: Value = serde_json::from_str(&desk.ok("diff aurora aurora --json")).unwrap();
    assert_eq!(empty["items"], serde_json::json!([]));
    let ran = desk.run("diff before.dss aurora --json --html");
    assert_eq!(ran.code, 2, "{}", ran.out);
}

#[test]
fn as_a_page() {
    let desk = edited();
    let page = differs(&desk, "diff before.dss aurora --html");
    check_page(&page);
    for needle in [
        "<!doctype html>",
        "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'",
        "background:color(srgb 0.5451 0.3608 0.9647)",
        "background:color(srgb 0.4863 0.2275 0.9294)",
        "width:320px",
        "@media print",
        "light-dark(",
        "<code class=\"was\">color.red.600</code> → <code>color.red.650</code>",
    ] {
        assert!(page.contains(needle), "{needle} is missing:\n{page}");
    }
    assert_eq!(differs(&desk, "diff before.dss aurora --html -o page.html"), "");
    assert_eq!(std::fs::read_to_string(desk.path("page.html")).unwrap(), page);
    // It is replaced whole, and nothing is left beside it.
    desk.ok("diff aurora aurora --html -o page.html");
    assert!(std::fs::read_to_string(desk.path("page.html")).unwrap().contains("No differences."));
    let names = std::fs::read_dir(desk.path(".")).unwrap();
    assert!(names.flatten().all(|entry| !entry.file_name().to_string_lossy().contains(".part")));
    assert_eq!(desk.run("diff before.dss aurora -o no/such/page.html").code, 4);
}

/// Tags are closed in order, nothing is loaded or run, and no attribute was broken out of.
#[track_caller]
fn check_page(page: &str) {
    const VOID: [&str; 3] = ["meta", "br", "!doctype"];
    const KNOWN: [&str; 33] = [
        "html", "head", "title", "style", "body", "main", "h1", "h2", "p", "code", "strong", "table",
        "thead", "tbody", "tr", "th", "td", "section", "span", "small", "i", "svg", "path", "meta", "br",
        "!doctype", "ul", "li", "b", "em", "div", "header", "footer",
    ];
    let mut open: Vec<String> = Vec::new();
    let mut rest = page;
    while let Some((_, tail)) = rest.split_once('<') {
        let (tag, after) = tail.split_once('>').unwrap();
        rest = after;
        let name: String = tag.chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{tag}");
            continue;
        }
        assert!(KNOWN.contains(&name.as_str()), "<{tag}>");
        let quotes = tag.matches('"').count();
        assert!(
            quotes % 2 == 0
                && !tag.contains("src=")
                && !tag.contains("href=")
                && !tag.contains(" on")
                && !tag.contains("url("),
            "<{tag}>"
        );
        if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

const EVIL: &str = r##"{
  "a<script>alert(1)</script>": {"$type": "color\"><img src=x onerror=y>", "$value": "</code></td><script>"},
  "b|`x`*_[y](http://z)": {"$type": "fontFamily", "$value": "'; background: url(//evil)"},
  "c\u001b[31m\u202e\u0000": {"$type": "fontFamily", "$value": "z\u001b]0;pwned\u0007\u2066"},
  "d": {"$type": "color", "$value": "red;}</style><script>", "$description": "</textarea>@everyone <b>"},
  "e": {"$type": "shadow", "$value": {"color": "#000", "offsetX": "1px", "offsetY": "1px;x:url(y)", "blur": "0px", "spread": "0px"}}
}"##;

#[test]
fn hostile_names_and_values_are_shown_and_nothing_else() {
    let desk = Desk::new();
    desk.write("evil.json", EVIL);
    desk.write("none.json", r#"{"x": {"$type": "number", "$value": 1}}"#);
    for (line, is_page) in [("", false), ("-v", false), ("--markdown", false), ("--html", true)] {
        for sides in ["none.json evil.json", "evil.json none.json"] {
            let text = differs(&desk, format!("diff {sides} {line}").trim_end());
            let harmful =
                text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{2066}'));
            assert_eq!(harmful, None, "{text:?}");
            assert!(text.contains("1b"), "{text}");
            if is_page {
                check_page(&text);
                assert!(text.contains("&lt;script&gt;"));
            }
        }
    }
    let markdown = differs(&desk, "diff none.json evil.json --markdown");
    let cells = markdown.lines().filter(|line| line.starts_with('|'));
    for line in cells {
        // Outside of code, nothing is markup; bars are those of the table.
        assert_eq!(line.matches('|').count(), 6, "{line}");
        let bare: String = line.split('`').step_by(2).collect();
        assert!(!bare.contains("<script") && !bare.contains("<img") && !bare.contains("@everyone"), "{line}");
    }
}

#[test]
fn a_value_of_a_megabyte_is_cut_and_says_so() {
    let desk = Desk::new();
    let token = |letter: &str| {
        format!(r#"{{"x": {{"$type": "fontFamily", "$value": "{}"}}}}"#, letter.repeat(500_000))
    };
    desk.write("a.json", token("a"));
    desk.write("b.json", token("b"));
    for line in ["diff a.json b.json", "diff a.json b.json --markdown", "diff a.json b.json --html"] {
        let text = differs(&desk, line);
        assert!(text.len() < 20_000 && text.contains("(500,000 characters)"), "{line}: {}", text.len());
    }
}

#[test]
fn what_the_short_form_of_a_value_hides_is_shown() {
    let desk = Desk::new();
    let file = |spacing: u8, red: f32| {
        format!(
            r#"{{"type": {{"$type": "typography", "$value": {{"fontFamily": "Inter", "fontSize": {{"value": 16, "unit": "px"}},
               "fontWeight": 400, "lineHeight": 1.5, "letterSpacing": {{"value": {spacing}, "unit": "px"}}}}}},
               "red": {{"$type": "color", "$value": {{"colorSpace": "srgb", "components": [{red}, 0, 0]}}}}}}"#
        )
    };
    desk.write("a.json", file(0, 0.9001));
    desk.write("b.json", file(1, 0.9002));
    let text = differs(&desk, "diff a.json b.json");
    assert!(text.contains("[0.9001,0,0]") && text.contains("[0.9002,0,0]"), "{text}");
    let markdown = differs(&desk, "diff a.json b.json --markdown");
    assert!(markdown.contains(r#""letterSpacing":{"value":1,"unit":"px"}"#), "{markdown}");
}

#[test]
fn files_need_no_store_and_make_none() {
    let desk = Desk::new();
    desk.write("a.json", r#"{"x": {"$type": "number", "$value": 1}}"#);
    desk.write("b.json", r#"{"x": {"$type": "number", "$value": 2}}"#);
    assert_snapshot!(differs(&desk, "diff a.json b.json"), @r"
    a.json (file) → b.json (file)
    Matched by id, and what is left by token set and path.

    b
      ~ x  1 → 2

      ITEMS   CHANGED
      tokens        1

    1 difference.
    ");
    assert!(!desk.path("store").exists());
    assert_eq!(desk.run("diff a.json b.json -q"), Ran { code: 1, out: String::new(), err: String::new() });
    assert_eq!(desk.run("diff a.json a.json -q").code, 0);
}

#[test]
fn a_project_comes_before_a_folder_of_its_name() {
    let desk = edited();
    // The folder is what the project was made of.
    let document = desk.run("diff aurora ./aurora --json");
    let document: Value = serde_json::from_str(&document.out).unwrap();
    assert_eq!((&document["old"]["kind"], &document["new"]["kind"]), (&"project".into(), &"folder".into()));
    assert_eq!(document["matchedBy"], "idThenPath");
    assert!(document["kinds"]["component"].is_null(), "a folder of token files has none");
}

#[test]
fn filters() {
    let desk = edited();
    let count = |options: &str| {
        let ran = desk.run(&format!("diff before.dss aurora --json {options}"));
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        document["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count("--kind component"), 1);
    assert_eq!(count("--kind theme --kind theme-group"), 2);
    assert_eq!(count("--type color"), 3);
    assert_eq!(count("--type color --folder color.red"), 1);
    assert_eq!(count("--set tokens/dark"), 0);
    assert_eq!(desk.run("diff before.dss aurora --set none").code, 4);
}

#[test]
fn errors_name_the_side() {
    let desk = edited();
    desk.write("broken.dss", "PK no zip");
    let ran = desk.run("diff aurora broken.dss");
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    assert!(ran.err.contains("the new side, broken.dss: "), "{}", ran.err);
    let ran = desk.run("diff broken.dss aurora --json");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(document["error"]["message"].as_str().unwrap().starts_with("the old side, broken.dss: "));
    assert_eq!(document["error"]["stage"], "archive");
    let ran = desk.run("diff aurora nowhere");
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("\"nowhere\" is neither a project nor a file"), "{}", ran.err);
    assert_eq!(desk.run("diff aurora ./nowhere").code, 4);
}
