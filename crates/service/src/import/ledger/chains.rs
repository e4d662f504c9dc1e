//! References that lead to references: whether all of them end, and at which type.

use std::io;

use dss_store::ALIAS_DEPTH_MAX;

use super::Types;
use super::records::{Alias, Key, Reached, Type};
use crate::spill::{Sorted, Spill};

pub(super) use super::records::Wanted;

/// A path and a path that it refers to.
const EDGE_BYTES: usize = 32;

type Edges = Spill<EDGE_BYTES>;

/// What is known about paths that refer to paths that refer further. Each path is told by its key.
#[derive(Debug, Default)]
pub(super) struct Chains {
    /// By target, and by source.
    edges: [Edges; 2],
    aliases: Spill<{ Alias::BYTES }>,
    wanted: Spill<{ Wanted::BYTES }>,
}

impl Chains {
    /// Notes that something at `source` refers to something at `target` that refers further.
    pub(super) fn edge(&mut self, source: Key, target: Key) -> io::Result<()> {
        put(&mut self.edges, source, target)
    }

    pub(super) fn alias(&mut self, alias: &Alias) -> io::Result<()> {
        self.aliases.push(alias.to_bytes())
    }

    /// Notes a reference whose target has to have a type that its tokens do not have by themselves.
    pub(super) fn wanted(&mut self, wanted: &Wanted) -> io::Result<()> {
        self.wanted.push(wanted.to_bytes())
    }

    /// The references that lead to another type than the one needed, with that type; `None` if some lead nowhere ever,
    /// take too many steps, or lead to several types.
    pub(super) fn resolve(self, types: &Types) -> io::Result<Option<Vec<(u64, Type)>>> {
        if all_end(self.edges)? { follow(self.wanted, self.aliases, types) } else { Ok(None) }
    }
}

fn put(edges: &mut [Edges; 2], source: Key, target: Key) -> io::Result<()> {
    let [by_target, by_source] = edges;
    by_target.push(joined(target, source))?;
    by_source.push(joined(source, target))
}

fn joined(first: Key, second: Key) -> [u8; EDGE_BYTES] {
    let mut edge = [0; EDGE_BYTES];
    edge.iter_mut().zip(first.into_iter().chain(second)).for_each(|(to, from)| *to = from);
    edge
}

fn halves(edge: &[u8; EDGE_BYTES]) -> (Key, Key) {
    let (first, second) = (edge.first_chunk(), edge.last_chunk());
    (first.copied().unwrap_or_default(), second.copied().unwrap_or_default())
}

/// Takes away, round by round, the references to paths that refer no further (Kahn 1962). What is left after so many
/// rounds is a circle, or a chain that is too long.
fn all_end(mut edges: [Edges; 2]) -> io::Result<bool> {
    // The paths at the ends of all edges take one step to a value, those that refer to them two: and so on.
    for _ in 1..=ALIAS_DEPTH_MAX {
        let [by_target, by_source] = edges;
        let (mut by_target, mut by_source) = (by_target.sorted()?, by_source.sorted()?);
        edges = <[Edges; 2]>::default();
        let mut is_empty = true;
        while let Some(edge) = by_target.next().transpose()? {
            is_empty = false;
            let (target, source) = halves(&edge);
            if leads_on(&mut by_source, target)? {
                put(&mut edges, source, target)?;
            }
        }
        if is_empty {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether there is an edge from that path on. Must be asked in ascending order.
fn leads_on(by_source: &mut Sorted<EDGE_BYTES>, path: Key) -> io::Result<bool> {
    loop {
        match by_source.peek().map(|edge| halves(&edge).0) {
            Some(source) if source < path => by_source.next().transpose()?,
            found => return Ok(found == Some(path)),
        };
    }
}

/// Follows references from alias to alias to the types that they lead to, all of them at once.
fn follow(
    mut wanted: Spill<{ Wanted::BYTES }>,
    aliases: Spill<{ Alias::BYTES }>,
    types: &Types,
) -> io::Result<Option<Vec<(u64, Type)>>> {
    let aliases = aliases.into_table()?;
    let mut reached = Spill::<{ Reached::BYTES }>::default();
    for _ in 0..=ALIAS_DEPTH_MAX {
        if wanted.is_empty() {
            break;
        }
        let mut following = std::mem::take(&mut wanted).sorted()?;
        let mut last = None;
        let mut here: Vec<Alias> = Vec::new();
        let mut all = aliases.iter().peekable();
        while let Some(record) = following.next().transpose()? {
            // Where two ways meet, they go on as one.
            if last.replace(record) == Some(record) {
                continue;
            }
            let Wanted { target, text, expected, lowest } = Wanted::of(&record);
            if here.first().is_none_or(|alias| alias.source != target) {
                here.clear();
            }
            while let Some(next) = all.next_if(|next| is_up_to(next, target)) {
                here.extend(Some(Alias::of(&next?)).filter(|alias| alias.source == target));
            }
            for alias in &here {
                if alias.known == Type::MIXED {
                    return Ok(None);
                }
                if alias.known != Type::NONE || !alias.goes_on {
                    reached.push(Reached { text, expected, lowest, end: alias.known }.to_bytes())?;
                }
                if alias.goes_on {
                    wanted.push(Wanted { target: alias.target, text, expected, lowest }.to_bytes())?;
                }
            }
        }
    }
    judge(reached, types)
}

fn is_up_to(record: &io::Result<[u8; Alias::BYTES]>, path: Key) -> bool {
    record.as_ref().map_or(true, |record| Alias::of(record).source <= path)
}

/// Compares the type that each reference leads to with the one needed.
fn judge(reached: Spill<{ Reached::BYTES }>, types: &Types) -> io::Result<Option<Vec<(u64, Type)>>> {
    let mut mistaken = Vec::new();
    let mut all = reached.sorted()?;
    while let Some(record) = all.next().transpose()? {
        let Reached { text, expected, lowest, end } = Reached::of(&record);
        while let Some(same) = all.peek().map(|record| Reached::of(&record)).filter(|same| same.text == text)
        {
            all.next().transpose()?;
            if same.end != end {
                return Ok(None);
            }
        }
        if end != Type::NONE && end != expected {
            let found = [lowest, end].into_iter().filter(|found| *found != Type::NONE);
            mistaken.extend(found.min_by_key(|found| types.name(*found)).map(|found| (text, found)));
        }
        if mistaken.len() > super::FINDINGS_MAX {
            return Ok(None);
        }
    }
    Ok(Some(mistaken))
}
