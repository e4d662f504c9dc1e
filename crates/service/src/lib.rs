#![doc = include_str!("../README.md")]

mod around;
mod audit;
mod backup;
mod check;
mod clock;
mod compact;
mod conflict;
mod convert;
mod diff;
mod edit;
mod error;
mod estimate;
mod export;
mod figma;
mod findings;
mod fix;
mod history;
mod import;
mod input;
mod inspect;
mod lint;
mod observer;
mod operation;
mod options;
mod past;
mod pipeline;
mod resolve;
mod service;
mod spill;
mod stats;
mod summary;
mod tape;
mod temporary;
mod undo;
mod verify;
mod view;

pub use backup::{
    BackedUp, BackupOptions, BackupSummary, RestoreOptions, RestoreSummary, RestoredProject, screen_backup,
};
pub use check::{CheckReport, DamageView, ProjectCheck};
pub use clock::{Clock, FixedClock, SystemClock};
pub use compact::{CompactSummary, Compacted};
pub use conflict::{ClockSkewWarning, ConflictItem, ConflictSide, Decided, SideOf};
pub use convert::{ConvertOptions, convert};
pub use diff::{
    Change, DiffCounts, DiffItem, DiffOptions, DiffPlace, DiffSideView, DiffSource, DiffSummary, DiffVisitor,
    FieldChange, Matching, Reordered, diff_files,
};
pub use error::{ErrorClass, ErrorCode, FINDING_CODES, Layer, ServiceError, codes};
pub use estimate::requires_background_job;
pub use figma::{FigmaFile, FigmaPush};
pub use fix::{FixAdvice, FixChange, FixOptions, FixReport, FixedFile, fix};
pub use history::{
    DecisionView, EntityChange, FieldStep, FieldValue, ImportLog, ImportView, LogEntry, TokenHistoryEntry,
};
pub use inspect::inspect;
pub use lint::{LintReport, lint};
pub use observer::{Observer, Phase, Progress};
pub use options::{
    Allowed, ConflictFilter, ExportOptions, ImportOptions, LogFilter, Selection, Since, Strategy, Take,
    TokenChange, TokenFilter, UndoOptions, VerifyOptions,
};
pub use past::Moment;
pub use resolve::{FlatToken, ResolveOptions, ResolveReport, resolve};
pub use service::{ProjectService, ServiceOptions};
pub use stats::{ConflictStats, Durations, FailureStats, OperationStats, Stats, StatsFilter};
pub use summary::{
    AssetView, Conversion, ConversionNote, ConvertSummary, EntryView, ExportSummary, Finding, Findings,
    ImportSummary, Inspection, KindSummary, LayerView, LimitUse, MergeAnalysis, MergeReport, MergeSummary,
    Missing, MissingItem, Outcomes, ProjectView, RecordView, ReplicaView, Resolution, SetView, Skipped,
    SourceSummary, ThemeView, TokenView, VerifySummary,
};

pub use undo::{LeftAlone, UndoCounts, UndoSummary};
pub use verify::{screen, verify};

pub use dss_format as format;
pub use dss_interop as interop;
pub use dss_merge as merge;
pub use dss_model as model;
pub use dss_security as security;
pub use dss_store as store;
