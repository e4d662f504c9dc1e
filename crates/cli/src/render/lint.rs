//! What `dss lint` found: for people, and for code hosts.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use dss_service::model::Severity;
use dss_service::{Finding, LintReport};
use serde::Serialize;
use serde_json::{Value, json};

use super::look::{Page, Paint};
use super::text::{count, escape, plural};

/// Findings of one code and file that are shown, unless all are wanted.
const SHOWN: usize = 10;

/// Shows the findings by file, and in each by code.
pub(crate) fn lint(page: &mut Page, report: &LintReport) {
    let mut rest = report.items.as_slice();
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|item| item.file == first.file).count();
        let (file, after) = rest.split_at(length);
        let name = if first.file.is_empty() { &report.source } else { &first.file };
        page.heading(&escape(name));
        let mut by_code: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        file.iter().for_each(|item| by_code.entry(item.code).or_default().push(item));
        by_code.iter().for_each(|(code, items)| of_one_code(page, code, items, report));
        page.gap();
        rest = after;
    }
    if report.untold > 0 {
        page.line(&format!("… and {} more, which were only counted", plural(report.untold, "finding")));
    }
    let tokens = plural(report.tokens, "token");
    if report.errors == 0 && report.warnings == 0 {
        page.line(&format!("{tokens}, nothing wrong"));
        return;
    }
    let (errors, warnings) = (plural(report.errors, "error"), plural(report.warnings, "warning"));
    page.line(&format!("{tokens}, {} of them invalid: {errors}, {warnings}", count(report.invalid_tokens)));
}

fn of_one_code(page: &mut Page, code: &str, items: &[&Finding], report: &LintReport) {
    let is_error = items.iter().any(|item| item.severity == Severity::Error);
    let (paint, severity) = if is_error { (Paint::Bad, "error") } else { (Paint::Warning, "warning") };
    let label = page.look().paint(paint, &format!("{severity}[{}]", escape(code)));
    let number = u64::try_from(items.len()).unwrap_or(u64::MAX);
    page.line(&format!("  {label} ({})", count(number)));
    if let Some(hint) = report.hints.get(code) {
        page.hanging_painted("    hint: ", Some(Paint::Faint), "      ", &escape(hint));
    }
    let shown = if page.is_verbose() { items.len() } else { SHOWN };
    for item in items.iter().take(shown) {
        let line = item.line.map(|line| format!("{line}: ")).unwrap_or_default();
        let path = if item.path.is_empty() { String::new() } else { format!("{}: ", escape(&item.path)) };
        page.hanging_painted(
            &format!("    {line}{path}"),
            Some(Paint::Name),
            "      ",
            &escape(&item.message),
        );
    }
    let hidden = u64::try_from(items.len().saturating_sub(shown)).unwrap_or(u64::MAX);
    if hidden > 0 {
        page.painted(Paint::Faint, &format!("    … and {} more (-v shows all)", count(hidden)));
    }
}

/// The findings as a SARIF 2.1.0 log (OASIS standard); paths are as the command line names them, for code hosts relate
/// them to the repository that the command ran in.
pub(crate) fn sarif(report: &LintReport, source: &Path) -> impl Serialize {
    let codes: Vec<&str> = report.by_code.keys().copied().collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code, report)).collect();
    let results: Vec<Value> =
        report.items.iter().map(|item| result(item, &codes, &uri(report, source, &item.file))).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dss",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &str, report: &LintReport) -> Value {
    let mut rule = json!({ "id": code, "shortDescription": { "text": code.replace('_', " ") } });
    if let (Some(hint), Some(members)) = (report.hints.get(code), rule.as_object_mut()) {
        members.insert("help".to_owned(), json!({ "text": hint }));
    }
    rule
}

fn result(item: &Finding, codes: &[&str], uri: &str) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": uri } });
    if let (Some(line), Some(members)) = (item.line, place.as_object_mut()) {
        members.insert("region".to_owned(), json!({ "startLine": line.max(1) }));
    }
    let mut location = json!({ "physicalLocation": place });
    if let (false, Some(members)) = (item.path.is_empty(), location.as_object_mut()) {
        members.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": item.path }]));
    }
    let subject = if item.path.is_empty() { String::new() } else { format!("{}: ", item.path) };
    json!({
        "ruleId": item.code,
        "ruleIndex": codes.iter().position(|code| *code == item.code),
        "level": if item.severity == Severity::Error { "error" } else { "warning" },
        "message": { "text": format!("{subject}{}", item.message) },
        "locations": [location],
    })
}

/// Where a finding's file is, as a URI reference.
fn uri(report: &LintReport, source: &Path, file: &str) -> String {
    let path = match report.source_kind {
        "folder" if !file.is_empty() => source.join(file),
        // A resolver document's files are told relative to it.
        "resolver" if !file.is_empty() => source.parent().unwrap_or(source).join(file),
        _ => source.to_owned(),
    };
    let names = path.components().filter(|part| *part != Component::CurDir);
    let names = names.map(|part| match part {
        Component::RootDir => String::new(),
        part => dss_service::format::resolver::encode_uri(&part.as_os_str().to_string_lossy()),
    });
    names.collect::<Vec<_>>().join("/")
}
