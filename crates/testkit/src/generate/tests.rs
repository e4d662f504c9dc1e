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
    let file = TokenFile { tokens: 100, seed: 1 };
    let (mut before, mut after) = (Vec::new(), Vec::new());
    file.write_to(&mut before)?;
    file.write_edited(40..60, &mut after)?;
    let (before, after) = (String::from_utf8(before)?, String::from_utf8(after)?);
    assert_eq!(before.lines().count(), after.lines().count());
    assert_eq!(before.lines().zip(after.lines()).filter(|(before, after)| before != after).count(), 20);
    Ok(())
}
