//! What holds.

use std::collections::BTreeMap;
use std::path::Path;

use dss_service::merge::{MassDeletion, SkewOptions, Strategy as Decision};
use dss_service::model::Limits;
use dss_service::{Allowed, BackupOptions, ImportOptions};
use serde::Serialize;

use super::{Key, Layer, Value};
use crate::args::{ColorChoice, DecisionChoice, LogFormat, LogLevel, MergeArgs, Preset};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "source", rename_all = "lowercase")]
pub(crate) enum Source {
    /// The program itself.
    Default,
    /// A preset that was named somewhere.
    Preset {
        /// Which one.
        preset: Preset,
    },
    /// Not said, but larger files may hold more.
    Raised,
    /// The user's file.
    User {
        /// The line, from 1.
        line: u64,
    },
    /// A project's file.
    Project {
        /// The line, from 1.
        line: u64,
    },
    /// The key's environment variable.
    Env,
    /// The key's option.
    Option,
}

/// What a key is set to, and by whom.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) value: Value,
    pub(crate) source: Source,
}

/// What holds: of what several places say, what the strongest one says.
///
/// A preset is as strong as the place that names it. So it wins over single values of weaker places, and single values
/// beside it or in stronger places win over it.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    values: BTreeMap<Key, (Value, Source)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::new([])
    }
}

