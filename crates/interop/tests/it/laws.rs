//! What was read and is written again is the same JSON, member order and number spelling included; and what was edited
//! in between is written as it is.

use dss_interop::{Bundle, Design, File, Format, Json, Object, ReadLimits, WriteOptions, read, write};
use proptest::prelude::*;

/// Values as tools write them, and as they should not.
fn value() -> impl Strategy<Value = Json> {
    let texts = prop::sample::select(vec![
        "#F00",
        "#ff0000",
        "#12345678",
        "rgba(0,0,0,0.5)",
        "16",
        "16px",
        "1.50rem",
        "-.5px",
        "50%",
        "{a.b}",
        "{a.b.value}",
        "{a} * 2",
        "SemiBold",
        "700",
        "200ms",
        "AUTO",
        "",
        "floor({x})",
        "cubic-bezier(0,0,1,1)",
        "{}",
        "{",
        "\u{e9}\"\\",
    ]);
    let numbers = prop::sample::select(vec!["0", "0.10", "1e3", "-0", "12345678901234567890"]);
    let leaf = prop_oneof![
        6 => texts.prop_map(Json::from),
        2 => numbers.prop_map(|number| Json::Number(number.into())),
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::Boolean),
    ];
    leaf.prop_recursive(2, 12, 5, |inner| {
        let key = prop::sample::select(vec![
            "x",
            "y",
            "offsetX",
            "blur",
            "spread",
            "color",
            "type",
            "fontSize",
            "fontSizes",
            "lineHeight",
            "width",
            "value",
            "$ref",
            "inset",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::Array),
            prop::collection::vec((key, inner), 0..5).prop_map(object),
        ]
    })
}

fn object(members: Vec<(&str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn kind() -> impl Strategy<Value = Json> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "color", "dimension", "spacing", "sizing", "lineHeights", "fontWeights", "fontFamilies", "opacity", "boxShadow",
            "shadow", "typography", "strokeWidth", "rotation", "border", "size", "time", "duration", "number", "asset", "other", "cubicBezier",
        ]).prop_map(Json::from),
        1 => value(),
    ]
}

/// A token: what it needs, and what it should not have, in any order.
fn token() -> impl Strategy<Value = Json> {
    let member = prop_oneof![
        3 => kind().prop_map(|kind| ("type", kind)),
        2 => kind().prop_map(|kind| ("$type", kind)),
        1 => value().prop_map(|value| ("description", value)),
        1 => value().prop_map(|value| ("comment", value)),
        1 => value().prop_map(|value| ("$description", value)),
        1 => value().prop_map(|value| ("attributes", value)),
        1 => value().prop_map(|value| ("value", value)),
        1 => value().prop_map(|value| ("$value", value)),
        1 => value().prop_map(|value| ("$extensions", value)),
        1 => (value(), prop::sample::select(vec!["tokens-studio", "style-dictionary", "penpot"])).prop_map(|(value, format)| {
            ("$extensions", object(vec![("org.dss.interop", object(vec![(format, object(vec![("value", value)]))]))]))
        }),
    ];
    let is_plain = any::<bool>();
    (is_plain, value(), prop::collection::vec(member, 0..4)).prop_flat_map(
        |(is_plain, value, mut members)| {
            members.push((if is_plain { "value" } else { "$value" }, value));
            Just(members).prop_shuffle().prop_map(object)
        },
    )
}

/// A tree of groups and tokens.
fn tree() -> impl Strategy<Value = Json> {
    let name =
        || prop::sample::select(vec!["a", "b", "value", "type", "x.y", "", "$root", "$type", "1", "\u{fc}"]);
    let leaf = prop_oneof![8 => token(), 1 => value()];
    leaf.prop_recursive(3, 24, 4, move |inner| prop::collection::vec((name(), inner), 0..5).prop_map(object))
}

fn theme() -> impl Strategy<Value = Json> {
    let status = prop::sample::select(vec!["enabled", "source", "disabled"]).prop_map(Json::from);
    let set = prop::sample::select(vec!["one", "two", "deep/three", "gone"]);
    let member = prop_oneof![
        prop::sample::select(vec!["light", "dark"]).prop_map(|name| ("name", Json::from(name))),
        prop::sample::select(vec!["mode", "theme", "a/b~%"]).prop_map(|group| ("group", Json::from(group))),
        prop::collection::vec((set, status), 0..4).prop_map(|sets| ("selectedTokenSets", object(sets))),
        value().prop_map(|value| ("id", value)),
        value().prop_map(|value| ("$figma", value)),
    ];
    prop::collection::vec(member, 0..6).prop_map(object)
}

