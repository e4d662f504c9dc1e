//! `dss diff`

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use dss_service::{
    DiffItem, DiffOptions, DiffSource, DiffSummary, DiffVisitor, Moment, ProjectService, ServiceError,
    diff_files,
};
use serde_json::json;

use super::source::source;
use crate::args::DiffArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Sink;
use crate::render::{DiffReport, HtmlDiff, Look, MarkdownDiff, TextDiff, stat};
use crate::session::Session;

pub(super) fn run(args: &DiffArgs, session: &mut Session) -> Result<Exit, Failure> {
    if session.is_json && (args.markdown || args.html || args.stat) {
        let hint = "leave --json out, or --stat, --markdown and --html";
        return Err(Failure::usage("a report has one form: JSON, or another one", hint));
    }
    let service = session.existing_service()?;
    let new = source(args.new.as_ref().unwrap_or(&args.old), service.as_ref())?;
    let old = match args.at {
        None => source(&args.old, service.as_ref())?,
        Some(moment) => past(&args.old, moment, service.as_ref())?,
    };
    let options = DiffOptions {
        sets: args.set.clone(),
        folders: args.folder.clone(),
        types: args.types.clone(),
        kinds: args.kind.iter().map(|kind| (*kind).into()).collect(),
        limits: session.limits(&args.limits),
    };
    let bar = session.bar();
    let compare = |visitor: &mut dyn DiffVisitor| match (&service, &old, &new) {
        (Some(service), old, new) => service.diff(old, new, &options, &bar, visitor),
        (None, DiffSource::File(old), DiffSource::File(new)) => diff_files(old, new, &options, &bar, visitor),
        (None, ..) => Err(ServiceError::Internal("a project without a store".to_owned())),
    };
    if session.is_quiet && args.output.is_none() && !session.is_json {
        return Ok(exit(&compare(&mut ())?));
    }
    let look = if args.output.is_some() { Look::PLAIN } else { session.out_look };
    let is_verbose = session.is_verbose;
    let mut target = Target::new(args.output.as_deref())?;
    let out = target.sink.as_mut().unwrap_or(&mut session.out);
    let summary = if session.is_json {
        as_json(compare, out)?
    } else if args.stat {
        let summary = compare(&mut ())?;
        writeln!(out, "{}", stat(&summary)).map_err(|error| Failure::output(&error))?;
        summary
    } else if args.markdown {
        write(compare, &mut MarkdownDiff::new(is_verbose, args.max_rows), out)?
    } else if args.html {
        write(compare, &mut HtmlDiff::new(is_verbose), out)?
    } else {
        write(compare, &mut TextDiff::new(look, is_verbose), out)?
    };
    drop(bar);
    target.finish()?;
    Ok(exit(&summary))
}

fn exit(summary: &DiffSummary) -> Exit {
    if summary.is_empty() { Exit::Done } else { Exit::Open }
}

/// A project of the store, as it was.
fn past(text: &str, moment: Moment, service: Option<&ProjectService>) -> Result<DiffSource, Failure> {
    if let DiffSource::Project(name) = source(text, service)? {
        return Ok(DiffSource::Past(name, moment));
    }
    let hint = "name a project with --at; `dss log PROJECT` shows its imports";
    Err(Failure::usage("only a project has a past", hint))
}

/// Where the report goes: a file that gets its name when it is complete, or standard output.
struct Target {
    sink: Option<Sink>,
    part: PathBuf,
    path: PathBuf,
    is_finished: bool,
}

impl Target {
    fn new(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self { sink: None, part: PathBuf::new(), path: PathBuf::new(), is_finished: true });
        };
        let mut part = path.as_os_str().to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let part = PathBuf::from(part);
        let file = File::create_new(&part).map_err(|error| Failure::file(path, &error))?;
        let sink = Some(Sink::File(BufWriter::new(file)));
        Ok(Self { sink, part, path: path.to_owned(), is_finished: false })
    }

    fn finish(&mut self) -> Result<(), Failure> {
        if let Some(sink) = &mut self.sink {
            sink.flush().map_err(|error| Failure::output(&error))?;
            fs::rename(&self.part, &self.path).map_err(|error| Failure::file(&self.path, &error))?;
            self.is_finished = true;
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.is_finished {
            // A report that was not finished is worth nothing; if it cannot be removed, so be it.
            fs::remove_file(&self.part).ok();
        }
    }
}

