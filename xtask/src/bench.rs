//! `cargo xtask bench`: what whole commands cost on generated token files, in time and in memory.
//!
//! Figures are for comparing within one run: machines are noisy, so the time that counts is the processor's,
//! and what is judged is memory and growth.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::run::{cargo, check, command};
use crate::workspace::Workspace;

/// Tokens per file, unless `--sizes` says otherwise.
const SIZES: &[u64] = &[10_000, 100_000, 1_000_000];
/// GNU time, which reads the peak of resident memory from the kernel when a process ends.
const TIME: &str = "/usr/bin/time";
/// Resident memory that 100,000 tokens may need, and what more a larger project may (issue PIPELINE).
const PEAK_KIB: f64 = 96.0 * 1024.0;
const GROWTH: f64 = 1.25;
/// Time per token of the largest file, as a multiple of the one before: more would be worse than linear.
const LINEAR: f64 = 1.5;

/// One command's cost.
#[derive(Clone, Copy)]
struct Cost {
    wall_s: f64,
    cpu_s: f64,
    peak_kib: f64,
}

/// Runs the benchmark.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let (sizes, runs) = parse(arguments)?;
    if !Path::new(TIME).exists() {
        return Err(Failure::new(format!("{TIME} measures peak memory; install it (Debian: `time`)")));
    }
    check(&mut cargo(workspace, &["build", "--release", "--quiet", "-p", "dss-cli"]))?;
    check(&mut cargo(
        workspace,
        &["build", "--release", "--quiet", "-p", "dss-testkit", "--example", "generate"],
    ))?;
    let bench = workspace.root().join("bench");
    fs::create_dir_all(bench.join("data"))?;
    let mut table = Table::default();
    for &size in &sizes {
        let file = bench.join("data").join(format!("{size}.tokens.json"));
        if !file.exists() {
            let program = workspace.root().join("target/release/examples/generate");
            check(command(workspace, program).arg(size.to_string()).arg(&file))?;
        }
        measure(workspace, &bench.join("data"), &file, size, runs, &mut table)?;
    }
    merge(workspace, &bench.join("data"), runs, &mut table)?;
    let verdicts = table.verdicts(&sizes);
    let page = format!("{}\n{}\n", table.markdown(), verdicts.join("\n"));
    println!("{page}");
    fs::write(bench.join("results.md"), page)?;
    fs::write(bench.join("results.json"), format!("{:#}\n", table.json()))?;
    Ok(())
}

fn parse(arguments: &[String]) -> Result<(Vec<u64>, usize), Failure> {
    let usage = || Failure::new("usage: cargo xtask bench [--sizes N,N,…] [--runs N]");
    let (mut sizes, mut runs) = (SIZES.to_vec(), 3);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(usage)?;
        match word.as_str() {
            "--sizes" => {
                sizes = value.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| usage())?;
            }
            "--runs" => runs = value.parse().ok().filter(|runs| *runs > 0).ok_or_else(usage)?,
            _ => return Err(usage()),
        }
    }
    Ok((sizes, runs))
}

/// Runs every command on one file, each run with stores of its own, and keeps the medians.
fn measure(
    workspace: &Workspace,
    data: &Path,
    file: &Path,
    size: u64,
    runs: usize,
    table: &mut Table,
) -> Result<(), Failure> {
    let archive = data.join("bench.dss");
    let (one, two) = (data.join("store-one"), data.join("store-two"));
    let limits = ["--limits", "aggressive", "--max-file-size", "64GiB", "--max-tokens", "100000000"];
    let on = |words: &[&Path]| words.iter().map(|word| word.to_path_buf()).collect::<Vec<PathBuf>>();
    let word = Path::new;
    let steps: [(&str, &Path, Vec<PathBuf>, bool); 5] = [
        ("import", &one, on(&[word("import"), file, word("--project"), word("p")]), true),
        ("analyze", &two, on(&[word("import"), file, word("--project"), word("p"), word("--dry-run")]), true),
        ("export", &one, on(&[word("export"), word("p"), word("-o"), &archive, word("--force")]), false),
        ("verify", &one, on(&[word("verify"), &archive]), true),
        ("import .dss", &two, on(&[word("import"), &archive, word("--project"), word("p")]), true),
    ];
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); steps.len()];
    for _ in 0..runs {
        for store in [&one, &two] {
            if store.exists() {
                fs::remove_dir_all(store)?;
            }
        }
        for ((_, store, words, takes_limits), costs) in steps.iter().zip(&mut costs) {
            let limits: &[&str] = if *takes_limits { &limits } else { &[] };
            costs.push(run(workspace, data, store, words, limits)?);
        }
    }
    for ((name, ..), costs) in steps.iter().zip(costs) {
        table.add(name, size, median(costs));
    }
    Ok(())
}

