//! The stage `referential`: types that come from elsewhere, and references that lead nowhere.

use std::ops::ControlFlow;

use dss_format::dtcg::{self, Node, SortKey};
use dss_model::{Entity, EntityId, Kind, RegName, Severity, TokenPath};
use dss_store::{ReferenceFinding, ReferenceKind, ReferenceSource, Row, Scan};

use super::sink::{Mode, Sink};
use crate::ServiceError;
use crate::findings::referential;
use crate::observer::{Phase, Progress};
use crate::summary::Finding;

/// Tokens that are looked at again, or marked, at most: beyond it, findings are only counted.
const MARKED_MAX: usize = 1_000_000;
/// Groups that extend groups that extend groups …
const EXTENDS_MAX: u32 = 64;

/// Something that one token gets wrong.
struct Wrong {
    source: ReferenceSource,
    code: &'static str,
    severity: Severity,
    message: String,
    /// The group path that might provide the target after all.
    target: Option<TokenPath>,
}

impl Sink<'_> {
    /// Checks what could not be checked item by item.
    pub(super) fn link(&mut self) -> Result<(), ServiceError> {
        self.observer.progress(Progress { phase: Phase::Linking, done: 0, total: None });
        self.refuse_duplicates()?;
        for (set, path) in std::mem::take(&mut self.late_types) {
            self.check_again(set, &path)?;
        }
        let mut wrong: Vec<Wrong> = Vec::new();
        let mut uncounted = 0_u64;
        self.tx.resolve_references(&mut |finding| {
            if wrong.len() < MARKED_MAX {
                wrong.extend(describe(finding));
            } else {
                uncounted = uncounted.saturating_add(1);
            }
            ControlFlow::Continue(())
        })?;
        for item in wrong {
            self.wrong(item)?;
        }
        if uncounted > 0 {
            let message = format!("{uncounted} more references are wrong");
            self.findings.add(referential("reference_invalid", Severity::Error, "", "", message));
        }
        let counts = self.tx.counts()?;
        let invalid =
            counts.kinds.iter().find(|counts| counts.kind == Kind::Token).map_or(0, |counts| counts.invalid);
        self.summary.invalid_tokens = invalid;
        self.summary.open_conflicts = counts.conflicted;
        Ok(())
    }

    pub(super) fn resolver_finding(&mut self, file: &str, finding: &dss_format::resolver::Finding) {
        self.findings.add(Finding {
            code: finding.code,
            stage: dss_model::Stage::Referential,
            severity: if finding.is_warning { Severity::Warning } else { Severity::Error },
            file: file.to_owned(),
            path: finding.path.clone(),
            line: None,
            message: finding.message.clone(),
        });
    }

    /// Two items of one document at one path: one of them would be lost. In an archive, both are there,
    /// under names of their own: somebody made the same thing twice, apart.
    fn refuse_duplicates(&mut self) -> Result<(), ServiceError> {
        if self.mode != Mode::New || self.is_archive {
            return Ok(());
        }
        let mut first = None;
        self.tx.duplicates(&mut |duplicate| {
            first = Some(duplicate);
            ControlFlow::Break(())
        })?;
        let Some(duplicate) = first else { return Ok(()) };
        let entry = match duplicate.set {
            Some(set) => self.set_name(set)?,
            None => String::new(),
        };
        Err(ServiceError::DuplicatePath { entry, path: duplicate.path })
    }

    /// Checks the untyped tokens below a group again, now that all types are known.
    fn check_again(&mut self, set: EntityId, path: &TokenPath) -> Result<(), ServiceError> {
        let mut rows: Vec<Row> = Vec::new();
        let scan = Scan { below: Some(path.clone()), ..Scan::kinds(&[Kind::Token]).in_set(set) };
        self.tx.scan(&scan, &mut |row| {
            let has_own_type =
                row.entity.json(&RegName::VALUE).is_some_and(|value| value.get_ref().get("$type").is_some());
            if !has_own_type && rows.len() < MARKED_MAX {
                rows.push(row);
            }
            ControlFlow::Continue(())
        })?;
        for row in rows {
            let token = TokenPath::parse(&row.columns.path).unwrap_or_default();
            let inherited = self.inherited_type(set, &token)?;
            let node = node_of(&row.entity, token, inherited.as_deref());
            let report = dtcg::check(&node);
            if row.columns.token_type.is_none() && report.token_type.is_some() && !row.columns.valid {
                self.findings.take_back("type_missing", &node.path);
            }
            for (code, severity, message) in &report.findings {
                if *code != "type_missing" {
                    let set = self.set_name(set)?;
                    self.findings.add(referential(
                        code,
                        *severity,
                        &set,
                        node.path.as_str(),
                        message.clone(),
                    ));
                }
            }
            self.tx.set_columns(row.entity.id(), report.token_type.as_deref(), report.is_valid())?;
        }
        Ok(())
    }

    /// The `$type` that the groups around a token give it, extended groups included.
    pub(super) fn inherited_type(
        &self,
        set: EntityId,
        token: &TokenPath,
    ) -> Result<Option<String>, ServiceError> {
        let mut group = token.parent();
        while let Some(path) = group {
            if let Some(found) = self.group_type(set, &path, EXTENDS_MAX)? {
                return Ok(Some(found));
            }
            group = path.parent();
        }
        Ok(None)
    }

    /// A group's own `$type`, or that of the group it extends.
    fn group_type(
        &self,
        set: EntityId,
        path: &TokenPath,
        steps: u32,
    ) -> Result<Option<String>, ServiceError> {
        let row = if path.is_root() {
            self.tx.get(set)?
        } else {
            self.tx.find(Kind::Group, Some(set), path.as_str())?.into_iter().find(|row| row.entity.is_alive())
        };
        let Some(row) = row else { return Ok(None) };
        if let Some(own) = row.entity.string(&dtcg::other_register("$type")) {
            return Ok(Some(own.into_owned()));
        }
        match (base_of(&row.entity), steps.checked_sub(1)) {
            (Some(base), Some(steps)) => self.group_type(set, &base, steps),
            _ => Ok(None),
        }
    }

    /// Reports and marks what is wrong, unless an extended group provides it after all.
    fn wrong(&mut self, wrong: Wrong) -> Result<(), ServiceError> {
        if let Some(target) = wrong.target.as_ref().filter(|_| self.has_extends)
            && self.is_inherited(target, EXTENDS_MAX)?
        {
            return Ok(());
        }
        let set = match wrong.source.set {
            Some(set) => self.set_name(set)?,
            None => String::new(),
        };
        self.findings.add(referential(wrong.code, wrong.severity, &set, &wrong.source.path, wrong.message));
        if wrong.severity == Severity::Error
            && let Some(row) = self.tx.get(wrong.source.id)?
        {
            self.tx.set_columns(wrong.source.id, row.columns.token_type.as_deref(), false)?;
        }
        Ok(())
    }

    /// Whether the token at `target` exists because a group around it extends another one.
    fn is_inherited(&self, target: &TokenPath, steps: u32) -> Result<bool, ServiceError> {
        let Some(steps) = steps.checked_sub(1) else { return Ok(false) };
        let mut group = target.parent();
        while let Some(path) = group.filter(|path| !path.is_root()) {
            for row in self.tx.find(Kind::Group, None, path.as_str())? {
                let Some(base) = base_of(&row.entity).filter(|_| row.entity.is_alive()) else { continue };
                let rest = target.segments().skip(path.segments().count());
                let there = rest.fold(base, |path, name| path.child(&name));
                let tokens = self.tx.find(Kind::Token, None, there.as_str())?;
                if tokens.iter().any(|row| row.entity.is_alive()) || self.is_inherited(&there, steps)? {
                    return Ok(true);
                }
            }
            group = path.parent();
        }
        Ok(false)
    }

    fn set_name(&self, set: EntityId) -> Result<String, ServiceError> {
        Ok(self.tx.get(set)?.map(|row| row.columns.path).unwrap_or_default())
    }
}

