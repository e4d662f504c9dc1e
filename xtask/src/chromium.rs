//! `cargo xtask chromium`: what a browser makes of the CSS that we write.
//!
//! Two pages. One has the variables of a folder of tokens: for every theme, each colour that the browser computes is
//! compared with what the flat map says that DSS resolves. The other has a value of every type and colour space: the
//! browser must take each of them for the property that it is for.

mod browser;
mod color;
mod types;

use std::collections::BTreeMap;
use std::fs;
use std::path::{self, Path};

use serde_json::Value;

use crate::failure::{Failure, none_found};
use crate::files;
use crate::run;
use crate::workspace::Workspace;
use browser::Browser;
use color::Rgba;

/// Colours that must be compared in every theme, at least.
const COLORS_MIN: usize = 50;

/// `cargo xtask chromium FOLDER`, with a folder or file of tokens.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let [folder] = arguments else {
        return Err(Failure::new(
            "which tokens? cargo xtask chromium FOLDER, with DTCG tokens that have themes",
        ));
    };
    // Commands run in the workspace root, and the folder was named from where the caller stands.
    let folder = path::absolute(folder).map_err(|error| Failure::new(format!("{folder}: {error}")))?;
    let work = workspace.root().join("target/chromium");
    files::fresh(&work)?;
    let browser = Browser::find(workspace, &work)?;
    let findings = types::check(workspace, &browser, &work)?;
    none_found("values that the browser does not take", &findings)?;
    themes(workspace, &browser, &work, &folder)
}

/// Converts tokens to a format.
fn convert(workspace: &Workspace, from: &Path, to: &Path, format: &str) -> Result<(), Failure> {
    let mut cargo = run::cargo(workspace, &["run", "--quiet", "-p", "dss-cli", "--", "--quiet", "convert"]);
    run::check(cargo.arg(from).arg(to).args(["--to", format, "--force"]))
}

/// Compares the colours of every theme.
fn themes(workspace: &Workspace, browser: &Browser, work: &Path, folder: &Path) -> Result<(), Failure> {
    let css = work.join("tokens.css");
    convert(workspace, folder, &css, "css")?;
    convert(workspace, folder, &work.join("flat/"), "json")?;
    let maps = maps(&work.join("flat"), &fs::read_to_string(&css)?)?;
    let computed = browser.computed(work, &maps)?;
    let mut findings = Vec::new();
    println!("{:<28} {:>9} {:>9} {:>9}", "theme", "compared", "equal", "at most");
    for (map, computed) in maps.iter().zip(&computed) {
        let (mut equal, mut worst) = (0_usize, 0.0_f64);
        let compared = map.colors.len();
        for (property, expected) in &map.colors {
            let found = computed.get(property).map(String::as_str).unwrap_or_default();
            let distance = Rgba::parse(found).map_or(f64::INFINITY, |found| found.distance(*expected));
            worst = worst.max(distance);
            // A browser rounds to 8 bits.
            if distance <= 1.0 {
                equal = equal.saturating_add(1);
            } else {
                findings.push(format!("{}: --{property} is {found}, and should be {expected}", map.name));
            }
        }
        println!("{:<28} {compared:>9} {equal:>9} {worst:>9.3}", map.name);
        if compared < COLORS_MIN {
            findings.push(format!("{}: only {compared} colours, {COLORS_MIN} are wanted", map.name));
        }
    }
    none_found("colours that are not what they should be", &findings)
}

/// What DSS resolves for a choice of themes.
pub(crate) struct Map {
    /// The selector of its block.
    name: String,
    /// The attributes of the root element.
    attributes: BTreeMap<String, String>,
    /// Colours by property, without `--`.
    colors: BTreeMap<String, Rgba>,
}

/// The flat maps that there are CSS blocks for, by the names of their files.
fn maps(folder: &Path, css: &str) -> Result<Vec<Map>, Failure> {
    let mut files: BTreeMap<String, Value> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        files.insert(name, serde_json::from_str(&fs::read_to_string(&path)?)?);
    }
    let Some(base) =
        files.keys().min_by_key(|name| name.len()).map(|name| name.trim_end_matches(".json").to_owned())
    else {
        return Err(Failure::new("no flat maps were written"));
    };
    let mut maps = Vec::new();
    for selector in css.lines().filter_map(|line| line.strip_suffix(" {")) {
        let attributes = attributes(selector);
        let chosen: Vec<String> = attributes
            .iter()
            .map(|(name, value)| format!(".{}-{value}", name.trim_start_matches("data-")))
            .collect();
        let Some(Value::Object(map)) = files.get(&format!("{base}{}.json", chosen.concat())) else {
            continue;
        };
        let colors =
            map.iter().filter_map(|(path, value)| Some((property(path, css)?, Rgba::of_token(value)?)));
        maps.push(Map { name: selector.to_owned(), attributes, colors: colors.collect() });
    }
    Ok(maps)
}

/// The attributes that a selector such as `[data-theme="dark"]` wants.
fn attributes(selector: &str) -> BTreeMap<String, String> {
    let parts = selector.split(['[', ']']).filter_map(|part| part.split_once('='));
    parts.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect()
}

/// The custom property of a token, if the style sheet has it.
fn property(path: &str, css: &str) -> Option<String> {
    let name = path.replace(".$root", "").replace(['.', ' ', '/'], "-");
    css.contains(&format!("  --{name}: ")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_say_what_is_chosen() {
        let found = attributes("[data-theme=\"dark-hc\"][data-size=\"fine\"]");
        let wanted = [("data-size", "fine"), ("data-theme", "dark-hc")];
        assert!(found.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(wanted));
        assert!(attributes(":root").is_empty());
    }
}
