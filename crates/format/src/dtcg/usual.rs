//! The usual token: its members stand in their order and are spelled without escapes, so that all there is to know
//! about it can be read where it stands.

use std::borrow::Cow;

use dss_model::{JsonBuffer, JsonKind, JsonRef, TokenPath};

use super::check::{Known, NodeReport, View, check_view};
use super::node::Member;
use crate::revision::{EXTENSIONS, VENDOR};

/// A token's members in their usual order.
const MEMBERS: [&str; 6] = ["$type", "$value", "$ref", "$description", "$deprecated", EXTENSIONS];
/// How many of them make up its value.
const OF_VALUE: usize = 3;

/// A token's object, if it is a usual one.
#[derive(Clone, Debug)]
pub(crate) struct Usual<'a> {
    /// What is there of [`MEMBERS`].
    members: [Option<JsonRef<'a>>; MEMBERS.len()],
    /// Other vendors' extensions, by name.
    vendors: Vec<(&'a str, JsonRef<'a>)>,
    ours: Option<JsonRef<'a>>,
}

impl<'a> Usual<'a> {
    /// The object as a usual token; `None` says nothing: its members tell.
    pub(super) fn of(object: JsonRef<'a>) -> Option<Self> {
        let mut members = [None; MEMBERS.len()];
        let mut next = 0_usize;
        for (name, value) in object.members() {
            let Cow::Borrowed(name) = name else { return None };
            let skipped = MEMBERS.iter().skip(next).position(|usual| *usual == name)?;
            next = next.saturating_add(skipped);
            *members.get_mut(next)? = Some(value);
            next = next.saturating_add(1);
        }
        let [_, value, reference, .., extensions] = members;
        let mut usual = Self { members, vendors: Vec::new(), ours: None };
        if let Some(extensions) = extensions {
            usual.read_extensions(extensions)?;
        }
        value.or(reference).map(|_| usual)
    }

    /// `None` unless registers can be called as the vendors are, in the order in which these stand.
    fn read_extensions(&mut self, extensions: JsonRef<'a>) -> Option<()> {
        if extensions.kind() != JsonKind::Object {
            return None;
        }
        for (vendor, value) in extensions.members() {
            let Cow::Borrowed(vendor) = vendor else { return None };
            if vendor == VENDOR {
                self.ours = Some(value).filter(|value| value.kind() == JsonKind::Object);
                self.ours?;
                continue;
            }
            let is_plain = vendor.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'%');
            let is_next = self.vendors.last().is_none_or(|(last, _)| *last < vendor);
            if !is_plain || !is_next {
                return None;
            }
            self.vendors.push((vendor, value));
        }
        // What is to be remembered of an empty one is that it is there.
        (self.ours.is_some() || !self.vendors.is_empty()).then_some(())
    }

    fn named(&self) -> impl Iterator<Item = (&'static str, JsonRef<'a>)> {
        MEMBERS.into_iter().zip(self.members).filter_map(|(name, value)| Some((name, value?)))
    }

    fn value_members(&self) -> impl Iterator<Item = (&'static str, JsonRef<'a>)> {
        MEMBERS.into_iter().zip(self.members).take(OF_VALUE).filter_map(|(name, value)| Some((name, value?)))
    }

    /// The members as those of any other node.
    pub(super) fn to_members(&self) -> Vec<Member> {
        let member = |(name, value): (&str, JsonRef<'_>)| Member {
            name: name.to_owned(),
            value: value.to_text(),
            after: None,
        };
        self.named().map(member).collect()
    }

    /// Our extension.
    pub(crate) const fn ours(&self) -> Option<JsonRef<'a>> {
        self.ours
    }

    /// Other vendors' extensions, by name.
    pub(crate) fn vendors(&self) -> &[(&'a str, JsonRef<'a>)] {
        &self.vendors
    }

    pub(crate) const fn description(&self) -> Option<JsonRef<'a>> {
        let [.., description, _, _] = self.members;
        description
    }

    pub(crate) const fn deprecated(&self) -> Option<JsonRef<'a>> {
        let [.., deprecated, _] = self.members;
        deprecated
    }

    /// Its type and value, as the register that holds them does, in `room`.
    pub(crate) fn value<'r>(&self, room: &'r mut JsonBuffer) -> JsonRef<'r> {
        room.object(|out| self.value_members().for_each(|(name, value)| out.raw(name, value)))
    }

    /// Checks it as [`check`](super::check()) checks any node.
    pub(crate) fn check(&self, path: &TokenPath, inherited_type: Option<&str>) -> NodeReport {
        let [own_type, value, reference, description, deprecated, extensions] = self.members;
        let known = Known { own_type, value, reference, description, deprecated, extensions, extends: None };
        check_view(&View {
            path,
            known,
            names: &[],
            ours: self.ours,
            is_token: true,
            has_children: false,
            inherited_type,
        })
    }
}
