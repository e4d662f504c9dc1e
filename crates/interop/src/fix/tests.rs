use super::*;

fn fixed(text: &str) -> Fixed {
    let fixed = fix("a.json", text.as_bytes()).unwrap();
    let again = fix("a.json", fixed.text.as_bytes()).unwrap();
    assert_eq!(again.changes, Vec::new(), "{}", fixed.text);
    assert_eq!((&again.text, again.advice.len()), (&fixed.text, fixed.advice.len()));
    fixed
}

#[track_caller]
fn check(before: &str, after: &str) {
    let fixed = fixed(before);
    assert_eq!(fixed.text, after);
    assert_eq!(fixed.advice, Vec::new());
}

#[test]
fn texts_become_objects_and_nothing_else_changes() {
    check(
        "{\n  \"c\" : { \"$value\": \"#F00\",   \"$type\": \"color\" },\n  \"s\": {\n    \"$type\": \"dimension\",\n    \"a\": {\n      \"$value\": \"1.50rem\"\n    }\n  }\n}\n",
        "{\n  \"c\" : { \"$value\": {\"colorSpace\": \"srgb\", \"components\": [1, 0, 0], \"hex\": \"#ff0000\"},   \"$type\": \"color\" },\n  \"s\": {\n    \"$type\": \"dimension\",\n    \"a\": {\n      \"$value\": {\n        \"value\": 1.50,\n        \"unit\": \"rem\"\n      }\n    }\n  }\n}\n",
    );
}

#[test]
fn parts_of_values_are_fixed_one_by_one() {
    check(
        r#"{"s":{"$type":"shadow","$value":[{"color":"{c}","offsetX":"0px","offsetY":{"value":"1","unit":"px"},"blur":"2px","spread":"0px"}]},"t":{"$type":"transition","$value":{"duration":"200ms","delay":"0s","timingFunction":"ease-in"}},"f":{"$type":"typography","$value":{"fontWeight":"SemiBold","lineHeight":"1.5"}},"l":{"$type":"strokeStyle","$value":{"dashArray":["1px","{d}"],"lineCap":"round"}},"g":{"$type":"gradient","$value":[{"color":"red","position":"0.5"}]}}"#,
        r##"{"s":{"$type":"shadow","$value":[{"color":"{c}","offsetX":{"value":0,"unit":"px"},"offsetY":{"value":1,"unit":"px"},"blur":{"value":2,"unit":"px"},"spread":{"value":0,"unit":"px"}}]},"t":{"$type":"transition","$value":{"duration":{"value":200,"unit":"ms"},"delay":{"value":0,"unit":"s"},"timingFunction":[0.42,0,1,1]}},"f":{"$type":"typography","$value":{"fontWeight":"semi-bold","lineHeight":1.5}},"l":{"$type":"strokeStyle","$value":{"dashArray":[{"value":1,"unit":"px"},"{d}"],"lineCap":"round"}},"g":{"$type":"gradient","$value":[{"color":{"colorSpace":"srgb","components":[1,0,0],"hex":"#ff0000"},"position":0.5}]}}"##,
    );
}

#[test]
fn drafts_get_their_present_names() {
    check(
        r##"{"$type":"color","a":{"$value":{"colorSpace":"srgb","channels":[1,0,0],"hex":"#f00"}},"b":{"$value":{"colorSpace":"hsl","components":[360,50,50],"alpha":0.5,"hex":"#0008"}},"e":{"$type":"cubic-bezier","$value":"cubic-bezier(0,0,1,1)"},"f":{"$type":"font","$value":"Inter"}}"##,
        r##"{"$type":"color","a":{"$value":{"colorSpace":"srgb","components":[1,0,0],"hex":"#ff0000"}},"b":{"$value":{"colorSpace":"hsl","components":[0,50,50],"alpha":0.5,"hex":"#000000"}},"e":{"$type":"cubicBezier","$value":[0,0,1,1]},"f":{"$type":"fontFamily","$value":"Inter"}}"##,
    );
}

#[test]
fn what_is_not_certain_is_left_with_advice() {
    let text = r#"{"$type":"dimension","a":{"$value":"1.5em"},"b":{"$value":"50%"},"c":{"$value":16},"d":{"$value":"16"},"e":{"$value":"2vw"},"f":{"$value":"calc(1px)"},"g":{"$type":"color","$value":"currentcolor"},"h":{"$type":"number","$value":"150%"},"i":{"$type":"duration","$value":"2min"},"j":{"$type":"fontWeight","$value":"Italic"},"k":{"$type":"shadow","$value":"0 1px #000"},"l":{"$type":"color","$value":"hsl(0 150% 50%)"}}"#;
    let fixed = fixed(text);
    assert_eq!((fixed.text.as_str(), fixed.changes.len()), (text, 0));
    let messages: Vec<String> =
        fixed.advice.iter().map(|advice| format!("{} {}", advice.path, advice.message)).collect();
    for wanted in [
        "a em depends on the element: {\"value\": 1.5, \"unit\": \"rem\"}, if the root's font size is meant",
        "b % is no unit of DTCG: 0.5 in a token of type number, if a ratio is meant",
        "c it has no unit: {\"value\": 16, \"unit\": \"px\"}, if pixels are meant",
        "d it has no unit: {\"value\": 16, \"unit\": \"px\"}, if pixels are meant",
        "e vw is no unit of DTCG, which has px and rem",
        "h 1.5, if a ratio is meant",
    ] {
        assert!(messages.iter().any(|message| message == wanted), "{wanted}: {messages:#?}");
    }
    assert_eq!(messages.len(), 12);
}

#[test]
fn what_is_not_understood_is_not_touched() {
    for text in [
        r##"{"a":{"$value":"#f00"},"b":{"$type":"spacing","$value":"1px"},"c":{"$type":"color","$value":"{d}"},"e":{"$type":"color","$value":{"$ref":"#/d"}}}"##,
        r##"{"a":{"$type":"color","$extensions":{"x":{"$type":"color","$value":"#f00"}},"$description":"#f00","$value":{"colorSpace":"srgb","components":[1,0,0],"hex":"#0008"}}}"##,
        r#"{"a":{"$type":"color","$value":"rgba({x}, 0.5)"},"b":{"$type":"fontFamily","$value":"A, B"},"n":{"$type":"number","$value":1}}"#,
        "[]",
        "3",
    ] {
        let fixed = fixed(text);
        assert_eq!((fixed.text.as_str(), fixed.changes, fixed.advice), (text, Vec::new(), Vec::new()));
    }
}
