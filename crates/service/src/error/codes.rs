//! The table of error codes, over all layers: what docs/errors.md is printed from.

mod lower;

use dss_format::FindingCode;
use dss_model::{Severity, Stage};

use super::ErrorClass;

/// The layer whose error a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The zip container (`dss-security`).
    Container,
    /// Archives and token files (`dss-format`).
    Format,
    /// Other tools' formats (`dss-interop`).
    Interop,
    /// Revisions (`dss-merge`).
    Merge,
    /// The store (`dss-store`).
    Store,
    /// Operations (`dss-service`).
    Service,
}

impl Layer {
    /// The layer's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Format => "format",
            Self::Interop => "interop",
            Self::Merge => "merge",
            Self::Store => "store",
            Self::Service => "service",
        }
    }
}

/// One way in which [`ServiceError::code`](crate::ServiceError::code) can come about. A code may have several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The stable name.
    pub code: &'static str,
    /// Whose error it is.
    pub layer: Layer,
    /// The stages of an import that can refuse with it; none if it is no refusal of input.
    pub stages: Vec<Stage>,
    /// Which kind of failure it is.
    pub class: ErrorClass,
    /// The rule of the container that was broken; empty for other layers.
    pub rule: &'static str,
    /// What it means, as a sentence.
    pub meaning: String,
    /// What to do next.
    pub remedy: &'static str,
}

/// Every code that an error can carry, by code and layer.
///
/// ```
/// let codes = dss_service::codes();
/// let locked = codes.iter().find(|entry| entry.code == "database_locked");
/// assert_eq!(locked.map(|entry| entry.class.exit_code()), Some(5));
/// ```
pub fn codes() -> Vec<ErrorCode> {
    let mut all: Vec<ErrorCode> = lower::all().collect();
    all.extend(MERGE.iter().map(|row| row.of(Layer::Merge)));
    all.extend(SERVICE.iter().map(|row| row.of(Layer::Service)));
    all.sort_by(|a, b| (a.code, a.layer, a.rule).cmp(&(b.code, b.layer, b.rule)));
    all
}

struct RowOf {
    code: &'static str,
    stages: &'static [Stage],
    class: ErrorClass,
    meaning: &'static str,
    remedy: &'static str,
}

impl RowOf {
    fn of(&self, layer: Layer) -> ErrorCode {
        let Self { code, stages, class, meaning, remedy } = *self;
        let (stages, meaning) = (stages.to_vec(), meaning.to_owned());
        ErrorCode { code, layer, stages, class, rule: "", meaning, remedy }
    }
}

const fn row(
    code: &'static str,
    stages: &'static [Stage],
    class: ErrorClass,
    meaning: &'static str,
    remedy: &'static str,
) -> RowOf {
    RowOf { code, stages, class, meaning, remedy }
}

const STRUCTURE: &[Stage] = &[Stage::Structure];
const TWINS: &str =
    "a copy of the project was duplicated with its identity; run the import again, and keep both copies";
const AGAIN: &str = "run the command again; if it fails again, report it";

const MERGE: &[RowOf] = &[
    row(
        "merge_above_mark",
        STRUCTURE,
        ErrorClass::Refused,
        "A write is later than the archive says it can contain.",
        TWINS,
    ),
    row(
        "counter_out_of_range",
        &[],
        ErrorClass::Store,
        "The revision counter has reached its end (2^53 - 1): it met a forged one, for no real one gets there.",
        "do not import this source",
    ),
    row(
        "merge_covered_but_different",
        STRUCTURE,
        ErrorClass::Refused,
        "One side knows every write of the other, and yet lacks something that is live there.",
        TWINS,
    ),
    row(
        "merge_dot_collision",
        STRUCTURE,
        ErrorClass::Refused,
        "One write has two values: two copies share an identity.",
        TWINS,
    ),
    row(
        "merge_impossible_state",
        STRUCTURE,
        ErrorClass::Refused,
        "An entity is in a state that no sequence of writes can reach.",
        TWINS,
    ),
    row(
        "merge_impossible_state",
        &[],
        ErrorClass::Bug,
        "A write would bring an entity into a state that no sequence of writes can reach.",
        AGAIN,
    ),
    row(
        "merge_not_one_entity",
        STRUCTURE,
        ErrorClass::Refused,
        "Two entities that share an id differ in kind.",
        TWINS,
    ),
    row(
        "merge_own_id_ahead",
        STRUCTURE,
        ErrorClass::Refused,
        "An item knows writes of this copy that it never made and that the archive's manifest does not tell of.",
        "the archive was tampered with: get it again from whoever made it",
    ),
    row(
        "merge_register_annihilated",
        STRUCTURE,
        ErrorClass::Refused,
        "Each side claims that the other's value was superseded, so that nothing would be left.",
        TWINS,
    ),
    row(
        "merge_write_not_newer",
        &[],
        ErrorClass::Bug,
        "A write does not come after everything that the entity has seen.",
        AGAIN,
    ),
];

