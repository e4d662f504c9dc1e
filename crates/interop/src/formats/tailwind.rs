//! Tailwind 4: theme variables in `@theme`, whose names begin with the namespace that makes them a utility
//! (<https://tailwindcss.com/docs/theme>), and rules that change them for themes.

use std::collections::HashSet;

use dss_model::TokenPath;

use crate::codec::Codec;
use crate::design::{Design, WriteOptions, Written};
use crate::detect::Fit;
use crate::error::InteropError;
use crate::format::Format;
use crate::formats::css::name::{Scheme, hyphenated};
use crate::formats::css::sheet::{Variable, sheet};
use crate::formats::css::write::{Selectors, file, rule};
use crate::report::{Fate, Report};

pub(crate) const CODEC: Codec = Codec {
    format: Format::Tailwind,
    recognize: |_| Fit::no("it is written, not read"),
    read: None,
    write: Some(write),
};

const SCHEME: Scheme = Scheme { name, part, has_shorthand: false };

/// A namespace, the type that it is for, and what groups of such tokens are called besides, without hyphens.
struct Namespace {
    name: &'static str,
    kind: &'static str,
    groups: &'static [&'static str],
}

/// The first of a type is that of tokens whose group is called otherwise.
const NAMESPACES: [Namespace; 16] = [
    Namespace { name: "color", kind: "color", groups: &["color", "colors", "colour", "colours"] },
    Namespace { name: "font", kind: "fontFamily", groups: &["font", "fonts", "fontfamily", "fontfamilies"] },
    Namespace {
        name: "font-weight",
        kind: "fontWeight",
        groups: &["fontweight", "fontweights", "weight", "weights"],
    },
    Namespace {
        name: "spacing",
        kind: "dimension",
        groups: &["spacing", "space", "spaces", "size", "sizes", "sizing"],
    },
    Namespace { name: "text", kind: "dimension", groups: &["text", "fontsize", "fontsizes"] },
    Namespace { name: "tracking", kind: "dimension", groups: &["tracking", "letterspacing"] },
    Namespace { name: "leading", kind: "dimension", groups: &["leading", "lineheight", "lineheights"] },
    Namespace { name: "radius", kind: "dimension", groups: &["radius", "radii", "borderradius"] },
    Namespace { name: "breakpoint", kind: "dimension", groups: &["breakpoint", "breakpoints"] },
    Namespace { name: "container", kind: "dimension", groups: &["container", "containers"] },
    Namespace { name: "blur", kind: "dimension", groups: &["blur", "blurs"] },
    Namespace { name: "perspective", kind: "dimension", groups: &["perspective"] },
    Namespace { name: "shadow", kind: "shadow", groups: &["shadow", "shadows", "boxshadow"] },
    Namespace { name: "inset-shadow", kind: "shadow", groups: &["insetshadow", "insetshadows"] },
    Namespace { name: "ease", kind: "cubicBezier", groups: &["ease", "easing", "easings", "timingfunction"] },
    Namespace { name: "text", kind: "typography", groups: &["text", "typography", "type"] },
];

/// Line heights are numbers, and numbers have no other namespace.
const LEADING: Namespace =
    Namespace { name: "leading", kind: "number", groups: &["leading", "lineheight", "lineheights"] };

/// The namespaces that are for a type.
fn of_kind(kind: Option<&str>) -> impl Iterator<Item = &'static Namespace> {
    NAMESPACES.iter().chain([&LEADING]).filter(move |namespace| Some(namespace.kind) == kind)
}

/// A name in the namespace that its first words call (`font-size-s` is `text-s`), or else in the type's first one.
fn name(path: &TokenPath, kind: Option<&str>) -> String {
    let name = hyphenated(path);
    let called = name.rmatch_indices('-').find_map(|(at, _)| {
        let (words, rest) = name.split_at_checked(at)?;
        let group = words.replace(['-', '_'], "").to_ascii_lowercase();
        let namespace = of_kind(kind).find(|namespace| namespace.groups.contains(&group.as_str()))?;
        Some(format!("{}{rest}", namespace.name))
    });
    let usual = || of_kind(kind).next().filter(|namespace| namespace.kind != LEADING.kind);
    called.unwrap_or_else(|| match usual() {
        Some(namespace) => format!("{}-{name}", namespace.name),
        None => name.clone(),
    })
}

/// `--text-…` is a size, to which `--text-…--line-height` and so on belong; families are apart from that.
fn part(base: &str, part: &str) -> String {
    match part {
        "font-size" => base.to_owned(),
        "font-family" => format!("font-{}", base.strip_prefix("text-").unwrap_or(base)),
        part => format!("{base}--{part}"),
    }
}

fn write(design: &Design, options: &WriteOptions) -> Result<Written, InteropError> {
    let mut report = Report::default();
    let sheet = sheet(design, SCHEME, &mut report)?;
    let mut selectors = Selectors::of(design)?;
    let mut rules = Vec::new();
    let mut known = HashSet::new();
    for block in &sheet.blocks {
        if !block.is_default() {
            for variable in block.variables.iter().filter(|variable| !known.contains(&variable.name)) {
                let what = "tokens that only some themes have, without a utility";
                report.note(Fate::Changed, what, || format!("--{}", variable.name));
            }
            rules.push(rule(&selectors.rules(&block.choices), &block.variables));
            continue;
        }
        known.extend(block.variables.iter().map(|variable| variable.name.clone()));
        let (theme, others): (Vec<Variable>, Vec<Variable>) =
            block.variables.iter().cloned().partition(is_utility);
        for variable in &others {
            let what = "tokens of types that no namespace is for, as plain variables";
            report.note(Fate::Changed, what, || format!("--{}", variable.name));
        }
        rules.push(rule(&["@theme".to_owned()], &theme));
        if !others.is_empty() {
            rules.push(rule(&[":root".to_owned()], &others));
        }
    }
    Ok(Written { files: vec![file(design, options, rules.join("\n"))], report })
}

/// Whether a variable is in a namespace; those of the parts of a typography are, in two.
fn is_utility(variable: &Variable) -> bool {
    let kind = variable.kind.as_deref();
    let is_in = |namespace: &Namespace| {
        let rest = variable.name.strip_prefix(namespace.name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    kind == Some("typography") || of_kind(kind).any(is_in)
}
