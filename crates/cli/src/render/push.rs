//! What a push tells.

use dss_service::FigmaPush;

use super::look::{Page, Paint};
use super::text::{escape, plural};

/// Variables that are named; more are counted.
const SHOWN: usize = 5;

/// What was given to Figma, or would be.
pub(crate) fn pushed(page: &mut Page, push: &FigmaPush, is_dry_run: bool) {
    let (project, file) = (escape(&push.project), escape(&push.file));
    if push.is_nothing() {
        page.painted(
            Paint::Strong,
            &format!("Nothing to push: Figma file {file} has what \"{project}\" has."),
        );
    } else {
        let verb = if is_dry_run { "Would push" } else { "Pushed" };
        page.painted(Paint::Strong, &format!("{verb} project \"{project}\" to Figma file {file}."));
        page.gap();
        let counts = [
            (push.created, "collections, modes and variables created"),
            (push.changed, "collections, modes and variables changed"),
            (push.deleted, "variables deleted"),
            (push.values, "values set"),
        ];
        for (number, what) in counts.into_iter().filter(|(number, _)| *number > 0) {
            page.line(&format!("  {number} {what}"));
        }
    }
    surplus(page, push);
    if is_dry_run && !push.is_nothing() {
        page.gap();
        page.line("This was a dry run: nothing was sent. Without --dry-run it is done.");
    }
}

/// Variables that Figma has beyond what is here.
fn surplus(page: &mut Page, push: &FigmaPush) {
    if push.surplus.is_empty() || push.deleted > 0 {
        return;
    }
    page.gap();
    let number = u64::try_from(push.surplus.len()).unwrap_or(u64::MAX);
    page.line(&format!("In Figma and not here: {}", plural(number, "variable")));
    for name in push.surplus.iter().take(SHOWN) {
        page.line(&format!("  {}", escape(name)));
    }
    if push.surplus.len() > SHOWN {
        page.line("  …");
    }
    page.line("Nothing is deleted: --delete-missing does that.");
}
