//! The audit trail of an archive, kept for display. What is wrong with it is told, and harms nothing.

use std::fs::File;

use dss_format::FormatError;
use dss_format::archive::PayloadReader;
use dss_format::history::{self, Line, LineReader, RawLine};
use dss_format::manifest::Content;
use dss_model::{EntityId, JsonLimits, JsonText, Severity, Stage};
use dss_store::{HistoryRecord, ImportRecord};

use super::sink::Sink;
use crate::ServiceError;
use crate::summary::Finding;

/// Lines of history for each token that an archive may have: further ones are passed over.
const LINES_PER_TOKEN: u64 = 20;

/// Reads the lines of `history.ndjson`, which call the project `project`.
pub(super) fn read(
    payload: &mut PayloadReader<'_, File>,
    content: &Content,
    project: EntityId,
    sink: &mut Sink<'_>,
) -> Result<(), ServiceError> {
    let limits = *sink.limits();
    let lines_max = limits.tokens.saturating_mul(LINES_PER_TOKEN);
    let mut lines = LineReader::new(payload, limits.item_bytes.saturating_mul(2));
    let mut number = 0_u64;
    while let Some(line) = lines.next_line().map_err(|error| FormatError::unreadable(&content.path, error))? {
        number = number.saturating_add(1);
        if number > lines_max {
            let message = format!("more than {lines_max} lines of history: the others were left out");
            sink.findings.add(finding("history_too_long", content, number, message));
            return Ok(());
        }
        match parse(line) {
            // It harms nothing, so that there is nothing to look up.
            Ok(Some(_)) if sink.ledger.is_some() => {}
            Ok(Some(Line::Write(write))) => {
                let (change, import) = (None, None);
                let history::SupersededWrite { entity, register, pair, superseded_by } = write;
                let entity = if entity == project { sink.project_id } else { entity };
                sink.tx.tell(&HistoryRecord { entity, register, pair, superseded_by, change, import })?;
            }
            Ok(Some(Line::Import(import))) => {
                let history::PastImport { at_ms, by, action, source, export_hash: hash } = import;
                let report = String::new();
                sink.tx.tell_import(&ImportRecord { at_ms, by, action, source, hash, report })?;
            }
            // Of a later version, and nothing that anything depends on.
            Ok(None) => {}
            Err(reason) => {
                let message = format!("a line of history was left out: {reason}");
                sink.findings.add(finding("history_invalid", content, number, message));
            }
        }
    }
    Ok(())
}

fn parse(line: RawLine) -> Result<Option<Line>, String> {
    match line {
        RawLine::TooLong => Err("it is too long".to_owned()),
        RawLine::Bytes(bytes) => {
            let text = JsonText::parse(&bytes, &JsonLimits::default()).map_err(|error| error.to_string())?;
            history::decode(text.get_ref())
        }
    }
}

fn finding(code: &'static str, content: &Content, line: u64, message: String) -> Finding {
    Finding {
        code,
        stage: Stage::Schema,
        severity: Severity::Warning,
        file: content.path.clone(),
        path: String::new(),
        line: Some(line),
        message,
    }
}