/// A file of Tokens Studio's.
fn studio() -> impl Strategy<Value = Json> {
    let order = prop::collection::vec(prop::sample::select(vec!["one", "two", "deep/three", "gone"]), 0..4);
    let order = order.prop_map(|names| Json::Array(names.into_iter().map(Json::from).collect()));
    let sets = prop::sample::select(vec!["one", "two", "deep/three", "$odd", "../x"]);
    let member = prop_oneof![
        6 => (sets, tree()),
        2 => prop::collection::vec(theme(), 0..5).prop_map(|themes| ("$themes", Json::Array(themes))),
        2 => order.prop_map(|order| ("$metadata", object(vec![("tokenSetOrder", order)]))),
        1 => value().prop_map(|value| ("$metadata", value)),
        1 => value().prop_map(|active| ("$metadata", object(vec![("activeSets", active)]))),
        1 => value().prop_map(|value| ("$themes", value)),
    ];
    prop::collection::vec(member, 1..7).prop_map(object)
}

fn figma_collection_id() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["VariableCollectionId:1:1", "VariableCollectionId:1:2", "c/3"])
}

fn figma_variable_id() -> impl Strategy<Value = &'static str> {
    let ids = ["VariableID:1:1", "VariableID:1:2", "VariableID:1:3", "VariableID:9:9", "x"];
    prop::sample::select(ids.to_vec())
}

fn figma_mode_id() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["1:0", "1:1", "2:0"])
}

fn figma_name() -> impl Strategy<Value = Json> {
    let names = ["a", "a/b", "a/b/c", "b/a", "mode", "x.y", "/", "$root", ""];
    prop::sample::select(names.to_vec()).prop_map(Json::from)
}

/// A variable's value in a mode.
fn figma_value() -> impl Strategy<Value = Json> {
    let numbers = ["0", "0.10", "1", "-0", "700", "1e3", "0.12941177189350128"];
    let number = || prop::sample::select(numbers.to_vec()).prop_map(|number| Json::Number(number.into()));
    let color = prop::collection::vec(number(), 3..5)
        .prop_map(|channels| object(["r", "g", "b", "a"].into_iter().zip(channels).collect()));
    let alias =
        figma_variable_id().prop_map(|id| object(vec![("type", "VARIABLE_ALIAS".into()), ("id", id.into())]));
    prop_oneof![4 => color, 4 => alias, 3 => number(), 1 => value()]
}

/// A variable by its id; `which` leaves members out and changes their order.
fn figma_variable() -> impl Strategy<Value = (&'static str, Json)> {
    let kinds = prop::sample::select(vec!["COLOR", "FLOAT", "STRING", "BOOLEAN", "ODD"]);
    let scopes = prop::sample::select(vec!["ALL_SCOPES", "GAP", "FONT_FAMILY", "FONT_WEIGHT", "OPACITY"]);
    let scopes = prop::collection::vec(scopes.prop_map(Json::from), 0..3).prop_map(Json::Array);
    let values = prop::collection::vec((figma_mode_id(), figma_value()), 0..4).prop_map(object);
    let parts =
        (figma_name(), figma_variable_id(), figma_collection_id(), kinds, values, scopes, any::<[bool; 7]>());
    parts.prop_map(|(name, id, collection, kind, values, scopes, which)| {
        let [remote, hidden, described, scoped, more, swapped, short] = which;
        let mut members = vec![
            ("name", name),
            ("id", id.into()),
            ("remote", Json::Boolean(remote)),
            ("key", "k".into()),
            ("variableCollectionId", collection.into()),
            ("resolvedType", kind.into()),
            ("description", if described { "said" } else { "" }.into()),
            ("hiddenFromPublishing", Json::Boolean(hidden)),
            ("valuesByMode", values),
        ];
        members.extend(scoped.then_some(("scopes", scopes)));
        members.extend(more.then(|| ("codeSyntax", object(vec![("WEB", "x".into())]))));
        members.extend(more.then_some(("deletedButReferenced", Json::Boolean(true))));
        if swapped {
            members.swap(0, 6);
        }
        if short {
            members.swap_remove(3);
        }
        (id, object(members))
    })
}

