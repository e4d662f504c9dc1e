//! Real files: read, and written again in the same format.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};

use dss_interop::fix::fix;
use dss_interop::{Bundle, File, Format, Json, ReadLimits, WriteOptions, read, write};

/// Where the real files are, if they are there.
pub(crate) fn corpus() -> Option<PathBuf> {
    dss_testkit::shared().map(|shared| shared.join("data/tokens"))
}

pub(crate) fn files(path: &Path) -> Vec<File> {
    fn add(path: &Path, relative: String, files: &mut Vec<File>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().to_string_lossy().into_owned();
                let below = if relative.is_empty() { name } else { format!("{relative}/{name}") };
                add(&entry.path(), below, files);
            }
        } else if path.extension().is_some_and(|ending| ending == "json") {
            files.push(File::new(relative, fs::read(path).unwrap()));
        }
    }
    let mut files = Vec::new();
    if path.is_file() {
        files.push(File::new(path.file_name().unwrap().to_string_lossy(), fs::read(path).unwrap()));
    } else {
        add(path, String::new(), &mut files);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn bundle(files: Vec<File>) -> Bundle {
    Bundle::new(files, ReadLimits::default()).unwrap()
}

/// Reads what is at `path`, writes it in the same format, and compares all files that were taken.
#[track_caller]
fn comes_back(path: &Path, format: Format) {
    let before = files(path);
    let (found, reading) = read(None, bundle(before.clone())).unwrap();
    assert_eq!(found, format);
    let whole = reading.report.notes().filter(|note| note.what.contains("whole")).count();
    assert_eq!(whole, 0, "{}: {:?}", path.display(), reading.report);
    let mut options = WriteOptions::default();
    if let [only] = before.as_slice() {
        options.name =
            only.path.strip_suffix(".json").map(|name| name.trim_end_matches(".resolver").to_owned());
    }
    let after = write(format, &reading.design, &options).unwrap().files;
    let tree = |file: &File| Json::parse(&file.bytes, &file.path, 64).unwrap();
    let skipped: Vec<&str> = reading.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    let expected: Vec<&File> = before.iter().filter(|file| !skipped.contains(&file.path.as_str())).collect();
    assert_eq!(expected.len(), after.len());
    for file in expected {
        let again = after.iter().find(|again| again.path == file.path);
        let again = again.unwrap_or_else(|| panic!("{} is missing", file.path));
        assert!(tree(file) == tree(again), "{}: {} is not the same", path.display(), file.path);
    }
}

/// The JSON files of a source, fixed; none is changed the second time. How many values were changed.
fn fixed(source: &str) -> Option<usize> {
    let mut changes = 0_usize;
    for file in files(&corpus()?.join(source)) {
        let Ok(once) = fix(&file.path, &file.bytes) else { continue };
        let twice = fix(&file.path, once.text.as_bytes()).unwrap();
        assert_eq!(twice.changes, Vec::new(), "{source}/{}", file.path);
        assert!(twice.text == once.text && twice.advice.len() == once.advice.len());
        assert_eq!(once.text.as_bytes() == file.bytes, once.changes.is_empty(), "{source}/{}", file.path);
        changes = changes.saturating_add(once.changes.len());
    }
    Some(changes)
}

#[test]
fn older_values_are_fixed_once() {
    let Some(_) = corpus() else { return };
    let counts = [
        "open-props",
        "primer-dtcg",
        "kong",
        "carbon-themes",
        "shopware-meteor",
        "figma-sds-dtcg",
        "figma-native-bison",
    ]
    .map(|source| (source, fixed(source).unwrap_or_default()));
    // Short `hex` values in the first; colours, sizes and weights that are texts in the others.
    let found = counts.into_iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>();
    assert_eq!(found, [("open-props", 8), ("kong", 234), ("shopware-meteor", 142)]);
}

#[test]
fn tokens_studio_comes_back() {
    let Some(corpus) = corpus() else { return };
    for file in ["sample_tokens.json", "legacy_value_style.json", "token_transformer_sample.json"] {
        comes_back(&corpus.join("tokens-studio-single").join(file), Format::TokensStudio);
    }
    comes_back(&corpus.join("digdir-designsystemet/design-tokens"), Format::TokensStudio);
}

#[test]
fn figma_variables_come_back() {
    let Some(corpus) = corpus() else { return };
    comes_back(&corpus.join("figma-rest-primer/variables-local.json"), Format::Figma);
    let error =
        read(None, bundle(files(&corpus.join("figma-rest-primer/variables-published.json")))).unwrap_err();
    assert_eq!(error.code(), "not_tokens");
    assert!(error.to_string().contains("its variables have no values"), "{error}");
}

#[test]
fn figma_native_comes_back() {
    let Some(corpus) = corpus() else { return };
    comes_back(&corpus.join("figma-native-bison"), Format::FigmaNative);
}

#[test]
fn style_dictionary_comes_back() {
    let Some(corpus) = corpus() else { return };
    comes_back(&corpus.join("style-dictionary-v3"), Format::StyleDictionary);
    for part in ["complete", "integration", "assets-example"] {
        comes_back(&corpus.join("style-dictionary-v3").join(part), Format::StyleDictionary);
    }
    comes_back(&corpus.join("momentum/reference-tokens"), Format::StyleDictionary);
}

#[test]
fn what_is_no_token_format_is_refused() {
    let Some(corpus) = corpus() else { return };
    for part in ["theme-data", "components", "platformcomponents"] {
        let error = read(None, bundle(files(&corpus.join("momentum").join(part)))).unwrap_err();
        assert_eq!(error.code(), "not_tokens", "{part}");
    }
}

#[test]
fn dtcg_comes_back() {
    let Some(corpus) = corpus() else { return };
    for source in [
        "primer-dtcg",
        "kong",
        "figma-sds-dtcg",
        "figma-sds-plugin",
        "carbon-themes",
        "open-props",
        "shopware-meteor",
    ] {
        comes_back(&corpus.join(source), Format::Dtcg);
    }
}
