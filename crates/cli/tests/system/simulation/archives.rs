//! What goes from store to store.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use dss_testkit::TestResult;
use serde_json::Value;

use super::copy::{Copy, Folder, list, text};
use super::edits::{FOLDERS, TAGS};
use super::oracle::{ALIVE, DELETED, Known, LIFE, NONE, ORDER, View, learn};
use super::world::World;

const STRATEGIES: [&str; 8] =
    ["manual", "manual", "manual", "manual", "keep-local", "take-imported", "newest", "fork"];

/// A file that a store has written.
pub(super) struct Archive {
    pub(super) path: PathBuf,
    /// What whoever wrote it knew of the items in it.
    known: Known,
    /// Who has imported it.
    readers: BTreeSet<usize>,
}

/// What a partial export is asked for.
#[derive(Default)]
struct Wanted {
    set: Option<&'static str>,
    folder: Option<&'static str>,
    token_type: Option<&'static str>,
    tag: Option<&'static str>,
    /// What the other side has.
    since: Option<Known>,
}

impl World {
    pub(super) fn export_some(&mut self, at: usize) -> TestResult {
        if self.below(2) == 0 {
            self.count("full export");
            self.export(at, "", true)?;
        } else {
            self.export_part(at)?;
        }
        if self.below(8) == 0 {
            self.count("lost archive");
            let lost = self.archives.pop().ok_or("no archive")?;
            fs::remove_file(lost.path)?;
        }
        Ok(())
    }

    fn export_part(&mut self, at: usize) -> TestResult {
        let mut wanted = Wanted::default();
        let mut options = String::new();
        match self.below(5) {
            0 => wanted.set = Some(["base", "dark"][self.below(2)]),
            1 => wanted.folder = Some(FOLDERS[self.below(3)]),
            2 => wanted.token_type = Some(["number", "dimension"][self.below(2)]),
            3 => wanted.tag = Some(TAGS[self.below(3)]),
            _ => {}
        }
        if self.below(4) == 0 {
            wanted.folder = Some(FOLDERS[self.below(3)]);
        }
        for (name, value) in
            [("set", wanted.set), ("folder", wanted.folder), ("type", wanted.token_type), ("tag", wanted.tag)]
        {
            if let Some(value) = value {
                options.push_str(&format!(" --{name} {value}"));
            }
        }
        if options.is_empty() || self.below(4) == 0 {
            let since = self.below(self.archives.len());
            let archive = &self.archives[since];
            options.push_str(&format!(" --since {}", archive.path.display()));
            wanted.since = Some(archive.known.clone());
            self.count("since");
        }
        self.count("partial export");
        let archive = self.export(at, &options, false)?;
        let carried = &self.archives[archive].known;
        let copy = &self.copies[at];
        for token in &copy.shown.tokens {
            let has_tag = |tag: &str| {
                let shown =
                    copy.shown.view.get(&token.id).and_then(|fields| fields.get(&format!("tag/{tag}")));
                shown.is_some_and(|values| *values == BTreeSet::from(["true".to_owned()]))
            };
            let is_news = wanted.since.as_ref().is_none_or(|has| {
                !copy.known[&token.id].is_subset(has.get(&token.id).unwrap_or(&BTreeSet::new()))
            });
            let is_selected = wanted.set.is_none_or(|set| token.set == set)
                && wanted.folder.is_none_or(|folder| token.path.starts_with(&format!("{folder}.")))
                && wanted.token_type.is_none_or(|name| token.kind == name)
                && wanted.tag.is_none_or(has_tag);
            let is_carried = carried.contains_key(&token.id);
            if is_selected && is_news && !is_carried {
                return Err(
                    format!("an export with{options} leaves out {} ({})", token.path, token.id).into()
                );
            }
            if is_carried && !is_news {
                return Err(format!("an export with{options} has {}, which is no news", token.path).into());
            }
        }
        // What is deleted is told to whoever may have it.
        if wanted.tag.is_some() || wanted.token_type.is_some() || wanted.since.is_some() {
            return Ok(());
        }
        let gone = copy.known.keys().filter(|item| !self.oracle.is_alive(&copy.known, item));
        for item in gone {
            let holds = |field: &str, start: &str| {
                let values = self.oracle.values(&copy.known, item, field);
                values.iter().any(|value| value.starts_with(start))
            };
            let is_selected = wanted.set.is_none_or(|set| holds("set", &format!("\"{set}\"")))
                && wanted.folder.is_none_or(|folder| holds("path", &format!("\"{folder}.")));
            let is_token = holds("path", "\"");
            if is_token && is_selected && !carried.contains_key(item) {
                return Err(format!("an export with{options} does not tell that {item} is deleted").into());
            }
        }
        Ok(())
    }