/// Tokens of the project that is merged into, and of those that the other copy has edited. Both have edited the
/// last tenth of these.
const MERGED: (u64, u64) = (5_000, 3_000);

/// Merges a copy in which most tokens were edited, and previews that.
fn merge(workspace: &Workspace, data: &Path, runs: usize, table: &mut Table) -> Result<(), Failure> {
    let (tokens, edited) = MERGED;
    let generate = |name: &str, from: u64, to: u64| -> Result<PathBuf, Failure> {
        let file = data.join(format!("{name}.tokens.json"));
        let program = workspace.root().join("target/release/examples/generate");
        let numbers = [from.to_string(), to.to_string()];
        check(command(workspace, program).arg(tokens.to_string()).arg(&file).args(numbers))?;
        Ok(file)
    };
    let base = generate("base", 0, 0)?;
    let theirs = generate("theirs", 0, edited)?;
    let ours = generate("ours", edited.div_euclid(10).saturating_mul(9), tokens)?;
    let (one, two) = (data.join("store-one"), data.join("store-two"));
    let (shared, archive) = (data.join("shared.dss"), data.join("theirs.dss"));
    let word = Path::new;
    let project = [word("--project"), word("p")];
    let dss = |store: &Path, words: &[&Path], more: &[&str]| {
        let words: Vec<PathBuf> = words.iter().map(|word| word.to_path_buf()).collect();
        run(workspace, data, store, &words, more)
    };
    let import = |store: &Path, file: &Path, more: &[&str]| {
        dss(store, &[word("import"), file, project[0], project[1]], more)
    };
    let mut costs = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        for store in [&one, &two] {
            if store.exists() {
                fs::remove_dir_all(store)?;
            }
        }
        import(&one, &base, &[])?;
        dss(&one, &[word("export"), word("p"), word("-o"), &shared, word("--force")], &[])?;
        import(&two, &shared, &[])?;
        import(&two, &theirs, &["--strategy", "replace"])?;
        import(&one, &ours, &["--strategy", "replace"])?;
        dss(&two, &[word("export"), word("p"), word("-o"), &archive, word("--force")], &[])?;
        let [preview, merge] = &mut costs;
        preview.push(import(&one, &archive, &["--on-conflict", "take-imported", "--dry-run"])?);
        merge.push(import(&one, &archive, &["--on-conflict", "take-imported"])?);
    }
    for (name, costs) in ["preview a merge", "merge"].into_iter().zip(costs) {
        table.add(name, tokens, median(costs));
    }
    Ok(())
}

fn run(
    workspace: &Workspace,
    data: &Path,
    store: &Path,
    words: &[PathBuf],
    limits: &[&str],
) -> Result<Cost, Failure> {
    let report = data.join("time");
    let mut timed: Command = command(workspace, TIME);
    timed.args(["-f", "%e %U %S %M", "-o"]).arg(&report);
    timed.arg(workspace.root().join("target/release/dss")).arg("--store").arg(store).arg("--quiet");
    timed.args(words).args(limits).env("DSS_CACHE", data.join("cache"));
    check(&mut timed)?;
    let text = fs::read_to_string(&report)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [wall_s, user_s, system_s, peak_kib] => {
            Ok(Cost { wall_s: *wall_s, cpu_s: user_s + system_s, peak_kib: *peak_kib })
        }
        _ => Err(Failure::new(format!("{TIME} printed something unexpected: {text}"))),
    }
}

fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|a, b| a.cpu_s.total_cmp(&b.cpu_s));
    let middle = costs.get(costs.len().div_euclid(2)).copied();
    middle.unwrap_or(Cost { wall_s: 0.0, cpu_s: 0.0, peak_kib: 0.0 })
}

