//! Names of entries, in one table (docs/archive-format.md §2 and §3).

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

/// The first entry, stored: says what the archive is, at a fixed place in the file.
pub const MIMETYPE: &str = "mimetype";
/// What it says.
pub const MIMETYPE_CONTENT: &str = "application/vnd.dss.project+zip";
/// The last entry.
pub const MANIFEST: &str = "manifest.json";
/// Components.
pub const COMPONENTS: &str = "components.json";
/// The list of assets.
pub const ASSETS: &str = "assets.json";
/// Deleted entities.
pub const DELETED: &str = "deleted.json";
/// The audit trail.
pub const HISTORY: &str = "history.ndjson";
/// Media type of token documents (DTCG format module, §3).
pub const TOKENS_MEDIA_TYPE: &str = "application/design-tokens+json";

/// Longest name of a set inside an entry name, in bytes; longer ones are cut to 40 characters.
const STEM_BYTES_MAX: usize = 160;

/// Gives every entry a name that no other entry has, on any system: names that differ only in case or
/// in Unicode spelling count as one, and so do a file and a folder. A folder has one spelling, its first.
#[derive(Debug, Default)]
pub struct EntryNames {
    files: HashSet<String>,
    /// How each folder is spelled.
    folders: HashMap<String, String>,
    /// The number that was last given to names like this.
    numbers: HashMap<String, u64>,
}

impl EntryNames {
    /// No name is taken yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entry of the token set of that name: `tokens/base/light.tokens.json` for `base/light`.
    pub fn set(&mut self, set: &str) -> String {
        let stem = stem(set);
        self.unique(&format!("tokens/{stem}"), ".tokens.json")
    }

    /// The entry of a set's n-th part, from 1, of a set that is too large for one entry (`0001`, …).
    pub fn part(&mut self, set: &str, number: u64) -> String {
        let stem = stem(set);
        self.unique(&format!("tokens/{stem}/{number:04}"), ".tokens.json")
    }

    /// The entry of the resolver document of the project with that name.
    pub fn resolver(&mut self, project: &str) -> String {
        self.unique(&shortened(safe_segment(project)), ".resolver.json")
    }

    /// A file outside of an archive, for a set: `base/light.json` for `base/light` and `.json`.
    pub fn file(&mut self, set: &str, ending: &str) -> String {
        self.unique(&stem(set), ending)
    }

    /// Takes a fixed name; false if it is taken.
    pub fn take(&mut self, name: &str) -> bool {
        let key = folded(name);
        let is_free =
            !self.files.contains(&key) && !self.folders.contains_key(&key) && !self.is_below_a_file(&key);
        if is_free {
            for folder in folders(name) {
                self.folders.entry(folded(folder)).or_insert_with(|| folder.to_owned());
            }
            self.files.insert(key);
        }
        is_free
    }

    fn unique(&mut self, stem: &str, ending: &str) -> String {
        let mut stem = self.respelled(stem);
        if self.is_below_a_file(&folded(&stem)) {
            // No ending will help; without its own folders it stands beside the file.
            let (folder, rest) = stem.split_once('/').unwrap_or(("", &stem));
            stem = format!("{folder}/{}", rest.replace('/', "-"));
        }
        let mut name = format!("{stem}{ending}");
        let key = folded(&name);
        let mut number = self.numbers.get(&key).copied().unwrap_or(1);
        while !self.take(&name) {
            number = number.saturating_add(1);
            name = format!("{stem}~{number}{ending}");
        }
        self.numbers.insert(key, number);
        name
    }

    /// The name in folders that are spelled as they were before: `base/b` where there is `Base/a` is `Base/b`.
    fn respelled(&self, name: &str) -> String {
        let mut spelled = String::with_capacity(name.len());
        for (place, segment) in name.split('/').enumerate() {
            if let Some(known) = self.folders.get(&folded(&spelled)) {
                spelled.clone_from(known);
            }
            if place > 0 {
                spelled.push('/');
            }
            spelled.push_str(segment);
        }
        spelled
    }

    fn is_below_a_file(&self, key: &str) -> bool {
        folders(key).any(|folder| self.files.contains(folder))
    }
}

/// The folders that a name stands in, the outermost first.
fn folders(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').filter_map(|(at, _)| name.get(..at))
}

/// What names have in common that some system does not tell apart: the container's rules B10 and P-fold.
fn folded(name: &str) -> String {
    let lower = name.nfkc().flat_map(char::to_lowercase);
    lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
}

