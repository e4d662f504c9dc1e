//! Faults of other people's programs that are known: what they say, and why it is theirs.

/// Who finds fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Program {
    StyleDictionary,
    Terrazzo,
    Schema,
}

impl Program {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::StyleDictionary => "Style Dictionary",
            Self::Terrazzo => "Terrazzo",
            Self::Schema => "JSON Schema",
        }
    }
}

/// A fault that is known.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) program: Program,
    /// What the message has in it.
    pub(super) says: &'static str,
    /// Why nothing is done about it here.
    pub(super) reason: &'static str,
}

/// All of them.
pub(super) const KNOWN: &[Known] = &[
    Known {
        program: Program::Schema,
        says: "has less than 2 properties",
        reason: "a modifier with one context: the schema refuses what the prose advises against; DSS warns (modifier_single)",
    },
    Known {
        program: Program::Schema,
        says: "the type that its group gives it is not looked at",
        reason: "a value that could be of two types, such as \"solid\", is of the group's; the schema wants it to fit only one",
    },
    Known {
        program: Program::Schema,
        says: "a hex of three or four digits",
        reason: "a fault of the source, which is kept as written; DSS warns (hex_short)",
    },
    Known {
        program: Program::Terrazzo,
        says: "Hex value can’t be semi-transparent",
        reason: "a hex of four digits: a fault of the source, which is kept as written; DSS warns (hex_short)",
    },
];

/// The entry that a complaint is about.
pub(super) fn known(program: Program, message: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.program == program && message.contains(known.says))
}
