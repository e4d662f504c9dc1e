//! JSON as people write it.

use dss_model::{JsonKind, JsonRef, JsonText};

/// Width up to which an array or object stays on one line.
const LINE_WIDTH: usize = 80;

/// Spells `value` with two spaces a level, starting `depth` levels deep; short arrays and objects
/// without nesting stay on one line.
///
/// Recursion is bounded by the depth the parser allowed.
pub fn indent(value: JsonRef<'_>, depth: usize) -> String {
    let mut out = String::with_capacity(value.as_str().len().saturating_mul(2));
    push(&mut out, value, depth);
    out
}

fn push(out: &mut String, value: JsonRef<'_>, depth: usize) {
    match value.kind() {
        JsonKind::Object => {
            let items = value.members().map(|(key, member)| (Some(key), member));
            push_items(out, value, items, depth, ('{', '}'));
        }
        JsonKind::Array => {
            push_items(out, value, value.elements().map(|item| (None, item)), depth, ('[', ']'))
        }
        _ => out.push_str(value.as_str()),
    }
}

fn push_items<'a>(
    out: &mut String,
    value: JsonRef<'a>,
    items: impl Iterator<Item = (Option<std::borrow::Cow<'a, str>>, JsonRef<'a>)> + Clone,
    depth: usize,
    (open, close): (char, char),
) {
    let is_flat = value.kind() == JsonKind::Array
        && value.as_str().len() <= LINE_WIDTH
        && items.clone().all(|(_, item)| !matches!(item.kind(), JsonKind::Object | JsonKind::Array));
    let inner = depth.saturating_add(1);
    out.push(open);
    let mut is_empty = true;
    for (key, item) in items {
        if !is_empty {
            out.push_str(if is_flat { ", " } else { "," });
        }
        is_empty = false;
        if !is_flat {
            new_line(out, inner);
        }
        if let Some(key) = key {
            out.push_str(JsonText::string(&key).as_str());
            out.push_str(": ");
        }
        push(out, item, inner);
    }
    if !is_empty && !is_flat {
        new_line(out, depth);
    }
    out.push(close);
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use dss_model::JsonLimits;

    use super::*;

    #[test]
    fn indents_like_people_do() {
        let text = JsonText::parse(br#"{"a":[1,2],"b":{"c":[{}]},"d":[]}"#, &JsonLimits::default()).unwrap();
        assert_eq!(
            indent(text.get_ref(), 0),
            "{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": [\n      {}\n    ]\n  },\n  \"d\": []\n}"
        );
    }
}