fn figma_collection() -> impl Strategy<Value = (&'static str, Json)> {
    let mode = (figma_mode_id(), prop::sample::select(vec!["light", "dark", ""]))
        .prop_map(|(id, name)| object(vec![("modeId", id.into()), ("name", name.into())]));
    let modes = prop::collection::vec(mode, 0..4).prop_map(Json::Array);
    let listed = prop::collection::vec(figma_variable_id().prop_map(Json::from), 0..5).prop_map(Json::Array);
    let parts = (
        (figma_collection_id(), figma_name(), any::<bool>(), modes, figma_mode_id()),
        (prop::option::of(listed), prop::option::of(value())),
    );
    parts.prop_map(|((id, name, remote, modes, default), (listed, other))| {
        let mut members = vec![
            ("defaultModeId", default.into()),
            ("id", id.into()),
            ("name", name),
            ("remote", Json::Boolean(remote)),
            ("modes", modes),
        ];
        members.extend(listed.map(|listed| ("variableIds", listed)));
        members.extend(other.map(|other| ("more", other)));
        (id, object(members))
    })
}

/// A payload of Figma's REST API, as it may be and as it should not.
fn figma() -> impl Strategy<Value = Json> {
    let collections = prop::collection::vec(figma_collection(), 0..4).prop_map(object);
    let variables = prop::collection::vec(figma_variable(), 0..6).prop_map(object);
    (collections, variables, any::<bool>(), any::<bool>()).prop_map(
        |(collections, variables, reversed, is_bare)| {
            let mut meta = vec![("variableCollections", collections), ("variables", variables)];
            if reversed {
                meta.reverse();
            }
            if is_bare {
                return object(meta);
            }
            object(vec![
                ("status", Json::integer(200)),
                ("error", Json::Boolean(false)),
                ("meta", object(meta)),
            ])
        },
    )
}

/// A file of Figma's native export, with aliases to another file's variables.
fn figma_native() -> impl Strategy<Value = Json> {
    let kinds = prop::sample::select(vec!["color", "number", "string", "boolean", "dimension"]);
    let named = prop::sample::select(vec!["a", "a/b", "b", "b/a"]);
    let alias = named.prop_map(|name| {
        object(vec![("targetVariableId", "VariableID:9".into()), ("targetVariableName", name.into())])
    });
    let token = (kinds, value(), prop::option::of(figma_variable_id()), prop::option::of(alias));
    let token = token.prop_map(|(kind, value, id, alias)| {
        let mut extensions: Vec<(&str, Json)> = Vec::new();
        extensions.extend(id.map(|id| ("com.figma.variableId", id.into())));
        extensions.extend(alias.map(|alias| ("com.figma.aliasData", alias)));
        object(vec![("$type", kind.into()), ("$value", value), ("$extensions", object(extensions))])
    });
    let name = || prop::sample::select(vec!["a", "b", "x.y", "$root", "$description"]);
    let tree = prop_oneof![8 => token, 1 => tree()]
        .prop_recursive(2, 12, 3, move |inner| prop::collection::vec((name(), inner), 0..4).prop_map(object));
    (tree, prop::sample::select(vec!["light", "dark"])).prop_map(|(tree, mode)| {
        let Json::Object(mut root) = tree else { return tree };
        root.set(
            "$extensions",
            match object(vec![("com.figma.modeName", mode.into())]) {
                Json::Object(extensions) => extensions,
                _ => Object::new(),
            },
        );
        Json::Object(root)
    })
}

fn design(format: Format, document: &Json) -> Result<Option<Design>, TestCaseError> {
    let bytes = document.to_text("").map_err(|error| TestCaseError::fail(error.to_string()))?;
    let file = File::new("a.json", bytes.as_str().as_bytes());
    let Ok(bundle) = Bundle::new(vec![file], ReadLimits::default()) else { return Ok(None) };
    Ok(read(Some(format), bundle).ok().map(|(_, reading)| reading.design))
}

fn comes_back(format: Format, document: &Json) -> Result<(), TestCaseError> {
    let Some(design) = design(format, document)? else { return Ok(()) };
    let written = write(format, &design, &WriteOptions::default());
    let written = written.map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(written.files.len(), 1);
    let again = written.files.first().and_then(|file| Json::parse(&file.bytes, "", 64).ok());
    prop_assert_eq!(again.as_ref(), Some(document));
    // Every format can be written, whatever was read.
    for to in Format::ALL.into_iter().filter(|format| format.is_written()) {
        let written = write(to, &design, &WriteOptions::default());
        prop_assert!(written.is_ok_and(|written| !written.files.is_empty()), "{}", to);
    }
    Ok(())
}

