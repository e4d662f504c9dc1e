//! Operations in numbers.

use dss_service::{ConflictStats, Stats};

use super::look::{Page, Paint};
use super::table::{Cell, Column, Table};
use super::text::{duration, moment, plural};

/// Shows what was done, what failed, and what became of conflicts.
pub(crate) fn stats(page: &mut Page, stats: &Stats) {
    let (Some(from), Some(to)) = (&stats.from, &stats.to) else {
        page.line("Nothing was done.");
        return;
    };
    page.line(&format!("From {} to {} UTC", moment(from), moment(to)));
    page.gap();
    operations(page, stats);
    if !stats.failures.is_empty() {
        page.gap();
        failures(page, stats);
    }
    conflicts(page, stats.conflicts);
}

fn operations(page: &mut Page, stats: &Stats) {
    let mut table = Table::new(&[
        Column::left("OPERATION"),
        Column::right("DONE"),
        Column::right("REFUSED"),
        Column::right("FAILED"),
        Column::right("CANCELLED"),
        Column::right("P50"),
        Column::right("P95"),
        Column::right("LONGEST"),
    ]);
    let bad = |number: u64, paint| {
        let cell = Cell::count(number);
        if number > 0 { cell.painted(paint) } else { cell }
    };
    for operation in &stats.operations {
        let span = |ms: Option<u64>| Cell::new(&ms.map(duration).unwrap_or_default());
        let took = operation.duration_ms;
        table.row([
            Cell::new(&operation.action).painted(Paint::Name),
            Cell::count(operation.done),
            bad(operation.refused, Paint::Warning),
            bad(operation.failed, Paint::Bad),
            bad(operation.cancelled, Paint::Warning),
            span(took.map(|took| took.p50)),
            span(took.map(|took| took.p95)),
            span(took.map(|took| took.max)),
        ]);
    }
    page.table(&table);
}

fn failures(page: &mut Page, stats: &Stats) {
    let mut table = Table::new(&[
        Column::left("FAILURE"),
        Column::right("COUNT"),
        Column::left("LAST (UTC)"),
        Column::left("IN"),
    ]);
    for failure in &stats.failures {
        table.row([
            Cell::new(&failure.code).painted(Paint::Bad),
            Cell::count(failure.count),
            Cell::new(&moment(&failure.last_at)),
            Cell::new(&failure.last_action),
        ]);
    }
    page.table(&table);
}

fn conflicts(page: &mut Page, conflicts: ConflictStats) {
    let ConflictStats { imports, found, decided, resolved } = conflicts;
    if found == 0 && resolved == 0 {
        return;
    }
    page.gap();
    let text = format!(
        "{} brought up {}: {decided} decided by strategy, {resolved} by hand later.",
        plural(imports, "import"),
        plural(found, "conflict")
    );
    page.prose("", &text);
}