impl Settings {
    /// What the layers say together, weakest first.
    pub(super) fn new<'a>(layers: impl IntoIterator<Item = &'a Layer>) -> Self {
        let mut values = BTreeMap::new();
        let balanced = Preset::Balanced;
        for (key, value) in balanced.everything().into_iter().chain(defaults()) {
            values.insert(key, (value, Source::Default));
        }
        for layer in layers {
            for (key, value, source) in named_presets(layer) {
                values.insert(key, (value, source));
            }
            values.extend(layer.iter().map(|(key, said)| (*key, said.clone())));
        }
        let mut settings = Self { values };
        settings.raise();
        let level = settings.log_level_by_default();
        settings.values.entry(Key::LogLevel).or_insert((Value::LogLevel(level), Source::Default));
        settings
    }

    /// A larger file may hold more, unless somebody has said how much.
    fn raise(&mut self) {
        if self.is_implied(Key::MaxFileSize) {
            return;
        }
        let limits = self.limits();
        let raised = limits.with_archive_bytes(limits.archive_bytes);
        for (key, value) in [
            (Key::MaxEntries, Value::Count(raised.entries)),
            (Key::MaxEntrySize, Value::Bytes(raised.entry_bytes)),
            (Key::MaxTotalSize, Value::Bytes(raised.total_bytes)),
        ] {
            if self.is_implied(key) && self.value(key) != Some(&value) {
                self.values.insert(key, (value, Source::Raised));
            }
        }
    }

    /// What a key is set to, and by whom.
    pub(crate) fn get(&self, key: Key) -> Option<Setting> {
        self.values.get(&key).map(|(value, source)| Setting { value: value.clone(), source: *source })
    }

    fn value(&self, key: Key) -> Option<&Value> {
        self.values.get(&key).map(|(value, _)| value)
    }

    /// Whether the program or a preset sets it, and nobody by its name.
    fn is_implied(&self, key: Key) -> bool {
        matches!(self.values.get(&key), None | Some((_, Source::Default | Source::Preset { .. })))
    }

    fn number(&self, key: Key) -> Option<u64> {
        self.value(key).and_then(Value::number)
    }

    /// The store's folder, if anybody names it.
    pub(crate) fn store(&self) -> Option<&Path> {
        match self.value(Key::Store) {
            Some(Value::Path(path)) => Some(path),
            _ => None,
        }
    }

    /// Who works with it, if anybody says.
    pub(crate) fn author(&self) -> Option<&str> {
        match self.value(Key::Author) {
            Some(Value::Text(author)) => Some(author),
            _ => None,
        }
    }

    /// When to use colours.
    pub(crate) fn color(&self) -> ColorChoice {
        match self.value(Key::Color) {
            Some(Value::Color(choice)) => *choice,
            _ => ColorChoice::default(),
        }
    }

    /// What logs look like.
    pub(crate) fn log_format(&self) -> LogFormat {
        match self.value(Key::LogFormat) {
            Some(Value::LogFormat(format)) => *format,
            _ => LogFormat::default(),
        }
    }

    /// How much is logged. Whoever says how it is to look wants something to look at.
    fn log_level_by_default(&self) -> LogLevel {
        if self.is_implied(Key::LogFormat) { LogLevel::Off } else { LogLevel::Info }
    }

    /// How much is logged.
    pub(crate) fn log_level(&self) -> LogLevel {
        match self.value(Key::LogLevel) {
            Some(Value::LogLevel(level)) => *level,
            _ => LogLevel::Off,
        }
    }

    /// Who decides conflicts.
    pub(crate) fn on_conflict(&self) -> Decision {
        match self.value(Key::OnConflict) {
            Some(Value::Decision(choice)) => (*choice).into(),
            _ => Decision::Manual,
        }
    }

    /// From when on clocks are distrusted.
    pub(crate) fn skew(&self) -> SkewOptions {
        let options = SkewOptions::default();
        let tolerance_ms = self.number(Key::SkewTolerance).unwrap_or(options.tolerance_ms);
        let drift_ms = self.number(Key::SkewThreshold).unwrap_or(options.drift_ms);
        options.with_tolerance_ms(tolerance_ms).with_drift_ms(drift_ms)
    }

    /// How to merge what comes in, as it was asked for.
    pub(crate) fn import(&self, asked: &MergeArgs) -> ImportOptions {
        ImportOptions {
            on_conflict: self.on_conflict(),
            granularity: asked.granularity.into(),
            hold: asked.hold.clone(),
            skew: self.skew(),
            expect: asked.expect.clone(),
            mass_deletion: self.mass_deletion(),
            allow: Allowed { mass_deletion: asked.allow_mass_delete, ..Allowed::default() },
            limits: self.limits(),
            ..ImportOptions::default()
        }
    }

    /// How much may be deleted at once unasked.
    pub(crate) fn mass_deletion(&self) -> MassDeletion {
        let default = MassDeletion::default();
        MassDeletion {
            items: self.number(Key::MassDeletionItems).unwrap_or(default.items),
            percent: self.number(Key::MassDeletionPercent).unwrap_or(default.percent),
        }
    }

    /// Bounds on inputs.
    pub(crate) fn limits(&self) -> Limits {
        let base = Limits::balanced();
        let number = |key, base| self.number(key).unwrap_or(base);
        let item_bytes =
            self.number(Key::MaxItemSize).map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        Limits {
            archive_bytes: number(Key::MaxFileSize, base.archive_bytes),
            entries: number(Key::MaxEntries, base.entries),
            entry_bytes: number(Key::MaxEntrySize, base.entry_bytes),
            total_bytes: number(Key::MaxTotalSize, base.total_bytes),
            ratio: number(Key::MaxRatio, base.ratio),
            tokens: number(Key::MaxTokens, base.tokens),
            components: number(Key::MaxComponents, base.components),
            item_bytes: item_bytes.unwrap_or(base.item_bytes),
            busy_timeout_ms: self.busy_timeout_ms(),
            ..base
        }
    }

    /// How long to wait for a project that somebody else writes to.
    pub(crate) fn busy_timeout_ms(&self) -> u64 {
        self.number(Key::BusyTimeout).unwrap_or(Limits::balanced().busy_timeout_ms)
    }

    /// Which backups are kept.
    pub(crate) fn backup(&self) -> BackupOptions {
        BackupOptions { keep: self.number(Key::BackupKeep), keep_days: self.number(Key::BackupKeepDays) }
    }

    /// What may take longer is not started; `None` for however long it takes.
    pub(crate) fn time_budget_ms(&self) -> Option<u64> {
        self.number(Key::TimeBudget)
    }
}

/// What holds where no preset says anything.
fn defaults() -> [(Key, Value); 6] {
    let skew = SkewOptions::default();
    [
        (Key::Preset, Value::Preset(Preset::Balanced)),
        (Key::Color, Value::Color(ColorChoice::default())),
        (Key::LogFormat, Value::LogFormat(LogFormat::default())),
        (Key::OnConflict, Value::Decision(DecisionChoice::Manual)),
        (Key::SkewTolerance, Value::Millis(skew.tolerance_ms)),
        (Key::SkewThreshold, Value::Millis(skew.drift_ms)),
    ]
}

/// What the presets set that a layer names: the wider one first, so that the narrower one wins.
fn named_presets(layer: &Layer) -> Vec<(Key, Value, Source)> {
    let mut set = Vec::new();
    for key in [Key::Preset, Key::Limits] {
        let Some((Value::Preset(preset), named)) = layer.get(&key) else { continue };
        let values = if key == Key::Preset { preset.everything() } else { preset.bounds() };
        let is_project = matches!(named, Source::Project { .. });
        let values = values.into_iter().filter(|(key, _)| !(is_project && key.about().is_personal));
        set.extend(values.map(|(key, value)| (key, value, Source::Preset { preset: *preset })));
    }
    set
}
