//! What is wrong with one token or group, as far as it can be told from itself (DTCG.md §10).

use std::borrow::Cow;

use dss_model::{Entity, JsonKind, JsonRef, JsonText, Kind, RegName, Severity, TokenPath};

use super::alias::{self, Reference, ReferenceKind, Target};
use super::node::Node;
use super::types::TokenType;
use super::value::{self, Problem, ValueReport};
use crate::revision::{EXTENSIONS, VENDOR, ours_in};
use crate::three_way::CONFLICTS;

/// What a look at one node found.
#[derive(Debug, Default)]
pub struct NodeReport {
    /// Findings: code ([`FINDING_CODES`](crate::FINDING_CODES) lists them), severity, message.
    pub findings: Vec<(&'static str, Severity, String)>,
    /// What the node refers to.
    pub references: Vec<Reference>,
    /// The type that is known without following references: the token's own, or its groups'.
    pub token_type: Option<Cow<'static, str>>,
    /// Whether the type has to come from the token that the whole value refers to.
    pub takes_target_type: bool,
    /// Whether it is a token whose type is that of the groups around it, if they say one.
    pub inherits_type: bool,
}

impl NodeReport {
    /// Whether nothing makes the node invalid.
    pub fn is_valid(&self) -> bool {
        self.findings.iter().all(|(_, severity, _)| *severity != Severity::Error)
    }

    fn error(&mut self, code: &'static str, message: impl Into<String>) {
        self.findings.push((code, Severity::Error, message.into()));
    }

    fn warning(&mut self, code: &'static str, message: impl Into<String>) {
        self.findings.push((code, Severity::Warning, message.into()));
    }

    fn take(&mut self, report: ValueReport) {
        for Problem { code, is_warning, message } in report.problems {
            let severity = if is_warning { Severity::Warning } else { Severity::Error };
            self.findings.push((code, severity, message));
        }
        self.references.extend(report.references);
    }
}

/// What is checked: a node, wherever its members lie.
pub(super) struct View<'v> {
    pub(super) path: &'v TokenPath,
    pub(super) known: Known<'v>,
    /// The names of all members, unless it is known that they are a token's.
    pub(super) names: &'v [&'v str],
    /// Our extension among them.
    pub(super) ours: Option<JsonRef<'v>>,
    pub(super) is_token: bool,
    pub(super) has_children: bool,
    pub(super) inherited_type: Option<&'v str>,
}

/// The members that the format has rules for.
#[derive(Clone, Copy)]
pub(super) struct Known<'v> {
    pub(super) own_type: Option<JsonRef<'v>>,
    pub(super) value: Option<JsonRef<'v>>,
    pub(super) reference: Option<JsonRef<'v>>,
    pub(super) description: Option<JsonRef<'v>>,
    pub(super) deprecated: Option<JsonRef<'v>>,
    pub(super) extensions: Option<JsonRef<'v>>,
    pub(super) extends: Option<JsonRef<'v>>,
}

impl<'v> Known<'v> {
    fn of(node: &'v Node) -> Self {
        let member = |name: &str| node.member(name).map(JsonText::get_ref);
        Self {
            own_type: member("$type"),
            value: member("$value"),
            reference: member("$ref"),
            description: member("$description"),
            deprecated: member("$deprecated"),
            extensions: member(EXTENSIONS),
            extends: member("$extends"),
        }
    }
}

/// Checks a node: its name, its members, and, for a token, its value against its type.
pub fn check(node: &Node) -> NodeReport {
    let names: Vec<_> = node.members.iter().map(|member| member.name.as_str()).collect();
    let known = Known::of(node);
    check_view(&View {
        path: &node.path,
        known,
        names: &names,
        ours: known.extensions.and_then(ours_in),
        is_token: node.is_token(),
        has_children: node.has_children,
        inherited_type: node.inherited_type.as_deref(),
    })
}

pub(super) fn check_view(node: &View<'_>) -> NodeReport {
    let mut report = NodeReport::default();
    if let Some(name) = node.path.name() {
        check_name(&mut report, &name);
    }
    check_common(&mut report, &node.known);
    if let Some(ours) = node.ours {
        check_ours(&mut report, ours);
    }
    if node.is_token {
        check_token(&mut report, node);
    } else {
        check_group(&mut report, node);
    }
    report
}

fn check_name(report: &mut NodeReport, name: &str) {
    if name.is_empty() {
        report.error("name_invalid", "a name must not be empty");
    } else if name.contains(['{', '}', '.']) || (name.starts_with('$') && name != "$root") {
        report.error("name_invalid", "a name must not start with \"$\" or contain \"{\", \"}\" or \".\"");
    }
}

fn check_common(report: &mut NodeReport, known: &Known<'_>) {
    let mut expect = |name, member: Option<JsonRef<'_>>, kinds: &[JsonKind], expected| {
        if let Some(found) = member.map(JsonRef::kind).filter(|kind| !kinds.contains(kind)) {
            report.error("member_invalid", format!("{name}: expected {expected}, found {}", found.name()));
        }
    };
    expect("$type", known.own_type, &[JsonKind::String], "a string");
    expect("$description", known.description, &[JsonKind::String], "a string");
    expect(EXTENSIONS, known.extensions, &[JsonKind::Object], "an object");
    let kinds = [JsonKind::Boolean, JsonKind::String];
    expect("$deprecated", known.deprecated, &kinds, "a boolean or a string");
}

/// Members that our extension may have (docs/archive-format.md §7).
const OURS: [&str; 15] = [
    "id", "rev", "at", "by", "origin", "regs", "seen", "replicas", "name", "tags", "was", "order", "layout",
    "kind", "implicit",
];

