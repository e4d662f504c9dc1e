//! Examples that the archive itself does not hold: made by the same code, from the same project.

use std::path::Path;

use dss_service::format::archive::Archive;
use dss_service::format::dtcg::{Node, ReadLimits, Spacing};
use dss_service::format::layout::{self, EntryNames};
use dss_service::format::revision::Replicas;
use dss_service::format::set::{Decoded, Revisions, SetReader, SetWriter};
use dss_service::model::{Entity, EntityId, JsonLimits, JsonText, Kind, OrderKey, TokenPath};
use dss_service::security::OpenOptions;
use dss_testkit::TestResult;

use super::acme::Entries;

const BASE: &str = "tokens/base.tokens.json";

pub(super) fn entries(archive: &Path, entries: &Entries) -> TestResult<Entries> {
    let base = entries.iter().find(|(name, _)| name == BASE).ok_or("no set")?;
    let opened = Archive::open(std::fs::File::open(archive)?, &OpenOptions::strict())?;
    let replicas = Replicas::new(opened.manifest().manifest().replicas.iter().map(|(id, _)| *id));
    let [first, second] = parts(&base.1, &replicas)?;
    let made = [
        ("the first bytes", hexdump(&std::fs::read(archive)?, 69).into_bytes()),
        ("the list of entries", listing(&opened).into_bytes()),
        ("tokens/base/0001.tokens.json", first),
        ("tokens/base/0002.tokens.json", second),
        ("a group without entity", implicit(&base.1, &replicas)?),
        ("canonical numbers", numbers()?.into_bytes()),
        ("derived ids", ids().into_bytes()),
        ("order keys", order_keys().into_bytes()),
        ("paths", paths().into_bytes()),
        ("entry names", entry_names().into_bytes()),
    ];
    Ok(made.map(|(name, bytes)| (name.to_owned(), bytes)).into())
}

type Nodes = Vec<(Node, Entity)>;

/// The nodes of a document in document order, and its set.
fn read(document: &[u8]) -> TestResult<(Nodes, Entity)> {
    let mut reader = SetReader::new("base", "base", 0, ReadLimits::default());
    let mut nodes: Nodes = Vec::new();
    let mut take = |node: Node, decoded: Decoded| -> TestResult {
        match decoded {
            Decoded::Entity(entity) => nodes.push((node, entity)),
            other => return Err(format!("{}: {other:?}", node.path).into()),
        }
        Ok(())
    };
    let boxed = |error: Box<dyn std::error::Error>| Failed(error.to_string());
    reader.read_part("base", document, |node, decoded| take(node, decoded).map_err(boxed))?;
    reader.finish(|node, decoded| take(node, decoded).map_err(boxed))?;
    let (_, set) = nodes.pop().ok_or("no set")?;
    nodes.sort_by(|(a, _), (b, _)| a.sort.cmp(&b.sort));
    Ok((nodes, set))
}

#[derive(Debug)]
struct Failed(String);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

impl From<dss_service::format::FormatError> for Failed {
    fn from(error: dss_service::format::FormatError) -> Self {
        Self(error.to_string())
    }
}

fn writer<'a>(set: &'a Entity, replicas: &'a Replicas) -> TestResult<SetWriter<'a, Vec<u8>>> {
    Ok(SetWriter::new(Vec::new(), set, 0, replicas, Revisions::Written, Spacing::Lines)?)
}

/// The document as if `size.medium` had filled its first part.
fn parts(document: &[u8], replicas: &Replicas) -> TestResult<[Vec<u8>; 2]> {
    let (nodes, set) = read(document)?;
    let mut current = writer(&set, replicas)?;
    let mut first = Vec::new();
    for (node, entity) in nodes {
        if node.path == TokenPath::from_alias("size.large") {
            first = current.next_part(Vec::new())?;
        }
        current.node(&entity, node.path, &node.sort)?;
    }
    Ok([first, current.finish()?])
}

/// The document as if its group `legacy` had been deleted by somebody who did not know what is in it.
fn implicit(document: &[u8], replicas: &Replicas) -> TestResult<Vec<u8>> {
    let (nodes, set) = read(document)?;
    let mut current = writer(&set, replicas)?;
    for (node, entity) in nodes {
        if node.path.as_str().starts_with("legacy") && entity.kind() != Kind::Group {
            current.node(&entity, node.path, &node.sort)?;
        }
    }
    Ok(current.finish()?)
}

