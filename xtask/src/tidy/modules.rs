//! Files that no module names: cargo ignores them in silence, and so would the tests in them.

use super::Source;

/// Findings about where modules lie and whether anything declares them.
pub(super) fn forgotten(sources: &[&Source]) -> Vec<String> {
    sources.iter().filter_map(|source| finding(&source.path, sources)).collect()
}

fn finding(path: &str, sources: &[&Source]) -> Option<String> {
    let (folder, file) = path.rsplit_once('/')?;
    let module = file.strip_suffix(".rs")?;
    if module == "mod" {
        return Some(format!("{path}: no mod.rs; call it {folder}.rs"));
    }
    let parents = parents(folder, module)?;
    let declares = |source: &&Source| parents.contains(&source.path) && declares(&source.text, module);
    (!sources.iter().any(declares))
        .then(|| format!("{path}: forgotten, no `mod {module};` in {}", parents.join(" or ")))
}

/// The files that may declare a module; `None` for the root of a library, program or test.
fn parents(folder: &str, module: &str) -> Option<Vec<String>> {
    let is_root_of = |names: &[&str]| names.contains(&module);
    let inside = |names: &[&str]| Some(names.iter().map(|name| format!("{folder}/{name}.rs")).collect());
    match folder.rsplit('/').next()? {
        "src" if is_root_of(&["lib", "main"]) => None,
        "src" => inside(&["lib", "main"]),
        // A test or example of several files: `tests/NAME/main.rs` and its modules.
        _ if is_program(folder) && is_root_of(&["main"]) => None,
        _ if is_program(folder) => inside(&["main"]),
        // Every file right in one of these is a program of its own, unless a test shares it by its path.
        "bin" | "tests" | "examples" | "benches" | "fuzz_targets" => None,
        _ if module == "main" || module == "build" => None,
        _ => Some(vec![format!("{folder}.rs")]),
    }
}

/// Whether this is a folder right inside `tests` or `examples`.
fn is_program(folder: &str) -> bool {
    let outer = folder.rsplit_once('/').and_then(|(outer, _)| outer.rsplit('/').next());
    outer.is_some_and(|outer| ["tests", "examples"].contains(&outer))
}

fn declares(text: &str, module: &str) -> bool {
    let declaration = format!("mod {module};");
    let inline = format!("mod {module} {{");
    text.lines().any(|line| {
        let line = line.trim_start();
        let is_comment = line.starts_with("//");
        !is_comment
            && [&declaration, &inline].iter().any(|wanted| {
                line.strip_suffix(wanted.as_str())
                    .or_else(|| line.split_once(wanted.as_str()).map(|(before, _)| before))
                    .is_some_and(|before| before.is_empty() || before.ends_with(' '))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        forgotten(&sources.iter().collect::<Vec<_>>())
    }

    #[test]
    fn declared_modules_and_roots_pass() {
        let found = findings(&[
            ("crates/a/src/lib.rs", "pub mod b;\n"),
            ("crates/a/src/b.rs", "pub(crate) mod c;\n"),
            ("crates/a/src/b/c.rs", ""),
            ("crates/a/tests/it/main.rs", "mod d;\n"),
            ("crates/a/tests/it/d.rs", "mod e;\n"),
            ("crates/a/tests/it/d/e.rs", ""),
            ("crates/a/examples/x.rs", ""),
            ("crates/a/examples/y/main.rs", "mod z;\n"),
            ("crates/a/examples/y/z.rs", ""),
            ("crates/a/build.rs", ""),
            ("crates/b/src/main.rs", ""),
            ("fuzz/fuzz_targets/json.rs", ""),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn forgotten_files_are_found() {
        let found = findings(&[
            ("crates/a/src/lib.rs", "// mod b;\nmod bb;\n"),
            ("crates/a/src/b.rs", ""),
            ("crates/a/tests/it/main.rs", ""),
            ("crates/a/tests/it/lost.rs", ""),
            ("crates/a/src/c/mod.rs", ""),
        ]);
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
