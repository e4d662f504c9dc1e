//! The manifest: what an archive holds, and the hashes that prove it undamaged (docs/archive-format.md §4,
//! schemas/manifest.schema.json).

use std::collections::BTreeMap;
use std::fmt;

use dss_model::{
    ContentHash, EntityId, JsonError, JsonLimits, JsonRef, JsonText, Kind, ProjectIds, ReplicaId, Stage,
};
use dss_security::Sha256Digest;

use crate::error::{FormatError, FormatErrorKind};
use crate::layout::MANIFEST;
use crate::object::Fields;
use crate::time;

/// The version of the container: entry names, manifest members. Archives of a higher major version are refused; of those
/// of a higher minor version, what is not known here is left out.
pub const FORMAT_VERSION: FormatVersion = FormatVersion { major: 1, minor: 0 };
/// The version of the payloads that this build writes, and the newest that it reads.
pub const SCHEMA_VERSION: u64 = 1;

/// The manifest's members in version 1.0.
const MEMBERS: &[&str] = &[
    "formatVersion",
    "schemaVersion",
    "generator",
    "project",
    "alsoKnownAs",
    "replicas",
    "kind",
    "selection",
    "counts",
    "contents",
    "exportedAt",
    "by",
    "exportHash",
];
/// Those of each of its `contents`.
const CONTENT_MEMBERS: &[&str] =
    &["path", "role", "mediaType", "size", "sha256", "compressedSize", "compressedSha256", "count", "set"];

/// What a hash is, in messages.
const SHA256: &str = "SHA-256 in lower-case hexadecimal";

/// A version of the container, such as 1.0.
///
/// ```
/// use dss_format::manifest::FormatVersion;
/// assert_eq!("1.10".parse(), Ok(FormatVersion { major: 1, minor: 10 }));
/// assert!("1".parse::<FormatVersion>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormatVersion {
    /// Readers refuse a higher one than theirs.
    pub major: u64,
    /// A higher one only adds what readers may leave out.
    pub minor: u64,
}

impl FormatVersion {
    /// Whether there may be members and entries that this build does not know.
    fn may_have_more(self) -> bool {
        self > FORMAT_VERSION
    }

    /// Refuses members that are not known, unless the version may have them.
    fn check_members(self, fields: &Fields<'_>, known: &[&str]) -> Result<(), FormatError> {
        if self.may_have_more() { Ok(()) } else { fields.only(known) }
    }
}

impl fmt::Display for FormatVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl std::str::FromStr for FormatVersion {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |digits: &str| {
            let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit())
                && (digits == "0" || !digits.starts_with('0'));
            digits.parse().ok().filter(|_| is_plain).ok_or(ParseVersionError)
        };
        let (major, minor) = text.split_once('.').ok_or(ParseVersionError)?;
        Ok(Self { major: number(major)?, minor: number(minor)? })
    }
}

/// A text that is no [`FormatVersion`]: two numbers with a dot between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseVersionError;

impl fmt::Display for ParseVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a format version is two numbers with a dot between, such as 1.0")
    }
}

impl std::error::Error for ParseVersionError {}

/// What an entry is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Says that this is a DSS project.
    Mimetype,
    /// A token document, or part of one.
    Tokens,
    /// The resolver document: layers and themes.
    Resolver,
    /// Components.
    Components,
    /// The list of assets.
    Assets,
    /// An asset's content.
    Asset,
    /// Deleted entities.
    Deleted,
    /// The audit trail, for display.
    History,
    /// Something that a newer minor version added, and that this one can do without.
    Other,
}

impl Role {
    /// Those that version 1.0 has.
    const KNOWN: [Self; 8] = [
        Self::Mimetype,
        Self::Tokens,
        Self::Resolver,
        Self::Components,
        Self::Assets,
        Self::Asset,
        Self::Deleted,
        Self::History,
    ];

