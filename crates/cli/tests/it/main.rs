//! The `dss` command from outside: what it prints, in people's words and in JSON, and how it ends.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod bad_input;
mod config;
mod conflicts;
mod demo;
mod diff;
mod edit;
mod example;
mod exit_codes;
mod figma;
mod fix;
mod formats;
mod git;
mod git_page;
mod golden;
mod guides;
mod help;
mod history;
mod json;
mod links;
mod lint;
mod logs;
mod look;
mod pages;
mod pipes;
mod promised;
mod readme;
mod resolve;
mod shell;
mod sources;
mod support;
mod upkeep;
mod vectors;
mod walkthrough;
mod zips;
