//! Assets.

use std::fs::File;
use std::io::{self, BufReader, Seek as _, Write};
use std::path::Path;

use dss_format::record::derived_id;
use dss_model::{ContentHash, JsonText, Kind, ProjectName, RegName, Value};
use dss_security::HashingReader;
use dss_store::LifeFilter;
use serde_json::json;

use super::{Edit, Result, alive, collect, find_alive, not_found, text, usage};
use crate::view::asset_view;
use crate::{AssetView, ProjectService, ServiceError};

/// Media types by file ending, of what design systems are made of.
const MEDIA_TYPES: [(&str, &str); 19] = [
    ("avif", "image/avif"),
    ("css", "text/css"),
    ("eot", "application/vnd.ms-fontobject"),
    ("gif", "image/gif"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("lottie", "application/zip+dotlottie"),
    ("md", "text/markdown"),
    ("mp4", "video/mp4"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("ttf", "font/ttf"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
];

impl ProjectService {
    /// Assets by path.
    ///
    /// # Errors
    /// If the project does not exist or cannot be read.
    pub fn assets(&self, project: &ProjectName) -> Result<Vec<AssetView>> {
        let tx = self.store.read(project)?;
        let mut rows = collect(&*tx, &[Kind::Asset], LifeFilter::Alive)?;
        rows.sort_by(|a, b| a.columns.path.cmp(&b.columns.path));
        rows.iter().map(|row| asset_view(&*tx, row)).collect()
    }

    /// Stores a file as the asset at `path` (created or replaced). Without a media type, the one that
    /// it had or, for a new asset, that its ending says.
    ///
    /// # Errors
    /// [`ServiceError::File`] if the file cannot be read, [`ServiceError::Usage`] if the path is none;
    /// nothing was changed then.
    pub fn set_asset(
        &self,
        project: &ProjectName,
        path: &str,
        media_type: Option<&str>,
        file: &Path,
    ) -> Result<AssetView> {
        let run = || {
            check_asset_path(path)?;
            // Read before the project is locked: what comes through a pipe may take its time.
            let mut file = Content::open(file)?;
            let mut edit = Edit::begin(self, project)?;
            let content = edit.store_content(&mut file)?;
            let place = edit.named(Kind::Asset, path, derived_id(Kind::Asset, path))?;
            let register = media_type_register()?;
            let old = place.existing.as_ref().filter(|row| row.entity.is_alive());
            let old = old.and_then(|row| row.entity.json(&register).cloned());
            let media_type = match (media_type, old) {
                (Some(media_type), _) => JsonText::string(media_type),
                (None, Some(old)) => old,
                (None, None) => JsonText::string(media_type_of(path)),
            };
            let changes = vec![
                (RegName::LIFE, alive()),
                text(RegName::NAME, path),
                (register, Value::Json(media_type)),
                (RegName::CONTENT, Value::Blob(content)),
            ];
            let id = edit.put_named(Kind::Asset, place, changes)?.id();
            edit.settle()?;
            let row = edit.tx.get(id)?.ok_or_else(|| not_found("asset", path))?;
            let view = asset_view(&*edit.tx, &row)?;
            edit.commit()?;
            Ok(view)
        };
        let detail = |view: &AssetView| json!({ "path": path, "sha256": view.sha256, "size": view.size });
        self.audited("asset.set", Some(project), run, detail)
    }

    /// Writes an asset's content to `out`.
    ///
    /// # Errors
    /// If there is no such asset, its content is not stored or damaged, or `out` fails; part of the
    /// content may have been written then.
    pub fn read_asset(&self, project: &ProjectName, path: &str, out: &mut dyn Write) -> Result<AssetView> {
        let tx = self.store.read(project)?;
        let row = find_alive(&*tx, Kind::Asset, path, "asset")?;
        let written = match row.entity.value(&RegName::CONTENT) {
            Some(Value::Blob(hash)) => tx.read_blob(*hash, out)?,
            _ => None,
        };
        if written.is_none() {
            return Err(not_found("content of asset", path));
        }
        asset_view(&*tx, &row)
    }

    /// Deletes an asset.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is none; nothing was changed then.
    pub fn remove_asset(&self, project: &ProjectName, path: &str) -> Result<()> {
        let run = || {
            let mut edit = Edit::begin(self, project)?;
            let row = find_alive(&*edit.tx, Kind::Asset, path, "asset")?;
            edit.delete(row)?;
            edit.settle()?;
            edit.commit()
        };
        self.audited("asset.remove", Some(project), run, |()| json!({ "path": path }))
    }
}

fn media_type_register() -> Result<RegName> {
    RegName::new("mediaType")
        .ok_or_else(|| ServiceError::Internal("\"mediaType\" names no register".to_owned()))
}

/// The media type that a file's ending says.
fn media_type_of(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let known = MEDIA_TYPES.iter().find(|(known, _)| *known == ending);
    known.map_or("application/octet-stream", |(_, media_type)| media_type)
}

/// Refuses paths that would leave the folder they are put into.
fn check_asset_path(path: &str) -> Result<()> {
    let is_plain = |name: &str| !name.is_empty() && name != "." && name != "..";
    let is_relative = path.split('/').all(is_plain) && !path.contains(['\\', ':']);
    if is_relative && path.len() <= 500 && !path.contains(char::is_control) {
        return Ok(());
    }
    let message = format!("\"{}\" cannot be the path of an asset", path.escape_debug());
    Err(usage(message, "asset paths are relative, with \"/\" between names: icons/close.svg"))
}

/// What a file holds, with its hash, from the start.
struct Content {
    file: BufReader<File>,
    hash: ContentHash,
    bytes: u64,
}

impl Content {
    fn open(path: &Path) -> Result<Self> {
        Self::read(path).map_err(|cause| ServiceError::File { path: path.to_owned(), cause })
    }

    /// What cannot be read twice, such as a pipe, is kept in a temporary file.
    fn read(path: &Path) -> io::Result<Self> {
        let opened = File::open(path)?;
        let is_file = opened.metadata()?.is_file();
        let mut hashing = HashingReader::new(BufReader::new(opened));
        let (mut file, digest, bytes) = if is_file {
            io::copy(&mut hashing, &mut io::sink())?;
            hashing.finish()
        } else {
            let mut kept = tempfile::tempfile()?;
            io::copy(&mut hashing, &mut kept)?;
            let (_, digest, bytes) = hashing.finish();
            (BufReader::new(kept), digest, bytes)
        };
        file.rewind()?;
        Ok(Self { file, hash: ContentHash::from_bytes(digest.0), bytes })
    }
}

impl Edit<'_> {
    /// Stores a file's content.
    fn store_content(&mut self, content: &mut Content) -> Result<ContentHash> {
        self.tx.put_blob(content.hash, content.bytes, &mut content.file)?;
        Ok(content.hash)
    }
}
