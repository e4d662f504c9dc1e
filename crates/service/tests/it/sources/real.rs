//! Real token files, spelled anew by other tools, edited, and imported again.

use std::fs;
use std::path::{Path, PathBuf};

use dss_service::model::{JsonKind, JsonLimits, JsonRef, JsonText, TokenPath};
use dss_service::{ImportSummary, TokenChange, TokenFilter};
use dss_testkit::{TestResult, copy_folder};

use super::rules;
use crate::support::{Fixture, fixture, name};

/// A copy of a real design system, imported.
fn real(system: &str) -> TestResult<Option<(Fixture, PathBuf)>> {
    let Some(shared) = dss_testkit::shared() else { return Ok(None) };
    let fixture = fixture()?;
    let folder = fixture.dir.join(system);
    copy_folder(&shared.join("data/tokens").join(system), &folder)?;
    fixture.import(&folder, "p")?;
    Ok(Some((fixture, folder)))
}

/// Rewrites the file of every set.
fn rewrite(
    fixture: &Fixture,
    folder: &Path,
    change: &mut dyn FnMut(&str) -> TestResult<String>,
) -> TestResult {
    for set in fixture.service.sets(&name("p"))? {
        let file = |ending: &str| folder.join(format!("{}{ending}", set.name));
        let Some(path) = [".tokens.json", ".json"].map(file).into_iter().find(|path| path.is_file()) else {
            continue;
        };
        fs::write(&path, change(&fs::read_to_string(&path)?)?)?;
    }
    Ok(())
}

/// The same JSON, spelled as differently as can be: every letter escaped, every value on a line of its own.
fn respelled(text: &str) -> TestResult<String> {
    fn string(out: &mut String, text: &str) {
        out.push('"');
        text.encode_utf16().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        out.push('"');
    }
    fn write(out: &mut String, value: JsonRef<'_>) {
        let mut first = true;
        let mut next = |out: &mut String| {
            out.push_str(if std::mem::take(&mut first) { "\r\n\t" } else { "\r\n,\t" });
        };
        match value.kind() {
            JsonKind::Object => {
                out.push('{');
                for (name, value) in value.members() {
                    next(out);
                    string(out, &name);
                    out.push_str(" :");
                    write(out, value);
                }
                out.push('}');
            }
            JsonKind::Array => {
                out.push('[');
                for value in value.elements() {
                    next(out);
                    write(out, value);
                }
                out.push(']');
            }
            JsonKind::String => string(out, &value.string().unwrap_or_default()),
            _ => out.push_str(value.as_str()),
        }
    }
    let json = JsonText::parse(text.as_bytes(), &JsonLimits::default())?;
    let mut out = String::new();
    write(&mut out, json.get_ref());
    Ok(out)
}

/// The same JSON with sorted keys.
fn sorted(text: &str) -> TestResult<String> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    Ok(serde_json::to_string_pretty(&value)?)
}

/// Gives every token a number, and those that `is_edited` wants another description.
fn described(text: &str, number: &mut usize, is_edited: &dyn Fn(usize) -> bool) -> TestResult<String> {
    fn walk(value: JsonRef<'_>, number: &mut usize, is_edited: &dyn Fn(usize) -> bool) -> JsonText {
        if value.kind() != JsonKind::Object {
            return value.to_text();
        }
        if value.get("$value").is_some() {
            *number = number.saturating_add(1);
            if !is_edited(*number) {
                return value.to_text();
            }
            return JsonText::object(|out| {
                let kept = value.members().filter(|(name, _)| name != "$description");
                kept.for_each(|(name, value)| out.raw(&name, value));
                out.string("$description", "there");
            });
        }
        JsonText::object(|out| {
            for (name, value) in value.members() {
                let is_own = name.starts_with('$');
                let value = if is_own { value.to_text() } else { walk(value, number, is_edited) };
                out.raw(&name, value.get_ref());
            }
        })
    }
    let json = JsonText::parse(text.as_bytes(), &JsonLimits::default())?;
    Ok(walk(json.get_ref(), number, is_edited).as_str().to_owned())
}

