//! The generated part of docs/performance.md.

use std::fs;

use crate::failure::Failure;
use crate::workspace::Workspace;

const PAGE: &str = "docs/performance.md";
const BEGIN: &str = "<!-- written by `cargo xtask bench`: begin -->\n";
const END: &str = "<!-- written by `cargo xtask bench`: end -->\n";

/// Puts the text between the page's markers.
pub(crate) fn write(workspace: &Workspace, text: &str) -> Result<(), Failure> {
    let page = spliced(&workspace.read(PAGE)?, text)
        .ok_or_else(|| Failure::new(format!("{PAGE} needs the lines\n{BEGIN}{END}")))?;
    Ok(fs::write(workspace.path(PAGE), page)?)
}

fn spliced(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{text}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let page = format!("a\n{BEGIN}old\n{END}b\n");
        let once = spliced(&page, "new\n");
        assert_eq!(once.as_deref(), Some(format!("a\n{BEGIN}\nnew\n\n{END}b\n").as_str()));
        assert_eq!(once.as_deref().and_then(|page| spliced(page, "new\n")), once);
        assert_eq!(spliced("a\n", "new\n"), None);
    }

    #[test]
    fn the_page_holds_what_was_measured_last() -> Result<(), Failure> {
        let workspace = Workspace::find()?;
        let page = workspace.read(PAGE)?;
        assert_eq!(spliced(&page, &workspace.read("bench/results.md")?), Some(page), "cargo xtask bench");
        Ok(())
    }
}
