//! When a rule applies: always, in a theme, or to some element only.

use super::parse::Rule;

/// When a rule applies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Condition {
    /// Always. If it says so, this is the default of a choice: `:root, [data-theme="light"]`.
    Always(Option<Theme>),
    /// In a theme.
    Theme(Theme),
    /// To elements, or under conditions, that are no theme's.
    Scope,
}

/// A choice, and what is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Theme {
    pub(super) modifier: String,
    pub(super) context: String,
}

/// The choice between dark and light that the system makes.
pub(super) const SCHEME: &str = "prefers-color-scheme";
/// The choice that classes make.
const CLASSES: &str = "theme";
/// Classes that are themes by themselves.
const THEMES: [&str; 4] = ["dark", "light", "high-contrast", "dim"];
/// What the classes and attributes of themes have among the words of their names: `.theme-dark`, `[color-mode=…]`.
const THEME_WORDS: [&str; 3] = ["theme", "mode", "scheme"];

pub(super) fn condition(rules: &[Rule]) -> Condition {
    let mut found = Condition::Always(None);
    for rule in rules {
        let next = match rule {
            Rule::At(name, _) if name == "layer" || name == "theme" => continue,
            Rule::At(name, prelude) if name == "media" => media(prelude),
            Rule::At(..) => Condition::Scope,
            Rule::Selectors(text) => selectors(text),
        };
        found = match (found, next) {
            (Condition::Always(_), next) => next,
            (found, Condition::Always(None)) => found,
            _ => Condition::Scope,
        };
    }
    found
}

/// `(prefers-color-scheme: dark)`
fn media(prelude: &str) -> Condition {
    let plain: String =
        prelude.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let scheme = plain
        .strip_prefix("(")
        .and_then(|text| text.strip_prefix(SCHEME)?.strip_prefix(':')?.strip_suffix(')'))
        .filter(|scheme| ["dark", "light"].contains(scheme));
    scheme.map_or(Condition::Scope, |scheme| theme(SCHEME, scheme))
}

fn theme(modifier: &str, context: &str) -> Condition {
    Condition::Theme(Theme { modifier: modifier.to_owned(), context: context.to_owned() })
}

fn selectors(text: &str) -> Condition {
    // Commas inside of brackets and strings are in selectors that are none of these anyway.
    let parts: Vec<Condition> = text.split(',').map(|part| selector(part.trim())).collect();
    let mut themes = parts.iter().filter_map(|part| match part {
        Condition::Theme(theme) => Some(theme.clone()),
        _ => None,
    });
    if parts.contains(&Condition::Scope) {
        Condition::Scope
    } else if parts.iter().any(|part| matches!(part, Condition::Always(_))) {
        Condition::Always(themes.next())
    } else {
        themes.next().map_or(Condition::Scope, Condition::Theme)
    }
}

fn selector(text: &str) -> Condition {
    // What stands behind the page takes its variables from the same themes.
    let text = text.strip_suffix("::backdrop").map_or(text, str::trim_end);
    let roots = [":root", ":where(:root)", ":where(html)", ":host", "html"];
    let root = roots.iter().find_map(|root| text.strip_prefix(root));
    match root {
        Some("") => return Condition::Always(None),
        Some(rest) if is_negation(rest) => return Condition::Always(None),
        _ if text == "*" => return Condition::Always(None),
        _ => {}
    }
    let rest = root.unwrap_or(text);
    if let Some(theme) = attributes(rest) {
        return theme;
    }
    let class = rest.strip_prefix('.').filter(|name| !name.is_empty() && name.chars().all(is_name));
    let is_theme = |name: &&str| root.is_some() || THEMES.contains(name) || has_theme_word(name);
    class.filter(is_theme).map_or(Condition::Scope, |class| theme(CLASSES, class))
}

fn has_theme_word(name: &str) -> bool {
    name.split(['-', '_']).any(|word| THEME_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// `:not([data-theme])`: whatever is not chosen is the default.
fn is_negation(text: &str) -> bool {
    let inner = text.strip_prefix(":not(").and_then(|text| text.strip_suffix(')'));
    inner.is_some_and(|inner| !inner.contains(['(', ')', ' ']))
}

/// `[data-theme="dark"]`; several are one choice, `a+b`.
fn attributes(text: &str) -> Option<Condition> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let all: Vec<(&str, &str)> = inner.split("][").map(attribute).collect::<Option<_>>()?;
    let joined = |part: fn(&(&str, &str)) -> String| all.iter().map(part).collect::<Vec<_>>().join("+");
    let (modifier, context) =
        (joined(|(name, _)| (*name).to_owned()), joined(|(_, value)| (*value).to_owned()));
    Some(theme(&modifier, &context))
}

/// What an attribute of a theme is called, and what it is.
fn attribute(inner: &str) -> Option<(&str, &str)> {
    let (name, value) = inner.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let value = quoted.unwrap_or(value);
    let is_plain = !value.is_empty() && value.chars().all(|c| is_name(c) || c == ' ');
    let modifier = name.strip_prefix("data-").filter(|name| !name.is_empty()).unwrap_or(name);
    let is_theme = name.starts_with("data-") || has_theme_word(name);
    (is_plain && is_theme && modifier.chars().all(is_name)).then_some((modifier, value))
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_are_told_from_rules_for_elements() {
        let at = |name: &str, prelude: &str| Rule::At(name.to_owned(), prelude.to_owned());
        let on = |text: &str| Rule::Selectors(text.to_owned());
        let check = |rules: &[Rule], wanted: &str| {
            let found = match condition(rules) {
                Condition::Always(None) => "always".to_owned(),
                Condition::Always(Some(theme)) => format!("always, {}={}", theme.modifier, theme.context),
                Condition::Theme(theme) => format!("{}={}", theme.modifier, theme.context),
                Condition::Scope => "scope".to_owned(),
            };
            assert_eq!(found, wanted, "{rules:?}");
        };
        check(&[on(":root")], "always");
        check(&[on(":root, :host")], "always");
        check(&[at("layer", "base"), on("html")], "always");
        check(&[at("theme", "inline")], "always");
        check(&[on(":root, [data-theme='light']")], "always, theme=light");
        check(&[on("[data-theme=\"dark\"]")], "theme=dark");
        check(&[on(":root[data-color-mode = dark]")], "color-mode=dark");
        check(&[on(".dark, [data-theme=\"dark\"]")], "theme=dark");
        check(&[on("html.sepia")], "theme=sepia");
        check(&[on(":where(html)")], "always");
        check(&[on(".theme_dark")], "theme=theme_dark");
        check(
            &[on(
                "[data-color-mode=\"dark\"][data-dark-theme=\"dim\"],\n[data-color-mode=\"dark\"] ::backdrop",
            )],
            "color-mode+dark-theme=dark+dim",
        );
        check(
            &[at("media", "(prefers-color-scheme:dark)"), on(":root:not(.light)")],
            "prefers-color-scheme=dark",
        );
        for rules in [
            vec![on(".button")],
            vec![on(".btn-dark")],
            vec![on(".dark .button")],
            vec![on("[data-x=\"a\"b\"]")],
            vec![on("[open=x]")],
            vec![at("media", "print"), on(":root")],
            vec![at("supports", "(color: oklch(0 0 0))"), on(":root")],
            vec![on(".dark"), on("&:hover")],
            vec![on("")],
        ] {
            check(&rules, "scope");
        }
    }
}