/// What an extension under our name says that we do not know is no part of the state, and so does not last. What a
/// merge of files left open does, and the file's readers are told of it.
fn check_ours(report: &mut NodeReport, ours: JsonRef<'_>) {
    if ours.kind() != JsonKind::Object {
        let found = ours.kind().name();
        report.warning(
            "extension_invalid",
            format!("\"{VENDOR}\": expected an object, found {found}; it was left out"),
        );
    }
    for (name, member) in ours.members() {
        if name == CONFLICTS {
            let open = member.elements().count();
            let message = format!("a merge left {open} of its conflicts open, and the file shows one side");
            if open > 0 {
                report.warning("conflict_in_file", message);
            }
        } else if !OURS.contains(&name.as_ref()) {
            let message = format!("\"{VENDOR}\" has no member \"{}\"; it was left out", name.escape_debug());
            report.warning("extension_invalid", message);
        }
    }
}

fn check_group(report: &mut NodeReport, node: &View<'_>) {
    for name in node.names {
        let is_known = matches!(*name, "$type" | "$description" | "$extensions" | "$extends" | "$deprecated");
        let is_root_only = node.path.is_root() && *name == "$schema";
        let is_group_reference = *name == "$ref" && node.has_children;
        if !is_known && !is_root_only && !is_group_reference {
            unknown_member(report, name, "a group");
        }
    }
    if let Some(name) = node.known.own_type.and_then(JsonRef::string)
        && TokenType::from_name(&name).is_none()
    {
        report.findings.push((
            "type_unknown",
            Severity::Warning,
            format!("\"{}\" is none of the format's types", name.escape_debug()),
        ));
    }
    if let Some(base) = node.known.extends.or(node.known.reference) {
        check_base(report, base);
    }
}

/// The group that a group extends: `{a.b}` or `#/a/b`.
fn check_base(report: &mut NodeReport, base: JsonRef<'_>) {
    let target = base.string().map(|text| alias::curly(&text).unwrap_or_else(|| alias::pointer(&text)));
    match target {
        Some(Target::Whole(target)) => {
            report.references.push(Reference { target, kind: ReferenceKind::Extends, expected: None });
        }
        Some(Target::Malformed(message)) => report.error("reference_malformed", message),
        Some(Target::Inside(_)) => report.error("reference_malformed", "a group can only extend a group"),
        None => report.error("member_invalid", "$extends: expected a reference to a group"),
    }
}

fn check_token(report: &mut NodeReport, node: &View<'_>) {
    if node.has_children {
        report.error("token_with_children", "an object with $value must not contain tokens or groups");
    }
    let Known { value, reference, .. } = node.known;
    if value.is_some() && reference.is_some() {
        report.error("value_and_ref", "a token has either $value or $ref");
    }
    for name in node.names {
        let known = ["$value", "$type", "$ref", "$description", "$extensions", "$deprecated"];
        if !known.contains(name) {
            unknown_member(report, name, "a token");
        }
    }
    let own_type = node.known.own_type.and_then(JsonRef::string);
    let is_alias = is_alias(value);
    report.inherits_type = own_type.is_none() && !is_alias;
    let named = match (own_type, is_alias) {
        (Some(own), _) => Some(own),
        // An alias has its target's type, whatever the groups around it say (§4: own, target, group).
        (None, true) => None,
        (None, false) => node.inherited_type.map(Cow::Borrowed),
    };
    report.takes_target_type = named.is_none() && is_alias;
    let known = named.as_deref().and_then(TokenType::from_name);
    match (&named, known) {
        (Some(name), None) => {
            report
                .error("type_unknown", format!("\"{}\" is none of the format's types", name.escape_debug()));
        }
        (None, _) if !is_alias => {
            report.error("type_missing", "neither the token nor a group around it says its $type");
        }
        _ => {}
    }
    if let Some(value) = value {
        report.take(match known {
            Some(kind) => value::check(kind, value),
            None => value::references(value),
        });
    } else if let Some(pointer) = reference {
        check_token_reference(report, pointer, known);
    }
    report.token_type = match known {
        Some(known) => Some(Cow::Borrowed(known.name())),
        None => named.map(|name| Cow::Owned(name.into_owned())),
    };
}

/// Whether a token's whole value is a reference, or all that it has is one.
fn is_alias(value: Option<JsonRef<'_>>) -> bool {
    value.is_none_or(|value| alias::reference(value).is_some())
}

/// Whether a stored token has the type of the groups around it, if they say one: [`NodeReport::inherits_type`] without
/// the report.
pub fn inherits_type(token: &Entity) -> bool {
    let members = token.json(&RegName::VALUE).map(JsonText::get_ref);
    let member = |name| members.and_then(|members| members.get(name));
    token.kind() == Kind::Token
        && member("$type").and_then(JsonRef::string).is_none()
        && !is_alias(member("$value"))
}

fn check_token_reference(report: &mut NodeReport, pointer: JsonRef<'_>, expected: Option<TokenType>) {
    match pointer.string().map(|text| alias::pointer(&text)) {
        Some(Target::Whole(target)) => {
            report.references.push(Reference { target, kind: ReferenceKind::Alias, expected });
        }
        Some(Target::Inside(target)) => {
            report.references.push(Reference { target, kind: ReferenceKind::Pointer, expected: None });
        }
        Some(Target::Malformed(message)) => report.error("reference_malformed", message),
        None => report.error("member_invalid", "$ref: expected a string"),
    }
}

fn unknown_member(report: &mut NodeReport, name: &str, place: &str) {
    report.error("member_unknown", format!("\"{}\" is not a property of {place}", name.escape_debug()));
}
