//! Everything that can be set, and what it is called in each place.

use super::Kind;

/// Something that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Preset,
    Store,
    Author,
    Color,
    LogFormat,
    LogLevel,
    OnConflict,
    SkewTolerance,
    SkewThreshold,
    MassDeletionItems,
    MassDeletionPercent,
    Limits,
    MaxFileSize,
    MaxTokens,
    MaxComponents,
    MaxItemSize,
    MaxEntries,
    MaxEntrySize,
    MaxTotalSize,
    MaxRatio,
    BusyTimeout,
    TimeBudget,
    BackupKeep,
    BackupKeepDays,
}

/// What there is to know about a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    /// Its name in `dss.toml`, with its table: `limits.max-tokens`.
    pub(crate) name: &'static str,
    /// Its environment variable.
    pub(crate) env: &'static str,
    /// Its option on the command line, if it has one.
    pub(crate) option: Option<&'static str>,
    /// What its values are.
    pub(crate) kind: Kind,
    /// Whether a project's file may not set it. Such a file may come from a stranger, with a repository: it says how much
    /// may be read, and not whose store it is, who decides, or how much may be deleted (docs/threat-model.md).
    pub(crate) is_personal: bool,
}

const fn shared(name: &'static str, env: &'static str, option: Option<&'static str>, kind: Kind) -> About {
    About { name, env, option, kind, is_personal: false }
}

const fn personal(name: &'static str, env: &'static str, option: Option<&'static str>, kind: Kind) -> About {
    About { is_personal: true, ..shared(name, env, option, kind) }
}

impl Key {
    /// All of them, in the order in which they are shown.
    pub(crate) const ALL: &[Self] = &[
        Self::Preset,
        Self::Store,
        Self::Author,
        Self::Color,
        Self::LogFormat,
        Self::LogLevel,
        Self::OnConflict,
        Self::SkewTolerance,
        Self::SkewThreshold,
        Self::MassDeletionItems,
        Self::MassDeletionPercent,
        Self::Limits,
        Self::MaxFileSize,
        Self::MaxTokens,
        Self::MaxComponents,
        Self::MaxItemSize,
        Self::MaxEntries,
        Self::MaxEntrySize,
        Self::MaxTotalSize,
        Self::MaxRatio,
        Self::BusyTimeout,
        Self::TimeBudget,
        Self::BackupKeep,
        Self::BackupKeepDays,
    ];

    /// What there is to know about it.
    pub(crate) const fn about(self) -> About {
        match self {
            Self::Preset => shared("preset", "DSS_PRESET", Some("--preset"), Kind::Preset),
            Self::Store => personal("store", "DSS_STORE", Some("--store"), Kind::Path),
            Self::Author => personal("author", "DSS_AUTHOR", Some("--as"), Kind::Text),
            Self::Color => shared("color", "DSS_COLOR", Some("--color"), Kind::Color),
            Self::LogFormat => shared("log.format", "DSS_LOG_FORMAT", Some("--log-format"), Kind::LogFormat),
            Self::LogLevel => shared("log.level", "DSS_LOG", Some("--log-level"), Kind::LogLevel),
            Self::OnConflict => {
                personal("merge.on-conflict", "DSS_ON_CONFLICT", Some("--on-conflict"), Kind::Decision)
            }
            Self::SkewTolerance => {
                shared("merge.skew-tolerance", "DSS_SKEW_TOLERANCE", Some("--skew-tolerance"), Kind::Seconds)
            }
            Self::SkewThreshold => {
                shared("merge.skew-threshold", "DSS_SKEW_THRESHOLD", Some("--skew-threshold"), Kind::Seconds)
            }
            Self::MassDeletionItems => {
                personal("safety.mass-deletion-items", "DSS_MASS_DELETION_ITEMS", None, Kind::Count)
            }
            Self::MassDeletionPercent => {
                personal("safety.mass-deletion-percent", "DSS_MASS_DELETION_PERCENT", None, Kind::Percent)
            }
            Self::Limits => shared("limits.preset", "DSS_LIMITS", Some("--limits"), Kind::Preset),
            Self::MaxFileSize => {
                shared("limits.max-file-size", "DSS_MAX_FILE_SIZE", Some("--max-file-size"), Kind::Bytes)
            }
            Self::MaxTokens => {
                shared("limits.max-tokens", "DSS_MAX_TOKENS", Some("--max-tokens"), Kind::Count)
            }
            Self::MaxComponents => {
                shared("limits.max-components", "DSS_MAX_COMPONENTS", Some("--max-components"), Kind::Count)
            }
            Self::MaxItemSize => {
                shared("limits.max-item-size", "DSS_MAX_ITEM_SIZE", Some("--max-item-size"), Kind::Bytes)
            }
            Self::MaxEntries => {
                shared("limits.max-entries", "DSS_MAX_ENTRIES", Some("--max-entries"), Kind::Count)
            }
            Self::MaxEntrySize => {
                shared("limits.max-entry-size", "DSS_MAX_ENTRY_SIZE", Some("--max-entry-size"), Kind::Bytes)
            }
            Self::MaxTotalSize => {
                shared("limits.max-total-size", "DSS_MAX_TOTAL_SIZE", Some("--max-total-size"), Kind::Bytes)
            }
            Self::MaxRatio => shared("limits.max-ratio", "DSS_MAX_RATIO", Some("--max-ratio"), Kind::Count),
            Self::BusyTimeout => {
                shared("limits.busy-timeout", "DSS_BUSY_TIMEOUT", Some("--busy-timeout"), Kind::Seconds)
            }
            Self::TimeBudget => {
                shared("limits.time-budget", "DSS_TIME_BUDGET", Some("--time-budget"), Kind::Seconds)
            }
            Self::BackupKeep => personal("backup.keep", "DSS_BACKUP_KEEP", Some("--keep"), Kind::Positive),
            Self::BackupKeepDays => {
                personal("backup.keep-days", "DSS_BACKUP_KEEP_DAYS", Some("--keep-days"), Kind::Positive)
            }
        }
    }

    /// The key of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.about().name == name)
    }
}
