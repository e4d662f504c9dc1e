//! The official JSON Schemas of DTCG 2025.10.

use std::path::Path;

use dss_service::interop::{Json, Object};
use jsonschema::{Registry, Validator};
use serde_json::Value;

use super::prune::{is_child, is_token};
use super::{Fault, Result, sources};

/// The types of DTCG 2025.10.
const TYPES: [&str; 13] = [
    "color",
    "dimension",
    "fontFamily",
    "fontWeight",
    "duration",
    "cubicBezier",
    "number",
    "strokeStyle",
    "border",
    "transition",
    "shadow",
    "gradient",
    "typography",
];

/// Characters of a message's end that say why.
const WHY: usize = 100;

pub(super) struct Schemas {
    tokens: Validator,
    resolver: Validator,
}

impl Schemas {
    pub(super) fn load(folder: &Path) -> Result<Self> {
        let mut registry = Registry::new();
        for file in sources::files(folder)? {
            let schema: Value = serde_json::from_slice(&std::fs::read(file)?)?;
            let id = schema.get("$id").and_then(Value::as_str).ok_or("a schema without $id")?.to_owned();
            registry = registry.add(id, schema)?;
        }
        let registry = registry.prepare()?;
        let validator = |file: &str| -> Result<Validator> {
            let schema: Value = serde_json::from_slice(&std::fs::read(folder.join(file))?)?;
            Ok(jsonschema::options().with_registry(&registry).build(&schema)?)
        };
        Ok(Self { tokens: validator("format.json")?, resolver: validator("resolver.json")? })
    }

    /// Holds every token to the schema, in a document of its own: with the type that its group gives it.
    pub(super) fn faults(&self, file: &str, document: &Object) -> Result<Vec<Fault>> {
        let mut faults = Vec::new();
        self.group(file, document, None, "", &mut faults)?;
        Ok(faults)
    }

    fn group(
        &self,
        file: &str,
        group: &Object,
        kind: Option<&str>,
        path: &str,
        faults: &mut Vec<Fault>,
    ) -> Result<()> {
        // Of a type that does not exist, it is the group that is at fault.
        let stated = group.string("$type").filter(|_| !is_token(group));
        let kind = match stated {
            Some(stated) => Some(stated).filter(|stated| TYPES.contains(stated)),
            None => kind,
        };
        for (key, child) in group.iter().filter_map(|(key, child)| Some((key, child.as_object()?))) {
            if !is_child(key) {
                continue;
            }
            let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            if is_token(child) {
                // Children are held to the schema by themselves.
                let own: Object = child
                    .iter()
                    .filter(|(key, _)| !is_child(key))
                    .map(|(key, value)| (key.to_owned(), value.clone()))
                    .collect();
                let message = self.complaint(kind, key, &own)?;
                faults.extend(message.map(|message| Fault {
                    file: file.to_owned(),
                    token: below.clone(),
                    message,
                }));
            }
            self.group(file, child, kind, &below, faults)?;
        }
        Ok(())
    }

    /// What is wrong with a token, in a group that gives it that type. What is known is called by a name of its own: it
    /// is nothing else, if the token is right without it.
    fn complaint(&self, kind: Option<&str>, key: &str, own: &Object) -> Result<Option<String>> {
        let alone = |kind: Option<&str>, own: &Object| {
            let mut alone = Object::new();
            kind.iter().for_each(|kind| alone.push("$type", *kind));
            alone.push(key, own.clone());
            value(&alone)
        };
        let found = alone(kind, own)?;
        let Some(error) = self.tokens.iter_errors(&found).next() else { return Ok(None) };
        let message = format!("{} in {found}", error.kind().keyword());
        let mut typed = own.clone();
        if !typed.has("$type") {
            kind.iter().for_each(|kind| typed.push("$type", *kind));
        }
        if self.tokens.is_valid(&alone(kind, &typed)?) {
            return Ok(Some("the type that its group gives it is not looked at".to_owned()));
        }
        if let Some(value) = typed.get_mut("$value") {
            without_short_hex(value);
        }
        if self.tokens.is_valid(&alone(kind, &typed)?) {
            return Ok(Some("a hex of three or four digits".to_owned()));
        }
        Ok(Some(message))
    }

    pub(super) fn resolver_faults(&self, document: &Object) -> Result<Vec<Fault>> {
        let mut document = Json::Object(document.clone());
        without_inline(&mut document);
        let document: Value = serde_json::from_str(document.to_text("")?.as_str())?;
        let fault = |error: jsonschema::ValidationError<'_>| {
            // It starts with what is wrong, which may be long, and ends with why.
            let text = error.to_string();
            let message = text.chars().skip(text.chars().count().saturating_sub(WHY)).collect();
            Fault {
                file: "the resolver document".to_owned(),
                token: error.instance_path().to_string(),
                message,
            }
        };
        Ok(self.resolver.iter_errors(&document).map(fault).collect())
    }
}

/// Empties the token documents that stand in a resolver document: they are asked about token by token.
fn without_inline(value: &mut Json) {
    match value {
        Json::Object(object) => {
            for (key, value) in object.iter_mut() {
                match value {
                    Json::Array(sources) if key != "resolutionOrder" => {
                        let inline = |source: &&mut Json| source.get("$ref").is_none();
                        sources
                            .iter_mut()
                            .filter(inline)
                            .for_each(|source| *source = Json::Object(Object::new()));
                    }
                    value => without_inline(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(without_inline),
        _ => {}
    }
}

fn without_short_hex(value: &mut Json) {
    match value {
        Json::Object(object) => {
            if object.string("hex").is_some_and(|hex| hex.len() < 7) {
                object.remove("hex");
            }
            object.iter_mut().for_each(|(_, value)| without_short_hex(value));
        }
        Json::Array(items) => items.iter_mut().for_each(without_short_hex),
        _ => {}
    }
}

fn value(object: &Object) -> Result<Value> {
    let text = Json::Object(object.clone()).to_text("")?;
    Ok(serde_json::from_str(text.as_str())?)
}
