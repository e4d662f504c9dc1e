//! `dss asset`

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use dss_service::model::ProjectName;
use dss_service::{AssetView, ProjectService};
use serde::Serialize;

use super::{Listed, Removed};
use crate::args::AssetCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::session::Session;

pub(super) fn run(command: &AssetCommand, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        AssetCommand::List { project } => {
            #[derive(Serialize)]
            struct Assets {
                assets: Vec<AssetView>,
            }
            let items = Assets { assets: session.service()?.assets(project)? };
            let list = Listed { project: Some(project.as_str()), items };
            session.show(&list, |page, list| render::assets(page, &list.items.assets))?;
        }
        AssetCommand::Add { project, file, path, media_type } => {
            let path = path.clone().map_or_else(|| path_of(file), Ok)?;
            let service = session.service()?;
            let asset = service.set_asset(project, &path, media_type.as_deref(), file)?;
            session.report(&asset, |page, asset| render::asset(page, "Added", asset))?;
        }
        AssetCommand::Get { project, path, output, force } => {
            let service = session.service()?;
            if output == Path::new("-") {
                return to_stdout(&service, project, path, session);
            }
            let asset = to_file(&service, project, path, output, *force)?;
            session.report(&asset, |page, asset| {
                render::asset(
                    page,
                    &format!("Wrote {} from", render::escape(&output.display().to_string())),
                    asset,
                );
            })?;
        }
        AssetCommand::Rm { project, path } => {
            session.service()?.remove_asset(project, path)?;
            return Removed { project: project.as_str(), kind: "asset", name: path, set: None }
                .report(session);
        }
    }
    Ok(Exit::Done)
}

/// The asset's path if none is given: the file's name.
fn path_of(file: &Path) -> Result<String, Failure> {
    let name = file.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| {
        Failure::usage(
            format!("{} has no name that an asset could have", file.display()),
            "give it one with --path",
        )
    })
}

fn to_stdout(
    service: &ProjectService,
    project: &ProjectName,
    path: &str,
    session: &mut Session,
) -> Result<Exit, Failure> {
    if session.is_json {
        return Err(Failure::usage(
            "standard output cannot hold both the asset and a JSON document",
            "write the asset to a file, or leave --json out",
        ));
    }
    service.read_asset(project, path, &mut session.out)?;
    Ok(Exit::Done)
}

/// Writes the asset beside its place and renames it, so that no half file ever stands there.
fn to_file(
    service: &ProjectService,
    project: &ProjectName,
    path: &str,
    target: &Path,
    may_replace: bool,
) -> Result<AssetView, Failure> {
    if !may_replace && target.exists() {
        let message = format!("file \"{}\" exists already", target.display());
        let hint = "name another file, or replace it with --force";
        return Err(Failure::new(Exit::Missing, "already_exists", message, hint));
    }
    let partial = Partial::new(target)?;
    let mut file = File::create_new(&partial.0).map_err(|error| Failure::file(target, &error))?;
    let asset = service.read_asset(project, path, &mut file)?;
    file.flush().and_then(|()| file.sync_all()).map_err(|error| Failure::file(target, &error))?;
    drop(file);
    fs::rename(&partial.0, target).map_err(|error| Failure::file(target, &error))?;
    Ok(asset)
}

/// A file on its way; removed unless it got its name.
struct Partial(PathBuf);

impl Partial {
    fn new(target: &Path) -> Result<Self, Failure> {
        let name = target.file_name().ok_or_else(|| {
            Failure::usage(format!("{} is no file name", target.display()), "name a file to write")
        })?;
        let name = format!(".{}.{}.partial", name.to_string_lossy(), std::process::id());
        Ok(Self(target.with_file_name(name)))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After the rename there is nothing to remove.
        let _removed = fs::remove_file(&self.0);
    }
}
