use dss_interop::{Bundle, File, Format, InteropError, InteropErrorKind, ReadLimits, detect};

fn detected(files: &[(&str, &str)]) -> Result<Format, InteropError> {
    let files = files.iter().map(|(path, text)| File::new(*path, text.as_bytes())).collect();
    detect(&Bundle::new(files, ReadLimits::default())?)
}

#[test]
fn dtcg_is_what_has_values() {
    let text = r##"{"a":{"$type":"color","$value":"#fff"}}"##;
    assert_eq!(detected(&[("a.json", text)]).unwrap(), Format::Dtcg);
    let resolver = r#"{"version":"2025.10","resolutionOrder":[]}"#;
    assert_eq!(detected(&[("a.resolver.json", resolver)]).unwrap(), Format::Dtcg);
}

#[test]
fn what_is_nothing_is_refused_with_what_was_tried() {
    let error = detected(&[("theme.json", r#"{"button":{"background":"@color-blue"}}"#)]).unwrap_err();
    let InteropError::Told { kind: InteropErrorKind::Unrecognized, tried, entry, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(entry, "theme.json");
    assert!(tried.iter().any(|tried| tried.format == Format::Dtcg), "{error}");
}

#[test]
fn what_is_malformed_is_told_with_its_line() {
    let error = detected(&[("a.json", "{\n  \"a\": ,\n}")]).unwrap_err();
    assert_eq!((error.code(), error.entry()), ("json_invalid", "a.json"));
    assert!(error.to_string().contains(":2"), "{error}");
}

#[test]
fn too_much_is_refused_unread() {
    let mut limits = ReadLimits::default();
    limits.bytes = 10;
    let at = |text: &str| Bundle::new(vec![File::new("a.json", text.as_bytes())], limits);
    assert!(at("{\"a\":12345").is_err_and(|error| error.code() == "json_invalid"));
    assert!(at("{\"a\":12}  ").is_ok());
    assert!(at("{\"a\":12}   ").is_err_and(|error| error.code() == "document_over_limit"));
}

#[test]
fn figmas_own_files_say_their_mode() {
    let token =
        r#""a":{"$type":"number","$value":1,"$extensions":{"com.figma.variableId":"VariableID:1:1"}}"#;
    let native = format!(r#"{{{token},"$extensions":{{"com.figma.modeName":"Light"}}}}"#);
    assert_eq!(detected(&[("Light.tokens.json", &native)]).unwrap(), Format::FigmaNative);
    // With a resolver document, or revisions of ours, it is what DSS has made of it.
    let resolver = r#"{"version":"2025.10","resolutionOrder":[]}"#;
    assert_eq!(
        detected(&[("Light.tokens.json", &native), ("x.resolver.json", resolver)]).unwrap(),
        Format::Dtcg
    );
    let ours =
        format!(r#"{{{token},"$extensions":{{"com.figma.modeName":"Light","org.dss":{{"id":"x"}}}}}}"#);
    assert_eq!(detected(&[("Light.tokens.json", &ours)]).unwrap(), Format::Dtcg);
    assert_eq!(detected(&[("a.json", &format!("{{{token}}}"))]).unwrap(), Format::Dtcg);
}
