//! Whether two values say the same, whatever their spelling and order.

use std::borrow::Cow;

use super::shape::{CONFLICTS, EXTENSIONS, TAGS, VENDOR};
use super::tree::{Id, Members, Tree, parse};

/// A value in its document.
pub(super) type Place<'t> = (&'t Tree<'t>, Id);

/// Whether both say the same about tokens: member order, escapes and number spelling do not count, nor does what
/// `org.dss` notes about revisions.
pub(super) fn same(a: Place<'_>, b: Place<'_>) -> bool {
    same_at(a, b, Spot::Elsewhere)
}

/// Like [`same`], where a value may be missing.
pub(super) fn same_or_missing(a: Option<Place<'_>>, b: Option<Place<'_>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// Which members of an object count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    Elsewhere,
    /// The value of `$extensions`.
    Extensions,
    /// The value of `org.dss`.
    Ours,
}

impl Spot {
    fn inside(self, name: &str) -> Self {
        match self {
            Self::Elsewhere if name == EXTENSIONS => Self::Extensions,
            Self::Extensions if name == VENDOR => Self::Ours,
            // Other vendors' values, and what is noted in ours, are taken at their word.
            Self::Elsewhere | Self::Extensions | Self::Ours => Self::Elsewhere,
        }
    }
}

fn same_at((ta, a): Place<'_>, (tb, b): Place<'_>, spot: Spot) -> bool {
    let (raw_a, raw_b) = (ta.raw(a), tb.raw(b));
    if raw_a == raw_b {
        return true;
    }
    match (raw_a.as_bytes().first(), raw_b.as_bytes().first()) {
        (Some(b'{'), Some(b'{')) => same_members((ta, a), (tb, b), spot),
        (Some(b'['), Some(b'[')) => {
            let mut others = tb.children(b);
            ta.children(a).all(|a| others.next().is_some_and(|b| same((ta, a), (tb, b))))
                && others.next().is_none()
        }
        (Some(b'"'), Some(b'"')) => ta.string(a) == tb.string(b),
        (Some(b'-' | b'0'..=b'9'), Some(b'-' | b'0'..=b'9')) => {
            parse(raw_a).canonical() == parse(raw_b).canonical()
        }
        // `true`, `false` and `null` have one spelling each.
        _ => false,
    }
}

/// Recursion is bounded by the depth the parser allowed.
fn same_members((ta, a): Place<'_>, (tb, b): Place<'_>, spot: Spot) -> bool {
    let (ours, theirs) = (visible(ta, a, spot), visible(tb, b, spot));
    if ours.len() != theirs.len() {
        return false;
    }
    let is_same = |name: &str, a: Id, b: Id| same_at((ta, a), (tb, b), spot.inside(name));
    let in_order = ours.iter().zip(&theirs).all(|((a, _), (b, _))| a == b);
    if in_order {
        return ours.iter().zip(&theirs).all(|((name, a), (_, b))| is_same(name, *a, *b));
    }
    let theirs = Members::new(theirs);
    ours.iter().all(|(name, a)| theirs.get(name).is_some_and(|b| is_same(name, *a, b)))
}

fn visible<'a>(tree: &Tree<'a>, id: Id, spot: Spot) -> Vec<(Cow<'a, str>, Id)> {
    let members = tree.children(id).map(|child| (tree.key(child), child));
    members.filter(|(name, child)| counts(tree, name, *child, spot)).collect()
}

fn counts(tree: &Tree<'_>, name: &str, child: Id, spot: Spot) -> bool {
    let inside = spot.inside(name);
    match spot {
        Spot::Ours => name == TAGS || name == CONFLICTS,
        // An object that says nothing that counts is as good as none.
        Spot::Elsewhere | Spot::Extensions if inside != Spot::Elsewhere && tree.is_object(child) => {
            tree.children(child).any(|grandchild| counts(tree, &tree.key(grandchild), grandchild, inside))
        }
        Spot::Elsewhere | Spot::Extensions => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says_the_same(a: &str, b: &str) -> bool {
        let (ta, tb) = (Tree::parse("a", a.as_bytes()).unwrap(), Tree::parse("b", b.as_bytes()).unwrap());
        let there = same((&ta, Tree::root()), (&tb, Tree::root()));
        assert_eq!(there, same((&tb, Tree::root()), (&ta, Tree::root())), "{a} {b}");
        there
    }

    #[test]
    fn spelling_and_order_do_not_count() {
        assert!(says_the_same(r#"{"a": 1.0, "b": ["\u00e9"]}"#, r#"{"b":["é"],"a":1}"#));
        assert!(!says_the_same(r#"{"a": [1, 2]}"#, r#"{"a":[2,1]}"#));
        assert!(!says_the_same(r#"{"a": 1}"#, r#"{"a": 1, "b": null}"#));
        assert!(!says_the_same("[1]", "[1,1]"));
        assert!(!says_the_same("true", "false"));
        assert!(!says_the_same("1", "\"1\""));
    }

    #[test]
    fn revisions_do_not_count_and_tags_do() {
        let with = |ours: &str| format!(r#"{{"$value":1,"$extensions":{{"org.dss":{ours}}}}}"#);
        assert!(says_the_same(&with(r#"{"rev":"0:1"}"#), &with(r#"{"rev":"0:2","order":"a1"}"#)));
        assert!(says_the_same(&with(r#"{"rev":"0:1"}"#), r#"{"$value":1}"#));
        assert!(!says_the_same(&with(r#"{"tags":["x"]}"#), &with("{}")));
        assert!(!says_the_same(r#"{"$extensions":{"org.dss":1}}"#, "{}"));
        assert!(!says_the_same(
            r#"{"$extensions":{"com.x":{"org.dss":1}}}"#,
            r#"{"$extensions":{"com.x":{}}}"#
        ));
    }
}