    /// Writes an archive, which must be as DSS writes them, and returns its number.
    pub(super) fn export(&mut self, at: usize, options: &str, is_full: bool) -> TestResult<usize> {
        let number = self.unique();
        let path = self.dir.join(format!("{number}.dss"));
        let said = self.run_on(at, &format!("export p -o {}{options}", path.display()))?;
        if said["full"] != is_full {
            return Err(format!("an export with{options} says {said}").into());
        }
        self.say(at, &format!("verify --canonical {}", path.display()))?.ok("verify --canonical")?;
        let carried = items(&path)?;
        let mut known = self.copies[at].known.clone();
        if is_full && let Some(item) = known.keys().find(|item| !carried.contains(*item)) {
            return Err(format!("a full export has no {item}").into());
        }
        known.retain(|item, _| carried.contains(item));
        self.archives.push(Archive { path, known, readers: BTreeSet::from([at]) });
        Ok(self.archives.len() - 1)
    }

    pub(super) fn import_some(&mut self, at: usize) -> TestResult {
        let recent = self.archives.len().saturating_sub(4);
        let archive = if self.below(3) > 0 {
            recent + self.below(self.archives.len() - recent)
        } else {
            self.below(self.archives.len())
        };
        let strategy = STRATEGIES[self.below(STRATEGIES.len())];
        self.import(at, archive, strategy)
    }

    pub(super) fn import(&mut self, at: usize, archive: usize, strategy: &str) -> TestResult {
        let Archive { path, known, readers } = &mut self.archives[archive];
        let is_again = !readers.insert(at);
        let (path, theirs) = (path.display().to_string(), known.clone());
        self.count(if is_again { "import again" } else { "import" });
        self.join(at, &path, &theirs, strategy, "")
    }

    /// Imports what somebody says who knows that much.
    fn join(&mut self, at: usize, path: &str, theirs: &Known, strategy: &str, options: &str) -> TestResult {
        let line = format!(
            "import {path} --project p --on-conflict {strategy} --skew-tolerance 0 --allow-mass-delete{options}"
        );
        let before = self.copies[at].known.clone();
        let said = self.run_on(at, &line)?;
        learn(&mut self.copies[at].known, theirs);
        let joined = self.copies[at].known.clone();
        let conflicts = said["merge"]["conflicts"].as_array().cloned().unwrap_or_default();
        // What is told to be a conflict is one, and nothing that is goes untold.
        let mut told: BTreeSet<(String, String)> = BTreeSet::new();
        for conflict in
            conflicts.iter().filter(|conflict| conflict["new"] == true && conflict["field"] != ORDER)
        {
            told.insert((text(&conflict["entity"])?, text(&conflict["field"])?));
        }
        let mut ought: BTreeSet<(String, String)> = BTreeSet::new();
        for item in theirs.keys() {
            let fields = self.oracle.new_conflicts(&before, theirs, item).into_iter();
            ought.extend(fields.filter(|field| field != ORDER).map(|field| (item.clone(), field)));
        }
        if told != ought {
            let known: Vec<_> = told
                .union(&ought)
                .map(|(item, field)| self.oracle.told(&before, theirs, item, field))
                .collect();
            return Err(format!("new conflicts are {ought:?}, and it says {told:?}: {known:#?}").into());
        }
        *self.topics.entry("conflict").or_default() += u32::try_from(ought.len())?;
        for conflict in conflicts.iter().filter(|conflict| !conflict["decided"].is_null()) {
            let decided = &conflict["decided"];
            let taken = list(conflict, "sides")?.iter().find(|side| side["number"] == decided["side"]);
            let side = taken.map_or(&Value::Null, |side| &side["side"]);
            let is_right = match strategy {
                "keep-local" => side == "local" || side == "both",
                "take-imported" => side == "imported" || side == "both",
                "newest" => conflict["field"] != LIFE,
                "fork" => true,
                _ => false,
            };
            if !is_right || decided["strategy"] != strategy || conflict["new"] != true {
                return Err(format!("{strategy} decided {conflict}").into());
            }
        }
        self.learn_decisions(at, &conflicts, &joined)?;
        self.copies[at].shown = self.copies[at].look()?;
        for item in self.adopt(at, &conflicts) {
            self.count("fork");
            self.check_fork(at, &item, &conflicts)?;
        }
        let copy = &mut self.copies[at];
        if let Some(number) = said["number"].as_u64()
            && said["created"] == false
        {
            copy.imports.insert(number, (before, copy.known.clone()));
        }
        self.compare(at)
    }