/// All figures of one run.
#[derive(Default)]
struct Table {
    rows: Vec<(String, u64, Cost)>,
}

impl Table {
    fn add(&mut self, name: &str, size: u64, cost: Cost) {
        self.rows.push((name.to_owned(), size, cost));
    }

    fn find(&self, name: &str, size: u64) -> Option<Cost> {
        self.rows.iter().find(|(other, tokens, _)| other == name && *tokens == size).map(|(.., cost)| *cost)
    }

    fn markdown(&self) -> String {
        let mut out = String::from(
            "| command | tokens | wall s | cpu s | µs cpu/token | peak MiB |\n\
             | --- | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for (name, size, cost) in &self.rows {
            let each = per_token(*cost, *size) * 1_000_000.0;
            let peak = cost.peak_kib / 1024.0;
            out.push_str(&format!(
                "| {name} | {size} | {:.2} | {:.2} | {each:.1} | {peak:.0} |\n",
                cost.wall_s, cost.cpu_s
            ));
        }
        out
    }

    /// What issue PIPELINE asks for, and whether it holds.
    fn verdicts(&self, sizes: &[u64]) -> Vec<String> {
        let mut verdicts = Vec::new();
        let says = |holds: bool| if holds { "holds" } else { "DOES NOT HOLD" };
        for name in ["import", "export"] {
            if let Some(small) = self.find(name, 100_000) {
                let peak = small.peak_kib / 1024.0;
                verdicts.push(format!(
                    "{name} of 100,000 tokens within 96 MiB: {peak:.0} MiB, {}",
                    says(small.peak_kib <= PEAK_KIB)
                ));
            }
            if let Some(large) = self.find(name, 1_000_000) {
                let peak = large.peak_kib / 1024.0;
                verdicts.push(format!(
                    "{name} of 1,000,000 tokens within {GROWTH} × 96 MiB: {peak:.0} MiB, {}",
                    says(large.peak_kib <= PEAK_KIB * GROWTH)
                ));
            }
            let mut largest = sizes.iter().copied().rev();
            if let (Some(large), Some(small)) = (largest.next(), largest.next())
                && let (Some(a), Some(b)) = (self.find(name, large), self.find(name, small))
            {
                let growth = per_token(a, large) / per_token(b, small).max(f64::EPSILON);
                verdicts.push(format!(
                    "{name} is linear: a token costs {growth:.2} × as much at {large} as at {small}, {}",
                    says(growth <= LINEAR)
                ));
            }
        }
        verdicts
    }

    fn json(&self) -> Value {
        self.rows
            .iter()
            .map(|(name, size, cost)| {
                json!({"command": name, "tokens": size, "wallSeconds": cost.wall_s,
                       "cpuSeconds": cost.cpu_s, "peakKib": cost.peak_kib})
            })
            .collect()
    }
}

/// Processor seconds per token.
#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a count of tokens is far below 2^52")]
fn per_token(cost: Cost, size: u64) -> f64 {
    cost.cpu_s / size.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(cpu_s: f64, peak_mib: f64) -> Cost {
        Cost { wall_s: cpu_s, cpu_s, peak_kib: peak_mib * 1024.0 }
    }

    #[test]
    fn judges_memory_and_growth() {
        let mut table = Table::default();
        table.add("import", 100_000, cost(1.0, 30.0));
        table.add("import", 1_000_000, cost(20.0, 200.0));
        let verdicts = table.verdicts(&[100_000, 1_000_000]);
        assert!(verdicts.iter().any(|line| line.contains("30 MiB, holds")), "{verdicts:?}");
        assert!(verdicts.iter().any(|line| line.contains("200 MiB, DOES NOT HOLD")), "{verdicts:?}");
        assert!(verdicts.iter().any(|line| line.contains("2.00 × as much") && line.contains("DOES NOT")));
    }

    #[test]
    fn the_middle_run_counts() {
        let median = median(vec![cost(9.0, 1.0), cost(1.0, 1.0), cost(2.0, 1.0)]);
        assert!((median.cpu_s - 2.0).abs() < f64::EPSILON);
    }
}
