//! The merge and diff driver, in real repositories.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Desk, Ran};

const FILE: &str = "tokens/brand.tokens.json";
const BASE: &str = "{\n  \"color\": {\n    \"$type\": \"color\",\n    \"brand\": { \"$value\": \"#f00\" },\n    \"text\": { \"$value\": \"#000\" }\n  }\n}\n";

/// A desk with a repository in `repo it's/`, whose drivers are set up.
struct Repository {
    desk: Desk,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { desk: Desk::new() };
        fs::create_dir_all(repository.desk.path("repo it's/tokens")).unwrap();
        repository.git("init -q -b main");
        for (key, value) in
            [("user.name", "Ada"), ("user.email", "ada@example.invalid"), ("core.autocrlf", "false")]
        {
            repository.git(&format!("config {key} {value}"));
        }
        repository
    }

    /// A repository with a file that two branches have changed; `theirs` is to be merged into `main`.
    fn apart(base: &str, ours: &str, theirs: &str) -> Self {
        let repository = Self::new();
        assert_eq!(repository.dss("git install").code, 0);
        repository.write(base);
        repository.commit("base");
        repository.git("checkout -q -b theirs");
        repository.write(theirs);
        repository.commit("theirs");
        repository.git("checkout -q main");
        repository.write(ours);
        repository.commit("ours");
        repository
    }

    fn run(&self, mut command: Command, words: &[&str]) -> Ran {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", self.desk.path("home"));
        command.env("DSS_STORE", self.desk.path("store")).env("GIT_CONFIG_NOSYSTEM", "1");
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        let output = command.args(words).current_dir(self.desk.path("repo it's")).output();
        let output = output.unwrap_or_else(|error| panic!("git is needed: {error}"));
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn try_git(&self, line: &str) -> Ran {
        self.run(Command::new("git"), &line.split(' ').collect::<Vec<_>>())
    }

    #[track_caller]
    fn git(&self, line: &str) -> String {
        let ran = self.try_git(line);
        assert_eq!(ran.code, 0, "git {line}\n{}{}", ran.out, ran.err);
        ran.out
    }

    fn dss(&self, line: &str) -> Ran {
        self.words(&line.split(' ').collect::<Vec<_>>())
    }

    fn words(&self, words: &[&str]) -> Ran {
        self.run(Command::new(env!("CARGO_BIN_EXE_dss")), words)
    }

    fn write(&self, text: &str) {
        fs::write(self.desk.path("repo it's").join(FILE), text).unwrap();
    }

    fn read(&self) -> String {
        fs::read_to_string(self.desk.path("repo it's").join(FILE)).unwrap()
    }

    fn commit(&self, message: &str) {
        self.git("add -A");
        self.git(&format!("commit -q -m {message}"));
    }
}

#[test]
fn what_git_cannot_merge_is_merged() {
    let ours = BASE.replace("#f00", "#e00");
    // Sorted, on one line, and with a new token: a conflict for git from the first line to the last.
    let theirs = r##"{"color":{"$type":"color","text":{"$value":"#111"},"brand":{"$value":"#f00"},"new":{"$value":"#fff"}}}"##;
    let repository = Repository::apart(BASE, &ours, theirs);
    repository.git("merge -q --no-edit theirs");
    assert_eq!(
        repository.read(),
        ours.replace("#000", "#111").replace(
            "    \"brand\": { \"$value\": \"#e00\" },",
            "    \"brand\": { \"$value\": \"#e00\" },\n    \"new\": {\n      \"$value\": \"#fff\"\n    },"
        )
    );
    assert_eq!(repository.git("status --porcelain"), "");
}