fn hexdump(bytes: &[u8], count: usize) -> String {
    let mut out = String::new();
    for (row, chunk) in bytes.iter().take(count).collect::<Vec<_>>().chunks(16).enumerate() {
        let hex: String = chunk.iter().map(|byte| format!(" {byte:02x}")).collect::<Vec<_>>().concat();
        let shown = |byte: u8| if byte.is_ascii_graphic() { char::from(byte) } else { '.' };
        let text: String = chunk.iter().map(|byte| shown(**byte)).collect();
        out.push_str(&format!("{:04x} {hex:<48}  {text}\n", row.saturating_mul(16)));
    }
    out
}

fn listing(archive: &Archive<std::fs::File>) -> String {
    let line = |entry: &dss_service::security::EntryInfo| {
        let method = format!("{:?}", entry.method()).to_lowercase();
        format!("{method:<8} {:>5}  {}\n", entry.size(), entry.name())
    };
    archive.container().entries().map(line).collect::<Vec<_>>().concat()
}

fn numbers() -> TestResult<String> {
    let written = [
        "0",
        "-0",
        "4.0",
        "0.10",
        "1E3",
        "1e21",
        "1e22",
        "123456789012345678901234567890",
        "0.000001",
        "0.0000001",
        "0.1000000000000000055511151231257827",
        "9007199254740993",
        "-1.50e-7",
    ];
    let line = |text: &str| -> TestResult<String> {
        Ok(format!("{text:<38}{}\n", JsonText::parse(text.as_bytes(), &JsonLimits::default())?.canonical()))
    };
    written.into_iter().map(line).collect()
}

fn ids() -> String {
    let items = [
        (Kind::TokenSet, "base", ""),
        (Kind::Group, "base", "size"),
        (Kind::Token, "base", "size.medium"),
        (Kind::Token, "base", "size.1~15"),
        (Kind::Layer, "", "base"),
        (Kind::ThemeGroup, "", "scheme"),
        (Kind::Theme, "scheme", "dark"),
        (Kind::Component, "", "Button"),
        (Kind::Asset, "", "icons/dash~1svg"),
    ];
    let line = |(kind, set, path): (Kind, &str, &str)| {
        let id = EntityId::derived(kind, set, &TokenPath::parse(path).unwrap_or_default());
        format!(
            "{:<40}{id}\n",
            format!("{kind:?} {set:?} {path:?}").replacen(&format!("{kind:?}"), kind.name(), 1)
        )
    };
    items.into_iter().map(line).collect()
}

fn order_keys() -> String {
    let nth = [0, 1, 9, 10, 61, 62, 63, 3_905, 3_906, 1_000_000];
    let mut out: String = nth.map(|n| format!("{:<24}{}\n", format!("nth {n}"), OrderKey::nth(n))).concat();
    let key = |text: &str| OrderKey::parse(text);
    for (after, before) in
        [("a0", "a1"), ("a0", "a0V"), ("a0", ""), ("", "a0"), ("", "Z0"), ("az", ""), ("a1", "b00")]
    {
        let between = OrderKey::between(key(after).as_ref(), key(before).as_ref());
        out.push_str(&format!("{:<24}{between}\n", format!("between {after:?} {before:?}")));
    }
    out
}

fn paths() -> String {
    let names: [&[&str]; 6] = [
        &["color", "brand"],
        &["size", "1.5"],
        &["a~b"],
        &["a", "", "b"],
        &["group", "$root"],
        &["größe", "x y"],
    ];
    names
        .map(|names| {
            format!("{:<24}{}\n", format!("{names:?}"), TokenPath::from_segments(names.iter().copied()))
        })
        .concat()
}

fn entry_names() -> String {
    let mut names = EntryNames::new();
    let sets = [
        "base/color/light",
        "Base/Color/Light",
        "../etc",
        "con",
        "a:b",
        "",
        ".hidden",
        "trailing. ",
        "größe",
    ];
    let mut out: String = sets.map(|set| format!("{:<24}{}\n", format!("{set:?}"), names.set(set))).concat();
    out.push_str(&format!("{:<24}{}\n", "\"base\", part 12", names.part("base", 12)));
    out.push_str(&format!(
        "{:<24}{}\n",
        "asset \"icons/Dash.SVG\"",
        layout::asset("dff7…", "icons/Dash.SVG")
    ));
    out
}
