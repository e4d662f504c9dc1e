use dss_service::model::ProjectName;
use dss_service::store::{SqliteStore, StoreOptions};
use dss_service::{ErrorClass, LogFilter, ProjectService, SystemClock};
use dss_testkit::{TempDir, TestResult};

use super::{NOW, assert_logged, number, on_every_store, path};

#[test]
fn projects_are_created_renamed_and_deleted() -> TestResult {
    on_every_store(|service| {
        let (old, new): (ProjectName, ProjectName) = ("primer".parse()?, "primer 2".parse()?);
        let view = service.create_project(&old, Some("GitHub's"))?;
        assert_eq!(
            (view.name.as_str(), view.title, view.description.as_deref()),
            ("primer", None, Some("GitHub's"))
        );
        assert_eq!((view.created_at.as_str(), view.updated_at.as_str()), (NOW, NOW));
        assert!(view.kinds.is_empty());
        assert_logged(service, "project.create", "done", None);

        let error = service.create_project(&old, None).unwrap_err();
        assert_eq!((error.code(), error.class()), ("project_exists", ErrorClass::Missing));
        assert_logged(service, "project.create", "refused", Some("project_exists"));

        service.rename_project(&old, &new)?;
        let renamed = service.project(&new)?;
        assert_eq!((renamed.title.as_deref(), renamed.project_id), (Some("primer"), view.project_id));
        assert_eq!(service.project(&old).unwrap_err().code(), "project_not_found");
        assert_eq!(service.projects()?.len(), 1);

        service.delete_project(&new)?;
        assert_logged(service, "project.delete", "done", None);
        assert!(service.projects()?.is_empty());
        assert_eq!(service.delete_project(&new).unwrap_err().code(), "project_not_found");
        Ok(())
    })
}

#[test]
fn counts_show_what_there_is() -> TestResult {
    on_every_store(|service| {
        let project = "p".parse()?;
        service.create_project(&project, None)?;
        service.set_token(&project, None, &path("a.b.c"), &number(1))?;
        let view = service.project(&project)?;
        assert_eq!(view.kinds.into_iter().collect::<Vec<_>>(), [("group", 2), ("set", 1), ("token", 1)]);
        assert_eq!((view.invalid_tokens, view.open_conflicts), (0, 0));
        Ok(())
    })
}

#[test]
fn the_log_is_filtered_and_newest_first() -> TestResult {
    on_every_store(|service| {
        for name in ["a", "b", "c"] {
            service.create_project(&name.parse()?, None)?;
        }
        let projects = |filter: LogFilter| -> TestResult<Vec<_>> {
            Ok(service.log(&filter)?.into_iter().filter_map(|entry| entry.project).collect())
        };
        assert_eq!(projects(LogFilter::default())?, ["c", "b", "a"]);
        assert_eq!(projects(LogFilter { limit: Some(2), ..LogFilter::default() })?, ["c", "b"]);
        assert_eq!(projects(LogFilter { limit: Some(0), ..LogFilter::default() })?, [""; 0]);
        assert_eq!(projects(LogFilter { project: Some("b".into()), ..LogFilter::default() })?, ["b"]);
        Ok(())
    })
}

#[test]
fn damaged_projects_are_listed_with_the_reason() -> TestResult {
    let dir = TempDir::new()?;
    let open = || -> TestResult<ProjectService> {
        let store = SqliteStore::open(StoreOptions::new(dir.path()))?;
        Ok(ProjectService::new(std::sync::Arc::new(store), std::sync::Arc::new(SystemClock), ""))
    };
    open()?.create_project(&"good".parse()?, None)?;
    std::fs::write(dir.join("projects/bad.db"), "no database, but long enough to look at: ".repeat(200))?;
    let views = open()?.projects()?;
    assert_eq!(views.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["bad", "good"]);
    assert!(views[0].error.as_deref().is_some_and(|error| error.contains("damaged")), "{:?}", views[0].error);
    assert_eq!(views[1].error, None);
    Ok(())
}
