use std::sync::Arc;

use dss_service::format::dtcg::other_register;
use dss_service::model::{JsonText, Kind, ProjectName, Stamp, TokenPath, Value};
use dss_service::store::{Row, SqliteStore, Store as _, StoreOptions};
use dss_service::{
    ErrorClass, FieldValue, FixedClock, ProjectService, ServiceError, TokenChange, TokenFilter,
    TokenHistoryEntry,
};
use dss_testkit::{TempDir, TestResult};

use super::{NOW, assert_logged, in_project, number, path, typed, value};

fn paths(service: &ProjectService, project: &ProjectName, filter: &TokenFilter) -> TestResult<Vec<String>> {
    let mut paths = Vec::new();
    service.tokens(project, filter, &mut |view| {
        paths.push(format!("{}:{}", view.set, view.path));
        true
    })?;
    Ok(paths)
}

#[test]
fn tokens_are_created_with_their_set_and_groups() -> TestResult {
    in_project(|service, project| {
        let change = TokenChange {
            description: Some(Some("the brand".into())),
            deprecated: Some(Some("true".into())),
            add_tags: vec!["core".into(), "web".into()],
            ..typed("number", "1.50")
        };
        let view = service.set_token(project, None, &path("size.base.m"), &change)?;
        assert_eq!((view.set.as_str(), view.path.as_str()), ("tokens", "size.base.m"));
        assert_eq!(view.token_type.as_deref(), Some("number"));
        assert_eq!(view.value.as_ref().map(|value| value.get()), Some("1.50"));
        assert_eq!(view.description.as_deref(), Some("the brand"));
        assert_eq!(view.deprecated.as_ref().map(|value| value.get()), Some("true"));
        assert_eq!(view.tags, ["core", "web"]);
        assert!(view.valid);
        assert_eq!((view.updated_at.as_str(), view.updated_by.as_str()), (NOW, "ada"));
        assert_eq!(service.project(project)?.kinds[Kind::Group.name()], 2);
        assert_logged(service, "token.set", "done", None);
        assert_eq!(service.sets(project)?[0].tokens, 1);

        let less = TokenChange {
            description: Some(None),
            deprecated: Some(None),
            remove_tags: vec!["core".into()],
            ..TokenChange::default()
        };
        let view = service.set_token(project, None, &path("size.base.m"), &less)?;
        assert_eq!((view.description, view.tags), (None, vec!["web".to_owned()]));
        assert!(view.deprecated.is_none());
        assert_eq!(view.value.as_ref().map(|value| value.get()), Some("1.50"));
        Ok(())
    })
}

#[test]
fn changing_nothing_writes_nothing() -> TestResult {
    in_project(|service, project| {
        let first = service.set_token(project, None, &path("a"), &number(1))?;
        let again = service.set_token(project, None, &path("a"), &number(1))?;
        assert_eq!(first.revision, again.revision);
        let other = service.set_token(project, None, &path("a"), &number(2))?;
        assert_eq!(first.id, other.id);
        assert_ne!(first.revision, other.revision);
        Ok(())
    })
}

#[test]
fn invalid_tokens_are_refused_unless_allowed() -> TestResult {
    in_project(|service, project| {
        let change = typed("dimension", "\"4px\"");
        let error = service.set_token(project, None, &path("a.b"), &change).unwrap_err();
        assert!(
            matches!(&error, ServiceError::InvalidToken { path, reasons } if path == "a.b" && !reasons.is_empty())
        );
        assert_eq!((error.code(), error.class()), ("token_invalid", ErrorClass::Refused));
        assert_logged(service, "token.set", "refused", Some("token_invalid"));
        assert!(service.project(project)?.kinds.is_empty(), "nothing stays behind");

        let error = service.set_token(project, None, &path("a.b"), &value("1")).unwrap_err();
        assert_eq!(error.code(), "token_invalid", "there is no type");

        let change = TokenChange { allow_invalid: true, ..change };
        assert!(!service.set_token(project, None, &path("a.b"), &change)?.valid);
        service.set_token(project, None, &path("a.c"), &number(1))?;
        let only = TokenFilter { only_invalid: true, ..TokenFilter::default() };
        assert_eq!(paths(service, project, &only)?, ["tokens:a.b"]);
        assert_eq!(service.project(project)?.invalid_tokens, 1);
        Ok(())
    })
}

