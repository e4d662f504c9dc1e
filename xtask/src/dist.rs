//! `cargo xtask dist`: what people get who build nothing themselves. An archive of the program, its manual pages,
//! completions, the licences of all that is in it and the list of that (SBOM); on Linux a Debian package of the same; and
//! the SHA-256 of each. The same commit gives the same bytes, wherever it is built.

mod archive;
mod build;
mod contents;
mod debian;
mod licences;
mod sbom;
mod schema;
mod sums;

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::failure::Failure;
use crate::outside::Outside;
use crate::packages::tour;
use crate::run;
use crate::workspace::Workspace;

use self::contents::Contents;

/// Where everything is put.
const FOLDER: &str = "target/artifacts";

/// What is made, of what.
struct Release {
    version: String,
    /// The platform, as rustc calls it.
    target: String,
    /// Seconds since 1970 that files in archives carry: when the commit was made.
    time: u64,
    /// The files of the archive, as they will lie in it.
    stage: PathBuf,
}

/// `cargo xtask dist [--check]`.
pub(crate) fn task(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => make(workspace).map(|sums| print!("{sums}")),
        [flag] if flag == "--check" => check(workspace),
        _ => Err(Failure::new("dist knows only --check")),
    }
}

/// Makes all of it; gives the sums.
fn make(workspace: &Workspace) -> Result<String, Failure> {
    let release = Release::of(workspace)?;
    build::program(workspace, &release)?;
    build::pages(workspace, &release)?;
    build::documents(workspace, &release)?;
    let contents = Contents::of(workspace, build::PACKAGE, &release.target)?;
    licences::write(workspace, &release, &contents)?;
    sbom::write(&release, &contents)?;

    let archive = format!("{}.tar.gz", release.name());
    archive::pack(&release.stage, &release.name(), release.time, &workspace.path(FOLDER).join(&archive))?;
    try_out(workspace, &release, &archive)?;
    let mut files = vec![archive];
    files.extend(debian::pack(workspace, &release)?);
    sums::write(&workspace.path(FOLDER), &release.sums(), &files)
}

/// Makes all of it twice, in two folders, and compares the sums.
fn check(workspace: &Workspace) -> Result<(), Failure> {
    let here = make(workspace)?;
    let release = Release::of(workspace)?;
    schema::check(workspace, &release)?;
    let outside = Outside::new(workspace, "dist")?;
    outside.copy_workspace(workspace)?;
    let time = release.time.to_string();
    run::check(outside.cargo(workspace, ".", &["xtask", "dist"]).env("SOURCE_DATE_EPOCH", time))?;
    let there = fs::read_to_string(outside.path(FOLDER).join(release.sums()))?;
    if here != there {
        return Err(Failure::new(format!("two builds differ:\n{here}\nand in another folder:\n{there}")));
    }
    println!("the same bytes in two folders:\n{here}");
    outside.remove()
}

/// Unpacks the archive where there is nothing else, and sends its program on the tour.
fn try_out(workspace: &Workspace, release: &Release, archive: &str) -> Result<(), Failure> {
    let outside = Outside::new(workspace, "try")?;
    archive::unpack(&workspace.path(FOLDER).join(archive), outside.folder())?;
    let program = outside.path(&release.name()).join(program());
    tour(&program, outside.folder())?;
    outside.remove()
}

impl Release {
    fn of(workspace: &Workspace) -> Result<Self, Failure> {
        let members = workspace.published()?;
        let command = members.iter().find(|member| member.name == build::PACKAGE);
        let command = command.ok_or_else(|| Failure::new(format!("no package {}", build::PACKAGE)))?;
        let stage = workspace.path(FOLDER).join("stage");
        Ok(Self { version: command.version.clone(), target: host(workspace)?, time: time(workspace)?, stage })
    }

    /// What the archive and the folder in it are called.
    fn name(&self) -> String {
        format!("dss-{}-{}", self.version, self.target)
    }

    /// What the list of sums is called. Other platforms have their own.
    fn sums(&self) -> String {
        format!("{}.SHA256SUMS", self.name())
    }

    /// Where a file of the archive is put together.
    fn staged(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.stage.join(relative)
    }
}

/// The program's file name.
fn program() -> String {
    format!("dss{}", env::consts::EXE_SUFFIX)
}

fn host(workspace: &Workspace) -> Result<String, Failure> {
    let told = run::output(run::command(workspace, "rustc").arg("-vV"))?;
    let told = String::from_utf8_lossy(&told);
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::new("rustc -vV names no host"))
}

/// <https://reproducible-builds.org/specs/source-date-epoch/>, or the commit's own time.
fn time(workspace: &Workspace) -> Result<u64, Failure> {
    let text = if let Ok(text) = env::var("SOURCE_DATE_EPOCH") {
        text
    } else {
        let told = run::output(run::command(workspace, "git").args(["log", "-1", "--format=%ct"]))?;
        String::from_utf8_lossy(&told).into_owned()
    };
    let seconds = text.trim().parse();
    seconds
        .map_err(|_| Failure::new(format!("`{}` is no number of seconds (SOURCE_DATE_EPOCH)", text.trim())))
}
