//! What people see, at 80 columns.

use insta::{Settings, assert_snapshot};

use crate::support::Desk;

/// Hides what differs from run to run.
pub(crate) fn filters() -> Settings {
    let mut settings = Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "[time]");
    settings.add_filter(r"[0-9a-f]{64}", "[hash]");
    settings.add_filter(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "[id]");
    settings.add_filter(r"(\b\d+(\.\d)? m?s\b|under 1 ms)", "[span]");
    settings.add_filter(r"(  size +)\d+\.\d KiB\b", "$1[size]");
    settings.add_filter(r"Source: .*", "Source: [path]");
    settings.add_filter(r"\bdss/\d+\.\d+\.\d+", "dss/[version]");
    settings.add_filter(r"(aurora  .*)  \d+\.\d KiB", "$1  [size]");
    settings
}

#[test]
fn importing() {
    let desk = Desk::new();
    filters().bind(|| {
        assert_snapshot!(desk.ok("import aurora/aurora.resolver.json"), @r#"
        Imported aurora/aurora.resolver.json as the new project "aurora".

          ITEMS         READ  ADDED
          token sets       4      4
          groups          34     34
          tokens          84     84
          layers           2      2
          theme groups     1      1
          themes           2      2

          11.8 KiB read in [span]

        Next:
          dss token list aurora            look at the tokens
          dss export aurora -o aurora.dss  hand it on as an archive
        "#);
        assert_snapshot!(desk.ok("import aurora/aurora.resolver.json"), @r#"
        Nothing new: project "aurora" holds all of aurora/aurora.resolver.json already.

          ITEMS         READ  ADDED  UNCHANGED
          token sets       4      0          4
          groups          34      0         34
          tokens          84      0         84
          layers           2      0          2
          theme groups     1      0          1
          themes           2      0          2

          11.8 KiB read in [span]

        Source: [path]
          84 tokens: judged against what this source said on [time] UTC
        "#);
    });
}

#[test]
fn findings() {
    let desk = Desk::new();
    desk.write(
        "old.tokens.json",
        r##"{
  "brand": {"$type": "color", "$value": "#ff0066"},
  "text": {"$type": "color", "$value": "{brand}"},
  "gone": {"$type": "color", "$value": "{not.here}"},
  "gap": {"$type": "spacing", "$value": "4px"}
}"##,
    );
    filters().bind(|| {
        assert_snapshot!(desk.ok("import old.tokens.json --dry-run"), @r#"
        Would import old.tokens.json as the new project "old".

          ITEMS       READ  ADDED
          token sets     1      1
          tokens         4      4
          layers         1      1

          207 B read in [span]

        Findings: 3 errors

          reference_dangling (1)
            gone: there is no token "not.here"
              old.tokens.json:4

          type_unknown (1)
            gap: "spacing" is none of the format's types
              old.tokens.json:5

          value_invalid (1)
            brand: $value: expected a color object (a CSS string is the pre-2025 style),
              found a string
              old.tokens.json:2

        3 tokens break the rules of the format. An import keeps and marks them; --strict
        refuses the file.

        This was a dry run: nothing was changed. Without --dry-run it is done.
        "#);
        assert_snapshot!(desk.ok("verify old.tokens.json"), @r#"
        old.tokens.json can be imported, with findings.

          stages  schema, structure, referential
          holds   1 token set, 4 tokens
          size    207 B read in [span]

        Findings: 3 errors

          reference_dangling (1)
            gone: there is no token "not.here"
              old.tokens.json:4

          type_unknown (1)
            gap: "spacing" is none of the format's types
              old.tokens.json:5

          value_invalid (1)
            brand: $value: expected a color object (a CSS string is the pre-2025 style),
              found a string
              old.tokens.json:2

        3 tokens break the rules of the format. An import keeps and marks them; --strict
        refuses the file.
        "#);
    });
}

#[test]
fn lists() {
    let desk = Desk::with_aurora();
    filters().bind(|| {
        assert_snapshot!(desk.ok("project list"), @"
        PROJECT  SETS  TOKENS  COMPONENTS  ASSETS       SIZE  CHANGED (UTC)
        aurora      4      84           2       1  [size]  [time]
        ");
        assert_snapshot!(desk.ok("token list aurora --set tokens/semantic"), @"
        tokens/semantic
          PATH             TYPE         NOTE        VALUE
          text.body        typography               {font.weight.regular} {size.text.bo…
          text.label       typography               {font.weight.medium} {size.text.sma…
          text.title       typography               {font.weight.bold} {size.text.title…
          text.code        typography               {font.weight.regular} {size.text.sm…
          gap.inline       dimension                {space.2}
          gap.stack        dimension                {space.4}
          gap.section      dimension                {space.12}
          gap.gutter       dimension    deprecated  {space.6}
          corner.control   dimension                {radius.medium}
          corner.surface   dimension                {radius.large}
          motion.hover     transition               {duration.quick} {easing.standard}…
          motion.enter     transition               {duration.calm} {easing.standard} {…
          motion.leave     transition               {duration.quick} {easing.exit} {dur…
          stroke.divider   strokeStyle              solid
          stroke.dropzone  strokeStyle              dashes 6px {space.1}, round

        15 tokens in 1 set
        ");
        assert_snapshot!(desk.ok("theme list aurora"), @"
        In this order; what comes later wins:

          LAYER OR GROUP  THEME           MADE OF
          base                            tokens/base
          semantic                        tokens/semantic
          theme           light  default  tokens/light
                          dark            tokens/dark
        ");
        assert_snapshot!(desk.ok("component list aurora"), @"
        COMPONENT  STATUS  PROPS  VARIANTS  SLOTS  DESCRIPTION
        Button     stable      4         3      1  Starts an action.
        Card       beta        1         2      3  Groups what belongs together.
        ");
        assert_snapshot!(desk.ok("asset list aurora"), @"
          ASSET                  MEDIA TYPE      SIZE  SHA-256
          icons/arrow-right.svg  image/svg+xml  225 B  3b70ceb302d2

        1 asset, 225 B
        ");
        assert_snapshot!(desk.ok("log --limit 3"), @"
        WHEN (UTC)           WHO  WHAT           PROJECT  OUTCOME  DETAIL
        [time]  Ada  asset.set      aurora   done     icons/arrow-right.…
        [time]  Ada  component.set  aurora   done     Button, Card
        [time]  Ada  import         aurora   done     #1 aurora/aurora.r…
        ");
    });
}

#[test]
fn single_things() {
    let desk = Desk::with_aurora();
    desk.ok("token set aurora gap.gutter 20px --tag old");
    filters().bind(|| {
        assert_snapshot!(desk.ok("project show aurora"), @"
        aurora
          about     A small design system in two themes, to try DSS with.
          holds     4 token sets, 84 tokens, 1 theme group, 2 themes, 2 components,
                    1 asset
          created   [time] UTC
          changed   [time] UTC
          size      [size]
          identity  [id]
        ");
        assert_snapshot!(desk.ok("token get aurora gap.gutter"), @r#"
        gap.gutter  in tokens/semantic
          type        dimension
          value       20px
          JSON        {"value":20,"unit":"px"}
          deprecated  Use gap.section; the grid has no gutters any more.
          tags        old
          changed     [time] UTC by Ada
        "#);
        assert_snapshot!(desk.ok("log aurora --token gap.gutter"), @"
        WHEN (UTC)           BY   FROM  WHAT                 VALUE
        [time]  Ada        tag/old     current  true
        [time]  Ada        value       current  {space.6} → 20px
        [time]  Ada  #1    deprecated  current  Use gap.section; the gri…
        [time]  Ada  #1    path        current  gap.gutter
        [time]  Ada  #1    set         current  tokens/semantic
        [time]  Ada  #1    value                {space.6}
        ");
    });
}

#[test]
fn archives() {
    let desk = Desk::with_aurora();
    filters().bind(|| {
        assert_snapshot!(desk.ok("export aurora -o aurora.dss"), @r#"
        Exported project "aurora" to aurora.dss.

          holds  4 token sets, 84 tokens, 1 theme group, 2 themes, 2 components, 1 asset
          size   [size] (compressed), 10 entries
          time   [span]
          hash   [hash]
        "#);
        assert_snapshot!(desk.ok("verify aurora.dss"), @"
        aurora.dss is whole and valid.

          stages  archive, manifest, schema, structure, referential
          holds   4 token sets, 84 tokens, 1 theme group, 2 themes, 2 components,
                  1 asset
          size    [size] read in [span]
          hash    [hash]
        ");
        assert_snapshot!(desk.ok("inspect aurora.dss"), @r#"
        aurora.dss: project "aurora"

          holds       all of the project: 4 token sets, 84 tokens, 1 theme group,
                      2 themes, 2 components, 1 asset
          project     [id]
          state of    [time] UTC
          written by  dss/[version], schema 1
          size        [size]
          hash        [hash]

          ENTRY                               ROLE        ITEMS     SIZE
          tokens/tokens/base.tokens.json      tokens         47  8.3 KiB
          tokens/tokens/semantic.tokens.json  tokens         15  3.8 KiB
          tokens/tokens/light.tokens.json     tokens         11  2.9 KiB
          tokens/tokens/dark.tokens.json      tokens         11  2.9 KiB
          aurora.resolver.json                resolver        5  2.4 KiB
          components.json                     components      2  1.8 KiB
          assets.json                         assets          1    382 B
          assets/3b70ceb302d2….svg            asset           1    225 B

          COPY OR SOURCE                        WRITES UP TO
          [id]             3
          [id]             1

          Read from the manifest alone; `dss verify` checks everything.
        "#);
        assert_snapshot!(desk.ok("export aurora -o files/"), @r#"
        Exported project "aurora" to files/.

          holds  4 token sets, 84 tokens, 1 theme group, 2 themes
          size   [size], 5 files
          time   [span]
        "#);
        assert_snapshot!(desk.ok("export aurora -o part.dss --type color"), @r#"
        Exported a part of project "aurora" to part.dss.

          holds  3 token sets, 34 tokens
          size   [size] (compressed), 5 entries
          time   [span]
          hash   [hash]
        "#);
    });
}

#[test]
fn empty_places() {
    let desk = Desk::new();
    assert_snapshot!(desk.ok("project list"), @"
    No projects yet.

    Next:
      dss demo                        see how it works, leaving nothing behind
      dss import FILE --project NAME  bring in token files or an archive
      dss project create NAME         start an empty project
    ");
    desk.ok("project create bare");
    let lines =
        ["set", "token", "theme", "component", "asset"].map(|kind| desk.ok(&format!("{kind} list bare")));
    assert_snapshot!(lines.concat(), @"
    No token sets.
    No tokens.
    No layers and no themes.
    No components.
    No assets.
    ");
}
