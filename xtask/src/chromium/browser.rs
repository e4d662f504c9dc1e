//! A browser without a window, for pages from files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Map;
use crate::failure::Failure;
use crate::tools;
use crate::workspace::Workspace;

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// Computes the colour of every property for every theme, and leaves the result in the page.
const COLORS: &str = r#"
const result = themes.map(theme => {
  const root = document.documentElement;
  for (const name of [...root.attributes].map(a => a.name)) root.removeAttribute(name);
  for (const [name, value] of Object.entries(theme.attributes)) root.setAttribute(name, value);
  const probe = document.getElementById("probe");
  const colors = {};
  for (const name of theme.properties) {
    probe.style.color = "";
    probe.style.color = `var(--${name})`;
    colors[name] = getComputedStyle(probe).color;
  }
  return colors;
});
document.getElementById("result").textContent = JSON.stringify(result);
"#;

/// Chromium.
pub(super) struct Browser {
    program: &'static str,
    /// Where its profile goes.
    profile: PathBuf,
    root: PathBuf,
}

impl Browser {
    /// Finds a browser; installs Debian's where there is none.
    pub(super) fn find(workspace: &Workspace, work: &Path) -> Result<Self, Failure> {
        let known = ["chromium", "chromium-browser", "google-chrome"];
        let find = || known.into_iter().find(|program| tools::on_path(program));
        let program = if let Some(program) = find() {
            program
        } else {
            println!("installing the Debian package chromium");
            tools::apt_install(workspace, &["chromium"])?;
            find().ok_or_else(|| Failure::new("there is no chromium"))?
        };
        Ok(Self { program, profile: work.join("profile"), root: work.to_owned() })
    }

    /// The colours that every theme comes to, by property.
    pub(super) fn computed(
        &self,
        work: &Path,
        maps: &[Map],
    ) -> Result<Vec<BTreeMap<String, String>>, Failure> {
        let themes = maps.iter().map(|map| {
            json!({ "attributes": map.attributes, "properties": map.colors.keys().collect::<Vec<_>>() })
        });
        let themes = Value::Array(themes.collect());
        let result = self.run(work, "themes", "tokens.css", &format!("const themes = {themes};{COLORS}"))?;
        Ok(serde_json::from_value(result)?)
    }

    /// Runs a script in a page with a style sheet; it leaves JSON in the element `result`.
    pub(super) fn run(&self, work: &Path, name: &str, css: &str, script: &str) -> Result<Value, Failure> {
        // A script ends at `</script`, whatever it is in.
        let script = script.replace("</", "<\\/");
        let html = format!(
            "<!doctype html><html><head><meta charset=\"utf-8\"><link rel=\"stylesheet\" href=\"{css}\"></head>\
             <body><div id=\"probe\"></div><pre id=\"result\"></pre><script>{script}</script></body></html>"
        );
        let page = work.join(format!("{name}.html"));
        fs::write(&page, html)?;
        let dump = work.join(format!("{name}.dump"));
        self.dump(&page, &dump)?;
        let dump = fs::read_to_string(&dump)?;
        let text = dump.split_once("<pre id=\"result\">").and_then(|(_, rest)| rest.split_once("</pre>"));
        let (text, _) = text.ok_or_else(|| Failure::new(format!("{name}: the browser printed no result")))?;
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("{name}: the browser's result is none: {error}")))
    }

    /// Writes what a page has become when its scripts have run.
    fn dump(&self, page: &Path, dump: &Path) -> Result<(), Failure> {
        let mut command = std::process::Command::new(self.program);
        command
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--dump-dom",
            ])
            .arg(format!("--user-data-dir={}", self.profile.display()))
            .arg(format!("file://{}", page.display()))
            .stdin(Stdio::null())
            .stdout(File::create(dump)?)
            .stderr(File::create(self.root.join("browser.log"))?);
        let mut child =
            command.spawn().map_err(|error| Failure::new(format!("{}: {error}", self.program)))?;
        let started = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                let told = || Failure::new(format!("{} ended with {status}", self.program));
                return status.success().then_some(()).ok_or_else(told);
            }
            if started.elapsed() > PATIENCE {
                child.kill()?;
                child.wait()?;
                return Err(Failure::new(format!(
                    "{} did not end in {} s",
                    self.program,
                    PATIENCE.as_secs()
                )));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}
