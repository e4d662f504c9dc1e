//! A real design system, edited.

use std::fs;

use dss_service::{Change, DiffSource};
use dss_testkit::{TestResult, copy_folder};

use super::{diff, file, wide};
use crate::support::fixture;

#[test]
fn two_versions_of_a_real_system() -> TestResult {
    let Some(shared) = dss_testkit::shared() else { return Ok(()) };
    let fixture = fixture()?;
    let (one, two) = (fixture.dir.join("one"), fixture.dir.join("two"));
    copy_folder(&shared.join("data/tokens/primer-dtcg"), &one)?;
    copy_folder(&one, &two)?;
    let edit = |file: &str, from: &str, to: &str| -> TestResult {
        let path = two.join(file);
        let text = fs::read_to_string(&path)?;
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replacen(from, to, 1))?;
        Ok(())
    };
    let easing = "github-primer/base/motion/easing.tokens.json";
    let text = fs::read_to_string(one.join(easing))?;
    assert!(text.contains("linear"));
    edit(easing, "\"linear\"", "\"straight\"")?;
    edit("github-primer.resolver.json", "\"default\": \"", "\"default\": \"x")?;

    let (old, new) = (file(&one), file(&two));
    assert!(diff(&fixture, &old, &old, &wide())?.0.is_empty());
    let (summary, told) = diff(&fixture, &old, &new, &wide())?;
    assert!((2..12).contains(&summary.total.total()), "{:?}", told.lines());
    assert!(
        told.items.iter().any(|item| item.change == Change::Added && item.place.path.contains("straight"))
    );
    assert!(told.lines().iter().any(|line| line.contains("| default ")), "{:?}", told.lines());

    // The archive of a project is the project, however large.
    let resolver = one.join("github-primer.resolver.json");
    let summary = fixture.import(&resolver, "primer")?;
    assert!(summary.kinds["token"].read > 1_000);
    let archive = file(&fixture.export("primer", "primer.dss")?);
    let primer: DiffSource = super::project("primer");
    assert!(diff(&fixture, &archive, &primer, &wide())?.0.is_empty());
    assert!(diff(&fixture, &old, &primer, &wide())?.0.is_empty());
    assert!(!diff(&fixture, &primer, &new, &wide())?.0.is_empty());
    Ok(())
}