/// Writes a report as its items come.
struct Writing<'w, R> {
    report: &'w mut R,
    out: &'w mut Sink,
    written: io::Result<()>,
}

impl<R: DiffReport> Writing<'_, R> {
    fn write(&mut self, text: &str) {
        if self.written.is_ok() {
            self.written = self.out.write_all(text.as_bytes());
        }
    }
}

impl<R: DiffReport> DiffVisitor for Writing<'_, R> {
    fn begin(&mut self, summary: &DiffSummary) {
        let text = self.report.begin(summary);
        self.write(&text);
    }

    fn item(&mut self, item: DiffItem) -> bool {
        let text = self.report.item(item);
        self.write(&text);
        self.written.is_ok() && !self.out.is_closed()
    }
}

fn write<R: DiffReport>(
    compare: impl FnOnce(&mut dyn DiffVisitor) -> Result<DiffSummary, ServiceError>,
    report: &mut R,
    out: &mut Sink,
) -> Result<DiffSummary, Failure> {
    let mut writing = Writing { report, out, written: Ok(()) };
    let compared = compare(&mut writing);
    // What was written before an error stays; what an error on the output hides is no news.
    writing.written.as_ref().map_err(Failure::output)?;
    let summary = compared?;
    let text = writing.report.end(&summary);
    writing.write(&text);
    writing.written.map_err(|error| Failure::output(&error))?;
    Ok(summary)
}

/// One JSON document, one item a line. It begins when both sides were compared, so that an error before
/// that stands alone; an error after it ends the document as its member `error`.
struct AsJson<'w> {
    out: &'w mut Sink,
    has_begun: bool,
    count: u64,
    written: io::Result<()>,
}

impl AsJson<'_> {
    fn start(&mut self, summary: &DiffSummary) -> io::Result<()> {
        let json = serde_json::to_string_pretty(summary)?;
        let open = json.strip_suffix("\n}").unwrap_or(&json);
        write!(self.out, "{open},\n  \"items\": [")
    }

    fn add(&mut self, item: &DiffItem) -> io::Result<()> {
        let comma = if self.count == 0 { "" } else { "," };
        self.count = self.count.saturating_add(1);
        write!(self.out, "{comma}\n    ")?;
        Ok(serde_json::to_writer(&mut *self.out, item)?)
    }
}

impl DiffVisitor for AsJson<'_> {
    fn begin(&mut self, summary: &DiffSummary) {
        self.has_begun = true;
        self.written = self.start(summary);
    }

    fn item(&mut self, item: DiffItem) -> bool {
        if self.written.is_ok() {
            self.written = self.add(&item);
        }
        self.written.is_ok() && !self.out.is_closed()
    }
}

fn as_json(
    compare: impl FnOnce(&mut dyn DiffVisitor) -> Result<DiffSummary, ServiceError>,
    out: &mut Sink,
) -> Result<DiffSummary, Failure> {
    let mut json = AsJson { out, has_begun: false, count: 0, written: Ok(()) };
    let compared = compare(&mut json).map_err(Failure::from);
    json.written.map_err(|error| Failure::output(&error))?;
    let end = if json.count == 0 { "]" } else { "\n  ]" };
    let (ending, result) = match compared {
        Ok(summary) => (format!("{end}\n}}"), Ok(summary)),
        Err(Failure::Told(report)) if json.has_begun => {
            let error = json!(&report);
            (format!("{end},\n  \"error\": {error}\n}}"), Err(Failure::Shown(report)))
        }
        Err(failure) => return Err(failure),
    };
    writeln!(json.out, "{ending}").map_err(|error| Failure::output(&error))?;
    result
}
