#![expect(clippy::arithmetic_side_effects, reason = "a test's own small numbers")]

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<JsonText, JsonErrorKind> {
    JsonText::parse(text.as_bytes(), &JsonLimits::default()).map_err(|error| error.kind)
}

#[test]
fn keeps_spelling_and_drops_white_space() {
    let text = parse(" { \"a\" : [ 1.0 , -0 , 1E5 , \"\\u00e9\" ] , \"b\" : { } }\n").unwrap();
    assert_eq!(text.as_str(), r#"{"a":[1.0,-0,1E5,"\u00e9"],"b":{}}"#);
}

#[test]
fn canonical_numbers_follow_ecmascript_and_keep_every_digit() {
    for (written, canonical) in [
        ("0.10", "0.1"),
        ("-0", "0"),
        ("1E5", "100000"),
        ("1e21", "1e+21"),
        ("123456789012345678901", "123456789012345678901"),
        ("1e-7", "1e-7"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"),
        ("12.50e1", "125"),
        ("333333333.33333329", "333333333.33333329"),
        ("4.50", "4.5"),
        ("2e-3", "0.002"),
        ("-1.5e+30", "-1.5e+30"),
    ] {
        assert_eq!(parse(written).unwrap().canonical(), canonical, "{written}");
    }
}

#[test]
fn canonical_sorts_by_utf16_and_unescapes() {
    let text = parse("{\"\\u20ac\":1,\"\\r\":2,\"\u{1f600}\":3,\"\u{fb33}\":4,\"1\":5}").unwrap();
    assert_eq!(text.canonical(), "{\"\\r\":2,\"1\":5,\"€\":1,\"😀\":3,\"\u{fb33}\":4}");
}

#[test]
fn refuses_what_loses_data_or_costs_too_much() {
    use JsonErrorKind as K;
    assert_eq!(parse(r#"{"a":1,"\u0061":2}"#), Err(K::DuplicateKey("a".into())));
    assert_eq!(parse(r#""\ud800""#), Err(K::LoneSurrogate));
    assert_eq!(parse(r#""\ud800A""#), Err(K::LoneSurrogate));
    assert_eq!(parse("1e999"), Err(K::NumberOutOfRange));
    assert_eq!(parse("[1"), Err(K::UnexpectedEnd));
    assert_eq!(parse(""), Err(K::UnexpectedEnd));
    assert_eq!(parse("1 2"), Err(K::TrailingData));
    assert_eq!(parse("[1,]"), Err(K::UnexpectedByte(b']')));
    assert_eq!(parse("{\"a\":1,}"), Err(K::UnexpectedByte(b'}')));
    assert_eq!(parse("01"), Err(K::TrailingData));
    assert_eq!(parse("-"), Err(K::InvalidNumber));
    assert_eq!(parse("\"\t\""), Err(K::ControlCharacter));
    assert_eq!(JsonText::parse(b"\"\xff\"", &JsonLimits::default()).map_err(|e| e.kind), Err(K::InvalidUtf8));
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(64)).is_ok());
    assert_eq!(parse(&nested(65)), Err(K::TooDeep));
}

#[test]
fn errors_name_line_and_column() {
    let error = JsonText::parse(b"{\n  \"a\": 1,\n  \"a\": 2\n}", &JsonLimits::default()).unwrap_err();
    assert_eq!((error.line, error.column, error.offset), (3, 3, 14));
    let shifted = error.shifted(100, 10, 7);
    assert_eq!((shifted.line, shifted.column, shifted.offset), (13, 3, 114));
}

#[test]
fn cursor_reads_in_place() {
    let text = parse(r#"{"a":{"x":[1,"t\n",null,{}]},"b\u0021":true,"c":[]}"#).unwrap();
    let root = text.get_ref();
    assert_eq!(root.kind(), JsonKind::Object);
    let keys: Vec<_> = root.members().map(|(key, _)| key.into_owned()).collect();
    assert_eq!(keys, ["a", "b!", "c"]);
    let items: Vec<_> = root.get("a").unwrap().get("x").unwrap().elements().map(JsonRef::as_str).collect();
    assert_eq!(items, ["1", r#""t\n""#, "null", "{}"]);
    assert_eq!(root.get("b!").unwrap().boolean(), Some(true));
    assert_eq!(root.get("c").unwrap().elements().count(), 0);
    assert_eq!(parse(r#""\ud83d\ude00\/""#).unwrap().get_ref().string().unwrap(), "😀/");
}

fn arbitrary_json() -> impl Strategy<Value = JsonText> {
    let leaf = prop_oneof![
        Just(JsonText::null()),
        any::<bool>().prop_map(JsonText::boolean),
        any::<i64>().prop_map(JsonText::integer),
        any::<String>().prop_map(|text| JsonText::string(&text)),
        (-1e300..1e300_f64).prop_map(|number| JsonText(format!("{number:e}").into())),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| JsonText::array(|a| items.iter().for_each(|item| a.raw(item.get_ref())))),
            prop::collection::btree_map(any::<String>(), inner, 0..5).prop_map(|members| {
                JsonText::object(|o| members.iter().for_each(|(key, value)| o.raw(key, value.get_ref())))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn built_json_parses_to_itself(value in arbitrary_json()) {
        let again = JsonText::parse(value.as_str().as_bytes(), &JsonLimits::default()).unwrap();
        prop_assert_eq!(again.as_str(), value.as_str());
        let canonical = value.canonical();
        let twice = JsonText::parse(canonical.as_bytes(), &JsonLimits::default()).unwrap();
        prop_assert_eq!(twice.canonical(), canonical);
        prop_assert_eq!(&twice, &value);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        drop(JsonText::parse(&bytes, &JsonLimits::default()));
    }

    #[test]
    fn json_like_bytes_are_read_or_refused(text in r#"[\[\]{}",:0-9.eE+\-tfnu\\ "a]{0,40}"#) {
        if let Ok(value) = parse(&text) {
            fn walk(value: JsonRef<'_>) -> usize {
                let inner: usize = value.members().map(|(_, member)| walk(member)).sum();
                1 + inner + value.elements().map(walk).sum::<usize>()
            }
            prop_assert!(walk(value.get_ref()) > 0);
        }
    }
}

/// Without limits, and with keys that repeat.
fn as_stored(bytes: &[u8]) -> Option<JsonText> {
    let limits = JsonLimits { unique_keys: false, ..JsonLimits::default() };
    JsonText::parse(bytes, &limits).ok().filter(|text| text.as_str().as_bytes() == bytes)
}

#[test]
fn compact_text_is_checked_in_place() {
    for text in [
        "{}",
        "[]",
        "[[],{}]",
        r#"{"a":1,"a":[true,false,null,"x\u00e9\ud83d\ude00\n"]}"#,
        "-0",
        "1.5e+3",
        "1e-999",
        "\"é\"",
    ] {
        assert_eq!(JsonRef::compact(text.as_bytes()).map(JsonRef::as_str), Some(text));
    }
    for text in [
        "",
        " 1",
        "1 ",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "[1}",
        "{\"a\":1]",
        "01",
        "1.",
        "-",
        "1e",
        "1e999",
        "tru",
        "nulll",
        "\"",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\ud800\\n\"",
        "\"\\udc00\"",
        "\"\t\"",
        "1 2",
        "]",
    ] {
        assert!(JsonRef::compact(text.as_bytes()).is_none(), "{text}");
        assert!(as_stored(text.as_bytes()).is_none(), "{text}");
    }
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(JsonRef::compact(nested(64).as_bytes()).is_some());
    assert!(JsonRef::compact(nested(65).as_bytes()).is_none());
    let digits = "9".repeat(400);
    assert!(JsonRef::compact(digits.as_bytes()).is_none(), "no double holds it");
    assert!(JsonRef::compact(b"\"\xff\"").is_none());
}

proptest! {
    /// The checker and the parser agree on what is a value.
    #[test]
    fn the_checker_agrees_with_the_parser(text in r#"[{}\[\]",:0-3eE.\-+tfn\\u d8]{0,24}"#) {
        let parsed = as_stored(text.as_bytes());
        let checked = JsonRef::compact(text.as_bytes());
        prop_assert_eq!(checked.map(JsonRef::as_str), parsed.as_ref().map(JsonText::as_str));
    }
}

/// The texts of a value and of everything in it, in document order.
fn texts<'a>(value: JsonRef<'a>, out: &mut Vec<&'a str>) {
    out.push(value.as_str());
    value.members().for_each(|(_, member)| texts(member, out));
    value.elements().for_each(|element| texts(element, out));
}

proptest! {
    /// Places are where the cursor finds the same values.
    #[test]
    fn places_agree_with_the_cursor(value in arbitrary_json()) {
        let (text, places) = JsonPlace::all(value.as_str().as_bytes(), &JsonLimits::default()).unwrap();
        let wide = |at: u32| usize::try_from(at).unwrap();
        let slice = |(from, to): (u32, u32)| text.get(wide(from)..wide(to)).unwrap();
        let mut expected = Vec::new();
        texts(value.get_ref(), &mut expected);
        prop_assert_eq!(places.iter().map(|place| slice(place.value)).collect::<Vec<_>>(), expected);
        for (number, place) in (0_u32..).zip(&places) {
            let inside = places.iter().zip(0_u32..).filter(|(other, at)| {
                *at > number && other.value.0 < place.value.1
            });
            prop_assert_eq!(place.next, number + 1 + u32::try_from(inside.count()).unwrap());
        }
    }

    /// What a parser has read before makes no difference.
    #[test]
    fn a_parser_starts_anew_each_time(texts in prop::collection::vec(r#"[\[\]{}",:01 a]{0,12}"#, 0..6)) {
        let mut parser = JsonParser::new(JsonLimits::default());
        for text in &texts {
            let fresh = JsonText::parse(text.as_bytes(), &JsonLimits::default());
            let again = parser.parse(text.as_bytes());
            prop_assert_eq!(again.map(|text| text.to_string()), fresh.map(|text| text.to_string()));
        }
    }

    /// What was noted while parsing is what a second look finds, whatever the white space, and whatever follows.
    #[test]
    fn marks_agree_with_the_cursor(
        values in prop::collection::vec(arbitrary_json(), 1..4),
        spaces in prop::collection::vec(0..4_usize, 8),
        rest in "[ ,}\\]x1]{0,3}",
    ) {
        let mut parser = JsonParser::new(JsonLimits::default());
        for value in &values {
            let text = value.as_str();
            let written = format!("[{}{rest}", spread(&format!("{text},{text}]"), &spaces));
            let (read, length) = parser.first(&written, |_| false).unwrap().unwrap();
            prop_assert_eq!(written.get(length..), Some(rest.as_str()));
            let plain = format!("[{text},{text}]");
            prop_assert_eq!(read.as_str(), &plain);
            prop_assert_eq!(said(read), said(JsonRef::trusted(&plain)));
        }
    }

    /// A key that stands twice is found wherever it stands.
    #[test]
    fn keys_that_stand_twice_are_found(keys in prop::collection::vec("[ab]{0,10}", 0..20), end in 0..12_usize) {
        let members: Vec<_> = keys.iter().map(|key| format!("\"{key}\":1")).collect();
        let text = format!("{{{}}}{}", members.join(","), " ".repeat(end));
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        let parsed = JsonText::parse(text.as_bytes(), &JsonLimits::default());
        prop_assert_eq!(parsed.is_ok(), distinct.len() == keys.len());
    }

    /// A text with more values than are noted is read as any other.
    #[test]
    fn many_values_are_read_all_the_same(count in 4090..4100_usize) {
        let text = format!("[{}1]", "1,".repeat(count));
        let mut parser = JsonParser::new(JsonLimits::default());
        let (read, _) = parser.first(&text, |_| false).unwrap().unwrap();
        prop_assert_eq!(read.elements().count(), count + 1);
    }
}

/// `text` with white space where it may stand: behind every comma, colon and bracket outside strings.
fn spread(text: &str, spaces: &[usize]) -> String {
    let (mut out, mut in_string, mut is_escaped) = (String::new(), false, false);
    for (at, character) in text.chars().enumerate() {
        out.push(character);
        in_string ^= character == '"' && !is_escaped;
        is_escaped = in_string && character == '\\' && !is_escaped;
        if !in_string && matches!(character, ',' | ':' | '[' | '{') {
            out.extend(" \n\t ".chars().take(spaces[at % spaces.len()]));
        }
    }
    out
}

/// Everything that a cursor tells of a value and of what is in it.
fn said(value: JsonRef<'_>) -> Vec<String> {
    let mut all = vec![format!("{:?} {} {:?}", value.kind(), value.as_str(), value.string())];
    for (name, member) in value.members() {
        all.push(name.into_owned());
        all.extend(said(member));
    }
    all.extend(value.elements().flat_map(said));
    all
}

#[test]
fn a_parser_stops_at_children() {
    let mut parser = JsonParser::new(JsonLimits::default());
    let is_child = |name: &str| !name.starts_with("\"$");
    for (text, has_child) in [
        (r#"{"$a":{"x":{}},"b":1}"#, false),
        (r#"{"$a":1,"b":{"#, true),
        (r#"{"b":[{"c":{}}]}"#, false),
        (r#"{"$a":{},"b" : { "x" 12"#, true),
        (r#"[{"b":{}}]"#, false),
    ] {
        assert_eq!(parser.first(text, is_child).unwrap().is_none(), has_child, "{text}");
    }
    assert!(parser.first(r#"{"$a":{},"b" 12"#, is_child).is_err());
    assert!(parser.first(r#"{"$a":1,"$a":2}"#, is_child).is_err());
    assert_eq!(parser.first("[1] 2", |_| true).unwrap().map(|(_, length)| length), Some(3));
}
