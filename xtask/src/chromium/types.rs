//! A value of every type and colour space, and the property that takes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::browser::Browser;
use super::convert;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Tokens whose first name is the property that they are for.
const TOKENS: &str = r#"{
  "color": {
    "$type": "color",
    "srgb": {"$value": {"colorSpace": "srgb", "components": [0.123, 0.5, 1]}},
    "hex": {"$value": {"colorSpace": "srgb", "components": [1, 0, 0], "alpha": 0.25}},
    "linear": {"$value": {"colorSpace": "srgb-linear", "components": [0.1, 0.2, 0.3]}},
    "hsl": {"$value": {"colorSpace": "hsl", "components": ["none", 50, 25], "alpha": 0.5}},
    "hwb": {"$value": {"colorSpace": "hwb", "components": [20, 50, 25]}},
    "lab": {"$value": {"colorSpace": "lab", "components": [50, -20, 1e1]}},
    "lch": {"$value": {"colorSpace": "lch", "components": [50, 20, 300]}},
    "oklab": {"$value": {"colorSpace": "oklab", "components": [0.5, 0.1, -0.1]}},
    "oklch": {"$value": {"colorSpace": "oklch", "components": [0.5, 0.1, "none"]}},
    "p3": {"$value": {"colorSpace": "display-p3", "components": [1, 0, 0.5]}},
    "a98": {"$value": {"colorSpace": "a98-rgb", "components": [1, 0, 0.5]}},
    "prophoto": {"$value": {"colorSpace": "prophoto-rgb", "components": [1, 0, 0.5]}},
    "rec2020": {"$value": {"colorSpace": "rec2020", "components": [1, 0, 0.5]}},
    "xyz65": {"$value": {"colorSpace": "xyz-d65", "components": [0.1, 0.2, 0.3]}},
    "xyz50": {"$value": {"colorSpace": "xyz-d50", "components": [0.1, 0.2, 0.3]}},
    "alias": {"$value": "{color.oklch}"}
  },
  "width": {"$type": "dimension", "px": {"$value": {"value": 4, "unit": "px"}}, "rem": {"$value": {"value": 0.50, "unit": "rem"}}},
  "font-family": {"$type": "fontFamily", "stack": {"$value": ["Inter", "It's \"x\"; }", "sans-serif"]}, "word": {"$value": "inherit"}},
  "font-weight": {"$type": "fontWeight", "name": {"$value": "extra-black"}, "number": {"$value": 250}},
  "transition-duration": {"$type": "duration", "ms": {"$value": {"value": 200, "unit": "ms"}}},
  "transition-timing-function": {"$type": "cubicBezier", "in": {"$value": [0.4, 0, 1, -1.5]}},
  "line-height": {"$type": "number", "number": {"$value": 1.5}},
  "border-style": {"$type": "strokeStyle", "name": {"$value": "dotted"},
    "dashes": {"$value": {"dashArray": [{"value": 1, "unit": "px"}], "lineCap": "round"}}},
  "border": {"$type": "border", "thin": {"$value": {"color": "{color.alias}", "width": "{width.px}", "style": "solid"}}},
  "transition": {"$type": "transition", "fade": {"$value": {"duration": {"value": 1, "unit": "s"}, "delay": {"value": -5, "unit": "ms"}, "timingFunction": "{transition-timing-function.in}"}}},
  "box-shadow": {"$type": "shadow", "two": {"$value": [
    {"color": "{color.hex}", "offsetX": {"value": 0, "unit": "px"}, "offsetY": {"value": 1, "unit": "px"}, "blur": {"value": 2, "unit": "px"}, "spread": {"value": 0, "unit": "px"}},
    {"color": "{color.p3}", "inset": true, "offsetX": {"value": 0, "unit": "px"}, "offsetY": {"value": 1, "unit": "px"}, "blur": {"value": 2, "unit": "px"}, "spread": {"value": 0, "unit": "px"}}]},
    "more": {"$value": ["{box-shadow.one}", "{box-shadow.one}"]},
    "one": {"$value": {"color": "{color.srgb}", "offsetX": {"value": 0, "unit": "px"}, "offsetY": {"value": 1, "unit": "px"}, "blur": {"value": 2, "unit": "px"}, "spread": {"value": 0, "unit": "px"}}}},
  "background-image": {"$type": "gradient", "sky": {"$value": [{"color": "{color.lab}", "position": 0}, {"color": "{color.hsl}", "position": "{line-height.number}"}, {"color": "{color.p3}", "position": 0.07}]}},
  "font": {"$type": "typography", "body": {"$value": {"fontFamily": "{font-family.stack}", "fontSize": "{width.rem}", "fontWeight": "{font-weight.name}", "letterSpacing": {"value": 0, "unit": "px"}, "lineHeight": 1.5}},
    "same": {"$value": "{font.body}"}}
}"#;

