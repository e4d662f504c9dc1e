//! Merging what `org.dss` holds in an object: revisions quietly, tags as a set, and open conflicts.

use std::collections::BTreeSet;

use super::assembly::{Assembly, Out, Versions};
use super::extension::{is_revision, replicas, revision};
use super::merge::{At, Holder, Merge};
use super::record::{Open, Record};
use super::rewrite::Spot;
use super::same::{Place, same_or_missing};
use super::shape::{CONFLICTS, TAGS};
use super::spell::{New, quoted};
use super::tree::{Id, Members};

/// Merges our extension, and writes the conflicts of `holder` into it.
pub(super) fn merge<'t>(merge: &mut Merge<'t>, at: At, holder: &mut Holder<'t>) -> Out<'t> {
    let is_new = !holder.new.is_empty();
    match at {
        At { ours: None, theirs: None, .. } if !is_new => return Out::Drop,
        At { base: None, ours: Some(_), theirs: None } if !is_new => return Out::Keep,
        At { base: None, ours: None, theirs: Some(id) } if !is_new => return Out::Put(merge.theirs_new(id)),
        _ => {}
    }
    let members = Versions::of(merge, at);
    let takes_revision = takes_their_revision(merge, at);
    let mut result = Assembly::default();
    for (key, id) in members.ours.iter().flat_map(Members::items) {
        let inner = members.at(key);
        let out = match key.as_ref() {
            CONFLICTS => continue,
            TAGS => tags(merge, inner),
            name if is_revision(name) => revised(merge, inner, takes_revision),
            _ => quietly(merge, inner),
        };
        result.kept.push((*id, out));
    }
    for (key, id) in members.theirs.iter().flat_map(Members::items) {
        let inner = members.at(key);
        if inner.ours.is_some() || key == CONFLICTS {
            continue;
        }
        let out = match key.as_ref() {
            TAGS => tags(merge, inner),
            name if is_revision(name) => revised(merge, inner, takes_revision),
            _ => quietly(merge, inner),
        };
        let name = merge.documents.theirs.raw_key(*id).to_owned();
        result.added.push((Spot::End, name, Some(*id), out));
    }
    let list = members.at(CONFLICTS);
    let out = conflicts(merge, list, holder);
    result.put(list, Spot::End, quoted(CONFLICTS), out);
    if !result.is_there() {
        return Out::Drop;
    }
    result.finish(merge, at.ours, true)
}

/// Theirs if only theirs changed it; else ours.
fn quietly<'t>(merge: &Merge<'t>, at: At) -> Out<'t> {
    let (base, ours, theirs) = (merge.base_at(at.base), merge.ours_at(at.ours), merge.theirs_at(at.theirs));
    let is_ours_as_it_was = same_or_missing(base, ours) && !same_or_missing(ours, theirs);
    if is_ours_as_it_was { as_in_theirs(merge, at) } else { as_in_ours(at) }
}

fn revised<'t>(merge: &Merge<'t>, at: At, takes_theirs: bool) -> Out<'t> {
    if takes_theirs { as_in_theirs(merge, at) } else { as_in_ours(at) }
}

fn as_in_ours<'t>(at: At) -> Out<'t> {
    if at.ours.is_some() { Out::Keep } else { Out::Drop }
}

fn as_in_theirs<'t>(merge: &Merge<'t>, at: At) -> Out<'t> {
    let Some(id) = at.theirs else { return Out::Drop };
    let Some(renumbering) = &merge.documents.renumbering else {
        let is_same = same_or_missing(merge.ours_at(at.ours), merge.theirs_at(at.theirs));
        return if is_same { Out::Keep } else { Out::Put(merge.theirs_new(id)) };
    };
    // Told as a member of its own extension, so that the dots in it are found.
    let tree = &merge.documents.theirs;
    let name = tree.key(id);
    let own = dss_model::JsonText::object(|out| out.raw(&name, tree.json(id).get_ref()));
    let told = renumbering.apply(&own);
    told.get_ref().members().next().map_or(Out::Drop, |(_, value)| Out::Put(New::json(value)))
}

/// Whether only theirs is another revision than the base.
fn takes_their_revision<'t>(merge: &Merge<'t>, at: At) -> bool {
    let raw = |place: Option<Place<'t>>| place.map_or("", |(tree, id)| tree.raw(id));
    let (ours, theirs) = (merge.ours_at(at.ours), merge.theirs_at(at.theirs));
    if at.theirs.is_none() || (raw(ours) == raw(theirs) && merge.documents.renumbering.is_none()) {
        return false;
    }
    let told = |place: Option<Place<'_>>| {
        place.map(|(tree, id)| revision(tree, Some(id), &replicas(tree))).unwrap_or_default()
    };
    let (base, ours) = (told(merge.base_at(at.base)), told(ours));
    ours == base && told(theirs) != base
}

/// Tags are a set: each is there if somebody added it, or nobody removed it.
fn tags<'t>(merge: &Merge<'t>, at: At) -> Out<'t> {
    let list = |place: Option<Place<'t>>| -> Option<Vec<String>> {
        let Some((tree, id)) = place else { return Some(Vec::new()) };
        tree.children(id).map(|tag| tree.string(tag).map(std::borrow::Cow::into_owned)).collect()
    };
    let lists = list(merge.base_at(at.base)).zip(list(merge.ours_at(at.ours)));
    let Some(((base, ours), theirs)) = lists.zip(list(merge.theirs_at(at.theirs))) else {
        return quietly(merge, at);
    };
    let set = |tags: &[String]| tags.iter().cloned().collect::<BTreeSet<_>>();
    let (was, here, there) = (set(&base), set(&ours), set(&theirs));
    let kept = ours.iter().filter(|tag| there.contains(*tag) || !was.contains(*tag));
    let added = theirs.iter().filter(|tag| !here.contains(*tag) && !was.contains(*tag));
    let merged: Vec<_> = kept.chain(added).collect();
    if at.ours.is_some() && merged.iter().copied().eq(&ours) {
        Out::Keep
    } else if merged.is_empty() {
        Out::Drop
    } else {
        Out::Put(New::Array(merged.into_iter().map(|tag| New::string(tag)).collect()))
    }
}

/// The conflicts that are open after the merge: of those before, the ones that nobody decided, and the new ones.
fn conflicts<'t>(merge: &Merge<'t>, at: At, holder: &mut Holder<'t>) -> Out<'t> {
    let set = |open: &[Open]| open.iter().map(|open| open.canonical.clone()).collect::<BTreeSet<_>>();
    let (was, here, there) = (set(&holder.base), set(&holder.ours), set(&holder.theirs));
    let is_open = |open: &&Open| !was.contains(&open.canonical) || there.contains(&open.canonical);
    let kept: Vec<Id> = holder.ours.iter().filter(is_open).map(|open| open.id).collect();
    let is_added = |open: &&Open| !here.contains(&open.canonical) && !was.contains(&open.canonical);
    let added: Vec<Id> = holder.theirs.iter().filter(is_added).map(|open| open.id).collect();
    let new = std::mem::take(&mut holder.new);
    let is_as_it_was = kept.len() == holder.ours.len() && added.is_empty() && new.is_empty();
    if at.ours.is_some() && is_as_it_was && !kept.is_empty() {
        return Out::Keep;
    }
    let ours = kept.into_iter().map(|id| New::From(&merge.documents.ours, id, None));
    let theirs = added.into_iter().map(|id| merge.theirs_new(id));
    let list: Vec<_> = ours.chain(theirs).chain(new.into_iter().map(Record::into_new)).collect();
    if list.is_empty() { Out::Drop } else { Out::Put(New::Array(list)) }
}