    /// A fork holds what the other side lost.
    fn check_fork(&self, at: usize, item: &str, conflicts: &[Value]) -> TestResult {
        let of_fork = |conflict: &&Value| conflict["decided"]["fork"] == item;
        let fields: Vec<&Value> = conflicts.iter().filter(of_fork).collect();
        if fields.is_empty() {
            return Err(format!("{item} came out of nothing").into());
        }
        let shown = &self.copies[at].shown.view[item];
        for conflict in fields {
            let field = text(&conflict["field"])?;
            if [LIFE, ORDER, "path"].contains(&field.as_str()) {
                continue;
            }
            let lost =
                list(conflict, "sides")?.iter().filter(|side| side["number"] != conflict["decided"]["side"]);
            let lost: BTreeSet<String> =
                lost.map(|side| super::copy::value_of(&field, &side["value"])).collect();
            let none = BTreeSet::from([NONE.to_owned()]);
            if !shown.get(&field).unwrap_or(&none).is_subset(&lost) {
                return Err(format!("{item} shows {shown:?}, not what was lost: {conflict}").into());
            }
        }
        Ok(())
    }

    /// Somebody edits token files that came from a store, and they are imported there again.
    pub(super) fn file(&mut self, at: usize) -> TestResult {
        let folders = self.copies[at].folders.len();
        let choice = self.below(10);
        if folders == 0 || (choice < 2 && folders < 3) || choice == 2 {
            return self.export_files(at, choice < 2 || folders == 0);
        }
        let folder = self.below(folders);
        let set = ["base", "dark"][self.below(2)];
        let path = self.copies[at].folders[folder].path.join("tokens").join(format!("{set}.tokens.json"));
        let mut theirs = Known::new();
        let mut options = "";
        // Sometimes nothing was edited.
        if choice > 3 {
            let content = fs::read_to_string(&path)?;
            let copy = &self.copies[at];
            // What is edited and deleted, and edited in a file as well, may be told to be in conflict once more often
            // than it is: a source cannot say that it has seen what came after the deletion, but not that.
            let is_clear = |item: &&String| self.oracle.values(&copy.known, item, LIFE).len() == 1;
            let tokens = copy.folders[folder].known.keys().filter(is_clear);
            let there: Vec<String> =
                tokens.filter(|item| member(&content, item).is_some()).cloned().collect();
            let Some(item) = self.pick(&there).cloned() else { return Ok(()) };
            let value = self.unique();
            // A source that never spoke of a token cannot be sure to be missed when it says nothing of it, and what it
            // may have held before is a guess.
            let Copy { folders, shown, .. } = &self.copies[at];
            let says = &folders[folder].says;
            let is_sure = shown.tokens.iter().all(|token| says.contains_key(&token.id));
            let is_deleted = choice == 4 && is_sure && folders[folder].said.contains_key(&item);
            options = if is_deleted { " --delete-missing" } else { "" };
            let edited = if is_deleted { without(&content, &item) } else { with(&content, &item, value) };
            let (edited, written) = edited.ok_or("a token that cannot be edited")?;
            fs::write(&path, edited)?;
            let (field, written) = if is_deleted { (LIFE, DELETED.to_owned()) } else { ("value", written) };
            let of = path.display();
            self.note(at, &format!("edit {of}: {item}: {field} = {written}"));
            self.count(if is_deleted { "file without a token" } else { "file edited" });
            let Copy { folders, known, .. } = &mut self.copies[at];
            let folder = &mut folders[folder];
            if is_deleted {
                folder.says.remove(&item);
            } else {
                let says = BTreeSet::from([written.clone()]);
                folder.says.entry(item.clone()).or_default().insert(field.to_owned(), says);
                theirs.insert(item.clone(), folder.knows(&self.oracle, known, &item, field));
                let write = self.oracle.write(&mut theirs, &item, [(field, written)]);
                folder.known.entry(item).or_default().extend(write);
            }
        }
        let Copy { folders, known, .. } = &mut self.copies[at];
        let folder_at = &mut folders[folder];
        if !options.is_empty() {
            for item in folder_at.missing() {
                if !self.oracle.is_alive(known, &item) {
                    continue;
                }
                theirs.insert(item.clone(), folder_at.knows_all(&self.oracle, known, &item));
                self.oracle.write(&mut theirs, &item, [(LIFE, DELETED.to_owned())]);
                folder_at.said.remove(&item);
            }
        }
        folder_at.said.extend(folder_at.says.clone());
        let path = self.copies[at].folders[folder].path.display().to_string();
        let strategy = STRATEGIES[self.below(STRATEGIES.len())];
        self.join(at, &path, &theirs, strategy, options)
    }

