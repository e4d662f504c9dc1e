use dss_service::model::ProjectName;
use dss_service::{LayerView, ProjectService};
use dss_testkit::TestResult;

use super::{assert_logged, in_project, number, path};

fn with_sets(service: &ProjectService, project: &ProjectName) -> TestResult {
    for set in ["base", "light", "dark"] {
        service.set_token(project, Some(set), &path("a"), &number(1))?;
    }
    Ok(())
}

fn names(sets: &[&str]) -> Vec<String> {
    sets.iter().map(ToString::to_string).collect()
}

fn themes(view: &LayerView) -> Vec<String> {
    view.themes.iter().map(|theme| format!("{}: {}", theme.name, theme.sources.join(" "))).collect()
}

#[test]
fn themes_are_made_of_sets() -> TestResult {
    in_project(|service, project| {
        with_sets(service, project)?;
        service.set_theme(project, "mode", "light", &names(&["base", "light"]))?;
        let view = service.set_theme(project, "mode", "dark", &names(&["base", "dark"]))?;
        assert_logged(service, "theme.set", "done", None);
        assert_eq!((view.kind, view.name.as_str(), view.default.as_deref()), ("themeGroup", "mode", None));
        assert_eq!(themes(&view), ["light: base light", "dark: base dark"]);

        let view = service.set_theme(project, "mode", "light", &names(&["light"]))?;
        assert_eq!(themes(&view), ["light: light", "dark: base dark"]);
        service.set_theme(project, "density", "light", &names(&["base"]))?;
        let layers = service.layers(project)?;
        assert_eq!(layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["mode", "density"]);
        assert_eq!(themes(&layers[1]), ["light: base"], "themes of one name in two groups");

        let error = service.set_theme(project, "mode", "x", &names(&["base", "none"])).unwrap_err();
        assert_eq!(error.to_string(), "there is no token set \"none\"");
        assert_logged(service, "theme.set", "refused", Some("not_found"));
        assert_eq!(service.set_theme(project, "", "x", &[]).unwrap_err().code(), "usage");
        Ok(())
    })
}

#[test]
fn defaults_name_a_theme_that_exists() -> TestResult {
    in_project(|service, project| {
        with_sets(service, project)?;
        service.set_theme(project, "mode", "light", &names(&["light"]))?;
        service.set_theme(project, "mode", "dark", &names(&["dark"]))?;
        let view = service.set_default_theme(project, "mode", "dark")?;
        assert_eq!(view.default.as_deref(), Some("dark"));
        for (group, theme) in [("mode", "none"), ("none", "dark")] {
            assert_eq!(service.set_default_theme(project, group, theme).unwrap_err().code(), "not_found");
        }
        service.remove_theme(project, "mode", Some("light"))?;
        assert_eq!(service.layers(project)?[0].default.as_deref(), Some("dark"));
        service.remove_theme(project, "mode", Some("dark"))?;
        let layers = service.layers(project)?;
        assert_eq!((layers[0].default.as_deref(), layers[0].themes.len()), (None, 0));
        Ok(())
    })
}

#[test]
fn removed_groups_come_back_empty() -> TestResult {
    in_project(|service, project| {
        with_sets(service, project)?;
        let first = service.set_theme(project, "mode", "light", &names(&["light"]))?;
        service.set_theme(project, "mode", "dark", &names(&["dark"]))?;
        service.set_default_theme(project, "mode", "dark")?;
        service.remove_theme(project, "mode", None)?;
        assert_logged(service, "theme.remove", "done", None);
        assert!(service.layers(project)?.is_empty());
        assert_eq!(service.remove_theme(project, "mode", None).unwrap_err().code(), "not_found");

        let back = service.set_theme(project, "mode", "dark", &names(&["base"]))?;
        assert_eq!((back.id, back.default), (first.id, None));
        assert_eq!(themes(&service.layers(project)?[0]), ["dark: base"]);
        assert_eq!(service.project(project)?.open_conflicts, 0);
        Ok(())
    })
}
