//! The values that a product uses: themes chosen, token sets laid on each other, references followed.

mod archive;
mod files;

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::Path;

use dss_format::FormatError;
use dss_format::dtcg::ReadLimits;
use dss_format::resolve::{self, SelectError, Tokens};
use dss_format::resolver::{Resolver, Source};
use dss_interop::Format;
use dss_model::{JsonLimits, JsonText, Limits, ProjectName, Severity, Stage};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::findings::Collector;
use crate::input::{Files, Input};
use crate::observer::{Observer, Phase, Progress};
use crate::operation::{Subject, observed};
use crate::service::ProjectService;
use crate::summary::{Conversion, Finding, Findings, Skipped};
use crate::{ServiceError, view};

/// Findings that are told in full; more are counted only.
const ITEMS_MAX: usize = 100_000;

/// What to resolve.
#[derive(Clone, Debug)]
pub struct ResolveOptions {
    /// For each theme group (modifier) the theme (context) to choose; the others take their default. Names are matched
    /// exactly, or else without regard to case.
    pub themes: Vec<(String, String)>,
    /// What the input is, if it is not to be found out.
    pub from: Option<Format>,
    /// Bounds on the input.
    pub limits: Limits,
}

/// The tokens of a design as a product sees them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolveReport {
    /// The input.
    pub source: String,
    /// `archive`, `file`, `folder`, `resolver`, `project`, or another tool's format (`tokens-studio`, …).
    pub source_kind: &'static str,
    /// Which theme of each theme group applies.
    pub themes: BTreeMap<String, String>,
    /// The tokens in document order, groups together. Those whose references lead nowhere are not among them.
    pub tokens: Vec<FlatToken>,
    /// Why tokens are missing, and sets.
    pub findings: Findings,
    /// What became of what DTCG has no place for, if the input is another tool's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
    /// Files that were not read, and why.
    pub skipped: Vec<Skipped>,
}

/// A token without references.
#[derive(Clone, Debug, Serialize)]
pub struct FlatToken {
    /// Its path.
    pub path: String,
    /// Its type: its own, or its target's, or that of the groups around it.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// Its value, all parts of it resolved.
    pub value: Box<RawValue>,
    /// The file, archive entry or token set that says so.
    pub file: String,
    /// The line there, from 1, where there are lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// Resolves an archive, a token file, a folder of them or a resolver document, of any tool that is read, without a store.
///
/// What is wrong with single tokens is a finding, and the token left out: circles, references that lead nowhere, values
/// that grow beyond all bounds. Whether values fit their types is not asked here, but by [`lint`](crate::lint).
///
/// # Errors
/// [`ServiceError::Theme`] for a choice that the input does not offer; else what refused the input.
pub fn resolve(
    input: &Path,
    options: &ResolveOptions,
    observer: &dyn Observer,
) -> Result<ResolveReport, ServiceError> {
    observed(Subject::file("resolve", input), || {
        observer.progress(Progress { phase: Phase::Opening, done: 0, total: None });
        let source = input.display().to_string();
        match Input::detect(input, options.from, &options.limits)? {
            Input::Archive(path) => archive::resolve(&path, source, options, observer),
            Input::Files(files) => {
                files.check(&options.limits)?;
                files::resolve(*files, source, options, observer)
            }
        }
    })
}

impl ProjectService {
    /// Resolves a project. Of conflicts that are open, the value counts that the project shows.
    ///
    /// # Errors
    /// As [`resolve()`], or [`ServiceError`] if there is no such project, or it cannot be read.
    pub fn resolve_project(
        &self,
        project: &ProjectName,
        options: &ResolveOptions,
        observer: &dyn Observer,
    ) -> Result<ResolveReport, ServiceError> {
        observed(Subject { action: "resolve", project: Some(project), source: None }, || {
            let files = Files::of_project(self.design(project, observer)?)?;
            files::resolve(files, project.to_string(), options, observer)
        })
    }
}

/// What is done with a document, which errors call so.
type Take<'t> = &'t mut dyn FnMut(&str, &mut dyn Read) -> Result<(), ServiceError>;

/// Token documents.
trait Documents {
    /// Whether findings tell already which documents are missing.
    const IS_MISSING_TOLD: bool;

    /// How many there are; they go by their places, from 0.
    fn count(&self) -> usize;

    /// The one that a resolver document calls so.
    fn find(&self, reference: &str) -> Option<usize>;

