//! Changing a document and nothing else in it: every byte that is not changed is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::spell::{New, Style, indent_of, lead, quoted};
use super::tree::{Id, Tree};

/// Where among its siblings a member comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spot {
    Start,
    After(Id),
    End,
}

#[derive(Debug)]
struct Insertion<'t> {
    spot: Spot,
    /// The member's name with quotes; empty in arrays.
    name: String,
    value: New<'t>,
}

/// Changes to a document.
#[derive(Debug)]
pub(crate) struct Rewrite<'t> {
    tree: &'t Tree<'t>,
    removed: BTreeSet<Id>,
    replaced: BTreeMap<Id, New<'t>>,
    /// New names, with quotes.
    renamed: BTreeMap<Id, String>,
    inserted: BTreeMap<Id, Vec<Insertion<'t>>>,
}

/// Bytes that are replaced, and by what.
type Edit = (usize, usize, String);

impl<'t> Rewrite<'t> {
    pub(crate) const fn new(tree: &'t Tree<'t>) -> Self {
        Self {
            tree,
            removed: BTreeSet::new(),
            replaced: BTreeMap::new(),
            renamed: BTreeMap::new(),
            inserted: BTreeMap::new(),
        }
    }

    /// Takes a member out.
    pub(crate) fn remove(&mut self, id: Id) {
        self.removed.insert(id);
    }

    /// Gives a member another value.
    pub(crate) fn replace(&mut self, id: Id, value: New<'t>) {
        self.replaced.insert(id, value);
    }

    /// Gives a member another name.
    pub(crate) fn rename(&mut self, id: Id, name: &str) {
        self.renamed.insert(id, quoted(name));
    }

    /// Adds a member to `parent`. Of several at the same spot, the first comes first.
    pub(crate) fn insert(&mut self, parent: Id, spot: Spot, name: String, value: New<'t>) {
        self.inserted.entry(parent).or_default().push(Insertion { spot, name, value });
    }

