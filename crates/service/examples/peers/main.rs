//! Files for other people's programs to read: `cargo xtask peers`, which runs those.
//!
//! Every source of a corpus is imported and exported twice, as strict DTCG and as the conservative kind. What of the
//! strict one we mark invalid is taken out; all the rest of it is held to the official JSON Schemas.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is its purpose")]

mod prune;
mod schemas;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dss_service::interop::{Format, Json, Object};
use dss_service::model::{Limits, TokenPath};
use dss_service::{ExportOptions, ImportOptions, ProjectService, ServiceOptions, TokenFilter};
use dss_testkit::TempDir;
use schemas::Schemas;
use serde::Serialize;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What the programs are told about a source.
#[derive(Debug, Serialize)]
struct Source {
    name: String,
    /// Tokens that are not marked invalid, by file below `folder/strict`.
    strict: BTreeMap<String, usize>,
    /// All tokens, by file below `folder/conservative`.
    conservative: BTreeMap<String, usize>,
    folder: PathBuf,
    /// Paths of tokens that are marked invalid in any set.
    invalid: BTreeSet<String>,
    /// What the official schemas say against tokens that are not.
    schema: Vec<Fault>,
}

/// Something that a token is blamed for.
#[derive(Debug, Serialize)]
struct Fault {
    file: String,
    token: String,
    message: String,
}

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [corpus, schemas, out] = arguments.as_slice() else {
        eprintln!("peers CORPUS SCHEMAS OUT");
        return ExitCode::FAILURE;
    };
    match run(corpus, schemas, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(corpus: &Path, schemas: &Path, out: &Path) -> Result<()> {
    let schemas = Schemas::load(schemas)?;
    let mut told = Vec::new();
    for (name, path) in sources::sources(corpus)? {
        let folder = out.join(name.replace('/', "+"));
        match written(&name, &path, &folder, &schemas)? {
            Some(source) => told.push(source),
            None => println!("{name}: no token format, and refused"),
        }
    }
    std::fs::write(out.join("sources.json"), serde_json::to_vec_pretty(&told)?)?;
    Ok(())
}

/// Writes what the programs read; nothing if the source is refused.
fn written(name: &str, path: &Path, folder: &Path, schemas: &Schemas) -> Result<Option<Source>> {
    let store = TempDir::new()?;
    let service = ProjectService::open(ServiceOptions {
        root: store.join("store"),
        witness_dir: None,
        busy_timeout_ms: 1_000,
        actor: String::new(),
    })?;
    let project = "export".parse()?;
    let import = ImportOptions {
        project: Some("export".parse()?),
        limits: Limits::aggressive(),
        ..ImportOptions::default()
    };
    if service.import_project(path, &import, &()).is_err() {
        return Ok(None);
    }
    let mut invalid: BTreeMap<String, BTreeSet<TokenPath>> = BTreeMap::new();
    service.tokens(&project, &TokenFilter::default(), &mut |token| {
        if !token.valid {
            invalid.entry(token.set).or_default().extend(TokenPath::parse(&token.path));
        }
        true
    })?;
    let export = |to: Format, name: &str| -> Result<PathBuf> {
        let target = folder.join(name);
        std::fs::create_dir_all(&target)?;
        let options = ExportOptions { to: Some(to), overwrite: true, ..ExportOptions::default() };
        service.export_project(&project, &target, &options, &())?;
        Ok(target)
    };
    let mut strict = documents(&export(Format::Dtcg, "strict")?)?;
    let conservative = documents(&export(Format::DtcgConservative, "conservative")?)?;
    let resolver = strict.keys().find(|file| file.ends_with(".resolver.json")).cloned();
    let mut schema = Vec::new();
    if let Some(resolver) = resolver.as_ref().and_then(|name| strict.remove(name)) {
        schema.extend(schemas.resolver_faults(&resolver)?);
        strict.extend(inline(&resolver));
    }
    prune::without_invalid(&mut strict, &invalid)?;
    for (file, document) in &strict {
        schema.extend(schemas.faults(file, document)?);
    }
    prune::without_dangling(&mut strict);
    for (file, document) in &strict {
        std::fs::write(folder.join("strict").join(file), Json::Object(document.clone()).to_pretty(file)?)?;
    }
    let counted = |documents: &BTreeMap<String, Object>| {
        let is_tokens = |file: &&String| !file.ends_with(".resolver.json");
        let files = documents.keys().filter(is_tokens);
        files
            .filter_map(|file| Some((file.clone(), prune::tokens(documents.get(file)?))))
            .collect::<BTreeMap<_, _>>()
    };
    let source = Source {
        name: name.to_owned(),
        strict: counted(&strict),
        conservative: counted(&conservative),
        folder: folder.to_owned(),
        invalid: invalid.values().flatten().map(TokenPath::to_string).collect(),
        schema,
    };
    println!(
        "{name}: {} tokens, {} valid",
        source.conservative.values().sum::<usize>(),
        source.strict.values().sum::<usize>()
    );
    Ok(Some(source))
}

/// The documents that stand in a resolver document itself, as files that are called like the sets that they are.
fn inline(resolver: &Object) -> Vec<(String, Object)> {
    let of_owner = |(owner, sources): (String, Option<&Json>)| {
        let sources = sources.and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_object);
        let inline = sources.filter(|source| !source.has("$ref")).zip(1..);
        let named = inline.map(move |(document, number)| {
            let name = if number == 1 { owner.clone() } else { format!("{owner}-{number}") };
            (format!("{}.tokens.json", name.replace('/', "-")), document.clone())
        });
        named.collect::<Vec<_>>()
    };
    let members = |name: &str| {
        let map = resolver.get(name).and_then(Json::as_object);
        map.into_iter().flat_map(Object::iter).map(|(name, value)| (name.to_owned(), value))
    };
    let sets = members("sets").map(|(name, set)| (name, set.get("sources")));
    let themes = members("modifiers").flat_map(|(group, modifier)| {
        let contexts = modifier.get("contexts").and_then(Json::as_object);
        contexts
            .into_iter()
            .flat_map(Object::iter)
            .map(move |(theme, sources)| (format!("{group}/{theme}"), Some(sources)))
    });
    let steps = resolver.get("resolutionOrder").and_then(Json::as_array).unwrap_or_default();
    let steps =
        steps.iter().filter_map(|step| Some((step.get("name")?.as_str()?.to_owned(), step.get("sources"))));
    sets.chain(themes.collect::<Vec<_>>()).chain(steps).flat_map(of_owner).collect()
}

/// The JSON documents below a folder, by path.
fn documents(folder: &Path) -> Result<BTreeMap<String, Object>> {
    let mut found = BTreeMap::new();
    for path in sources::files(folder)? {
        let file = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        match Json::parse(&std::fs::read(&path)?, &file, 128)? {
            Json::Object(document) => found.insert(file, document),
            _ => return Err(format!("{file} is no object").into()),
        };
    }
    Ok(found)
}