#[test]
fn a_conflict_is_marked_decided_and_committed() {
    let (ours, theirs) = (BASE.replace("#000", "#111"), BASE.replace("#000", "#222").replace("#f00", "#e00"));
    let repository = Repository::apart(BASE, &ours, &theirs);
    let merge = repository.try_git("merge --no-edit theirs");
    assert_eq!(merge.code, 1, "{}{}", merge.out, merge.err);
    assert!(
        merge.out.contains("1 conflict is kept in tokens/brand.tokens.json:\n  color.text.$value\n"),
        "{}",
        merge.out
    );
    assert_eq!(repository.git("status --porcelain"), format!("UU {FILE}\n"));
    for narrow in ["list --set brand", "list --skew-tolerance 1", "resolve --all --take ours --field value"] {
        let ran = repository.dss(&format!("conflicts {FILE} {narrow}"));
        assert_eq!(ran.code, 2, "{narrow}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains("are for the conflicts of projects"), "{}", ran.err);
    }
    let file: Value = serde_json::from_str(&repository.read()).unwrap();
    assert_eq!(file["color"]["brand"]["$value"], "#e00");
    assert_eq!(file["color"]["text"]["$value"], "#111");

    let listed = repository.dss(&format!("conflicts {FILE}"));
    assert_eq!(listed.code, 1);
    insta::assert_snapshot!(listed.out, @r##"
    color.text.$value
      ours    {"$value":"#111"}
      theirs  {"$value":"#222"}
      base    {"$value":"#000"}

    1 conflict is open in tokens/brand.tokens.json.

    Next:
      dss conflicts tokens/brand.tokens.json resolve 'color.text.$value' --take theirs
        decide one
      dss conflicts tokens/brand.tokens.json resolve --all --take ours
        keep what the file shows
    "##);
    let document = repository.dss(&format!("conflicts {FILE} --json"));
    assert_eq!(
        serde_json::from_str::<Value>(&document.out).unwrap(),
        json!({
            "file": FILE,
            "open": 1,
            "conflicts": [{
                "path": "color.text.$value",
                "ours": { "$value": "#111" },
                "theirs": { "$value": "#222" },
                "base": { "$value": "#000" }
            }]
        })
    );
    let resolved = repository.dss(&format!("conflicts {FILE} resolve color.text --take theirs"));
    assert_eq!((resolved.code, resolved.err.as_str()), (0, ""), "{}", resolved.out);
    insta::assert_snapshot!(resolved.out, @r"
    Decided 1 conflict.
    No conflict is open in tokens/brand.tokens.json.
    ");
    assert_eq!(repository.read(), theirs);
    repository.commit("merged");
    assert_eq!(repository.git("log --oneline").lines().count(), 4);
    assert_eq!(repository.dss(&format!("conflicts {FILE}")).code, 0);
}

#[test]
fn decisions_say_what_they_need() {
    let (ours, theirs) = (
        BASE.replace("#000", "#111").replace("#f00", "#e00"),
        BASE.replace("#000", "#222").replace("#f00", "#d00"),
    );
    let repository = Repository::apart(BASE, &ours, &theirs);
    repository.try_git("merge --no-edit theirs");
    let before = repository.read();
    for (line, code, says) in [
        ("resolve color.nothing --take ours", 4, "no conflict is open at color.nothing"),
        ("resolve color --value 5", 2, "a value decides one conflict, and this is about 2"),
        ("resolve --take ours", 2, "required"),
        ("resolve color --all --take ours", 2, "cannot be used with"),
        ("resolve color", 2, "--take"),
    ] {
        let ran = repository.dss(&format!("conflicts {FILE} {line}"));
        assert_eq!(ran.code, code, "{line}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(says), "{line}: {}", ran.err);
        assert_eq!(repository.read(), before, "{line}");
    }
    // A value in the short form of its type, where the token says it; the group's type is not looked up.
    let one = repository.words(&["conflicts", FILE, "resolve", "color.text.$value", "--value", "#333"]);
    assert_eq!(one.code, 1, "{}", one.err);
    assert!(
        one.out.contains("Decided 1 conflict.\n1 conflict is open in tokens/brand.tokens.json.\n"),
        "{}",
        one.out
    );
    let all = repository.dss(&format!("conflicts {FILE} resolve --all --take ours --json"));
    assert_eq!(serde_json::from_str::<Value>(&all.out).unwrap()["open"], 0);
    assert_eq!(repository.read(), ours.replace("#111", "#333"));
}

#[test]
fn what_is_no_json_is_merged_as_git_would() {
    let broken = BASE.replace("\"#000\" }", "\"#111\", }");
    let repository = Repository::apart(BASE, &broken, &BASE.replace("#f00", "#e00"));
    let merge = repository.try_git("merge --no-edit theirs");
    let told = format!("{}{}", merge.out, merge.err);
    assert!(told.contains("tokens/brand.tokens.json is merged line by line, not by tokens: "), "{told}");
    assert_eq!(merge.code, 1);
    let file = repository.read();
    assert!(file.contains("<<<<<<< ours\n") && file.contains("\n>>>>>>> theirs\n"), "{file}");
    // A repository without drivers has the same in the file, but for the labels.
    repository.git("merge --abort");
    repository.dss("git uninstall");
    repository.try_git("merge --no-edit theirs");
    let by_git = repository.read().replace("<<<<<<< HEAD", "<<<<<<< ours");
    assert_eq!(by_git, file);
}

#[test]
fn both_may_add_a_file() {
    let repository = Repository::new();
    repository.dss("git install");
    repository.commit("start");
    repository.git("checkout -q -b theirs");
    repository.write(r#"{"a": {"$value": 1}, "b": {"$value": 2}}"#);
    repository.commit("theirs");
    repository.git("checkout -q main");
    fs::create_dir_all(repository.desk.path("repo it's/tokens")).unwrap();
    repository.write(r#"{"a": {"$value": 3}, "c": {"$value": 4}}"#);
    repository.commit("ours");
    assert_eq!(repository.try_git("merge --no-edit theirs").code, 1);
    let file: Value = serde_json::from_str(&repository.read()).unwrap();
    assert_eq!(
        (&file["a"]["$value"], &file["b"]["$value"], &file["c"]["$value"]),
        (&json!(3), &json!(2), &json!(4))
    );
    assert_eq!(repository.dss(&format!("conflicts {FILE} resolve --all --take theirs")).code, 0);
    let file: Value = serde_json::from_str(&repository.read()).unwrap();
    assert_eq!(file, json!({"a": {"$value": 1}, "b": {"$value": 2}, "c": {"$value": 4}}));
}

/// Both branches merged both, and decided differently: neither decision may win by accident.
#[test]
fn criss_cross_merges_ask_again() {
    let repository = Repository::apart(BASE, &BASE.replace("#000", "#111"), &BASE.replace("#000", "#222"));
    repository.git("branch first main");
    for (branch, other, choice) in [("main", "theirs", "ours"), ("theirs", "first", "ours")] {
        repository.git(&format!("checkout -q {branch}"));
        repository.try_git(&format!("merge --no-edit {other}"));
        assert_eq!(repository.dss(&format!("conflicts {FILE} resolve --all --take {choice}")).code, 0);
        repository.commit("decided");
    }
    repository.git("checkout -q main");
    assert_eq!(repository.try_git("merge --no-edit theirs").code, 1);
    let file: Value = serde_json::from_str(&repository.read()).unwrap();
    assert_eq!(file["color"]["text"]["$value"], "#111");
    assert_eq!(file["color"]["text"]["$extensions"]["org.dss"]["conflicts"][0]["theirs"]["$value"], "#222");
}

#[test]
fn a_driver_that_fails_stops_the_merge() {
    let repository = Repository::new();
    for line in [
        "merge-driver",
        "merge-driver a b c --option-of-tomorrow",
        "merge-driver no.json such.json file.json",
    ] {
        let ran = repository.dss(line);
        assert_eq!(ran.code, 129, "{line}: {}{}", ran.out, ran.err);
    }
    assert_eq!(repository.dss("merge-driver --help").code, 0);
    // A driver that is gone leaves git to itself.
    let repository = Repository::apart(BASE, &BASE.replace("#000", "#111"), &BASE.replace("#000", "#222"));
    let driver = repository.git("config merge.dss.driver");
    let gone = driver.trim_end().replace(env!("CARGO_BIN_EXE_dss"), "/nowhere/dss");
    assert_ne!(gone, driver.trim_end());
    let set = repository.run(Command::new("git"), &["config", "merge.dss.driver", &gone]);
    assert_eq!(set.code, 0, "{}", set.err);
    assert_eq!(repository.try_git("merge --no-edit theirs").code, 1);
    assert!(repository.read().contains("<<<<<<<"), "{}", repository.read());
}

#[test]
fn setting_up_is_done_once_and_undone() {
    let repository = Repository::new();
    let attributes = repository.desk.path("repo it's/.gitattributes");
    fs::write(&attributes, "*.png binary").unwrap();
    let config = |repository: &Repository| repository.git("config --local --list");
    let before = config(&repository);
    let dry = repository.words(&["git", "install", "$themes.json", "my tokens/*.json", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(dry.out.ends_with("This was a dry run: nothing was changed.\n"), "{}", dry.out);
    assert_eq!(
        (config(&repository), fs::read_to_string(&attributes).unwrap()),
        (before.clone(), "*.png binary".to_owned())
    );
    // From a folder below, too.
    let first = repository.words(&["git", "install", "$themes.json", "my tokens/*.json", "--json"]);
    let document: Value = serde_json::from_str(&first.out).unwrap();
    assert!(
        document["attributes"].as_array().unwrap().iter().all(|item| item["changed"] == true),
        "{document:#}"
    );
    let after = fs::read_to_string(&attributes).unwrap();
    assert_eq!(
        after,
        "*.png binary\n*.tokens.json merge=dss diff=dss\n$themes.json merge=dss diff=dss\n\"my tokens/*.json\" merge=dss diff=dss\n"
    );
    for name in [FILE, "$themes.json", "my tokens/a.json"] {
        let asked = repository.run(Command::new("git"), &["check-attr", "merge", "diff", "--", name]);
        assert_eq!(asked.out.matches(": dss\n").count(), 2, "{}", asked.out);
    }
    let installed = config(&repository);
    let again = repository.words(&["git", "install", "$themes.json", "my tokens/*.json"]);
    assert!(again.out.ends_with("Nothing to do: it is so already.\n"), "{}", again.out);
    assert_eq!((config(&repository), fs::read_to_string(&attributes).unwrap()), (installed, after));
    assert_eq!(repository.dss("git uninstall").code, 0);
    assert_eq!(
        (config(&repository), fs::read_to_string(&attributes).unwrap()),
        (before, "*.png binary\n".to_owned())
    );
    assert!(repository.dss("git uninstall").out.contains("Nothing to do"));
    // For all repositories of the user.
    assert_eq!(repository.dss("git install --global").code, 0);
    assert_eq!(
        fs::read_to_string(repository.desk.path("home/.config/git/attributes")).unwrap(),
        "*.tokens.json merge=dss diff=dss\n"
    );
    assert_eq!(repository.dss("git uninstall --global").code, 0);
    assert!(!repository.desk.path("home/.config/git/attributes").exists());
}

#[test]
fn setting_up_needs_a_repository() {
    let desk = Desk::new();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let ran = desk.command().env("PATH", path).args(["git", "install"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(4));
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(told.starts_with("error[git_failed]: this is no working tree of a git repository"), "{told}");
    let ran = desk.command().env("PATH", "").args(["git", "install"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(5), "without git");
}

#[test]
fn worktrees_share_the_drivers() {
    let repository = Repository::apart(
        BASE,
        &BASE.replace("#000", "#111"),
        &BASE.replace("#f00", "#e00").replace("#000", "#222"),
    );
    repository.git("worktree add -q ../second theirs");
    let second = repository.desk.path("second");
    let mut command = Command::new("git");
    command.arg("-C").arg(&second);
    let merge = repository.run(command, &["merge", "--no-edit", "main"]);
    assert_eq!(merge.code, 1, "{}{}", merge.out, merge.err);
    let text = fs::read_to_string(second.join(FILE)).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["color"]["brand"]["$value"], "#e00");
}

#[test]
fn differences_are_those_of_tokens() {
    let repository = Repository::new();
    repository.dss("git install");
    repository.write(BASE);
    repository.commit("base");
    let sorted = r##"{"color":{"text":{"$value":"#000"},"brand":{"$value":"#f00"},"$type":"color"}}"##;
    repository.write(sorted);
    assert_eq!(repository.git("diff"), "", "order and indentation are no differences");
    repository.write(&sorted.replace("#f00", "#e00"));
    let diff = repository.git("diff");
    assert!(diff.contains("\n-color.brand = \"#f00\"\n+color.brand = \"#e00\"\n"), "{diff}");
    repository.write("no JSON");
    assert!(repository.git("diff").contains("\n+no JSON"));
    let ran = repository.dss(&format!("git textconv {FILE}"));
    assert_eq!((ran.code, ran.out.as_str()), (0, "no JSON"));
}

/// An import takes what the file shows, tells of what is open, and loses none of it.
#[test]
fn what_is_open_in_a_file_survives_a_store() {
    let repository = Repository::apart(BASE, &BASE.replace("#000", "#111"), &BASE.replace("#000", "#222"));
    repository.try_git("merge --no-edit theirs");
    let imported = repository.dss(&format!("import {FILE} --project brand --json"));
    assert_eq!(imported.code, 0, "{}", imported.out);
    let summary: Value = serde_json::from_str(&imported.out).unwrap();
    assert_eq!(summary["findings"]["byCode"]["conflict_in_file"], 1, "{summary:#}");
    for line in ["export brand -o brand.dss", "import brand.dss --project again", "export again -o files/"] {
        assert_eq!(repository.dss(line).code, 0, "{line}");
    }
    let exported = fs::read_dir(repository.desk.path("repo it's/files")).unwrap();
    let file = exported
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().ends_with(".tokens.json"));
    let file = file.unwrap_or_else(|| repository.desk.path("repo it's/files/tokens/brand.tokens.json"));
    let open = repository.words(&["conflicts", &file.to_string_lossy(), "--json"]);
    assert_eq!(open.code, 1, "{}{}", open.out, open.err);
    let open: Value = serde_json::from_str(&open.out).unwrap();
    assert_eq!(open["conflicts"][0]["path"], "color.text.$value");
    assert_eq!(open["conflicts"][0]["theirs"], json!({ "$value": "#222" }));
}
