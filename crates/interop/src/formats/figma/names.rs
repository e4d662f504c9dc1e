//! Between the names of variables, which have slashes, and the paths of tokens.

use std::collections::{HashMap, HashSet};

use crate::names::Names;

/// The member of a group that is the group's own value.
const ROOT: &str = "$root";

/// A part of a name as DTCG allows it.
pub(super) fn segment(name: &str) -> String {
    let plain = name.replace(['.', '{', '}'], "_");
    if plain.is_empty() || plain.starts_with('$') { format!("_{plain}") } else { plain }
}

/// The paths of the tokens that the variables of one collection become: all of them different, and no token with others
/// inside, which is the value of its group instead.
pub(super) fn paths<'a>(names: impl Iterator<Item = &'a str>, group: Option<&str>) -> Vec<Vec<String>> {
    let mut taken = Names::default();
    let paths = names.map(|name| {
        let mut path: Vec<String> = group.map(str::to_owned).into_iter().collect();
        path.extend(name.split('/').map(segment));
        let whole = path.join(".");
        let unique = taken.unique(&whole);
        if let (Some(more), Some(last)) = (unique.strip_prefix(&whole), path.last_mut()) {
            last.push_str(more);
        }
        path
    });
    let mut paths: Vec<Vec<String>> = paths.collect();
    let mut groups: HashSet<Vec<String>> = HashSet::new();
    for path in &paths {
        groups.extend((1..path.len()).filter_map(|end| Some(path.get(..end)?.to_vec())));
    }
    for path in paths.iter_mut().filter(|path| groups.contains(*path)) {
        path.push(ROOT.to_owned());
    }
    paths
}

/// The name of the variable that a token at that path becomes.
pub(super) fn name_of(path: &[String], group: Option<&str>) -> String {
    let path = match (path.split_first(), group) {
        (Some((first, rest)), Some(group)) if first == group && !rest.is_empty() => rest,
        _ => path,
    };
    let path = match path.split_last() {
        Some((last, rest)) if last == ROOT && !rest.is_empty() => rest,
        _ => path,
    };
    path.join("/")
}

/// The groups that keep apart the tokens of collections which have tokens of the same path: nothing where there are none.
///
/// Of each collection are given its name, whether it is another file's, and the paths of its tokens. A file's own
/// collections stay where they are unless they meet each other.
pub(super) fn groups(collections: &[(&str, bool, Vec<Vec<String>>)]) -> Vec<Option<String>> {
    let mut owners: HashMap<String, Vec<usize>> = HashMap::new();
    let mut firsts: HashSet<&str> = HashSet::new();
    for (at, (_, _, paths)) in collections.iter().enumerate() {
        for path in paths {
            owners.entry(name_of(path, None)).or_default().push(at);
            firsts.extend(path.first().map(String::as_str));
        }
    }
    let is_remote = |at: usize| collections.get(at).is_some_and(|(_, is_remote, _)| *is_remote);
    let mut meets: HashSet<usize> = HashSet::new();
    for owners in owners.values().filter(|owners| owners.len() > 1) {
        let own = owners.iter().filter(|at| !is_remote(**at)).count();
        meets.extend(owners.iter().filter(|at| own > 1 || is_remote(**at)));
    }
    let mut taken = Names::default();
    firsts.iter().for_each(|name| {
        taken.unique(name);
    });
    let group = |(at, (name, _, _)): (usize, &(&str, bool, Vec<Vec<String>>))| {
        meets.contains(&at).then(|| taken.unique(&segment(name)))
    };
    collections.iter().enumerate().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(names: &[&str], group: Option<&str>) -> Vec<String> {
        let paths = paths(names.iter().copied(), group);
        let again = paths.iter().map(|path| name_of(path, group));
        assert!(again.zip(names).all(|(again, name)| again == *name
            || name.contains(['.', '$'])
            || again.ends_with(" 2")
            || *name == "/"));
        paths.iter().map(|path| path.join(">")).collect()
    }

    #[test]
    fn names_become_paths() {
        assert_eq!(spelled(&["a/b", "a/c"], None), ["a>b", "a>c"]);
        assert_eq!(spelled(&["a/b", "a/b/c"], Some("base/dark")), ["base/dark>a>b>$root", "base/dark>a>b>c"]);
        assert_eq!(spelled(&["a", "a", "x.5/$y", "/"], None), ["a", "a 2", "x_5>_$y", "_>_"]);
    }

    #[test]
    fn what_meets_is_kept_apart() {
        let path = |name: &str| vec![vec![name.to_owned()]];
        let own = |name, paths| (name, false, paths);
        let other = |name, paths| (name, true, paths);
        let found = groups(&[own("a", path("x")), other("b", path("x")), own("c", path("y"))]);
        assert_eq!(found, [None, Some("b".to_owned()), None]);
        let found = groups(&[own("a", path("x")), own("x", path("x"))]);
        assert_eq!(found, [Some("a".to_owned()), Some("x 2".to_owned())]);
        let found = groups(&[other("a", path("x")), own("b", path("y"))]);
        assert_eq!(found, [None, None]);
    }
}
