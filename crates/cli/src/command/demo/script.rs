//! What the tour shows.

/// A few commands that belong together.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) title: &'static str,
    pub(super) why: &'static str,
    pub(super) store: &'static str,
    pub(super) author: &'static str,
    pub(super) commands: &'static [&'static [&'static str]],
}

const fn ada(title: &'static str, why: &'static str, commands: &'static [&'static [&'static str]]) -> Scene {
    Scene { title, why, store: "ada", author: "Ada", commands }
}

const fn ben(title: &'static str, why: &'static str, commands: &'static [&'static [&'static str]]) -> Scene {
    Scene { title, why, store: "ben", author: "Ben", commands }
}

pub(super) const SCENES: &[Scene] = &[
    ada(
        "Ada imports a design system",
        "The resolver document names the token files and the themes. Components and assets come beside it.",
        &[
            &["import", "aurora/aurora.resolver.json"],
            &["component", "set", "aurora", "aurora/components.json"],
            &["asset", "add", "aurora", "aurora/assets/arrow-right.svg", "--path", "icons/arrow-right.svg"],
            &["asset", "add", "aurora", "aurora/assets/aurora-sans.ttf", "--path", "fonts/aurora-sans.ttf"],
        ],
    ),
    ada(
        "She looks around",
        "Lists narrow down by set, group, type and tag.",
        &[
            &["theme", "list", "aurora"],
            &["token", "list", "aurora", "--folder", "color.violet"],
            &["component", "list", "aurora"],
        ],
    ),
    ada(
        "She changes the brand colour",
        "Every edit is remembered: what it was, who changed it, and when.",
        &[
            &["token", "set", "aurora", "color.violet.500", "#7c3aed", "--tag", "brand"],
            &["log", "aurora", "--token", "color.violet.500"],
        ],
    ),
    ada(
        "She hands it on",
        "One file with everything in it, and a hash over every byte.",
        &[&["export", "aurora", "-o", "aurora.dss"], &["verify", "aurora.dss"]],
    ),
    ben(
        "Ben imports her archive into his own store",
        "His export of the same state is the same file.",
        &[&["import", "aurora.dss"], &["export", "aurora", "-o", "ben.dss"]],
    ),
    ben(
        "Ben edits, while Ada edits too",
        "Neither knows what the other does. Ben sends his archive back.",
        &[
            &["token", "set", "aurora", "radius.medium", "10px"],
            &["export", "aurora", "-o", "from-ben.dss", "-q"],
        ],
    ),
    ada(
        "Ada merges",
        "What Ben changed comes in, what she changed stays: nothing is overwritten that nobody meant to change.",
        &[
            &["token", "set", "aurora", "radius.large", "20px"],
            &["import", "from-ben.dss"],
            &["token", "list", "aurora", "--folder", "radius"],
        ],
    ),
];

/// What to try next.
pub(super) const NEXT: [(&str, &str); 4] = [
    ("dss import YOUR.tokens.json --project yours", "bring in tokens of your own"),
    ("dss token list yours --invalid", "see what breaks the format"),
    ("dss export yours -o yours.dss", "hand them on"),
    ("dss --help", "see all there is"),
];
