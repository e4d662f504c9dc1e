//! Taking imports back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use dss_testkit::TestResult;
use serde_json::Value;

use super::copy::Shown;
use super::oracle::{DELETED, Fields, Known, LIFE, NONE, ORDER, Oracle};
use super::world::World;

/// What was known before and after the import that is taken back, and when that is done.
struct Case<'a> {
    oracle: &'a Oracle,
    before: &'a Known,
    after: &'a Known,
    now: &'a Known,
}

impl World {
    /// Takes the last import back. What that ought to do is checked; that it writes at all is taken from what shows.
    pub(super) fn undo(&mut self, at: usize) -> TestResult {
        if self.copies[at].imports.values().all(|(before, after)| before == after) {
            return Ok(());
        }
        // Lists do not tell which write of a theme was the last one.
        let mut former = self.copies[at].shown.clone();
        former.revisions.extend(revisions(&self.copies[at].machine.archive("p")?)?);
        let said = self.run_on(at, "undo p")?;
        self.count("undo");
        let number = said["import"]["number"].as_u64().ok_or("no number")?;
        let copy = &self.copies[at];
        let (before, after) = copy.imports.get(&number).cloned().ok_or("an import that was not made")?;
        let now = copy.known.clone();
        let mut shown = copy.look()?;
        shown.revisions.extend(revisions(&copy.machine.archive("p")?)?);
        let case = Case { oracle: &self.oracle, before: &before, after: &after, now: &now };
        let mut all = Vec::new();
        for item in now.keys() {
            let writes = case.writes(item, &former, &shown);
            let writes = writes.map_err(|error| format!("the undo of import {number}: {error}"))?;
            if before.get(item) == after.get(item) && !writes.is_empty() {
                return Err(format!("import {number} did not touch {item}, and its undo did").into());
            }
            all.push((item, writes));
        }
        let copy = &mut self.copies[at];
        for (item, writes) in all {
            let writes = writes.iter().map(|(field, value)| (field.as_str(), value.clone()));
            self.oracle.write(&mut copy.known, item, writes);
        }
        if let Some(number) = said["number"].as_u64() {
            let known = copy.known.clone();
            copy.imports.insert(number, (now.clone(), known));
        }
        self.check(at)
    }
}

/// The last write of each theme and theme group in an archive.
fn revisions(archive: &[u8]) -> TestResult<BTreeMap<String, String>> {
    fn collect(value: &Value, into: &mut BTreeMap<String, String>) {
        let [id, revision] = ["id", "rev"].map(|name| value[name].as_str().map(str::to_owned));
        into.extend(id.zip(revision));
        value.as_object().into_iter().flatten().for_each(|(_, inner)| collect(inner, into));
    }
    let mut zip = zip::ZipArchive::new(Cursor::new(archive))?;
    let mut text = String::new();
    zip.by_name("p.resolver.json")?.read_to_string(&mut text)?;
    let mut found = BTreeMap::new();
    collect(&serde_json::from_str(&text)?, &mut found);
    Ok(found)
}

impl Case<'_> {
    /// What was written to an item that showed like this, and does now like that.
    fn writes(&self, item: &str, former: &Shown, shown: &Shown) -> TestResult<Vec<(String, String)>> {
        let Some(is) = shown.view.get(item) else {
            return match (self.oracle.is_alive(self.now, item), self.oracle.is_alive(self.before, item)) {
                (true, true) => Err(format!("{item} was there before, and is gone").into()),
                (true, false) => Ok(vec![(LIFE.to_owned(), DELETED.to_owned())]),
                (false, _) => Ok(Vec::new()),
            };
        };
        let mut writes = Vec::new();
        let mut fields: BTreeSet<&str> = self.oracle.fields(self.now, item);
        fields.extend(is.keys().map(String::as_str));
        for field in fields.into_iter().filter(|field| *field != ORDER) {
            writes.extend(self.write(item, field, is)?.map(|value| (field.to_owned(), value)));
        }
        // Something was written that does not show: where it stands.
        let is_written = former.revisions.get(item) != shown.revisions.get(item);
        let [was, then] = [self.before, self.after].map(|known| self.oracle.heads(known, item, ORDER));
        if is_written && (writes.is_empty() || was != then) {
            writes.push((ORDER.to_owned(), format!("#{}", self.oracle.len())));
        }
        Ok(writes)
    }

    /// What was written to a field, if anything was.
    fn write(&self, item: &str, field: &str, is: &Fields) -> TestResult<Option<String>> {
        let none = BTreeSet::from([NONE.to_owned()]);
        let shows = is.get(field).unwrap_or(&none);
        let all = [self.before, self.after, self.now];
        let [was, then, held] = all.map(|known| self.oracle.values(known, item, field));
        let told =
            || format!("{field} of {item}: {was:?} before, {then:?} after, {held:?} since, now {shows:?}");
        // What the import changed, and nobody since, is as it was.
        let is_untouched =
            self.oracle.heads(self.now, item, field) == self.oracle.heads(self.after, item, field);
        let was_there = all.into_iter().all(|known| self.oracle.is_alive(known, item));
        if is_untouched && was_there && field != LIFE && was != then && was.len() == 1 && *shows != was {
            return Err(format!("not taken back: {}", told()).into());
        }
        if *shows == held {
            return Ok(None);
        }
        // Nothing comes but what was there, and nothing that somebody has changed since is touched.
        let is_former = shows.len() == 1 && (shows.is_subset(&was) || field == LIFE);
        if !is_former || (field != LIFE && held != then) {
            return Err(format!("changed: {}", told()).into());
        }
        Ok(shows.first().cloned())
    }
}