    /// The role's name in manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mimetype => "mimetype",
            Self::Tokens => "tokens",
            Self::Resolver => "resolver",
            Self::Components => "components",
            Self::Assets => "assets",
            Self::Asset => "asset",
            Self::Deleted => "deleted",
            Self::History => "history",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an entry's bytes became in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compressed {
    /// Bytes, compressed.
    pub size: u64,
    /// SHA-256 of its compressed bytes.
    pub sha256: ContentHash,
}

/// One entry of the archive, as the manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The entry's name.
    pub path: String,
    /// What it is for.
    pub role: Role,
    /// Its media type (RFC 6838).
    pub media_type: String,
    /// Bytes, uncompressed.
    pub size: u64,
    /// SHA-256 of its uncompressed bytes.
    pub sha256: ContentHash,
    /// Its compressed bytes, of which one content can have many; none if it was stored as it is. Says how the archive
    /// was written, and so nothing about one that was unzipped and zipped again: only
    /// [`Archive::check_canonical`](crate::archive::Archive::check_canonical) asks for it.
    pub compressed: Option<Compressed>,
    /// Tokens, components, assets or deleted entities in it.
    pub count: u64,
    /// For token documents: the set's name. Parts of one set follow each other.
    pub set: Option<String>,
}

/// Whether an archive holds a whole project: the manifest's `kind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everything.
    Full,
    /// What this selection matched, whole entities all the same.
    Partial {
        /// The selection, as the exporter was asked for it: an object of `sets`, `tags`, `folders`, `types`,
        /// `categories`, `since`.
        selection: JsonText,
    },
}

/// What an archive says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The program that wrote it.
    pub generator: String,
    /// The version of its payloads.
    pub schema_version: u64,
    /// The project entity: its id, its fields, its revision.
    pub project: JsonText,
    /// Further ids of the project, sorted: it was begun apart, and joined since.
    pub also_known_as: Vec<EntityId>,
    /// Every copy whose writes are in it, with that copy's highest counter (up to 2^53 - 1), by id.
    pub replicas: Vec<(ReplicaId, u64)>,
    /// Whether it is all of the project.
    pub extent: Extent,
    /// Live entities by kind; kinds without any are left out.
    pub counts: BTreeMap<Kind, u64>,
    /// Every other entry, in archive order.
    pub contents: Vec<Content>,
    /// When: milliseconds since 1970. The project's last change, unless the exporter said otherwise.
    pub exported_at_ms: i64,
    /// Who exported it, if they wished to say.
    pub by: Option<String>,
}

impl Manifest {
    /// The manifest as canonical JSON (RFC 8785), with its `exportHash`, which is also returned.
    pub fn to_json(&self) -> (JsonText, ContentHash) {
        let hash = hash_of(&self.body(None));
        (self.body(Some(hash)), hash)
    }

    fn body(&self, hash: Option<ContentHash>) -> JsonText {
        let body = JsonText::object(|out| {
            out.string("formatVersion", &FORMAT_VERSION.to_string());
            out.integer("schemaVersion", self.schema_version);
            out.string("generator", &self.generator);
            out.raw("project", self.project.get_ref());
            if !self.also_known_as.is_empty() {
                out.array("alsoKnownAs", |list| {
                    self.also_known_as.iter().for_each(|id| list.string(&id.to_string()));
                });
            }
            out.array("replicas", |list| {
                for (id, counter) in &self.replicas {
                    list.object(|out| {
                        out.string("id", &id.to_string());
                        out.integer("counter", *counter);
                    });
                }
            });
            match &self.extent {
                Extent::Full => out.string("kind", "full"),
                Extent::Partial { selection } => {
                    out.string("kind", "partial");
                    out.raw("selection", selection.get_ref());
                }
            }
            out.object("counts", |out| {
                self.counts.iter().for_each(|(kind, count)| out.integer(kind.name(), *count));
            });
            out.array("contents", |list| {
                self.contents.iter().for_each(|content| list.object(|out| content.write(out)));
            });
            out.string("exportedAt", &time::format(self.exported_at_ms));
            if let Some(by) = &self.by {
                out.string("by", by);
            }
            if let Some(hash) = hash {
                out.string("exportHash", &hash.to_string());
            }
        });
        // Canonical spelling of what a builder wrote parses by construction.
        JsonText::parse(body.canonical().as_bytes(), &limits()).unwrap_or(body)
    }
}