/// Asks for each variable whether its property takes what the browser makes of it.
const SUPPORTS: &str = r"
const style = getComputedStyle(document.documentElement);
const result = Object.fromEntries(properties.map(([name, property]) => {
  const text = style.getPropertyValue('--' + name).trim();
  const value = property === 'transition' ? 'opacity ' + text
    : property === 'background-image' ? `linear-gradient(90deg, ${text})` : text;
  return [name, [text, text !== '' && !text.includes('var(') && CSS.supports(property, value)]];
}));
document.getElementById('result').textContent = JSON.stringify(result);
";

/// What the browser does not take.
pub(super) fn check(workspace: &Workspace, browser: &Browser, work: &Path) -> Result<Vec<String>, Failure> {
    let tokens = work.join("types.tokens.json");
    fs::write(&tokens, TOKENS)?;
    let css = work.join("types.css");
    convert(workspace, &tokens, &css, "css")?;
    let css = fs::read_to_string(css)?;
    let names: Vec<&str> =
        css.lines().filter_map(|line| line.strip_prefix("  --")?.split(": ").next()).collect();
    let properties: Vec<(&str, &str)> = names.iter().map(|name| (*name, property_of(name))).collect();
    let properties = serde_json::to_string(&properties)?;
    let result =
        browser.run(work, "types", "types.css", &format!("const properties = {properties};{SUPPORTS}"))?;
    let result: BTreeMap<String, (String, bool)> = serde_json::from_value(result)?;
    println!("{} variables of every type and colour space, {} taken", result.len(), taken(&result));
    let wrong = result.iter().filter(|(_, (_, is_taken))| !is_taken);
    Ok(wrong.map(|(name, (text, _))| format!("--{name}: {text}")).collect())
}

fn taken(result: &BTreeMap<String, (String, bool)>) -> usize {
    result.values().filter(|(_, is_taken)| *is_taken).count()
}

/// The property that a variable is for: the longest that its name begins or, for parts of a font, ends with.
fn property_of(name: &str) -> &'static str {
    let known = [
        "transition-timing-function",
        "transition-duration",
        "background-image",
        "letter-spacing",
        "border-style",
        "font-family",
        "font-weight",
        "line-height",
        "box-shadow",
        "transition",
        "font-size",
        "border",
        "color",
        "width",
        "font",
    ];
    let part = known.into_iter().find(|property| name.starts_with("font-") && name.ends_with(property));
    part.or_else(|| known.into_iter().find(|property| name.starts_with(property))).unwrap_or("color")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_for_properties() {
        let check = |name, property| assert_eq!(property_of(name), property, "{name}");
        check("color-srgb", "color");
        check("transition-duration-ms", "transition-duration");
        check("font-body", "font");
        check("font-body-line-height", "line-height");
        check("font-family-stack", "font-family");
        assert!(serde_json::from_str::<serde_json::Value>(TOKENS).is_ok());
    }
}
