//! What presets set.

use dss_service::merge::MassDeletion;
use dss_service::model::Limits;

use super::{Key, Value};
use crate::args::Preset;

impl Preset {
    /// Its bounds on inputs.
    pub(super) const fn limits(self) -> Limits {
        match self {
            Self::Conservative => Limits::conservative(),
            Self::Balanced => Limits::balanced(),
            Self::Aggressive => Limits::aggressive(),
        }
    }

    /// How much may be deleted at once unasked.
    fn mass_deletion(self) -> MassDeletion {
        match self {
            Self::Conservative => MassDeletion { items: 5, percent: 10 },
            Self::Balanced => MassDeletion::default(),
            Self::Aggressive => MassDeletion { items: 50, percent: 50 },
        }
    }

    /// What it sets as `limits.preset`.
    pub(super) fn bounds(self) -> Vec<(Key, Value)> {
        let limits = self.limits();
        vec![
            (Key::Limits, Value::Preset(self)),
            (Key::MaxFileSize, Value::Bytes(limits.archive_bytes)),
            (Key::MaxTokens, Value::Count(limits.tokens)),
            (Key::MaxComponents, Value::Count(limits.components)),
            (Key::MaxItemSize, Value::Bytes(u64::try_from(limits.item_bytes).unwrap_or(u64::MAX))),
            (Key::MaxEntries, Value::Count(limits.entries)),
            (Key::MaxEntrySize, Value::Bytes(limits.entry_bytes)),
            (Key::MaxTotalSize, Value::Bytes(limits.total_bytes)),
            (Key::MaxRatio, Value::Count(limits.ratio)),
            (Key::BusyTimeout, Value::Millis(limits.busy_timeout_ms)),
        ]
    }

    /// What it sets as `preset`: the bounds, and what asks back.
    pub(super) fn everything(self) -> Vec<(Key, Value)> {
        let deletion = self.mass_deletion();
        let mut set = self.bounds();
        set.push((Key::MassDeletionItems, Value::Count(deletion.items)));
        set.push((Key::MassDeletionPercent, Value::Percent(deletion.percent)));
        set
    }
}