    /// Writes token files, into a folder of their own or over those of one that is there.
    fn export_files(&mut self, at: usize, is_new: bool) -> TestResult {
        let (path, said) = if is_new {
            let number = self.unique();
            (self.dir.join(format!("files-{number}")), View::new())
        } else {
            let folder = self.below(self.copies[at].folders.len());
            let folder = self.copies[at].folders.remove(folder);
            (folder.path, folder.said)
        };
        self.run_on(at, &format!("export p --force -o {}/", path.display()))?;
        self.count("token files");
        let copy = &mut self.copies[at];
        let (known, says) = (copy.known.clone(), copy.shown.plain.clone());
        copy.folders.push(Folder { path, known, says, said });
        Ok(())
    }

    /// Takes what shows, and nobody wrote, for items that the store has made itself: at first, and as forks of what was
    /// in conflict, which also say what they do not have.
    pub(super) fn adopt(&mut self, at: usize, conflicts: &[Value]) -> Vec<String> {
        let copy = &mut self.copies[at];
        let unknown = copy.shown.view.iter().filter(|(item, _)| !copy.known.contains_key(*item));
        let unknown: Vec<_> = unknown.map(|(item, fields)| (item.clone(), fields.clone())).collect();
        for (item, fields) in &unknown {
            let mother = conflicts.iter().find(|conflict| conflict["decided"]["fork"] == **item);
            let mother = mother.and_then(|conflict| conflict["entity"].as_str()).unwrap_or_default();
            let has = self.oracle.fields(&copy.known, mother).into_iter();
            let mut values: BTreeMap<String, String> =
                has.map(|field| (field.to_owned(), NONE.to_owned())).collect();
            let shown =
                fields.iter().filter_map(|(field, values)| Some((field.clone(), values.first()?.clone())));
            values.extend(shown);
            values.extend([(ORDER.to_owned(), format!("#{item}")), (LIFE.to_owned(), ALIVE.to_owned())]);
            self.oracle.create(&mut copy.known, item, values);
        }
        unknown.into_iter().map(|(item, _)| item).collect()
    }
}

/// The ids of everything in an archive: no token is called "id" here.
fn items(path: &Path) -> TestResult<BTreeSet<String>> {
    fn collect(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                into.extend(members.get("id").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|value| collect(value, into));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, into)),
            _ => {}
        }
    }
    let mut zip = zip::ZipArchive::new(fs::File::open(path)?)?;
    let mut found = BTreeSet::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index)?;
        let name = entry.name()?.into_owned();
        if ["mimetype", "manifest.json"].contains(&name.as_str()) {
            continue;
        }
        let mut content = String::new();
        entry.read_to_string(&mut content)?;
        collect(&serde_json::from_str(&content)?, &mut found);
    }
    Ok(found)
}

/// Where a token's value stands in a token file: editors change that, and leave everything else as it is.
fn member(content: &str, item: &str) -> Option<(usize, usize)> {
    let id = content.find(&format!("\"id\": \"{item}\""))?;
    let name = "\"$value\": ";
    let start = content.get(..id)?.rfind(name)? + name.len();
    // The value of another token, if its own object has none: a group.
    let between = content.get(start..id)?;
    if between.matches("\"org.dss\"").count() != 1 {
        return None;
    }
    Some((start, start + json_length(content.get(start..)?)?))
}

/// The length of the JSON value that a text starts with.
fn json_length(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}

/// The file with another value for a token, and that value.
fn with(content: &str, item: &str, number: u64) -> Option<(String, String)> {
    let (start, end) = member(content, item)?;
    let old: Value = serde_json::from_str(content.get(start..end)?).ok()?;
    let new = match old {
        Value::Object(mut members) => {
            members.insert("value".to_owned(), number.into());
            Value::Object(members)
        }
        _ => number.into(),
    };
    let edited = format!("{}{new}{}", content.get(..start)?, content.get(end..)?);
    Some((edited, new.to_string()))
}

/// The file without a token.
fn without(content: &str, item: &str) -> Option<(String, String)> {
    let (value, _) = member(content, item)?;
    let object = content.get(..value)?.rfind(": {\n")? + 2;
    let end = object + json_length(content.get(object..)?)?;
    let start = content.get(..object)?.rfind('\n')?;
    let (before, after) = (content.get(..start)?, content.get(end..)?);
    let edited = match (after.strip_prefix(','), before.strip_suffix(',')) {
        (Some(after), _) => format!("{before}{after}"),
        (None, before_comma) => format!("{}{after}", before_comma.unwrap_or(before)),
    };
    Some((edited, String::new()))
}
