//! What an import tells about the source of token files.

use dss_service::model::Kind;
use dss_service::{ImportSummary, Missing, SourceSummary};

use super::look::{Page, Paint};
use super::summary::noun;
use super::text::{count, escape, moment, plural};

/// Missing items that are shown, unless all are wanted.
const SHOWN: usize = 10;

/// By which rule tokens were judged, and what is missing.
pub(super) fn delivered(page: &mut Page, summary: &ImportSummary) {
    let Some(said) = &summary.delivered else { return };
    judged(page, said);
    missing(page, &said.missing, summary.dry_run);
}

fn judged(page: &mut Page, said: &SourceSummary) {
    let told = match &said.last_delivered_at {
        Some(at) => format!("judged against what this source said on {} UTC", moment(at)),
        None => "judged against what this source said before".to_owned(),
    };
    let rules = [
        (said.by_revision, "judged by the revisions in the file"),
        (said.by_delivery, told.as_str()),
        (said.first_time, "met for the first time, judged against what is here"),
        (said.new, "new"),
    ];
    let rules: Vec<_> = rules.into_iter().filter(|(number, _)| *number > 0).collect();
    // Of what was not there before, there is nothing to judge.
    if rules.iter().all(|(_, rule)| *rule == "new") {
        return;
    }
    page.gap();
    // A path is told in one piece, so that it can be copied.
    page.line(&format!("Source: {}", escape(&said.name)));
    for (number, rule) in rules {
        page.hanging("  ", "    ", &format!("{}: {rule}", plural(number, "token")));
    }
}

fn missing(page: &mut Page, missing: &Missing, is_dry_run: bool) {
    if missing.is_nothing() {
        return;
    }
    let number = |kind: Kind| Some((kind, *missing.kinds.get(kind.name())?));
    let all = Kind::ALL.into_iter().filter_map(number);
    let all: Vec<_> = all.map(|(kind, number)| format!("{} {}", count(number), noun(kind, number))).collect();
    page.gap();
    page.painted(Paint::Warning, &format!("Missing, and there the last time: {}", all.join(", ")));
    let shown = if page.is_verbose() { missing.items.len() } else { SHOWN.min(missing.items.len()) };
    for item in missing.items.iter().take(shown) {
        let set = if item.set.is_empty() { String::new() } else { format!(" in {}", escape(&item.set)) };
        page.hanging("  ", "    ", &format!("{}{set}", escape(&item.name)));
    }
    let total = missing.kinds.values().copied().fold(0, u64::saturating_add);
    let hidden = total.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
    if hidden > 0 {
        page.painted(Paint::Faint, &format!("  … and {} more", count(hidden)));
    }
    let text = match (missing.deleted > 0, is_dry_run) {
        (false, _) => "Nothing was deleted: --delete-missing does that.",
        (true, false) => "They were deleted; what was edited here meanwhile is a conflict.",
        (true, true) => "They would be deleted; what was edited here meanwhile would be a conflict.",
    };
    page.prose("", text);
}