const SERVICE: &[RowOf] = &[
    row(
        "already_exists",
        &[],
        ErrorClass::Missing,
        "Something of that name exists already: a file, token, theme, ….",
        "choose another name, or change what exists",
    ),
    row(
        "audit_failed",
        &[],
        ErrorClass::Store,
        "The operation was done, but the log of operations could not be written.",
        "the change is kept; make room in the store for its log",
    ),
    row(
        "background_job_required",
        &[],
        ErrorClass::Refused,
        "The operation would take longer than the caller's time budget; it was not started.",
        "run it in the background, raise the time budget, or split the project",
    ),
    row(
        "backup_damaged",
        &[],
        ErrorClass::Refused,
        "A backup lacks a file, or one of its files is not what was written or does not check clean.",
        "take an earlier backup, and look after the disk that holds this one",
    ),
    row(
        "cancelled",
        &[],
        ErrorClass::Cancelled,
        "The caller stopped the operation.",
        "nothing was changed; run it again when you like",
    ),
    row(
        "duplicate_id",
        STRUCTURE,
        ErrorClass::Refused,
        "Two items of the input carry the same id.",
        "one of them is a copy of the other: remove the copy's $extensions[\"org.dss\"]",
    ),
    row(
        "duplicate_path",
        STRUCTURE,
        ErrorClass::Refused,
        "Two items of the input claim the same place.",
        "rename one of the two",
    ),
    row(
        "file_access",
        &[],
        ErrorClass::Store,
        "A file could not be read or written. If it is not there, or is there already, the exit code is 4.",
        "check that it exists, may be accessed, and that there is room",
    ),
    row(
        "file_too_large",
        &[Stage::Archive],
        ErrorClass::Refused,
        "The input has more bytes than the limit.",
        "raise it with --max-file-size or --limits if you trust the source",
    ),
    row(
        "internal",
        &[],
        ErrorClass::Bug,
        "A bug in DSS.",
        "this is a bug in DSS; please report it with the command and its input",
    ),
    row(
        "mass_deletion",
        &[],
        ErrorClass::Refused,
        "An import would delete more than ten items, and more than a fifth of all there are, or whatever other bounds were set.",
        "look at it with --dry-run; if it is meant, allow it with --allow-mass-delete",
    ),
    row(
        "not_found",
        &[],
        ErrorClass::Missing,
        "Something that was named does not exist: a file, token, theme, ….",
        "check the name; names are case-sensitive",
    ),
    row(
        "other_project",
        &[Stage::Manifest],
        ErrorClass::Refused,
        "The archive holds another project than the one it should go into.",
        "import it under a name of its own with --project, or join both with --adopt",
    ),
    row(
        "preview_stale",
        &[],
        ErrorClass::Refused,
        "The store, the input or the options are not what the preview was made of.",
        "preview again with --dry-run and the same options, and pass the new token",
    ),
    row(
        "store_not_empty",
        &[],
        ErrorClass::Missing,
        "A whole backup was to be restored into a store that holds projects. Nothing was changed.",
        "name the projects to bring back, restore into another store with --store DIR, or replace with --force",
    ),
    row(
        "strict_errors",
        &[Stage::Schema, Stage::Structure, Stage::Referential],
        ErrorClass::Refused,
        "There are findings of severity error, and the caller asked for none. The stage is the first one's.",
        "correct them, or import without --strict to keep and mark them",
    ),
    row(
        "theme_unchosen",
        &[],
        ErrorClass::Usage,
        "A theme group (modifier) has no default, and no theme (context) of it was chosen.",
        "choose with --theme MODIFIER=CONTEXT; the message names what there is",
    ),
    row(
        "theme_unknown",
        &[],
        ErrorClass::Missing,
        "A theme was chosen that the input does not have; the message names those that it has.",
        "choose one of those, as --theme MODIFIER=CONTEXT",
    ),
    row(
        "token_invalid",
        &[Stage::Schema],
        ErrorClass::Refused,
        "A token that was to be written breaks the rules of the format.",
        "correct it, or keep it as it is, marked invalid, with --allow-invalid",
    ),
    row(
        "too_many_components",
        STRUCTURE,
        ErrorClass::Refused,
        "The input has more components than the limit.",
        "raise it with --max-components or --limits if you trust the source",
    ),
    row(
        "too_many_files",
        STRUCTURE,
        ErrorClass::Refused,
        "A folder holds, or a resolver document names, more token files than are looked at (20,000).",
        "import a folder further down, or a resolver document that names fewer",
    ),
    row(
        "too_many_tokens",
        STRUCTURE,
        ErrorClass::Refused,
        "The input has more tokens than the limit.",
        "raise it with --max-tokens or --limits if you trust the source",
    ),
    row(
        "undo_of_creation",
        &[],
        ErrorClass::Usage,
        "The import to take back made the project.",
        "to be rid of the project, delete it: `dss project delete PROJECT`",
    ),
    row(
        "usage",
        &[],
        ErrorClass::Usage,
        "The call makes no sense; the message says why.",
        "the hint says what to do instead; `dss help COMMAND` shows what there is",
    ),
];