/// The group that a group extends.
fn base_of(group: &Entity) -> Option<TokenPath> {
    let text = group.string(&dtcg::other_register("$extends"))?;
    match dtcg::alias::curly(&text).unwrap_or_else(|| dtcg::alias::pointer(&text)) {
        dtcg::alias::Target::Whole(base) => Some(base),
        _ => None,
    }
}

/// A stored token, as a node to check.
pub(super) fn node_of(entity: &Entity, path: TokenPath, inherited: Option<&str>) -> Node {
    Node {
        path,
        members: dtcg::members_of(entity),
        has_children: false,
        index: 0,
        sort: SortKey::root(),
        line: 0,
        inherited_type: inherited.map(Into::into),
        is_type_late: false,
    }
}

fn describe(finding: ReferenceFinding) -> Option<Wrong> {
    let wrong = match finding {
        ReferenceFinding::Dangling { source, target, kind } => {
            let what = if kind == ReferenceKind::Extends { "group" } else { "token" };
            let target_path = TokenPath::parse(&target).filter(|_| kind != ReferenceKind::Extends);
            Wrong {
                source,
                code: "reference_dangling",
                severity: Severity::Error,
                message: format!("there is no {what} \"{target}\""),
                target: target_path,
            }
        }
        ReferenceFinding::Cycle { source, paths, length, certain } => Wrong {
            source,
            code: "reference_cycle",
            severity: if certain { Severity::Error } else { Severity::Warning },
            message: format!("{length} references go round in a circle: {}", paths.join(" → ")),
            target: None,
        },
        ReferenceFinding::TooDeep { source } => Wrong {
            source,
            code: "reference_too_deep",
            severity: Severity::Error,
            message: "more than 64 aliases lie between this token and its value".to_owned(),
            target: None,
        },
        ReferenceFinding::TypeMismatch { source, target, expected, found } => Wrong {
            source,
            code: "reference_type",
            severity: Severity::Error,
            message: format!("\"{target}\" is of type {found}; a {expected} is needed here"),
            target: None,
        },
        _ => return None,
    };
    Some(wrong)
}
