//! Importing from token files.

use dss_format::dtcg::ReadLimits;
use dss_format::resolver::{self, Names};
use dss_format::revision::Body;
use dss_format::set::{Decoded, SetReader};
use dss_model::{
    Entity, EntityId, JsonLimits, JsonText, Kind, Life, OrderKey, ProjectName, RegName, Severity, Stage,
    TokenPath, Value,
};

use super::document::{self, Item};
use super::sink::{Incoming, Mode, Sink};
use crate::ServiceError;
use crate::input::{Files, SetInput};
use crate::summary::Finding;

/// Puts everything in the files into `sink`; returns the bytes that were read.
pub(super) fn fill(files: &Files, sink: &mut Sink<'_>, project: &ProjectName) -> Result<u64, ServiceError> {
    files.findings.iter().for_each(|finding| sink.findings.add(finding.clone()));
    let mut names = Names::new();
    for (set, index) in files.sets.iter().zip(0_u64..) {
        let id = take_set(set, index, sink)?;
        set.register(&mut names, id);
    }
    if let Some((resolver, label)) = &files.resolver {
        sink.resolver = Some(label.clone());
        resolver.findings.iter().for_each(|finding| sink.resolver_finding(label, finding));
        take_project(sink, project, resolver::project_body(resolver))?;
        for stated in resolver::bodies(resolver, &names) {
            let stated_id = stated.extension.and_then(|ours| ours.get("id")?.string()?.parse().ok());
            let id = stated_id.unwrap_or(stated.derived);
            sink.record(Incoming::Stated { id, kind: stated.kind, body: stated.body })?;
        }
    } else {
        take_project(sink, project, Body::new())?;
        take_layer(sink, files, &names)?;
    }
    Ok(files.bytes())
}

/// Reads one token document; returns the set's id.
fn take_set(set: &SetInput, index: u64, sink: &mut Sink<'_>) -> Result<EntityId, ServiceError> {
    let limits = ReadLimits { item_bytes: sink.limits().item_bytes, json: JsonLimits::default() };
    let mut reader = SetReader::new(&set.label, &set.name, index, limits);
    let label = set.label.as_str();
    document::read_part(&mut reader, label, set.open()?, |item| take_item(sink, label, item))?;
    if reader.has_bom() {
        sink.findings.add(Finding {
            code: "byte_order_mark",
            stage: Stage::Schema,
            severity: Severity::Warning,
            file: label.to_owned(),
            path: String::new(),
            line: Some(1),
            message: "the file starts with a byte order mark, which JSON does not allow; it was left out"
                .to_owned(),
        });
    }
    let id = reader.set();
    document::finish(reader, |item| take_item(sink, label, item))?;
    Ok(id)
}

/// A file that was edited anywhere is a statement of what should be: its revisions identify, no more.
fn take_item(sink: &mut Sink<'_>, label: &str, item: Item) -> Result<(), ServiceError> {
    let Item { node, decoded, report } = item;
    let incoming = match decoded {
        Decoded::Implicit => return Ok(()),
        Decoded::Foreign { id, kind, body } => Incoming::Stated { id, kind, body },
        Decoded::Entity(entity) => {
            Incoming::Stated { id: entity.id(), kind: entity.kind(), body: body_of(&entity) }
        }
        Decoded::Damaged { reason, id, kind, body } => {
            sink.findings.add(Finding {
                code: "revision_invalid",
                stage: Stage::Schema,
                severity: Severity::Warning,
                file: label.to_owned(),
                path: node.path.to_string(),
                line: Some(node.line),
                message: format!("its org.dss extension was left out: {reason}"),
            });
            Incoming::Stated { id, kind, body }
        }
    };
    sink.node(label, &node, report, incoming)
}

/// What an entity shows.
fn body_of(entity: &Entity) -> Body {
    let shown = dss_merge::project(entity).map(|(name, value)| (name.clone(), value.clone()));
    shown.filter(|(_, value)| *value != Value::Absent).collect()
}

/// The project itself: of a new one all of it, of an existing one what the input says.
fn take_project(sink: &mut Sink<'_>, name: &ProjectName, stated: Body) -> Result<(), ServiceError> {
    let id = sink.project_id;
    let mut body: Body = match sink.mode {
        Mode::New => vec![
            (RegName::LIFE, Value::Life(Life::Alive)),
            (RegName::NAME, Value::Json(JsonText::string(name.as_str()))),
        ],
        _ => sink.tx.get(id)?.map(|row| body_of(&row.entity)).unwrap_or_default(),
    };
    body.retain(|(name, _)| stated.iter().all(|(other, _)| other != name));
    body.extend(stated);
    sink.record(Incoming::Stated { id, kind: Kind::Project, body })
}

/// A folder without resolver document is one fixed layer, in file order.
fn take_layer(sink: &mut Sink<'_>, files: &Files, names: &Names) -> Result<(), ServiceError> {
    const NAME: &str = "tokens";
    let ids = files.sets.iter().map(|set| {
        let stated = set.references.first().and_then(|reference| names.set(reference));
        stated.unwrap_or_else(|| set.derived_id())
    });
    let sources = JsonText::array(|list| ids.for_each(|id| list.string(&id.to_string())));
    let body: Body = vec![
        (RegName::LIFE, Value::Life(Life::Alive)),
        (RegName::NAME, Value::Json(JsonText::string(NAME))),
        (RegName::ORDER, Value::Json(JsonText::string(OrderKey::nth(0).as_str()))),
        (RegName::SOURCES, Value::Json(sources)),
    ];
    let id = EntityId::derived(Kind::Layer, "", &TokenPath::from_segments([NAME]));
    sink.record(Incoming::Stated { id, kind: Kind::Layer, body })
}