    /// Reads one, and proves that it is what it was said to be.
    fn read(&self, at: usize, take: Take<'_>) -> Result<(), ServiceError>;

    /// The names of those in which lines are nothing that a reader could look up.
    fn without_lines(&self) -> HashSet<String>;
}

/// Resolves documents; the resolver document, with its name, says which of them apply, or else all do.
fn run(
    documents: &impl Documents,
    resolver: Option<(&Resolver, &str)>,
    (mut report, told): (ResolveReport, Vec<Finding>),
    options: &ResolveOptions,
    observer: &dyn Observer,
) -> Result<ResolveReport, ServiceError> {
    let mut findings = Collector::new(ITEMS_MAX);
    told.into_iter().for_each(|finding| findings.add(finding));
    let nothing = Resolver::default();
    let (choices, label) = resolver.unwrap_or((&nothing, ""));
    let chosen = resolve::contexts(choices, &options.themes).map_err(refused)?;
    report.themes = chosen.into_iter().map(|(group, theme)| (group.to_owned(), theme.to_owned())).collect();
    choices.findings.iter().for_each(|finding| findings.add(Finding::of_resolver(label, finding)));
    let tokens = Tokens::new(options.limits.tokens);
    let mut laying = Laying { documents, label, options, observer, findings, tokens };
    match resolver {
        None => (0..documents.count()).try_for_each(|at| laying.document(at, None))?,
        Some((resolver, _)) => {
            for source in resolve::selected(resolver, &options.themes).map_err(refused)? {
                laying.source(source)?;
            }
        }
    }
    laying.finish(report)
}

/// Sets that are being laid on each other.
struct Laying<'l, D> {
    documents: &'l D,
    /// The resolver document.
    label: &'l str,
    options: &'l ResolveOptions,
    observer: &'l dyn Observer,
    findings: Collector,
    tokens: Tokens,
}

impl<D: Documents> Laying<'_, D> {
    fn source(&mut self, source: &Source) -> Result<(), ServiceError> {
        match source {
            Source::File { path, overrides } => match self.documents.find(path) {
                Some(at) => self.document(at, overrides.as_ref())?,
                None if D::IS_MISSING_TOLD => {}
                None => {
                    let message = format!("\"{}\": there is no such token set", path.escape_debug());
                    self.finding("source_missing", message);
                }
            },
            Source::Inline(document) => {
                let limits = read_limits(&self.options.limits);
                self.tokens.add(self.label, document.as_str().as_bytes(), limits)?;
            }
            Source::Other(source) => {
                let message = format!("{source} is no token file below the document, and was not followed");
                self.finding("source_not_followed", message);
            }
            // What is selected has layers replaced by their sources.
            Source::Layer(_) => {}
        }
        Ok(())
    }

    fn document(&mut self, at: usize, overrides: Option<&JsonText>) -> Result<(), ServiceError> {
        if self.observer.is_cancelled() {
            return Err(ServiceError::Cancelled);
        }
        let Self { tokens, options, .. } = self;
        let limits = read_limits(&options.limits);
        self.observer.progress(Progress { phase: Phase::Reading, done: tokens.count(), total: None });
        let read = self.documents.read(at, &mut |label, reader| match overrides {
            None => Ok(tokens.add(label, reader, limits)?),
            Some(overrides) => {
                let document = overridden(label, reader, overrides)?;
                Ok(tokens.add(label, document.as_str().as_bytes(), limits)?)
            }
        });
        // The library's limit is that of any item; the service has a code for this one.
        read.map_err(|error| match error {
            ServiceError::Format(_) if self.tokens.count() > self.options.limits.tokens => {
                too_many(&self.options.limits)
            }
            error => error,
        })
    }

    fn finding(&mut self, code: &'static str, message: String) {
        self.findings.add(Finding {
            code,
            stage: Stage::Referential,
            severity: Severity::Error,
            file: self.label.to_owned(),
            path: String::new(),
            line: None,
            message,
        });
    }

    fn finish(self, mut report: ResolveReport) -> Result<ResolveReport, ServiceError> {
        let Self { documents, options, observer, mut findings, tokens, .. } = self;
        observer.progress(Progress { phase: Phase::Linking, done: 0, total: None });
        // Nothing but more tokens than allowed can be in the way.
        let resolution = tokens.resolve().map_err(|_| too_many(&options.limits))?;
        let without_lines = documents.without_lines();
        let line = |file: &str, line: u64| (line > 0 && !without_lines.contains(file)).then_some(line);
        for problem in resolution.problems() {
            let mut finding = Finding::from(problem.clone());
            finding.line = finding.line.and_then(|number| line(&finding.file, number));
            findings.add(finding);
        }
        let flat = resolution.iter().map(|token| {
            Ok(FlatToken {
                path: token.path.to_string(),
                token_type: token.token_type.map(str::to_owned),
                value: view::raw(token.value.as_str())?,
                file: token.file.to_owned(),
                line: line(token.file, token.line),
            })
        });
        report.tokens = flat.collect::<Result<_, ServiceError>>()?;
        report.findings = findings.finish().map_err(crate::import::temporary_file)?;
        Ok(report)
    }
}

/// A document with other members instead of its own (resolver module, §4.2: they replace and do not merge).
fn overridden(label: &str, reader: &mut dyn Read, overrides: &JsonText) -> Result<JsonText, ServiceError> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|error| FormatError::unreadable(label, error))?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    // Item by item, the reader of documents holds it to its limits.
    let mut limits = JsonLimits::default();
    limits.members = u32::MAX;
    limits.depth = limits.depth.saturating_mul(2);
    let document = JsonText::parse(text, &limits).map_err(|error| FormatError::malformed(label, error))?;
    let (own, others) = (document.get_ref(), overrides.get_ref());
    Ok(JsonText::object(|out| {
        let stays = own.members().filter(|(name, _)| others.get(name).is_none());
        stays.chain(others.members()).for_each(|(name, value)| out.raw(&name, value));
    }))
}

impl ResolveReport {
    fn new(source: String, source_kind: &'static str) -> Self {
        Self {
            source,
            source_kind,
            themes: BTreeMap::new(),
            tokens: Vec::new(),
            findings: Findings::default(),
            conversion: None,
            skipped: Vec::new(),
        }
    }
}

fn read_limits(limits: &Limits) -> ReadLimits {
    ReadLimits { item_bytes: limits.item_bytes, json: JsonLimits::default() }
}

fn too_many(limits: &Limits) -> ServiceError {
    ServiceError::OverLimit {
        what: "Token count",
        code: "too_many_tokens",
        found: limits.tokens.saturating_add(1),
        limit: limits.tokens,
    }
}

fn refused(error: SelectError) -> ServiceError {
    match error {
        SelectError::ChosenTwice { .. } => ServiceError::Usage {
            message: error.to_string(),
            hint: "choose one theme of each theme group".to_owned(),
        },
        error => ServiceError::Theme(error),
    }
}
