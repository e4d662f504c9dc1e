//! Every rule once: its id, its code, what it means when it is broken, and what to do.

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident $id:literal $code:literal $meaning:literal, $remedy:literal;)+) => {
        /// A rule of this crate, and the fact that breaks it.
        ///
        /// Ids are those of the project's threat model: A = framing, B = central directory, N = names, C = local
        /// headers, D = data, P = policy, K = canonical form. Several facts may break one rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rule {
            $(
                #[doc = concat!("`", $code, "` (", $id, "): ", $meaning, ".")]
                $variant,
            )+
        }

        impl Rule {
            /// Every rule, in the order in which an archive is checked.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the id in the threat model, such as `A2`.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// Returns the stable code, such as `zip_slip`. It is never reused for something else.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Returns what is wrong, as a sentence without its full stop.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }

            /// Returns what to do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy),+ }
            }
        }

        const CODES: &[CodeInfo] = &[
            $(CodeInfo { code: $code, rule: $id, meaning: $meaning, remedy: $remedy },)+
            IO_FAILED,
        ];
    };
}

/// One row of the error reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeInfo {
    /// The stable code; rows of one family (`zip_slip`) share it.
    pub code: &'static str,
    /// The id of the rule, or `-`.
    pub rule: &'static str,
    /// What is wrong.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

pub(crate) const IO_FAILED: CodeInfo = CodeInfo {
    code: "archive_unreadable",
    rule: "-",
    meaning: "the archive could not be read from its source",
    remedy: "check that the file is there, readable and not being changed, and try again",
};

/// Returns every code that this crate's errors carry, with its meaning and remedy.
///
/// ```
/// assert!(dss_security::codes().iter().any(|info| info.code == "zip_slip"));
/// ```
pub const fn codes() -> &'static [CodeInfo] {
    CODES
}