fn is_nothing(summary: &ImportSummary) -> bool {
    summary.kinds.values().all(|kind| kind.unchanged == kind.read)
}

#[test]
fn other_spellings_are_no_edits() -> TestResult {
    for system in ["primer-dtcg", "figma-sds-dtcg", "open-props"] {
        let Some((fixture, folder)) = real(system)? else { return Ok(()) };
        let (before, clock) = (fixture.bytes("p")?, fixture.clock()?);
        rewrite(&fixture, &folder, &mut respelled)?;
        let summary = fixture.import(&folder, "p")?;
        assert!(is_nothing(&summary), "{system}: {:?}", summary.kinds);
        assert_eq!(fixture.clock()?, clock, "{system}");
        assert!(fixture.bytes("p")? == before, "{system}");
        let [_, by_delivery, first_time, new] = rules(&summary)?;
        assert!(by_delivery > 100 && first_time == 0 && new == 0, "{system}");

        // Sorting moves items and members, and changes no value; nor does it clash with anything.
        rewrite(&fixture, &folder, &mut sorted)?;
        let summary = fixture.import(&folder, "p")?;
        assert_eq!((summary.open_conflicts, summary.kinds["token"].added), (0, 0), "{system}");
        assert!(is_nothing(&fixture.import(&folder, "p")?), "{system}: sorted twice is sorted once");
        println!(
            "{system}: {by_delivery} tokens, sorting moved or respelled {}",
            summary.kinds["token"].changed
        );
    }
    Ok(())
}

#[test]
fn edits_in_files_and_here_are_joined() -> TestResult {
    for system in ["primer-dtcg", "figma-sds-dtcg"] {
        let Some((fixture, folder)) = real(system)? else { return Ok(()) };
        // A number for each token of each set, in document order, as the script below counts.
        let mut here: Vec<(String, String)> = Vec::new();
        fixture.service.tokens(&name("p"), &TokenFilter::default(), &mut |token| {
            here.push((token.set, token.path));
            here.len() < 400
        })?;
        let picked: Vec<_> = here.iter().step_by(7).collect();
        for (set, path) in &picked {
            let change = TokenChange {
                description: Some(Some("here".to_owned())),
                allow_invalid: true,
                ..TokenChange::default()
            };
            fixture.service.set_token(
                &name("p"),
                Some(set),
                &TokenPath::parse(path).ok_or("a path")?,
                &change,
            )?;
        }
        let mut number = 0;
        rewrite(&fixture, &folder, &mut |text| {
            respelled(&described(text, &mut number, &|number| number % 3 == 0)?)
        })?;
        let summary = fixture.import(&folder, "p")?;
        let edited = u64::try_from(number / 3)?;
        assert_eq!(summary.kinds["token"].changed, edited, "{system}: every edit of the file, and no other");
        let (mut kept, mut clashing, mut arrived) = (0_u64, 0_u64, 0_u64);
        fixture.service.tokens(&name("p"), &TokenFilter::default(), &mut |token| {
            match token.description.as_deref() {
                _ if token.open_conflicts > 0 => clashing += 1,
                Some("here") => kept += 1,
                Some("there") => arrived += 1,
                _ => {}
            }
            true
        })?;
        assert_eq!(kept + clashing, u64::try_from(picked.len())?, "{system}: no edit made here is lost");
        assert_eq!(arrived + clashing, edited, "{system}: no edit of the file is lost");
        assert!(clashing > 0 && summary.open_conflicts == clashing, "{system}: {clashing}");
        let clock = fixture.clock()?;
        assert!(is_nothing(&fixture.import(&folder, "p")?), "{system}");
        assert_eq!(fixture.clock()?, clock);
        println!(
            "{system}: {number} tokens, {edited} edited there, {} here, {clashing} conflicts",
            picked.len()
        );
    }
    Ok(())
}