fn stem(set: &str) -> String {
    shortened(set.split('/').map(safe_segment).collect::<Vec<_>>().join("/"))
}

fn shortened(stem: String) -> String {
    if stem.len() > STEM_BYTES_MAX || stem.matches('/').count() > 20 {
        let start: String = stem.replace('/', "-").chars().take(40).collect();
        return safe_segment(&start);
    }
    stem
}

/// The entry of an asset's content: `hash` (SHA-256, lower-case hexadecimal) and the ending of its `path`, if that
/// is 1 to 10 ASCII letters or digits.
pub fn asset(hash: &str, path: &str) -> String {
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    let is_plain = |ending: &&str| {
        (1..=10).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match ending.filter(is_plain) {
        Some(ending) => format!("assets/{hash}.{}", ending.to_ascii_lowercase()),
        None => format!("assets/{hash}"),
    }
}

/// A path segment that every system can store: other characters become `_`.
fn safe_segment(name: &str) -> String {
    let is_safe =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '+' | '@' | '(' | ')' | '~');
    let mut safe: String = name.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    if safe.starts_with(['.', ' ']) || safe.is_empty() {
        safe.insert(0, '_');
    }
    if is_device(&safe) {
        safe.insert(safe.find('.').unwrap_or(safe.len()), '_');
    }
    if safe.ends_with(['.', ' ']) {
        safe.push('_');
    }
    safe
}

/// Names that Windows keeps for devices: a path with one cannot be unpacked there.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| stem.strip_prefix(prefix).is_some_and(|rest| rest.chars().count() == 1);
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$")
        || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_never_collide() {
        let mut names = EntryNames::new();
        assert_eq!(names.set("base/color/light"), "tokens/base/color/light.tokens.json");
        assert_eq!(names.set("Base/color/light"), "tokens/base/color/light~2.tokens.json");
        assert_eq!(names.set("base/COLOR/x/y"), "tokens/base/color/x/y.tokens.json");
        assert_eq!(names.part("BASE/Color/X", 1), "tokens/base/color/x/0001.tokens.json");
        assert_eq!(names.set("straße"), "tokens/straße.tokens.json");
        assert_eq!(names.set("STRASSE"), "tokens/STRASSE~2.tokens.json");
        assert_eq!(names.set("STRA\u{1e9e}E"), "tokens/STRA\u{1e9e}E~3.tokens.json");
        assert_eq!(names.set("../etc"), "tokens/_.._/etc.tokens.json");
        assert_eq!(names.set("con/a:b"), "tokens/con_/a_b.tokens.json");
        assert_eq!(names.set("nul.x/com1."), "tokens/nul_.x/com1_._.tokens.json");
        assert_eq!(names.set(""), "tokens/_.tokens.json");
        assert_eq!(names.file("base/light", ".json"), "base/light.json");
        assert_eq!(names.file("/Base/Light", ".json"), "_/Base/Light.json");
        assert_eq!(names.file("Base/Light", ".json"), "base/Light~2.json");
        assert_eq!(names.part("base", 1), "tokens/base/0001.tokens.json");
        assert_eq!(names.set("base/0001"), "tokens/base/0001~2.tokens.json");
        assert_eq!(
            names.set("base/color/light.tokens.json/x"),
            "tokens/base-color-light.tokens.json-x.tokens.json"
        );
        assert!(names.set(&"long/".repeat(100)).len() < 200);
        assert!(names.resolver(&"long".repeat(100)).len() < 200);
        // A name that is cut behind a dot would not be safe as a folder.
        let cut = format!("{}. {}", "x".repeat(38), "y".repeat(200));
        assert_eq!(names.part(&cut, 1), format!("tokens/{}. _/0001.tokens.json", "x".repeat(38)));
    }

    #[test]
    fn very_many_sets_may_have_one_name() {
        let mut names = EntryNames::new();
        let long = "x".repeat(200);
        let all: HashSet<String> = (0..20_000).map(|n| names.set(&format!("{long}{n}"))).collect();
        assert_eq!(all.len(), 20_000);
    }

    #[test]
    fn assets_are_named_by_content() {
        assert_eq!(asset("ab", "icons/Arrow.SVG"), "assets/ab.svg");
        assert_eq!(asset("ab", "README"), "assets/ab");
        assert_eq!(asset("ab", "a.tar/x.b c"), "assets/ab");
    }
}
