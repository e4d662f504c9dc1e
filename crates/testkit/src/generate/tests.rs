use std::collections::BTreeSet;

use dss_model::{JsonLimits, JsonText};

use super::*;

#[test]
fn a_generated_file_is_what_it_promises() -> crate::TestResult {
    let tokens = 20_000;
    let file = TokenFile { tokens, seed: 7 };
    let mut text = Vec::new();
    let bytes = file.write_to(&mut text)?;
    assert_eq!(bytes, u64::try_from(text.len())?);
    let parsed = JsonText::parse(&text, &JsonLimits::default())?;
    assert_eq!(parsed.as_str().matches("\"$value\":").count(), usize::try_from(tokens)?);
    let mean = bytes.checked_div(tokens).unwrap_or(0);
    assert!((340..=380).contains(&mean), "{mean} bytes per token");

    let all: Vec<_> = file.iter().collect();
    let paths: BTreeSet<_> = all.iter().map(|token| token.path.as_str().to_owned()).collect();
    assert_eq!(paths.len(), all.len(), "each path once");
    assert!(
        all.iter().filter_map(|token| token.target.as_ref()).all(|target| paths.contains(target.as_str()))
    );
    let share = |token_type: Option<&str>| {
        all.iter()
            .filter(|token| token.token_type == token_type)
            .count()
            .saturating_mul(100)
            .checked_div(all.len())
    };
    assert_eq!(share(Some("color")), Some(40));
    assert!(matches!(share(None), Some(21..=22)));
    assert!(all.iter().all(|token| (4..=6).contains(&token.path.segments().count())));
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_file() -> crate::TestResult {
    let write = |seed| -> crate::TestResult<Vec<u8>> {
        let mut text = Vec::new();
        TokenFile { tokens: 200, seed }.write_to(&mut text)?;
        Ok(text)
    };
    assert_eq!(write(1)?, write(1)?);
    assert_ne!(write(1)?, write(2)?);
    Ok(())
}

#[test]
fn an_edited_file_differs_where_it_was_edited() -> crate::TestResult {
    let file = TokenFile { tokens: 1_000, seed: 1 };
    let written = |edits: Edits| -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let mut out = Vec::new();
        file.write_edited(&edits, &mut out)?;
        Ok(String::from_utf8(out)?.lines().map(str::to_owned).collect())
    };
    let differ = |a: &[String], b: &[String]| -> Vec<usize> {
        (0..).zip(a.iter().zip(b)).filter(|(_, (a, b))| a != b).map(|(line, _)| line).collect()
    };
    let before = written(Edits::default())?;
    let ada = written(Edits { from: 0, to: 1_000, step: 40, by: 1 })?;
    let ben = written(Edits { from: 0, to: 1_000, step: 125, by: 2 })?;
    assert_eq!((before.len(), ada.len(), ben.len()), (1_001, 1_001, 1_001));
    // The first line is the opening brace and the groups of token 0.
    let lines = |step: usize| (1..1_001).step_by(step).collect::<Vec<_>>();
    assert_eq!(differ(&before, &ada), lines(40));
    assert_eq!(differ(&before, &ben), lines(125));
    // Both have edited the first token only, and disagree about it.
    let of_ada: Vec<usize> = lines(40).into_iter().filter(|line| lines(125).contains(line)).collect();
    assert_eq!(of_ada, [1]);
    assert_ne!(ada.get(1), ben.get(1));
    Ok(())
}

#[test]
fn an_edit_changes_the_value_and_nothing_else() {
    for index in 1..200 {
        let (before, after) = (token::generate(7, index, None), token::generate(7, index, Some(3)));
        assert_eq!((&before.path, before.token_type), (&after.path, after.token_type));
        assert_eq!(before.target.is_some(), after.target.is_some());
        let rest = |json: &str| json.split_once(",\"$extensions\"").map(|(_, rest)| rest.to_owned());
        assert_eq!(rest(&before.json), rest(&after.json));
    }
}