    /// The changed document.
    pub(crate) fn apply(&self) -> String {
        let text = self.tree.text();
        let mut edits = self.edits();
        edits.sort_by_key(|(from, to, _)| (*from, std::cmp::Reverse(*to)));
        let new = edits.iter().map(|(_, _, new)| new.len()).fold(0, usize::saturating_add);
        let mut out = String::with_capacity(text.len().saturating_add(new));
        let mut at = 0_usize;
        for (from, to, new) in edits {
            if from < at {
                // Inside of something that went as a whole.
                continue;
            }
            out.push_str(text.get(at..from).unwrap_or_default());
            out.push_str(&new);
            at = to;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    fn edits(&self) -> Vec<Edit> {
        let style = Style::of(self.tree);
        let mut edits = Vec::new();
        for (id, value) in &self.replaced {
            let (from, to) = self.tree.span(*id);
            let mut text = String::new();
            style.push(&mut text, value, self.indent(&style, *id).as_deref());
            edits.push((wide(from), wide(to), text));
        }
        for (id, name) in &self.renamed {
            let (from, to) = self.tree.key_span(*id);
            edits.push((wide(from), wide(to), name.clone()));
        }
        let removals = self.removed.iter().filter(|id| **id != Tree::root()).map(|id| self.tree.parent(*id));
        let parents: BTreeSet<Id> = removals.chain(self.inserted.keys().copied()).collect();
        parents.into_iter().for_each(|parent| self.members(&style, parent, &mut edits));
        edits
    }

    /// What the line of a value starts with; `None` if it stands on one line with its siblings.
    fn indent(&self, style: &Style, id: Id) -> Option<String> {
        if style.is_flat {
            return None;
        }
        indent_of(self.tree, id).map(str::to_owned)
    }

    /// The edits that give an object or array its new members.
    fn members(&self, style: &Style, parent: Id, edits: &mut Vec<Edit>) {
        let tree = self.tree;
        let span = tree.span(parent);
        let leads = self.leads(style, parent);
        let insertions = self.inserted.get(&parent).map(Vec::as_slice).unwrap_or_default();
        let mut at: BTreeMap<Spot, Vec<String>> = BTreeMap::new();
        for Insertion { spot, name, value } in insertions {
            at.entry(*spot).or_default().push(style.member(name, value, leads.indent.as_deref()));
        }
        let mut take = |spot: Spot| at.remove(&spot).unwrap_or_default();
        let mut pending = Pending::behind(wide(span.0).saturating_add(1), true);
        take(Spot::Start).iter().for_each(|text| pending.add(&leads, text));
        let mut last_end = None;
        for child in tree.children(parent) {
            let end = wide(tree.span(child).1);
            if self.removed.contains(&child) {
                pending.is_changed = true;
            } else {
                if pending.is_changed {
                    let own = if last_end.is_none() { &leads.other } else { lead(tree, child) };
                    pending.separate(&leads, if leads.indent.is_some() { lead(tree, child) } else { own });
                    edits.push((pending.from, wide(tree.start(child)), pending.text));
                }
                pending = Pending::behind(end, false);
            }
            last_end = Some(end);
            take(Spot::After(child)).iter().for_each(|text| pending.add(&leads, text));
        }
        take(Spot::End).iter().for_each(|text| pending.add(&leads, text));
        if !pending.is_changed {
            return;
        }
        // The white space before the bracket stays, unless there was nothing, or nothing is left.
        if let Some(end) = last_end.filter(|_| !pending.is_first) {
            edits.push((pending.from, end, pending.text));
            return;
        }
        if !pending.is_first && leads.indent.is_some() {
            pending.text.push_str(&style.lead(self.indent(style, parent).as_deref()));
        }
        edits.push((pending.from, wide(span.1).saturating_sub(1), pending.text));
    }

    /// How the members of an object are set apart: as those that are there.
    fn leads(&self, style: &Style, parent: Id) -> Leads {
        let mut children = self.tree.children(parent);
        let first = children.next();
        let indent = match first {
            Some(first) => self.indent(style, first),
            None => self.indent(style, parent).map(|indent| format!("{indent}{}", style.indent)),
        };
        let of = |id: Id| lead(self.tree, id).to_owned();
        let other = match &indent {
            Some(indent) => style.lead(Some(indent)),
            None => children.next().map_or_else(|| style.gap().to_owned(), of),
        };
        let before_first = if indent.is_some() { other.clone() } else { first.map(of).unwrap_or_default() };
        Leads { indent, first: before_first, kept_first: first.map(of).unwrap_or_default(), other }
    }
}

/// White space before members.
struct Leads {
    /// What lines of members start with; `None` if all are on one.
    indent: Option<String>,
    /// Before a new first member.
    first: String,
    /// Before the one that was first.
    kept_first: String,
    /// Before any other new member.
    other: String,
}

/// What will stand between two members that are kept, in place of what stood there.
struct Pending {
    from: usize,
    /// No member stands before.
    is_first: bool,
    text: String,
    is_changed: bool,
}

impl Pending {
    const fn behind(from: usize, is_first: bool) -> Self {
        Self { from, is_first, text: String::new(), is_changed: false }
    }

    fn add(&mut self, leads: &Leads, member: &str) {
        if !self.is_first {
            self.text.push(',');
        }
        self.text.push_str(if self.is_first { &leads.first } else { &leads.other });
        self.text.push_str(member);
        self.is_first = false;
        self.is_changed = true;
    }

    /// Ends before a member that is kept, and that `lead` set apart.
    fn separate(&mut self, leads: &Leads, lead: &str) {
        if !self.is_first {
            self.text.push(',');
        }
        self.text.push_str(if self.is_first { &leads.kept_first } else { lead });
    }
}

fn wide(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Removes members whose value is `0`, doubles strings, and adds `new` at the spot of `1`.
    fn change(text: &str) -> String {
        let tree = Tree::parse("test", text.as_bytes()).unwrap();
        let mut rewrite = Rewrite::new(&tree);
        let mut open = vec![Tree::root()];
        while let Some(id) = open.pop() {
            for child in tree.children(id) {
                open.push(child);
                match tree.raw(child) {
                    "0" => rewrite.remove(child),
                    "1" => {
                        let value = New::Object(vec![("\"x\"".to_owned(), New::Scalar("2".to_owned()))]);
                        rewrite.insert(id, Spot::After(child), "\"new\"".to_owned(), value);
                    }
                    "\"start\"" => {
                        rewrite.insert(id, Spot::Start, "\"s\"".to_owned(), New::string("s"));
                    }
                    "\"end\"" => rewrite.insert(id, Spot::End, "\"e\"".to_owned(), New::string("e")),
                    _ => {}
                }
            }
            if tree.raw(id) == "{}" {
                rewrite.insert(id, Spot::End, "\"e\"".to_owned(), New::string("e"));
            }
        }
        let changed = rewrite.apply();
        assert!(Tree::parse("changed", changed.as_bytes()).is_ok(), "{changed}");
        changed
    }

    #[test]
    fn keeps_every_other_byte() {
        for (before, after) in [
            ("{\n  \"a\": 0,\n\n  \"b\": 5 ,\n  \"c\": 0\n}\n", "{\n  \"b\": 5\n}\n"),
            ("{\"a\":0}", "{}"),
            ("{\n  \"a\": 0\n}", "{}"),
            (
                "{\n\t\"a\": 1,\n\t\"b\": 5\n}",
                "{\n\t\"a\": 1,\n\t\"new\": {\n\t\t\"x\": 2\n\t},\n\t\"b\": 5\n}",
            ),
            ("{ \"a\": 1 }", "{ \"a\": 1, \"new\": {\"x\": 2} }"),
            ("{\"a\":1,\"b\":0}", "{\"a\":1,\"new\":{\"x\":2}}"),
            ("{ \"a\": 0, \"b\": 5 }", "{ \"b\": 5 }"),
            ("{\"a\": \"start\", \"b\": 5}", "{\"s\": \"s\", \"a\": \"start\", \"b\": 5}"),
            ("{\r\n  \"a\" : \"end\"\r\n}", "{\r\n  \"a\" : \"end\",\r\n  \"e\" : \"e\"\r\n}"),
            ("{\n  \"a\": {}\n}", "{\n  \"a\": {\n    \"e\": \"e\"\n  }\n}"),
            ("{\n  \"a\": { \"b\": \"end\" }\n}", "{\n  \"a\": { \"b\": \"end\", \"e\": \"e\" }\n}"),
            ("{\"a\":{\"b\":0,\"c\":1}}", "{\"a\":{\"c\":1,\"new\":{\"x\":2}}}"),
            ("{}", "{\n  \"e\": \"e\"\n}"),
            ("\u{feff}{\n \"a\": 0,\n \"b\": 0,\n \"c\": 5, \"d\": 0 }", "\u{feff}{\n \"c\": 5 }"),
        ] {
            assert_eq!(change(before), after, "{before}");
        }
    }

    #[test]
    fn changes_inside_of_what_goes_go_with_it() {
        let text = "{\"a\": {\"b\": 0, \"c\": 1}, \"d\": 5}";
        let tree = Tree::parse("test", text.as_bytes()).unwrap();
        let a = tree.get(Tree::root(), "a").unwrap();
        let mut rewrite = Rewrite::new(&tree);
        rewrite.remove(tree.get(a, "b").unwrap());
        rewrite.remove(a);
        assert_eq!(rewrite.apply(), "{\"d\": 5}");
    }
}
