//! Links between pages lead to a page, and to a heading of it.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

fn pages() -> Vec<PathBuf> {
    let root = root();
    let in_folder = |folder: &str| fs::read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path());
    let readmes = in_folder("crates").map(|folder| folder.join("README.md"));
    let all = in_folder(".").chain(in_folder("docs")).chain(readmes).chain([root.join("fuzz/README.md")]);
    all.filter(|path| path.extension().is_some_and(|ending| ending == "md") && path.is_file()).collect()
}

/// The page's prose: lines outside of blocks, without what is written as code.
fn prose(text: &str) -> String {
    let mut told = String::new();
    let mut is_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
        } else if !is_block {
            told.push_str(line);
            told.push('\n');
        }
    }
    told
}

/// The targets of links: what stands in the parentheses after a bracket. Those to items of Rust are rustdoc's to check.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains("::") && !target.contains("://") && !target.contains(' '))
        .map(str::to_owned)
        .collect()
}

/// What a heading is linked by: lower case, hyphens for spaces, no punctuation.
fn anchors(text: &str) -> Vec<String> {
    let headings =
        prose(text).lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    let anchor = |heading: &String| {
        let title = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.iter().map(anchor).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut astray = Vec::new();
    let mut count = 0_usize;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            count = count.saturating_add(1);
            let (file, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(file, anchor)| (file, Some(anchor)));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let leads = match anchor {
                None => target.exists(),
                Some(anchor) => fs::read_to_string(&target)
                    .is_ok_and(|text| anchors(&text).iter().any(|known| known == anchor)),
            };
            if !leads {
                astray.push(format!("{}: {link}", page.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(count > 200, "only {count} links were found");
    assert!(astray.is_empty(), "links that lead nowhere:\n{}", astray.join("\n"));
}

#[test]
fn every_page_is_in_the_index() {
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    let linked = links(&index);
    for page in fs::read_dir(root().join("docs")).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        let is_page =
            Path::new(&name).extension().is_some_and(|ending| ending == "md") && name != "README.md";
        assert!(!is_page || linked.contains(&name), "{name} is not in docs/README.md");
    }
}