impl Content {
    fn write(&self, out: &mut dss_model::ObjectBuilder<'_>) {
        out.string("path", &self.path);
        out.string("role", self.role.name());
        out.string("mediaType", &self.media_type);
        out.integer("size", self.size);
        out.string("sha256", &self.sha256.to_string());
        if let Some(Compressed { size, sha256 }) = &self.compressed {
            out.integer("compressedSize", *size);
            out.string("compressedSha256", &sha256.to_string());
        }
        out.integer("count", self.count);
        if let Some(set) = &self.set {
            out.string("set", set);
        }
    }

    fn read(fields: &Fields<'_>, version: FormatVersion) -> Result<Self, FormatError> {
        version.check_members(fields, CONTENT_MEMBERS)?;
        let role = fields.string("role")?;
        let role = Role::KNOWN.into_iter().find(|known| known.name() == role);
        let role = role.or(version.may_have_more().then_some(Role::Other));
        let role = role.ok_or_else(|| fields.error("unknown role"))?;
        let set = fields.optional_string("set")?.map(std::borrow::Cow::into_owned);
        if role != Role::Other && set.is_some() != (role == Role::Tokens) {
            return Err(fields.error("\"set\" belongs to token documents, and every one has it"));
        }
        Ok(Self {
            path: fields.string("path")?.into_owned(),
            role,
            media_type: fields.string("mediaType")?.into_owned(),
            size: fields.integer("size")?,
            sha256: fields.parsed("sha256", SHA256)?,
            compressed: read_compressed(fields)?,
            count: fields.integer("count")?,
            set,
        })
    }
}

fn read_compressed(fields: &Fields<'_>) -> Result<Option<Compressed>, FormatError> {
    match (fields.get("compressedSize"), fields.get("compressedSha256")) {
        (None, None) => Ok(None),
        _ => Ok(Some(Compressed {
            size: fields.integer("compressedSize")?,
            sha256: fields.parsed("compressedSha256", SHA256)?,
        })),
    }
}

/// A manifest whose own hash holds and whose version this build reads.
///
/// That its list is exactly what the archive holds is proven by
/// [`Archive::open`](crate::archive::Archive::open), the only place that makes one.
#[derive(Clone, Debug)]
pub struct VerifiedManifest {
    manifest: Manifest,
    export_hash: ContentHash,
}

impl VerifiedManifest {
    /// Reads and verifies a manifest's bytes.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let text = JsonText::parse(bytes, &limits()).map_err(|error| invalid_json(&error))?;
        let root = text.get_ref();
        let version = check_version(root)?;
        let fields = fields(root)?;
        let claimed: ContentHash = fields.parsed("exportHash", SHA256)?;
        let body = JsonText::object(|out| {
            let members = root.members().filter(|(name, _)| name != "exportHash");
            members.for_each(|(name, value)| out.raw(&name, value));
        });
        let actual = hash_of(&body);
        if actual != claimed {
            let message = format!(
                "Manifest integrity check failed: exportHash is {claimed}, the manifest has {actual}"
            );
            return Err(FormatError::new(
                FormatErrorKind::ManifestIntegrity,
                Stage::Manifest,
                MANIFEST,
                message,
            ));
        }
        Ok(Self { manifest: read_manifest(&fields, version)?, export_hash: claimed })
    }

    /// What the archive says about itself.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The archive's identity: SHA-256 over the manifest, and through it over everything.
    pub const fn export_hash(&self) -> ContentHash {
        self.export_hash
    }
}