const fn finding(
    code: &'static str,
    severity: Severity,
    meaning: &'static str,
    remedy: &'static str,
) -> FindingCode {
    FindingCode { code, severity, meaning, remedy }
}

/// Every code of the findings that only the service can make, sorted; those about single tokens and resolver
/// documents are [`dss_format::FINDING_CODES`].
pub const FINDING_CODES: &[FindingCode] = &[
    finding(
        "byte_order_mark",
        Severity::Warning,
        "A file starts with a byte order mark, which JSON does not allow; it was left out.",
        "save the file as UTF-8 without a mark",
    ),
    finding(
        "edit_not_taken_back",
        Severity::Warning,
        "A token file with revisions is back at what was exported to it, while the project holds what it said on an earlier import.",
        "change it in the project, or in a fresh export",
    ),
    finding(
        "history_invalid",
        Severity::Warning,
        "A line of an archive's history cannot be read; it was left out. History is for display only.",
        "nothing depends on it; export the archive again to have the line",
    ),
    finding(
        "history_too_long",
        Severity::Warning,
        "An archive's history has more lines than are kept; the others were left out.",
        "raise --max-tokens, which the limit goes by, if you want to see them",
    ),
    finding(
        "hold_unmatched",
        Severity::Warning,
        "Nothing in the input goes by a name that was to be held, so nothing was held for it.",
        "check the name; paths are spelled as `dss token list` shows them",
    ),
    finding(
        "identity_renewed",
        Severity::Warning,
        "The archive knows writes of this copy that it never made: the store was copied or restored. This copy has a \
         new identity now; edits of before may show up as conflicts once more.",
        "nothing has to be done; keep only one of both copies if you can",
    ),
    finding(
        "merge_covered_but_different",
        Severity::Error,
        "What came in contradicts what is here, though one side knows all of the other; what is here was kept.",
        TWINS,
    ),
    finding(
        "merge_dot_collision",
        Severity::Warning,
        "One write has two values: two copies share an identity. Both values were kept, as a conflict.",
        "resolve the conflict, and keep only one of both copies if you can",
    ),
    finding(
        "merge_impossible_state",
        Severity::Error,
        "Joining would reach a state that no sequence of writes can; what is here was kept.",
        TWINS,
    ),
    finding(
        "merge_not_one_entity",
        Severity::Error,
        "What came in shares an id with something of another kind; what is here was kept.",
        TWINS,
    ),
    finding(
        "merge_register_annihilated",
        Severity::Error,
        "Joining would leave nothing of a register; what is here was kept.",
        TWINS,
    ),
    finding(
        "reference_cycle",
        Severity::Error,
        "References go round in a circle. A warning where a JSON pointer may leave the circle.",
        "give one of the tokens a value of its own",
    ),
    finding(
        "reference_dangling",
        Severity::Error,
        "A reference names a token or group that does not exist.",
        "correct the name, or add what it names",
    ),
    finding(
        "reference_too_deep",
        Severity::Error,
        "More than 64 aliases lie between a token and its value, or groups or values in each other.",
        "point the token nearer to the value",
    ),
    finding(
        "reference_type",
        Severity::Error,
        "A reference leads to a token of another type than its place needs.",
        "refer to a token of the right type",
    ),
    finding(
        "revision_invalid",
        Severity::Warning,
        "The org.dss extension of an item in a token file is damaged; it was left out, the item imported.",
        "remove the extension, or export the file again",
    ),
    finding(
        "source_missing",
        Severity::Error,
        "A resolver document names a file that is not there.",
        "correct the path, or add the file",
    ),
    finding(
        "source_not_followed",
        Severity::Error,
        "A resolver document names a URL or a part of a file, which DSS keeps and does not follow: the values that it would bring are missing (`dss resolve`).",
        "put the tokens into a file beside the resolver document, and name that",
    ),
    finding(
        "source_outside",
        Severity::Error,
        "A resolver document names a file outside its own folder; it was not read.",
        "move the file below the resolver document, or import the resolver document from a folder that holds both",
    ),
    finding(
        "value_too_large",
        Severity::Error,
        "A value grows beyond 1 MiB, or all of them beyond 256 MiB, when its references are followed (`dss resolve`).",
        "refer to fewer tokens that refer to many others",
    ),
];

#[cfg(test)]
mod tests;
