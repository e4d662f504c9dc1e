//! The licences of everything that is in the program, with their texts: the files that the crates came with, word for
//! word. What may be in it at all is deny.toml's to say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace::Workspace;

use super::Release;
use super::contents::{Contents, Crate};

/// The page's name in the archive.
const FILE: &str = "THIRD-PARTY-LICENCES.txt";
/// What files with a licence are called, in lower case and without what follows.
const NAMES: [&str; 6] = ["license", "licence", "unlicense", "copying", "copyright", "notice"];
const RULE: &str = "================================================================================\n";
const HEAD: &str = "What the program dss is made of, and under which licences. DSS itself is under MIT or Apache-2.0, at your choice.\n\
                    Texts that several crates share stand here once.\n\n\
                    SQLite is built into the program. It is in the public domain: https://sqlite.org/copyright.html\n\n";

/// Writes the page.
pub(super) fn write(workspace: &Workspace, release: &Release, contents: &Contents) -> Result<(), Failure> {
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in contents.foreign() {
        for text in texts(workspace, one)? {
            by_text.entry(text).or_default().push(format!("{} {} ({})", one.name, one.version, one.licence));
        }
    }
    Ok(fs::write(release.staged(FILE), page(&by_text))?)
}

/// Texts and who is under them, in the order of the first one's name.
fn page(by_text: &BTreeMap<String, Vec<String>>) -> String {
    let mut parts: Vec<(&String, &Vec<String>)> = by_text.iter().collect();
    parts.sort_by_key(|(text, crates)| (*crates, *text));
    let parts =
        parts.into_iter().map(|(text, crates)| format!("{RULE}{}\n{RULE}\n{text}\n", crates.join("\n")));
    HEAD.to_owned() + &parts.collect::<String>()
}

/// What a crate's licence files say.
fn texts(workspace: &Workspace, one: &Crate) -> Result<Vec<String>, Failure> {
    let mut texts = Vec::new();
    for file in files(&one.folder)? {
        texts.push(tidied(&fs::read_to_string(file)?));
    }
    if !texts.is_empty() {
        return Ok(texts);
    }
    // This text names nobody, and so is the same wherever it stands.
    if one.licence.contains("Apache-2.0") {
        return Ok(vec![tidied(&workspace.read("LICENSE-APACHE")?)]);
    }
    Err(Failure::new(format!("{} {} ({}) came without its licence", one.name, one.version, one.licence)))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && NAMES.iter().any(|known| name.starts_with(known)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The same text for the same words: without spaces at the ends of lines, or empty lines around.
fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_several_share_stands_once() {
        let mit = tidied("\r\nMIT  \r\n\r\nFree.\r\n\r\n");
        assert_eq!(mit, tidied("MIT\n\nFree."));
        let by_text = BTreeMap::from([
            ("Other\n".to_owned(), vec!["a 1.0.0 (Zlib)".to_owned()]),
            (mit, vec!["b 1.0.0 (MIT)".to_owned(), "c 2.0.0 (MIT)".to_owned()]),
        ]);
        let page = page(&by_text);
        assert_eq!(page.matches("Free.").count(), 1);
        assert!(page.contains("b 1.0.0 (MIT)\nc 2.0.0 (MIT)\n"), "{page}");
        assert!(page.find("a 1.0.0") < page.find("b 1.0.0"), "{page}");
    }

    #[test]
    fn every_crate_that_tasks_use_came_with_its_licence() -> Result<(), Failure> {
        let workspace = Workspace::find()?;
        let contents = Contents::of(&workspace, "xtask", &super::super::host(&workspace)?)?;
        for one in contents.foreign() {
            assert!(texts(&workspace, one)?.iter().any(|text| text.len() > 500), "{}", one.name);
        }
        Ok(())
    }
}