fn read_manifest(fields: &Fields<'_>, version: FormatVersion) -> Result<Manifest, FormatError> {
    version.check_members(fields, MEMBERS)?;
    let replicas = fields.elements("replicas")?.map(|replica| {
        let replica = fields.inner(replica, "replicas[]")?;
        version.check_members(&replica, &["id", "counter"])?;
        Ok((replica.parsed("id", "replica id")?, replica.integer("counter")?))
    });
    let replicas = replicas.collect::<Result<Vec<(ReplicaId, u64)>, FormatError>>()?;
    if !replicas.is_sorted_by(|(a, _), (b, _)| a < b) {
        return Err(fields.error("\"replicas\" is not sorted by id"));
    }
    let contents = fields
        .elements("contents")?
        .map(|content| Content::read(&fields.inner(content, "contents[]")?, version));
    let contents = contents.collect::<Result<Vec<_>, FormatError>>()?;
    let counts = fields.required("counts")?.members().map(|(name, count)| {
        Kind::from_name(&name).zip(count.u64()).ok_or_else(|| fields.error("malformed \"counts\""))
    });
    let exported_at = fields.string("exportedAt")?;
    Ok(Manifest {
        generator: fields.string("generator")?.into_owned(),
        schema_version: fields.integer("schemaVersion")?,
        project: fields.required("project")?.to_text(),
        also_known_as: read_other_ids(fields)?,
        replicas,
        extent: read_extent(fields)?,
        counts: counts.collect::<Result<_, _>>()?,
        contents,
        exported_at_ms: time::parse(&exported_at).ok_or_else(|| fields.error("\"exportedAt\" is no time"))?,
        by: fields.optional_string("by")?.map(std::borrow::Cow::into_owned),
    })
}

fn read_other_ids(fields: &Fields<'_>) -> Result<Vec<EntityId>, FormatError> {
    let Some(list) = fields.get("alsoKnownAs") else { return Ok(Vec::new()) };
    let ids: Option<Vec<EntityId>> =
        list.elements().map(|id| id.string().and_then(|id| id.parse().ok())).collect();
    let is_fine = |ids: &Vec<EntityId>| {
        (1..=ProjectIds::OTHERS_MAX).contains(&ids.len()) && ids.is_sorted_by(|a, b| a < b)
    };
    ids.filter(is_fine).ok_or_else(|| fields.error("\"alsoKnownAs\" is no sorted list of up to 1000 ids"))
}

fn read_extent(fields: &Fields<'_>) -> Result<Extent, FormatError> {
    match (fields.string("kind")?.as_ref(), fields.get("selection")) {
        ("full", None) => Ok(Extent::Full),
        ("partial", Some(selection)) => Ok(Extent::Partial { selection: selection.to_text() }),
        _ => Err(fields.error("\"kind\" is full, or partial with a \"selection\"")),
    }
}

/// Refuses other versions, before anything else is asked of the manifest.
fn check_version(root: JsonRef<'_>) -> Result<FormatVersion, FormatError> {
    let fields = fields(root)?;
    let format: FormatVersion = fields.parsed("formatVersion", "version of the form 1.0")?;
    let schema = fields.integer("schemaVersion")?;
    if format.major == 0 || schema == 0 {
        return Err(fields.error("no version that ever was"));
    }
    if format.major > FORMAT_VERSION.major || schema > SCHEMA_VERSION {
        let message = format!(
            "written in format {format}, schema version {schema}; this build reads up to format \
             {FORMAT_VERSION}, schema version {SCHEMA_VERSION}"
        );
        return Err(FormatError::new(FormatErrorKind::VersionNewer, Stage::Schema, MANIFEST, message));
    }
    Ok(format)
}

fn fields(root: JsonRef<'_>) -> Result<Fields<'_>, FormatError> {
    Fields::new(root, MANIFEST, "manifest", (FormatErrorKind::ManifestInvalid, Stage::Manifest))
}

fn invalid_json(error: &JsonError) -> FormatError {
    FormatError::new(FormatErrorKind::ManifestInvalid, Stage::Manifest, MANIFEST, error.to_string())
}

fn hash_of(body: &JsonText) -> ContentHash {
    ContentHash::from_bytes(Sha256Digest::of(body.canonical().as_bytes()).0)
}

/// A manifest may list many entries; everything else is bounded as ever.
fn limits() -> JsonLimits {
    JsonLimits::default()
}
