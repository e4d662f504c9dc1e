#![doc = include_str!("../README.md")]

mod audit;
mod clock;
mod edit;
mod error;
mod estimate;
mod export;
mod findings;
mod history;
mod import;
mod input;
mod inspect;
mod observer;
mod options;
mod past;
mod pipeline;
mod service;
mod spill;
mod summary;
mod undo;
mod verify;
mod view;

pub use clock::{Clock, FixedClock, SystemClock};
pub use error::{ErrorClass, ErrorCode, FINDING_CODES, Layer, ServiceError, codes};
pub use estimate::requires_background_job;
pub use history::{
    DecisionView, EntityChange, FieldChange, FieldValue, ImportLog, ImportView, LogEntry, TokenHistoryEntry,
};
pub use inspect::inspect;
pub use observer::{Observer, Phase, Progress};
pub use options::{
    ExportOptions, ImportOptions, LogFilter, Selection, Since, Strategy, TokenChange, TokenFilter,
    UndoOptions, VerifyOptions,
};
pub use past::Moment;
pub use service::{ProjectService, ServiceOptions};
pub use summary::{
    AssetView, EntryView, ExportSummary, Finding, Findings, ImportSummary, Inspection, KindSummary,
    LayerView, LimitUse, ProjectView, RecordView, ReplicaView, SetView, Skipped, ThemeView, TokenView,
    VerifySummary,
};

pub use undo::{LeftAlone, UndoCounts, UndoSummary};
pub use verify::verify;

pub use dss_format as format;
pub use dss_merge as merge;
pub use dss_model as model;
pub use dss_security as security;
pub use dss_store as store;
