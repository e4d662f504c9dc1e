//! Archives taken apart and put together again, with something wrong in them.

use std::fs::File;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use dss_service::model::{JsonLimits, JsonText};
use dss_service::security::Sha256Digest;
use dss_testkit::TestResult;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

pub(crate) const MANIFEST: &str = "manifest.json";

/// The entries of an archive, in order.
#[derive(Clone)]
pub(crate) struct Pack {
    pub(crate) entries: Vec<(String, Vec<u8>)>,
}

impl Pack {
    pub(crate) fn open(path: &Path) -> TestResult<Self> {
        let mut zip = ZipArchive::new(File::open(path)?)?;
        let mut entries = Vec::new();
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index)?;
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            entries.push((entry.name()?.into_owned(), content));
        }
        Ok(Self { entries })
    }

    pub(crate) fn get(&mut self, name: &str) -> TestResult<&mut Vec<u8>> {
        let entry = self.entries.iter_mut().find(|(known, _)| known == name);
        entry.map(|(_, content)| content).ok_or_else(|| format!("no entry {name}").into())
    }

    /// The name of the one entry that ends like this.
    pub(crate) fn name(&self, ending: &str) -> TestResult<String> {
        let mut names = self.entries.iter().map(|(name, _)| name).filter(|name| name.ends_with(ending));
        match (names.next(), names.next()) {
            (Some(name), None) => Ok(name.clone()),
            _ => Err(format!("not one entry ends with {ending}").into()),
        }
    }

    /// Replaces the first occurrence of a text in an entry, which must have it.
    pub(crate) fn swap(&mut self, name: &str, from: &str, to: &str) -> TestResult {
        let content = self.get(name)?;
        let text = std::str::from_utf8(content)?;
        if !text.contains(from) {
            return Err(format!("{name} has no {from}: {text}").into());
        }
        *content = text.replacen(from, to, 1).into_bytes();
        Ok(())
    }

    pub(crate) fn remove(&mut self, name: &str) -> TestResult {
        self.get(name)?;
        self.entries.retain(|(known, _)| known != name);
        Ok(())
    }

    /// Adds an entry before the manifest.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        let at = self.entries.iter().position(|(known, _)| known == MANIFEST);
        self.entries.insert(at.unwrap_or(self.entries.len()), (name.to_owned(), content.to_vec()));
    }

    /// Changes the manifest, and lets its hash be wrong.
    pub(crate) fn manifest(&mut self, change: impl FnOnce(&mut Value)) -> TestResult {
        let content = self.get(MANIFEST)?;
        let mut manifest: Value = serde_json::from_slice(content)?;
        change(&mut manifest);
        *content = manifest.to_string().into_bytes();
        Ok(())
    }

    /// The ids in the first token document, in order.
    pub(crate) fn ids(&self) -> TestResult<Vec<String>> {
        let (_, document) = self.entries.get(1).ok_or("an entry")?;
        let text = std::str::from_utf8(document)?;
        let ids = text.split("\"id\":").skip(1).filter_map(|rest| rest.split('"').nth(1));
        Ok(ids.map(str::to_owned).collect())
    }

    /// Makes the manifest agree with the entries that it lists, as an attacker would.
    pub(crate) fn seal(&mut self) -> TestResult {
        let entries = self.entries.clone();
        self.manifest(|manifest| {
            for content in manifest["contents"].as_array_mut().into_iter().flatten() {
                let bytes =
                    entries.iter().find(|(name, _)| content["path"] == **name).map(|(_, bytes)| bytes);
                if let Some(bytes) = bytes {
                    content["size"] = json!(bytes.len());
                    content["sha256"] = json!(Sha256Digest::of(bytes).to_string());
                }
            }
        })?;
        self.seal_manifest()
    }

    /// Makes the manifest's own hash right.
    pub(crate) fn seal_manifest(&mut self) -> TestResult {
        let mut hashed = Ok(());
        self.manifest(|manifest| {
            hashed = export_hash(manifest).map(|hash| manifest["exportHash"] = json!(hash));
        })?;
        hashed
    }

    /// The zip, as a program that knows its headers but not the format writes it.
    pub(crate) fn zip(&self) -> TestResult<Vec<u8>> {
        let method = |name: &str| {
            if name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated }
        };
        self.zip_with(method, 6)
    }

    pub(crate) fn zip_with(
        &self,
        method: impl Fn(&str) -> CompressionMethod,
        level: i64,
    ) -> TestResult<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.entries {
            if name.ends_with('/') {
                zip.add_directory(name.as_str(), SimpleFileOptions::DEFAULT)?;
                continue;
            }
            let method = method(name);
            let options = SimpleFileOptions::DEFAULT
                .compression_method(method)
                .compression_level((method == CompressionMethod::Deflated).then_some(level))
                .last_modified_time(DateTime::DEFAULT)
                .unix_permissions(0o644);
            zip.start_file(name.as_str(), options)?;
            zip.write_all(content)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

/// SHA-256 over the canonical JSON (RFC 8785) of the manifest without its hash.
fn export_hash(manifest: &Value) -> TestResult<String> {
    let mut body = manifest.clone();
    body.as_object_mut().ok_or("a manifest is an object")?.remove("exportHash");
    let text = JsonText::parse(body.to_string().as_bytes(), &JsonLimits::default())?;
    Ok(Sha256Digest::of(text.canonical().as_bytes()).to_string())
}
