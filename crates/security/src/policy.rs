//! What a product may choose: one field per policy rule, and the presets of [`OpenOptions`].

use crate::limits::Limits;

/// Whether something that no parser misreads, but few people want, is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Stance {
    /// It is refused.
    #[default]
    Refuse,
    /// It is let in.
    Allow,
}

impl Stance {
    pub(crate) fn refuses(self) -> bool {
        self == Self::Refuse
    }
}

/// What happens to hidden files (rule P-hidden).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum HiddenFiles {
    /// No segment may start with a dot or be `__MACOSX`.
    #[default]
    Refuse,
    /// Only what Finder adds to every zip: everything below `__MACOSX/`, and files named `.DS_Store`.
    AllowFinder,
    /// All hidden files are let in.
    Allow,
}

/// One choice per policy rule. The default refuses everything that can be refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Policy {
    /// P-hidden: dot files, `.git`, `__MACOSX`.
    pub hidden_files: HiddenFiles,
    /// P-bidi: names with characters nobody sees (Unicode Cf, Zl, Zp, Co): direction overrides, zero-width spaces,
    /// private use. Refusing them also refuses joined emoji.
    pub invisible_characters: Stance,
    /// P-homoglyph: names that gain a separator or a dot segment when compatibility characters are folded, such as a
    /// full-width `../`.
    pub lookalike_separators: Stance,
    /// P-fold: two names that are equal after full case folding and NFKC, such as `straße` and `STRASSE`.
    pub fold_collisions: Stance,
    /// P-nested: entries that are themselves zip, rar or 7z archives. This crate never opens them; the next program
    /// might.
    pub nested_archives: Stance,
    /// P-expand: compressed data of more than twice the size plus 1 KiB, which only wastes time.
    pub slow_streams: Stance,
    /// P-setuid: Unix modes with set-user-id, set-group-id or sticky bits.
    pub special_modes: Stance,
    /// P-extra: the extra fields 0x756e and 0x000d, which can hold link targets.
    pub link_extras: Stance,
    /// P-lc: local and central headers that differ in time or in the UTF-8 flag.
    pub header_details: Stance,
    /// P-need: entries that need a newer zip version than 6.3.
    pub newer_versions: Stance,
    /// P-storeddd: stored entries with a data descriptor whose data holds zip signatures; stream readers may see other
    /// entries in it.
    pub stored_descriptors: Stance,
}

impl Policy {
    /// Refuses everything that can be refused; the same as the default.
    pub fn strict() -> Self {
        Self::default()
    }
}

macro_rules! setters {
    ($($setter:ident $field:ident $type:ty),+ $(,)?) => {
        impl Policy {
            $(
                #[doc = concat!("Sets [`Policy::", stringify!($field), "`].")]
                #[must_use]
                pub fn $setter(mut self, $field: $type) -> Self {
                    self.$field = $field;
                    self
                }
            )+
        }
    };
}

setters! {
    with_hidden_files hidden_files HiddenFiles,
    with_invisible_characters invisible_characters Stance,
    with_lookalike_separators lookalike_separators Stance,
    with_fold_collisions fold_collisions Stance,
    with_nested_archives nested_archives Stance,
    with_slow_streams slow_streams Stance,
    with_special_modes special_modes Stance,
    with_link_extras link_extras Stance,
    with_header_details header_details Stance,
    with_newer_versions newer_versions Stance,
    with_stored_descriptors stored_descriptors Stance,
}

/// Limits and policy of one opening.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
#[non_exhaustive]
pub struct OpenOptions {
    /// How much is too much.
    pub limits: Limits,
    /// What is let in.
    pub policy: Policy,
}

impl OpenOptions {
    /// For archives that a program wrote for programs, such as `.dss`: every policy rule refuses.
    pub fn strict() -> Self {
        Self::default()
    }

    /// For archives that people zipped themselves: as [`OpenOptions::strict`], except that what Finder adds,
    /// set-id bits (this crate applies no modes) and header differences in time or UTF-8 flag are let in.
    pub fn upload() -> Self {
        let policy = Policy::strict()
            .with_hidden_files(HiddenFiles::AllowFinder)
            .with_special_modes(Stance::Allow)
            .with_header_details(Stance::Allow);
        Self { limits: Limits::default(), policy }
    }

    /// Sets [`OpenOptions::limits`].
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`OpenOptions::policy`].
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }
}