#[test]
fn what_makes_no_sense_is_refused() -> TestResult {
    in_project(|service, project| {
        for bad in ["$a", "a.$b.c", "$root.a", "a{b", "a}", "a..b", "a.b.", ""] {
            let error = service.set_token(project, None, &path(bad), &number(1)).unwrap_err();
            assert_eq!(error.code(), "usage", "{bad}");
        }
        assert!(service.set_token(project, None, &TokenPath::root(), &number(1)).is_err());
        service.set_token(project, None, &path("a.$root"), &number(1))?;
        for bad in ["", "#ff0000", "{\"a\":1,\"a\":2}", "1 2"] {
            let error = service.set_token(project, None, &path("x"), &typed("number", bad)).unwrap_err();
            assert_eq!(error.code(), "usage", "{bad}");
        }
        let error = service.set_token(project, None, &path("new"), &TokenChange::default()).unwrap_err();
        assert_eq!(error.code(), "usage");

        service.set_token(project, None, &path("g.t"), &number(1))?;
        for taken in ["g", "g.t.x"] {
            let error = service.set_token(project, None, &path(taken), &number(1)).unwrap_err();
            assert_eq!(error.code(), "already_exists", "{taken}");
        }
        assert_eq!(service.token(project, None, &path("g")).unwrap_err().code(), "not_found");
        let missing: ProjectName = "missing".parse()?;
        assert_eq!(
            service.set_token(&missing, None, &path("a"), &number(1)).unwrap_err().code(),
            "project_not_found"
        );
        Ok(())
    })
}

#[test]
fn a_set_is_named_where_there_are_several() -> TestResult {
    in_project(|service, project| {
        service.set_token(project, Some("base"), &path("a"), &number(1))?;
        service.set_token(project, None, &path("b"), &number(1))?;
        service.set_token(project, Some("dark"), &path("a"), &number(2))?;
        assert_eq!(
            service.sets(project)?.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(),
            ["base", "dark"]
        );

        for unclear in ["a", "new"] {
            let error = service.set_token(project, None, &path(unclear), &number(3)).unwrap_err();
            assert_eq!(error.code(), "usage");
            assert!(error.to_string().contains("\"base\", \"dark\""), "{error}");
        }
        assert_eq!(service.remove_token(project, None, &path("a")).unwrap_err().code(), "usage");
        assert_eq!(service.set_token(project, None, &path("b"), &number(3))?.set, "base");
        let both = service.token(project, None, &path("a"))?;
        assert_eq!(both.iter().map(|view| view.set.as_str()).collect::<Vec<_>>(), ["base", "dark"]);
        let error = service.token(project, Some("none"), &path("a")).unwrap_err();
        assert_eq!(error.to_string(), "there is no token set \"none\"");
        Ok(())
    })
}

#[test]
fn tokens_are_listed_in_order_and_filtered() -> TestResult {
    in_project(|service, project| {
        for (set, at) in [("two", "z"), ("two", "g.y"), ("two", "a"), ("two", "g.b"), ("one", "g.c")] {
            service.set_token(project, Some(set), &path(at), &number(1))?;
        }
        let tagged = TokenChange { add_tags: vec!["t".into()], ..typed("fontFamily", "\"Inter\"") };
        service.set_token(project, Some("one"), &path("f"), &tagged)?;
        let all = TokenFilter::default();
        assert_eq!(
            paths(service, project, &all)?,
            ["two:z", "two:g.y", "two:g.b", "two:a", "one:g.c", "one:f"]
        );
        let below = TokenFilter { below: Some(path("g")), ..all.clone() };
        assert_eq!(paths(service, project, &below)?, ["two:g.y", "two:g.b", "one:g.c"]);
        let set = TokenFilter { set: Some("one".into()), ..all.clone() };
        assert_eq!(paths(service, project, &set)?, ["one:g.c", "one:f"]);
        let of_type = TokenFilter { token_type: Some("fontFamily".into()), ..all.clone() };
        assert_eq!(paths(service, project, &of_type)?, ["one:f"]);
        let tag = TokenFilter { tag: Some("t".into()), ..all.clone() };
        assert_eq!(paths(service, project, &tag)?, ["one:f"]);
        let mut seen = 0;
        service.tokens(project, &all, &mut |_| {
            seen += 1;
            seen < 2
        })?;
        assert_eq!(seen, 2);
        Ok(())
    })
}