proptest! {
    #![proptest_config(dss_testkit::cases(512))]

    #[test]
    fn tokens_studio_comes_back(document in studio()) {
        comes_back(Format::TokensStudio, &document)?;
    }

    #[test]
    fn figma_variables_come_back(document in figma()) {
        comes_back(Format::Figma, &document)?;
    }

    #[test]
    fn figma_native_comes_back(documents in prop::collection::vec(figma_native(), 1..4)) {
        let files: Vec<File> = documents
            .iter()
            .zip(["Light.tokens.json", "Dark.json", "deep/Sizes.tokens.json"])
            .filter_map(|(document, path)| Some(File::new(path, document.to_pretty("").ok()?)))
            .collect();
        let Ok(bundle) = Bundle::new(files.clone(), ReadLimits::default()) else { return Ok(()) };
        let Ok((_, reading)) = read(Some(Format::FigmaNative), bundle) else { return Ok(()) };
        let written = write(Format::FigmaNative, &reading.design, &WriteOptions::default());
        let written = written.map_err(|error| TestCaseError::fail(error.to_string()))?.files;
        let skipped: Vec<&str> = reading.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
        let tree = |file: &File| (file.path.clone(), Json::parse(&file.bytes, "", 64).ok());
        let mut before: Vec<_> = files.iter().map(tree).filter(|(path, _)| !skipped.contains(&path.as_str())).collect();
        let mut after: Vec<_> = written.iter().map(tree).collect();
        before.sort_by(|(a, _), (b, _)| a.cmp(b));
        after.sort_by(|(a, _), (b, _)| a.cmp(b));
        prop_assert_eq!(before, after);
    }

    #[test]
    fn penpot_comes_back(document in studio()) {
        comes_back(Format::Penpot, &document)?;
    }

    #[test]
    fn style_dictionary_comes_back(document in tree()) {
        if document.as_object().is_some() {
            comes_back(Format::StyleDictionary, &document)?;
        }
    }

    #[test]
    fn an_edited_value_is_never_written_as_it_was(spelled in "#[0-9A-Fa-f]{6}", other in "#[0-9a-f]{6}") {
        prop_assume!(!spelled.eq_ignore_ascii_case(&other));
        let file = |color: &str| object(vec![("t", object(vec![("value", color.into()), ("type", "color".into())]))]);
        let mut edited = design(Format::StyleDictionary, &file(&spelled))?.unwrap_or_default();
        let new = design(Format::StyleDictionary, &file(&other))?.unwrap_or_default();
        let set = |design: &Design| design.sets.first().map(|set| Json::from_ref(set.document.get_ref()));
        let value = set(&new).and_then(|set| set.get("t")?.get("$value").cloned());
        let (Some(Json::Object(mut document)), Some(value)) = (set(&edited), value) else {
            return Err(TestCaseError::fail("nothing was read"));
        };
        if let Some(Json::Object(token)) = document.get_mut("t") {
            token.set("$value", value);
        }
        let text = Json::Object(document).to_text("").map_err(|error| TestCaseError::fail(error.to_string()))?;
        edited.sets.iter_mut().for_each(|set| set.document = text.clone());
        let written = write(Format::StyleDictionary, &edited, &WriteOptions::default());
        let written = written.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let again = written.files.first().and_then(|file| Json::parse(&file.bytes, "", 64).ok());
        prop_assert_eq!(again.as_ref(), Some(&file(&other)));
    }
}

#[test]
fn members_that_are_called_like_properties_do_no_harm() {
    for document in [
        r##"{"one":{"a":{"value":null,"$value":"#F00"}}}"##,
        r##"{"one":{"a":{"$value":"#F00","$type":"color","type":{"b":{"$value":1}}}}}"##,
        r##"{"one":{"a":{"$value":"#F00","$description":"d","comment":{"b":{"$value":1}}}}}"##,
    ] {
        let document = Json::parse(document.as_bytes(), "", 64).unwrap();
        comes_back(Format::TokensStudio, &document).unwrap();
    }
}

#[test]
fn an_object_has_one_member_of_a_name() {
    let twice: Object =
        [("a".to_owned(), Json::Null), ("a".to_owned(), Json::Boolean(true))].into_iter().collect();
    assert_eq!((twice.len(), twice.get("a")), (1, Some(&Json::Boolean(true))));
}

proptest! {
    #![proptest_config(dss_testkit::cases(512))]

    #[test]
    fn fixing_again_changes_nothing(document in tree()) {
        let text = document.to_pretty("").map_err(|error| TestCaseError::fail(error.to_string()))?;
        let failed = |error: dss_interop::InteropError| TestCaseError::fail(error.to_string());
        let once = dss_interop::fix::fix("", &text).map_err(failed)?;
        let twice = dss_interop::fix::fix("", once.text.as_bytes()).map_err(failed)?;
        prop_assert_eq!(&twice.text, &once.text);
        prop_assert!(twice.changes.is_empty());
        prop_assert_eq!(once.changes.is_empty(), once.text.as_bytes() == text.as_slice());
    }
}
