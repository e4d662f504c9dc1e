//! Random imports out of long random executions, against the executable model.
#![expect(clippy::disallowed_methods, reason = "tests run the model")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::vector::check;
use crate::vectors::shared;

/// How many cases `cargo test` compares; `DSS_DIFFERENTIAL` asks for another number, and
/// `DSS_DIFFERENTIAL_SEED` for other ones.
const CASES: &str = "2000";

#[test]
fn random_imports_agree_with_the_model() {
    let model = shared().join("reference/merge_model.py");
    let count = std::env::var("DSS_DIFFERENTIAL").unwrap_or_else(|_| CASES.to_owned());
    let seed = std::env::var("DSS_DIFFERENTIAL_SEED").unwrap_or_else(|_| "1".to_owned());
    let mut command = Command::new("python3");
    command.arg(&model).args(["cases", &count, &seed]).stdout(Stdio::piped());
    let started = if model.exists() { command.spawn().ok() } else { None };
    let Some(mut child) = started else {
        println!("SKIPPED: no python3, or no model at {}", model.display());
        return;
    };
    let mut agreed = 0_u64;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let vector: Json = serde_json::from_str(&line.unwrap()).unwrap();
        if let Err(difference) = check(&vector) {
            panic!("after {agreed} cases that agree: {difference}\ninput {vector}");
        }
        agreed += 1;
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(agreed.to_string(), count);
    println!("{agreed} random imports agree with the model (seed {seed})");
}
