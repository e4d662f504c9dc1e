use dss_service::ErrorClass;
use dss_testkit::{TempDir, TestResult};

use super::{NOW, assert_logged, in_project};

#[test]
fn components_are_replaced_whole() -> TestResult {
    in_project(|service, project| {
        let button = br#"{"name":"Button","description":"Click","props":{"size":{"type":"string"},"on":{}},
            "tags":["core"],"$extensions":{"com.x":1},"y":2}"#;
        let first = service.set_component(project, button)?;
        assert_eq!(
            first.record.get(),
            r#"{"name":"Button","description":"Click","tags":["core"],"props":{"on":{},"size":{"type":"string"}},"y":2,"$extensions":{"com.x":1}}"#
        );
        assert_eq!((first.updated_at.as_str(), first.updated_by.as_str(), first.valid), (NOW, "ada", true));
        assert_logged(service, "component.set", "done", None);
        service.set_component(project, br#"{"name":"Alert"}"#)?;

        let second = service.set_component(project, br#"{"name":"Button","props":{"size":{}}}"#)?;
        assert_eq!(second.id, first.id);
        assert_eq!(
            service.component(project, "Button")?.record.get(),
            r#"{"name":"Button","props":{"size":{}}}"#
        );
        let all = service.components(project)?;
        assert_eq!(all.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Button", "Alert"]);

        service.remove_component(project, "Button")?;
        assert_eq!(service.component(project, "Button").unwrap_err().code(), "not_found");
        assert_eq!(service.remove_component(project, "Button").unwrap_err().code(), "not_found");
        let back = service.set_component(project, br#"{"name":"Button"}"#)?;
        assert_eq!((back.id, back.record.get()), (first.id, r#"{"name":"Button"}"#));
        assert_eq!(service.components(project)?[1].name, "Button");
        Ok(())
    })
}

#[test]
fn what_is_no_component_is_refused() -> TestResult {
    in_project(|service, project| {
        for bad in ["", "[]", "{}", r#"{"name":1}"#, r#"{"name":""}"#, r#"{"name":"a","props":[]}"#] {
            let error = service.set_component(project, bad.as_bytes()).unwrap_err();
            assert_eq!(error.code(), "usage", "{bad}");
        }
        assert_logged(service, "component.set", "refused", Some("usage"));
        assert!(service.components(project)?.is_empty());
        Ok(())
    })
}

#[test]
fn assets_are_stored_read_and_replaced() -> TestResult {
    in_project(|service, project| {
        let dir = TempDir::new()?;
        std::fs::write(dir.join("a"), "<svg/>")?;
        std::fs::write(dir.join("b"), "abc")?;
        let view = service.set_asset(project, "icons/x.SVG", None, &dir.join("a"))?;
        assert_eq!((view.media_type.as_str(), view.size), ("image/svg+xml", 6));
        assert_logged(service, "asset.set", "done", None);
        let other = service.set_asset(project, "icons/x.SVG", None, &dir.join("b"))?;
        assert_eq!((other.id.as_str(), other.size), (view.id.as_str(), 3));
        assert_eq!(other.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let mut content = Vec::new();
        service.read_asset(project, "icons/x.SVG", &mut content)?;
        assert_eq!(content, b"abc");

        let typed = service.set_asset(project, "a", Some("text/plain"), &dir.join("b"))?;
        assert_eq!((typed.media_type.as_str(), typed.sha256), ("text/plain", other.sha256));
        assert_eq!(service.set_asset(project, "a", None, &dir.join("a"))?.media_type, "text/plain");
        assert_eq!(
            service.assets(project)?.iter().map(|view| view.path.as_str()).collect::<Vec<_>>(),
            ["a", "icons/x.SVG"]
        );

        service.remove_asset(project, "a")?;
        assert_eq!(service.assets(project)?.len(), 1);
        assert_eq!(service.read_asset(project, "a", &mut content).unwrap_err().code(), "not_found");
        assert_eq!(service.remove_asset(project, "a").unwrap_err().code(), "not_found");
        Ok(())
    })
}

#[test]
fn assets_stay_where_they_belong() -> TestResult {
    in_project(|service, project| {
        let dir = TempDir::new()?;
        std::fs::write(dir.join("a"), "x")?;
        for bad in ["", "/a", "a/", "a//b", "../a", "a/./b", "a\\b", "c:a", "a\nb"] {
            let error = service.set_asset(project, bad, None, &dir.join("a")).unwrap_err();
            assert_eq!(error.code(), "usage", "{bad}");
        }
        let error = service.set_asset(project, "a", None, &dir.join("missing")).unwrap_err();
        assert_eq!((error.code(), error.class()), ("file_access", ErrorClass::Missing));
        assert_logged(service, "asset.set", "refused", Some("file_access"));
        assert!(service.assets(project)?.is_empty());
        Ok(())
    })
}