rules! {
    ArchiveTooLarge "A1" "archive_too_large"
        "File size exceeds limit", "raise `archive_bytes` if you trust the source, or split the archive";
    NotAZip "A2" "not_a_zip"
        "the file does not end with a zip end-of-directory record",
        "check that the file is a zip, complete, and has nothing appended to it";
    AmbiguousEnd "A2" "ambiguous_end"
        "programs could disagree about where the archive ends",
        "do not use this archive: it was probably made to look different to different programs";
    CommentTooLong "P-comment" "comment_too_long"
        "the archive comment is too long", "raise `comment_bytes`, or zip the files again without a comment";
    MultiDisk "A3" "multi_disk"
        "the archive claims to be part of a set of disks", "join the parts into one archive first";
    LocatorDisks "A3b" "multi_disk"
        "the zip64 locator claims more than one disk", "join the parts into one archive first";
    CountMismatch "A3" "entry_count_mismatch"
        "two entry counts of the archive differ", "ask the sender for an undamaged archive";
    Zip64Mismatch "A4" "zip64_mismatch"
        "the zip64 end record is missing, misplaced or contradicts the end record",
        "zip the files again with a maintained tool";
    TooManyEntries "A5" "too_many_entries"
        "the archive has more entries than allowed", "raise `entries` if you trust the source, or split the archive";
    ImpossibleCount "A5" "impossible_entry_count"
        "the directory is too small for the number of entries", "ask the sender for an undamaged archive";
    DirectoryMisplaced "A6" "directory_misplaced"
        "the central directory does not end where the end record starts",
        "remove whatever was put before, between or after the archive's parts";
    DirectoryCorrupt "A7" "directory_corrupt"
        "the central directory is not exactly the announced number of records",
        "ask the sender for an undamaged archive";
    HiddenRecords "A8" "hidden_records"
        "a zip signature hides inside the central directory",
        "do not use this archive: it was probably made to look different to different programs";
    Encrypted "B2" "encrypted_entry"
        "the entry is encrypted", "send it without a password, or decrypt it first";
    UnsupportedFlags "B2" "unsupported_flags"
        "the entry uses patched data, masked headers or reserved flags", "zip the files again with a maintained tool";
    UnsupportedMethod "B3" "unsupported_method"
        "the entry is neither stored nor deflated", "zip the files again with the deflate method";
    Zip64Extra "B5" "zip64_extra_invalid"
        "the zip64 sizes of the entry are missing, the wrong length or contradict its header",
        "zip the files again with a maintained tool";
    MalformedExtra "B6" "malformed_extra"
        "the extra fields of the entry do not fill their area exactly once",
        "zip the files again with a maintained tool";
    EntryTooLarge "B7" "entry_too_large"
        "File size exceeds limit for one entry", "raise `entry_bytes` if you trust the source";
    TotalTooLarge "B7" "total_too_large"
        "File size exceeds limit for all entries together", "raise `total_bytes` if you trust the source";
    ZipBomb "B7" "zip_bomb"
        "the data would expand far more than honest files do", "raise `ratio` if you trust the source";
    Symlink "B8" "symlink_entry"
        "Zip Slip vulnerability detected: the entry is a symbolic link",
        "zip the files that links point to, not the links";
    SpecialFile "B8" "special_file"
        "the entry is a device, pipe, socket or other special file", "zip regular files and directories only";
    TypeMismatch "B8" "type_mismatch"
        "name and attributes disagree whether the entry is a directory", "zip the files again with a maintained tool";
    DirectoryWithData "B9" "directory_with_data"
        "a directory entry has contents", "zip the files again with a maintained tool";
    SizeMismatch "B9" "size_mismatch"
        "the entry's sizes cannot both be true", "ask the sender for an undamaged archive";
    EmptyName "N1" "empty_name"
        "the entry has no name", "give every entry a name";
    NotUtf8 "N3" "name_not_utf8"
        "the name is not UTF-8", "zip the files again with UTF-8 names";
    ControlCharacter "N2" "control_character"
        "the name holds a control character", "rename the file";
    Backslash "N4" "zip_slip"
        "Zip Slip vulnerability detected: the name holds a backslash",
        "use `/` between folders; if you did not make this archive, do not trust it";
    AbsolutePath "N5" "zip_slip"
        "Zip Slip vulnerability detected: the name is an absolute path",
        "zip the files with relative names; if you did not make this archive, do not trust it";
    DotSegment "N6" "zip_slip"
        "Zip Slip vulnerability detected: the name holds a `.`, `..` or empty segment",
        "zip the files with plain relative names; if you did not make this archive, do not trust it";
    WindowsName "N7" "windows_name"
        "the name means something else on Windows", "rename the file";
    NameTooLong "N8" "name_too_long"
        "the name, or one segment of it, is too long", "shorten the name, or raise `name_bytes` or `segment_bytes`";
    PathTooDeep "N8" "path_too_deep"
        "the name has too many segments", "use fewer folders, or raise `depth`";
    UnicodePath "N9" "unicode_path_mismatch"
        "the entry has a second name that is not the same as its first",
        "zip the files again with a maintained tool";
    HiddenFile "P-hidden" "hidden_file"
        "the name is hidden", "leave hidden files out, or allow them with the policy `hidden_files`";
    InvisibleCharacter "P-bidi" "invisible_character"
        "the name holds an invisible character",
        "rename the file, or allow it with the policy `invisible_characters`";
    LookalikeSeparator "P-homoglyph" "lookalike_separator"
        "the name turns into another path when look-alike characters are folded",
        "rename the file, or allow it with the policy `lookalike_separators`";
    SlowStream "P-expand" "slow_stream"
        "the compressed data is far larger than its contents",
        "zip the files again, or allow it with the policy `slow_streams`";
    SpecialMode "P-setuid" "special_mode"
        "the entry has set-id or sticky bits", "clear them, or allow them with the policy `special_modes`";
    LinkExtra "P-extra" "link_extra"
        "the entry has an extra field that can hold a link target",
        "zip the files again, or allow it with the policy `link_extras`";
    NewerVersion "P-need" "newer_zip_version"
        "the entry needs a newer zip version than 6.3",
        "zip the files again with plain deflate, or allow it with the policy `newer_versions`";
    Duplicate "B10" "duplicate_entry"
        "two entries have the same name on some file systems", "rename one of them";
    FoldCollision "P-fold" "fold_collision"
        "two names are equal when all letter variants are folded",
        "rename one of them, or allow it with the policy `fold_collisions`";
    BadLocalHeader "C1" "bad_local_header"
        "the entry's local header is missing or cut off", "ask the sender for an undamaged archive";
    OverlapOrGap "C2" "overlap_or_gap"
        "entries overlap, or bytes between them belong to none",
        "zip the files again with a maintained tool; overlapping entries are how zip bombs are made";
    HeaderMismatch "C3" "header_mismatch"
        "local and central header of the entry differ",
        "do not use this archive: it was probably made to look different to different programs";
    DescriptorMismatch "C4" "descriptor_mismatch"
        "the entry's data descriptor is missing or differs from its header",
        "ask the sender for an undamaged archive";
    HeaderDetail "P-lc" "header_detail_mismatch"
        "local and central header differ in time or UTF-8 flag",
        "zip the files again, or allow it with the policy `header_details`";
    StoredDescriptor "P-storeddd" "stored_descriptor"
        "a stored entry of unannounced size holds zip signatures",
        "zip the files again with deflate, or allow it with the policy `stored_descriptors`";
    CorruptData "D1" "corrupt_data"
        "the entry's data is not a complete deflate stream", "ask the sender for an undamaged archive";
    WrongSize "D1" "wrong_size"
        "the entry's data is longer or shorter than announced", "ask the sender for an undamaged archive";
    TrailingData "D1" "trailing_data"
        "bytes are left over after the end of the entry's data", "zip the files again with a maintained tool";
    ChecksumMismatch "D2" "checksum_mismatch"
        "the entry's data does not have the announced CRC-32", "ask the sender for an undamaged archive";
    NestedArchive "P-nested" "nested_archive"
        "the entry is itself an archive", "unpack it first, or allow it with the policy `nested_archives`";
    NotCanonical "K1" "not_canonical"
        "the archive is not byte for byte what its writer makes", "export it again";
    ForeignEntry "API" "foreign_entry"
        "the entry belongs to another archive", "pass an entry of the archive that you read from";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_complete_and_well_formed() {
        assert_eq!(codes().len(), Rule::ALL.len() + 1);
        for rule in Rule::ALL {
            assert!(codes().iter().any(|info| info.code == rule.code() && info.rule == rule.id()));
            let snake =
                rule.code().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            assert!(snake, "{}", rule.code());
            assert!(!rule.meaning().ends_with('.') && !rule.remedy().is_empty());
        }
    }

    #[test]
    fn codes_are_shared_inside_a_family_only() {
        for (at, rule) in Rule::ALL.iter().enumerate() {
            for other in &Rule::ALL[at + 1..] {
                let family = ["zip_slip", "multi_disk"].contains(&rule.code());
                assert!(rule.code() != other.code() || family, "{} twice", rule.code());
            }
        }
    }

    #[test]
    fn path_escapes_use_the_promised_words() {
        for rule in [Rule::Backslash, Rule::AbsolutePath, Rule::DotSegment, Rule::Symlink] {
            assert!(rule.meaning().starts_with("Zip Slip vulnerability detected"));
        }
        assert_eq!(Rule::ArchiveTooLarge.meaning(), "File size exceeds limit");
    }
}