#[test]
fn a_deleted_token_comes_back_as_itself_but_empty() -> TestResult {
    in_project(|service, project| {
        let change =
            TokenChange { description: Some(Some("old".into())), add_tags: vec!["t".into()], ..number(1) };
        let first = service.set_token(project, None, &path("a.b"), &change)?;
        service.remove_token(project, None, &path("a.b"))?;
        assert_logged(service, "token.remove", "done", None);
        assert_eq!(service.token(project, None, &path("a.b")).unwrap_err().code(), "not_found");
        assert_eq!(service.remove_token(project, None, &path("a.b")).unwrap_err().code(), "not_found");
        assert_eq!(service.project(project)?.kinds["group"], 1, "groups stay");
        let error = service.set_token(project, None, &path("a.b"), &TokenChange::default()).unwrap_err();
        assert_eq!(error.code(), "usage", "its old value is gone");

        let back = service.set_token(project, None, &path("a.b"), &number(2))?;
        assert_eq!(back.id, first.id);
        assert_eq!((back.description, back.tags), (None, Vec::new()));
        assert_eq!((back.open_conflicts, service.project(project)?.open_conflicts), (0, 0));
        Ok(())
    })
}

#[test]
fn an_empty_group_gives_way_and_comes_back() -> TestResult {
    in_project(|service, project| {
        service.set_token(project, None, &path("a.b.c"), &number(1))?;
        service.remove_token(project, None, &path("a.b.c"))?;
        service.set_token(project, None, &path("a.b"), &number(2))?;
        assert_eq!(service.project(project)?.kinds["group"], 1);
        service.remove_token(project, None, &path("a.b"))?;
        service.set_token(project, None, &path("a.b.c"), &number(3))?;
        assert_eq!(service.project(project)?.kinds["group"], 2);
        assert_eq!(paths(service, project, &TokenFilter::default())?, ["tokens:a.b.c"]);
        Ok(())
    })
}

#[test]
fn moving_keeps_identity_and_counts_who_is_left_behind() -> TestResult {
    in_project(|service, project| {
        let token = service.set_token(project, None, &path("a.b"), &number(1))?;
        service.set_token(project, None, &path("alias"), &value("\"{a.b}\""))?;
        service.set_token(project, None, &path("taken.x"), &number(1))?;

        let (moved, referrers) =
            service.move_token(project, None, &path("a.b"), Some("other"), &path("c.d.e"))?;
        assert_eq!((moved.id, moved.set.as_str(), moved.path.as_str()), (token.id, "other", "c.d.e"));
        assert_eq!(referrers, 1);
        assert_logged(service, "token.move", "done", None);
        assert_eq!(service.token(project, None, &path("a.b")).unwrap_err().code(), "not_found");
        assert_eq!(
            paths(service, project, &TokenFilter::default())?,
            ["tokens:alias", "tokens:taken.x", "other:c.d.e"]
        );

        for taken in ["taken.x", "taken", "alias.y"] {
            let error =
                service.move_token(project, None, &path("c.d.e"), Some("tokens"), &path(taken)).unwrap_err();
            assert_eq!(error.code(), "already_exists", "{taken}");
        }
        let (same, referrers) = service.move_token(project, None, &path("c.d.e"), None, &path("c.d.e"))?;
        assert_eq!((same.revision, referrers), (moved.revision, 0));
        let (deeper, _) = service.move_token(project, None, &path("c.d.e"), None, &path("c.d.e.f"))?;
        assert_eq!(deeper.path, "c.d.e.f");
        assert_eq!(
            service.move_token(project, None, &path("no"), None, &path("x")).unwrap_err().code(),
            "not_found"
        );
        Ok(())
    })
}

/// `number 1 `: type and value, as far as there are any.
fn told_value(field: Option<&FieldValue>) -> String {
    let Some(FieldValue { value, token_type }) = field else { return String::new() };
    let parts = [token_type.as_deref(), value.as_ref().map(|value| value.get())];
    let parts: Vec<_> = parts.into_iter().flatten().chain([""]).collect();
    parts.join(" ")
}

