use std::path::Path;

use super::file::Reader;
use super::*;
use crate::args::Preset;

fn parse(reader: Reader, text: &str) -> (Layer, Vec<Report>) {
    let mut problems = Vec::new();
    let layer = reader.parse(text, Path::new("/etc/dss.toml"), &mut problems);
    (layer, problems)
}

fn user(text: &str) -> Layer {
    let (layer, problems) = parse(Reader::User, text);
    assert!(problems.is_empty(), "{problems:?}");
    layer
}

/// What typed words, or the environment, say.
fn typed(words: &[(&'static str, &str)], source: Source) -> Layer {
    let value = |key: Key, text| (key, (key.about().kind.of_text(text).unwrap(), source));
    words.iter().map(|(name, text)| value(Key::named(name).unwrap(), text)).collect()
}

#[test]
fn keys_have_names_of_their_own() {
    let abouts = || Key::ALL.iter().map(|key| key.about());
    for key in Key::ALL {
        assert_eq!(Key::named(key.about().name), Some(*key));
        assert_eq!(abouts().filter(|about| about.env == key.about().env).count(), 1, "{}", key.about().env);
    }
    assert!(Key::ALL.is_sorted(), "the list is in the order of the enum, and none is missing");
}

#[test]
fn options_that_are_named_exist() {
    use clap::CommandFactory as _;
    fn options(command: &clap::Command, into: &mut Vec<String>) {
        into.extend(
            command
                .get_arguments()
                .filter_map(|argument| argument.get_long())
                .map(|long| format!("--{long}")),
        );
        command.get_subcommands().for_each(|command| options(command, into));
    }
    let mut known = Vec::new();
    options(&crate::args::Cli::command(), &mut known);
    for option in Key::ALL.iter().filter_map(|key| key.about().option) {
        assert!(known.iter().any(|known| known == option), "{option}");
    }
}

#[test]
fn numbers_are_numbers_or_texts() {
    let layer = user(
        "[limits]\npreset = \"conservative\"\nmax-file-size = \"2MiB\"\nmax-item-size = 4096\nbusy-timeout = 0.5\n",
    );
    let limits = Settings::new([&layer]).limits();
    assert_eq!((limits.archive_bytes, limits.item_bytes, limits.busy_timeout_ms), (2 << 20, 4096, 500));
    assert_eq!(limits.tokens, 5_000);
    assert_eq!(user("limits = { max-tokens = \"7\" }"), user("limits.max-tokens = 7"));
}

#[test]
fn mistakes_are_told_with_line_and_remedy() {
    for (text, line, message, hint) in [
        ("[limits]\nmax-tokns = 1", 2, "unknown key `limits.max-tokns`", "did you mean `limits.max-tokens`?"),
        ("[limit]\nmax-tokens = 1", 1, "unknown key `limit`", "did you mean `limits`?"),
        ("max-tokens = 1", 1, "unknown key `max-tokens`", "did you mean `limits.max-tokens`?"),
        ("colour = \"never\"", 1, "unknown key `colour`", "did you mean `color`?"),
        ("zebra = 1", 1, "unknown key `zebra`", "`dss config show`"),
        ("[limits]\npreset = \"big\"", 2, "expected one of: conservative", "`dss config show`"),
        ("[limits]\nmax-tokens = -1", 2, "`limits.max-tokens`: expected a whole number", "correct the line"),
        ("[limits]\nmax-tokens = true", 2, "expected a whole number, not a boolean", "correct the line"),
        ("[limits]\nmax-file-size = \"2 parsecs\"", 2, "expected a size", "correct the line"),
        ("author = 5", 1, "expected a text, not an integer", "correct the line"),
        ("limits = 5", 1, "unknown key `limits`", ""),
        ("[limits\n", 1, "", "correct the line"),
    ] {
        let (layer, problems) = parse(Reader::User, text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        let report = &problems[0];
        assert_eq!((report.code, report.line), ("config_invalid", Some(line)), "{}", report.message);
        assert!(report.message.contains(message), "{}", report.message);
        assert!(report.hint.contains(hint), "{text}: {}", report.hint);
        assert!(layer.is_empty());
    }
}

#[test]
fn every_mistake_is_told_and_the_rest_holds() {
    let (layer, problems) =
        parse(Reader::User, "zebra = 1\ncolor = \"never\"\n[limits]\nmax-tokens = \"x\"\n");
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(1), Some(4)]);
    assert!(layer.contains_key(&Key::Color));
}

#[test]
fn what_is_personal_is_not_for_projects() {
    for (text, env) in [
        ("store = \"x\"", "DSS_STORE"),
        ("author = \"Eve\"", "DSS_AUTHOR"),
        ("merge.on-conflict = \"take-imported\"", "DSS_ON_CONFLICT"),
        ("safety.mass-deletion-percent = 100", "DSS_MASS_DELETION_PERCENT"),
    ] {
        assert_eq!(user(text).len(), 1);
        let (layer, problems) = parse(Reader::Project, text);
        assert!(layer.is_empty(), "{text}");
        assert!(problems[0].message.contains("is yours to set"), "{}", problems[0].message);
        assert!(problems[0].hint.contains(env), "{}", problems[0].hint);
    }
    // Nor do they get it by a preset.
    let (project, problems) = parse(Reader::Project, "preset = \"aggressive\"");
    assert!(problems.is_empty());
    let settings = Settings::new([&project]);
    assert_eq!(settings.limits().tokens, 50_000);
    assert_eq!(settings.mass_deletion().items, 10);
}

#[test]
fn paths_are_meant_from_the_file() {
    let store = |text: &str| Settings::new([&user(text)]).store().map(Path::to_path_buf);
    assert_eq!(store("store = \"mine\""), Some("/etc/mine".into()));
    assert_eq!(store("store = \"/srv/dss\""), Some("/srv/dss".into()));
    assert_eq!(store("store = \"~/dss\""), folders::own_home().map(|home| home.join("dss")));
}

#[test]
fn a_preset_is_as_strong_as_the_place_that_names_it() {
    let own = user("[limits]\nmax-tokens = 7\nmax-components = 8\n");
    let environment = typed(&[("preset", "conservative")], Source::Env);
    let options = typed(&[("limits.max-components", "9")], Source::Option);
    let settings = Settings::new([&own, &environment, &options]);
    let limits = settings.limits();
    assert_eq!((limits.tokens, limits.components), (5_000, 9));
    assert_eq!(settings.mass_deletion().percent, 10);
    assert_eq!(settings.get(Key::MaxTokens).unwrap().source, Source::Preset { preset: Preset::Conservative });
    // Beside it, what is named wins, and the narrower preset does.
    let both = user("preset = \"conservative\"\n[limits]\npreset = \"aggressive\"\nmax-tokens = 7\n");
    let settings = Settings::new([&both]);
    assert_eq!((settings.limits().tokens, settings.limits().components), (7, 5_000));
    assert_eq!(settings.mass_deletion().percent, 10);
}

#[test]
fn larger_files_may_hold_more() {
    let limits = |words: &[(&'static str, &str)]| Settings::new([&typed(words, Source::Option)]).limits();
    let balanced = Settings::default().limits();
    assert_eq!(balanced, dss_service::model::Limits::balanced());
    assert_eq!(limits(&[("limits.max-file-size", "4GiB")]).total_bytes, 32 << 30);
    let bounded = limits(&[("limits.max-file-size", "4GiB"), ("limits.max-total-size", "1")]);
    assert_eq!(bounded.total_bytes, 1);
    assert_eq!(limits(&[("limits.max-file-size", "1MiB")]).total_bytes, balanced.total_bytes);
    let settings = Settings::new([&typed(&[("limits.max-file-size", "4GiB")], Source::Option)]);
    assert_eq!(settings.get(Key::MaxTotalSize).unwrap().source, Source::Raised);
}

#[test]
fn variables_are_read_and_their_mistakes_told() {
    let set = [("DSS_MAX_TOKENS", "7"), ("DSS_COLOR", ""), ("DSS_LIMITS", "big")];
    let variable = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
    let mut problems = Vec::new();
    let layer = environment(&variable, &mut problems);
    assert_eq!(layer.len(), 1);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.starts_with("DSS_LIMITS: expected one of"), "{}", problems[0].message);
}

/// Whoever wrote the file: it is read or refused, and never more than that.
#[test]
fn no_text_is_too_bad_to_be_refused() {
    let readme = include_str!("../../README.md");
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    for (at, _) in example.char_indices() {
        let (before, after) = example.split_at(at);
        for text in [
            before.to_owned(),
            after.to_owned(),
            format!("{before}\u{0}{after}"),
            format!("{before}[{after}"),
        ] {
            for reader in [Reader::User, Reader::Project] {
                let (_, problems) = parse(reader, &text);
                assert!(problems.iter().all(|problem| problem.code == "config_invalid"), "{text}");
            }
        }
    }
}

#[test]
fn misspelled_variables_are_noticed() {
    let names = ["DSS_MAX_TOKNS", "DSS_MAX_TOKENS", "DSS_CACHE", "DSS_ZEBRA", "MAX_TOKNS"];
    let told = misspelled(names.map(OsString::from));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].hint, "did you mean DSS_MAX_TOKENS?");
}

#[test]
fn the_readme_shows_every_key() {
    let readme = include_str!("../../README.md");
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let layer = user(example);
    let missing: Vec<_> = Key::ALL.iter().filter(|key| !layer.contains_key(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