#[test]
fn history_tells_every_change() -> TestResult {
    in_project(|service, project| {
        service.set_token(project, None, &path("a"), &number(1))?;
        service.set_token(project, None, &path("a"), &value("2"))?;
        service.move_token(project, None, &path("a"), None, &path("b"))?;
        service.remove_token(project, None, &path("b"))?;
        let history = service.token_history(project, None, &path("b"))?;
        let told = |entry: &TokenHistoryEntry| {
            let [old, new] = [entry.old.as_ref(), entry.new.as_ref()].map(told_value);
            format!("{} {old}-> {new}{}", entry.field, entry.is_current)
        };
        assert_eq!(
            history.iter().map(told).collect::<Vec<_>>(),
            [
                "@life \"alive\" -> \"deleted\" true",
                "path \"a\" -> \"b\" true",
                "value number 1 -> number 2 true",
                "path -> \"a\" false",
                "set -> \"tokens\" true",
                "value -> number 1 false",
            ]
        );
        assert!(history.iter().all(|entry| entry.by == "ada" && entry.at == NOW));
        assert_eq!(service.token_history(project, None, &path("x")).unwrap_err().code(), "not_found");
        Ok(())
    })
}

#[test]
fn types_come_and_go() -> TestResult {
    in_project(|service, project| {
        service.set_token(project, None, &path("a"), &number(400))?;
        let weight = TokenChange { token_type: Some(Some("fontWeight".into())), ..TokenChange::default() };
        let view = service.set_token(project, None, &path("a"), &weight)?;
        assert_eq!(
            (view.token_type.as_deref(), view.value.as_ref().map(|v| v.get())),
            (Some("fontWeight"), Some("400"))
        );
        let none = TokenChange { token_type: Some(None), ..TokenChange::default() };
        assert_eq!(service.set_token(project, None, &path("a"), &none).unwrap_err().code(), "token_invalid");
        let alias = service.set_token(project, None, &path("b"), &value("\"{a}\""))?;
        assert_eq!((alias.token_type.as_deref(), alias.valid), (Some("fontWeight"), true));
        Ok(())
    })
}

#[test]
fn a_moved_token_keeps_the_type_that_its_group_gave_it() -> TestResult {
    let dir = TempDir::new()?;
    let store = Arc::new(SqliteStore::open(StoreOptions::new(dir.path()))?);
    let service = ProjectService::new(Arc::<SqliteStore>::clone(&store), Arc::new(FixedClock(1)), "");
    let project: ProjectName = "p".parse()?;
    service.create_project(&project, None)?;
    for at in ["g.h.a", "g.h.b", "other.x"] {
        service.set_token(&project, None, &path(at), &number(1))?;
    }
    // Groups get types from files; here, by hand.
    let mut tx = store.write(&project)?;
    let dot = tx.next_dot()?;
    for row in tx.find(Kind::Group, None, "g")? {
        let change = (other_register("$type"), Value::Json(JsonText::string("number")));
        let entity = dss_service::merge::write(&row.entity, dot, [change], &Stamp::default())?;
        tx.put(&Row { entity: entity.ok_or("nothing changed")?, ..row })?;
    }
    tx.commit()?;

    let untyped = TokenChange { token_type: Some(None), ..TokenChange::default() };
    for at in ["g.h.a", "g.h.b"] {
        let view = service.set_token(&project, None, &path(at), &untyped)?;
        assert_eq!((view.token_type.as_deref(), view.valid), (Some("number"), true));
    }
    let types = |at: &str| -> TestResult<Vec<String>> {
        let history = service.token_history(&project, None, &path(at))?;
        let values = history.into_iter().filter(|entry| entry.is_current && entry.field == "value");
        Ok(values.map(|entry| told_value(entry.new.as_ref()).trim_end().to_owned()).collect())
    };
    service.move_token(&project, None, &path("g.h.a"), None, &path("g.near"))?;
    assert_eq!(types("g.near")?, ["1"]);
    let (view, _) = service.move_token(&project, None, &path("g.h.b"), None, &path("other.far"))?;
    assert_eq!((view.token_type.as_deref(), view.valid), (Some("number"), true));
    assert_eq!(types("other.far")?, ["number 1"]);

    let dotted = TokenPath::from_segments(["other", "1.5"]);
    let error = service.move_token(&project, None, &path("other.far"), None, &dotted).unwrap_err();
    assert_eq!(error.code(), "token_invalid");
    Ok(())
}
