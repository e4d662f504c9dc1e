//! Bad input: each stage refuses it, says why and what to do, and the store is as it was.

use dss_testkit::TestResult;
use serde_json::{Value, json};

use crate::pack::{MANIFEST, Pack};
use crate::support::{Machine, SMALL, State};

const BASE: &str = "tokens/base.tokens.json";

/// What is said of an input.
#[derive(Default)]
struct Refusal<'a> {
    code: &'a str,
    stage: &'a str,
    entry: Option<&'a str>,
    line: Option<u64>,
    /// Part of the message.
    text: &'a str,
}

/// A store with a project, and the archive of it.
struct Lab {
    machine: Machine,
    before: State,
    pack: Pack,
}

impl Lab {
    fn new() -> TestResult<Self> {
        let machine = Machine::with_small()?;
        let pack = Pack::open(&machine.export("p", "p.dss")?)?;
        let before = machine.state()?;
        Ok(Self { machine, before, pack })
    }

    /// The archive, with something done to it.
    fn pack(&self, change: impl FnOnce(&mut Pack) -> TestResult) -> TestResult<Pack> {
        let mut pack = self.pack.clone();
        change(&mut pack)?;
        Ok(pack)
    }

    /// The archive, with something done to it, and a manifest that agrees.
    fn forged(&self, change: impl FnOnce(&mut Pack) -> TestResult) -> TestResult<Pack> {
        let mut pack = self.pack(change)?;
        pack.seal()?;
        Ok(pack)
    }

    fn refuses_pack(&self, pack: &Pack, refusal: &Refusal<'_>) -> TestResult {
        self.refuses_bytes("bad.dss", &pack.zip()?, refusal)
    }

    fn refuses_bytes(&self, name: &str, content: &[u8], refusal: &Refusal<'_>) -> TestResult {
        self.machine.file(name, content)?;
        self.refuses(name, "", refusal)
    }

    /// Nobody lets the file in, and everybody says the same.
    fn refuses(&self, name: &str, options: &str, refusal: &Refusal<'_>) -> TestResult {
        for line in [
            format!("verify {name} {options}"),
            format!("import {name} --project p {options}"),
            format!("import {name} --project p --strategy replace {options}"),
            format!("import {name} --project p --strategy replace --dry-run {options}"),
            format!("import {name} --project new {options}"),
            format!("import {name} --project new --dry-run {options}"),
        ] {
            let error = self.machine.fails(&line, 3)?;
            let found = (error["code"].as_str(), error["stage"].as_str(), error["line"].as_u64());
            assert_eq!(found, (Some(refusal.code), Some(refusal.stage), refusal.line), "{line}: {error}");
            assert_eq!(error["entry"].as_str(), refusal.entry, "{line}: {error}");
            let message = error["message"].as_str().unwrap_or_default();
            assert!(message.contains(refusal.text), "{line}: {error}");
        }
        assert!(self.machine.state()? == self.before, "{}: the store has changed", refusal.code);
        assert_eq!(self.machine.project_files()?, ["p.db"], "{}", refusal.code);
        Ok(())
    }
}

#[test]
fn an_archive_that_was_taken_apart_and_put_together_is_let_in() -> TestResult {
    // Or the refusals below would prove nothing.
    let lab = Lab::new()?;
    for pack in [lab.pack(|_| Ok(()))?, lab.forged(|_| Ok(()))?] {
        lab.machine.file("same.dss", pack.zip()?)?;
        lab.machine.ok("verify same.dss")?;
        lab.machine.ok("import same.dss --project p --strategy replace")?;
        assert!(lab.machine.state()? == lab.before);
    }
    let pack = lab.forged(|pack| pack.swap(BASE, "the brand", "a forgery"))?;
    lab.machine.file("forged.dss", pack.zip()?)?;
    lab.machine.ok("import forged.dss --project copy")?;
    Ok(())
}

#[test]
fn stage_archive() -> TestResult {
    let lab = Lab::new()?;
    let zip = lab.pack.zip()?;
    let archive = |code, text| Refusal { code, stage: "archive", text, ..Refusal::default() };
    let half = zip.get(..zip.len() / 2).ok_or("half of it")?;
    lab.refuses_bytes("bad.dss", half, &archive("not_a_zip", ""))?;
    lab.refuses_bytes("bad.dss", b"PK\x03\x04 and then nothing like a zip", &archive("not_a_zip", ""))?;
    for name in ["../../evil.txt", "tokens/../../evil.txt", "/evil.txt", "C:\\evil.txt"] {
        let slip = lab.pack(|pack| {
            pack.add(name, b"evil");
            Ok(())
        })?;
        let shown = name.replace('\\', "\\\\");
        let refusal =
            Refusal { entry: Some(&shown), ..archive("zip_slip", "Zip Slip vulnerability detected") };
        lab.refuses_pack(&slip, &refusal)?;
        assert!(!lab.machine.join("evil.txt").exists());
    }
    Ok(())
}

#[test]
fn stage_manifest_what_is_no_project() -> TestResult {
    let lab = Lab::new()?;
    let manifest = |code, entry, text| Refusal {
        code,
        stage: "manifest",
        entry: Some(entry),
        text,
        ..Refusal::default()
    };
    let pack = lab.forged(|pack| pack.remove("mimetype"))?;
    lab.refuses_pack(&pack, &manifest("not_a_project", "mimetype", "mimetype"))?;
    let pack = lab.forged(|pack| pack.swap("mimetype", "dss", "odd"))?;
    lab.refuses_pack(&pack, &manifest("not_a_project", "mimetype", "mimetype"))?;
    let pack = lab.pack(|pack| pack.remove(MANIFEST))?;
    lab.refuses_pack(&pack, &manifest("manifest_invalid", MANIFEST, "no manifest"))?;
    let pack = lab.pack(|pack| {
        pack.get(MANIFEST)?.truncate(100);
        Ok(())
    })?;
    lab.refuses_pack(&pack, &manifest("manifest_invalid", MANIFEST, ""))
}

#[test]
fn stage_manifest_what_does_not_agree() -> TestResult {
    let lab = Lab::new()?;
    let failed = "Manifest integrity check failed";
    let manifest = |code, entry, text| Refusal {
        code,
        stage: "manifest",
        entry: Some(entry),
        text,
        ..Refusal::default()
    };
    let pack = lab.pack(|pack| pack.manifest(|manifest| manifest["generator"] = json!("evil/1.0")))?;
    lab.refuses_pack(&pack, &manifest("manifest_integrity", MANIFEST, failed))?;
    let pack = lab.pack(|pack| pack.manifest(|manifest| manifest["exportHash"] = json!("0".repeat(64))))?;
    lab.refuses_pack(&pack, &manifest("manifest_integrity", MANIFEST, failed))?;
    let pack = lab.pack(|pack| pack.remove(BASE))?;
    lab.refuses_pack(&pack, &manifest("entry_missing", BASE, "does not hold"))?;
    let pack = lab.pack(|pack| {
        pack.add("tokens/more.tokens.json", b"{}");
        Ok(())
    })?;
    lab.refuses_pack(&pack, &manifest("entry_extra", "tokens/more.tokens.json", "does not list"))?;
    let pack = lab.pack(|pack| pack.swap(BASE, "the brand", "the brand!"))?;
    lab.refuses_pack(&pack, &manifest("entry_changed", BASE, failed))
}

#[test]
fn stage_schema_versions() -> TestResult {
    let lab = Lab::new()?;
    for (name, value) in [("schemaVersion", json!(999)), ("formatVersion", json!("2.0"))] {
        let pack = lab.forged(|pack| pack.manifest(|manifest| manifest[name] = value))?;
        let refusal = Refusal {
            code: "schema_version_newer",
            stage: "schema",
            entry: Some(MANIFEST),
            text: "schema version",
            ..Refusal::default()
        };
        lab.refuses_pack(&pack, &refusal)?;
    }
    Ok(())
}

#[test]
fn a_newer_minor_version_is_read_as_far_as_it_is_known() -> TestResult {
    let lab = Lab::new()?;
    let more = |pack: &mut Pack, version: &str| {
        pack.add("preview.png", b"not really one");
        pack.manifest(|manifest| {
            manifest["formatVersion"] = json!(version);
            manifest["signedBy"] = json!(["somebody"]);
            manifest["replicas"][0]["label"] = json!("laptop");
            manifest["contents"][1]["language"] = json!("en");
            let preview = json!({"path": "preview.png", "role": "preview", "mediaType": "image/png",
                "size": 0, "sha256": "", "count": 1});
            if let Some(contents) = manifest["contents"].as_array_mut() {
                contents.push(preview);
            }
        })
    };
    let newer = lab.forged(|pack| more(pack, "1.1"))?;
    lab.machine.file("newer.dss", newer.zip()?)?;
    lab.machine.ok("verify newer.dss --strict")?;
    lab.machine.ok("import newer.dss --project copy")?;
    // An entry that nobody here understands must be what the manifest lists all the same.
    let mut damaged = newer;
    damaged.swap("preview.png", "really", "at all")?;
    lab.machine.file("damaged.dss", damaged.zip()?)?;
    assert_eq!(lab.machine.fails("verify damaged.dss", 3)?["code"], "entry_changed");
    // In a version that is known, there is nothing unknown.
    let same = lab.forged(|pack| more(pack, "1.0"))?;
    lab.machine.file("same.dss", same.zip()?)?;
    assert_eq!(lab.machine.fails("verify same.dss", 3)?["code"], "manifest_invalid");
    for version in ["0.9", "1", "1.0.0", "01.0", "1.x", "-1.0", ""] {
        let odd = lab.forged(|pack| pack.manifest(|manifest| manifest["formatVersion"] = json!(version)))?;
        lab.machine.file("odd.dss", odd.zip()?)?;
        assert_eq!(lab.machine.fails("verify odd.dss", 3)?["code"], "manifest_invalid", "{version}");
    }
    Ok(())
}

#[test]
fn the_mimetype_has_the_hash_that_the_manifest_lists() -> TestResult {
    let lab = Lab::new()?;
    let pack = lab.forged(|_| Ok(()))?;
    let mut lying = pack;
    lying.manifest(|manifest| manifest["contents"][0]["sha256"] = json!("0".repeat(64)))?;
    lying.seal_manifest()?;
    lab.machine.file("lying.dss", lying.zip()?)?;
    let error = lab.machine.fails("verify lying.dss", 3)?;
    assert_eq!((error["code"].as_str(), error["entry"].as_str()), (Some("entry_changed"), Some("mimetype")));
    Ok(())
}

#[test]
fn stage_schema_json_in_an_archive() -> TestResult {
    let lab = Lab::new()?;
    let schema = |code, line| Refusal {
        code,
        stage: "schema",
        entry: Some(BASE),
        line: Some(line),
        ..Refusal::default()
    };
    let text = String::from_utf8(lab.pack.clone().get(BASE)?.clone())?;
    let line_of = |part: &str| -> TestResult<u64> {
        let before = text.split(part).next().filter(|before| before.len() < text.len()).ok_or("the part")?;
        Ok(u64::try_from(before.matches('\n').count())? + 1)
    };
    let pack = lab.forged(|pack| pack.swap(BASE, "\"brand\":", "\"brand\""))?;
    lab.refuses_pack(&pack, &schema("json_invalid", line_of("\"brand\"")?))?;
    let pack = lab.forged(|pack| pack.swap(BASE, "\"brand\":", "\"red\":"))?;
    lab.refuses_pack(&pack, &schema("json_duplicate_key", line_of("\"brand\"")?))?;
    let lines = u64::try_from(text.matches('\n').count())?;
    let pack = lab.forged(|pack| {
        let half = pack.get(BASE)?;
        half.truncate(text.trim_end().len() - 1);
        Ok(())
    })?;
    lab.refuses_pack(&pack, &schema("json_invalid", lines))?;
    let resolver = lab.pack.name(".resolver.json")?;
    let pack = lab.forged(|pack| pack.swap(&resolver, ":", ""))?;
    lab.refuses_pack(&pack, &Refusal { entry: Some(&resolver), ..schema("json_invalid", 2) })?;
    let pack = lab.forged(|pack| pack.swap("components.json", ":", ""))?;
    lab.refuses_pack(&pack, &Refusal { entry: Some("components.json"), ..schema("json_invalid", 1) })
}

#[test]
fn stage_schema_revisions() -> TestResult {
    let lab = Lab::new()?;
    let text = String::from_utf8(lab.pack.clone().get(BASE)?.clone())?;
    let at = text.find("\"brand\":").ok_or("the token")?;
    let line = u64::try_from(text.get(..at).unwrap_or_default().matches('\n').count())? + 1;
    let token = text.get(at..).and_then(|rest| rest.lines().next()).ok_or("a line")?;
    let (_, rest) = token.split_once("\"rev\":").ok_or("a revision")?;
    let rev = rest.trim_start().split('"').nth(1).ok_or("a revision")?;
    for forged in ["0:99", "7:1", "0:x", "", "0:0"] {
        let bad = token.replace(&format!("\"{rev}\""), &format!("\"{forged}\""));
        let pack = lab.forged(|pack| pack.swap(BASE, token, &bad))?;
        let refusal = Refusal {
            code: "revision_invalid",
            stage: "schema",
            entry: Some(BASE),
            line: Some(line),
            text: if forged == "0:99" { "high-water mark" } else { "color.brand" },
        };
        lab.refuses_pack(&pack, &refusal)?;
    }
    // A revision that is not there at all.
    let (start, _) = token.split_once(",\"$extensions\"").ok_or("an extension")?;
    let pack = lab.forged(|pack| pack.swap(BASE, token, &format!("{start}}}")))?;
    let refusal = Refusal {
        code: "revision_invalid",
        stage: "schema",
        entry: Some(BASE),
        line: Some(line),
        text: "says no revision",
    };
    lab.refuses_pack(&pack, &refusal)
}

#[test]
fn stage_structure() -> TestResult {
    let lab = Lab::new()?;
    // As long as before, and a zip without fault: only the manifest's hash can tell.
    let pack = lab.pack(|pack| pack.swap(BASE, "the brand", "THE BRAND"))?;
    let refusal = Refusal {
        code: "entry_changed",
        stage: "structure",
        entry: Some(BASE),
        text: "Manifest integrity check failed",
        ..Refusal::default()
    };
    lab.refuses_pack(&pack, &refusal)?;
    // Damage is told as damage, whatever else it breaks.
    let pack = lab.pack(|pack| pack.swap(BASE, "\"brand\":", "\"brand\"-"))?;
    lab.refuses_pack(&pack, &refusal)?;
    let pack = lab.pack(|pack| pack.swap("components.json", "\"Card\"", "\"Cord\""))?;
    lab.refuses_pack(&pack, &Refusal { entry: Some("components.json"), ..refusal })
}

#[test]
fn stage_structure_forgeries() -> TestResult {
    let lab = Lab::new()?;
    let pack = lab.forged(|pack| pack.manifest(|manifest| manifest["counts"]["token"] = json!(7)))?;
    let refusal = Refusal {
        code: "schema_invalid",
        stage: "structure",
        entry: Some(MANIFEST),
        text: "counts 7",
        ..Refusal::default()
    };
    lab.refuses_pack(&pack, &refusal)?;
    let ids = lab.pack.ids()?;
    let [_, _, red, brand, ..] = ids.as_slice() else { return Err("a set, a group, two tokens".into()) };
    let pack = lab.forged(|pack| pack.swap(BASE, brand, red))?;
    lab.machine.file("bad.dss", pack.zip()?)?;
    for line in [
        "verify bad.dss",
        "import bad.dss --project new",
        "import bad.dss --project p",
        "import bad.dss --project p --strategy replace",
    ] {
        let error = lab.machine.fails(line, 3)?;
        // Where the store holds the token already, the two may contradict it before both are read.
        let known = ["duplicate_id", "merge_register_annihilated"].map(Value::from);
        assert!(known.contains(&error["code"]) && error["stage"] == "structure", "{line}: {error}");
        assert!(lab.machine.state()? == lab.before, "{line}");
    }
    // The same in a token file: somebody copied a token together with its identity.
    let text = String::from_utf8(lab.pack.clone().get(BASE)?.clone())?;
    let token = text.lines().find(|line| line.starts_with("\"brand\":")).ok_or("a token")?;
    let copied = text.replace(token, &format!("{},\n{token}", token.replace("\"brand\":", "\"copy\":")));
    lab.machine.file("base.tokens.json", copied)?;
    for line in [
        "verify base.tokens.json",
        "import base.tokens.json --project new",
        "import base.tokens.json --project p --strategy replace",
    ] {
        let error = lab.machine.fails(line, 3)?;
        assert_eq!(error["code"], "duplicate_id", "{line}: {error}");
        assert!(lab.machine.state()? == lab.before, "{line}");
    }
    Ok(())
}

#[test]
fn stage_referential() -> TestResult {
    let lab = Lab::new()?;
    let asset = lab.pack.name(".svg")?;
    let pack = lab.forged(|pack| {
        pack.remove(&asset)?;
        pack.manifest(|manifest| {
            if let Some(contents) = manifest["contents"].as_array_mut() {
                contents.retain(|content| content["path"] != *asset);
            }
        })
    })?;
    let refusal = Refusal {
        code: "entry_missing",
        stage: "referential",
        entry: Some("assets.json"),
        line: Some(3),
        ..Refusal::default()
    };
    lab.refuses_pack(&pack, &refusal)
}

#[test]
fn limits() -> TestResult {
    let lab = Lab::new()?;
    let structure = |code, text| Refusal { code, stage: "structure", text, ..Refusal::default() };
    lab.refuses("p.dss", "--max-tokens 3", &structure("too_many_tokens", "Token count exceeds limit"))?;
    lab.refuses(
        "p.dss",
        "--max-components 1",
        &structure("too_many_components", "Component count exceeds limit"),
    )?;
    lab.machine.file("small.tokens.json", SMALL)?;
    lab.refuses(
        "small.tokens.json",
        "--max-tokens 2",
        &structure("too_many_tokens", "Token count exceeds limit"),
    )?;
    let size = Refusal { stage: "archive", ..structure("file_too_large", "File size exceeds limit") };
    lab.refuses("small.tokens.json", "--max-file-size 100", &size)?;
    lab.refuses("p.dss", "--max-file-size 1k", &size)?;
    // A manifest that counts fewer than there are deceives nobody.
    let pack = lab.forged(|pack| pack.manifest(|manifest| manifest["counts"]["token"] = json!(1)))?;
    lab.machine.file("bad.dss", pack.zip()?)?;
    lab.refuses("bad.dss", "--max-tokens 3", &structure("too_many_tokens", "Token count exceeds limit"))?;
    // What is allowed, just so; what was deleted does not count.
    lab.machine.ok("verify p.dss --max-tokens 6 --max-components 2")?;
    lab.machine.ok("token rm p size.small --set base")?;
    lab.machine.export("p", "less.dss")?;
    lab.machine.ok("verify less.dss --max-tokens 5")?;
    lab.machine.ok("import less.dss --project p --max-tokens 5")?;
    Ok(())
}

#[test]
fn strict() -> TestResult {
    let lab = Lab::new()?;
    // Whether it is found while reading or in the end, it is told with its file and line.
    for (text, stage, line) in [
        (r##"{"a": {"$type": "color", "$value": "#ff0000"}}"##, "schema", Some(1)),
        (r#"{"a": {"$value": "{b}"}, "b": {"$value": "{a}"}}"#, "referential", Some(1)),
        ("{\"b\": {},\n\"a\": {\"$type\": \"color\", \"$value\": \"{nowhere}\"}}", "referential", Some(2)),
    ] {
        lab.machine.file("odd.tokens.json", text)?;
        let entry = Some("odd.tokens.json");
        let refusal = Refusal { code: "strict_errors", stage, entry, line, text: "1 error" };
        lab.refuses("odd.tokens.json", "--strict", &refusal)?;
        // Without --strict, it is kept and marked.
        lab.machine.ok("verify odd.tokens.json")?;
    }
    Ok(())
}

#[test]
fn token_files() -> TestResult {
    let lab = Lab::new()?;
    for (text, code, line) in [
        (SMALL.replace("\"red\"", "\"brand\""), "json_duplicate_key", Some(5)),
        (SMALL.get(..SMALL.len() / 2).unwrap_or_default().to_owned(), "json_invalid", Some(5)),
        ("not json".to_owned(), "json_invalid", Some(1)),
        (String::new(), "json_invalid", Some(1)),
        ("[1, 2]".to_owned(), "not_tokens", None),
        (r#"{"name": "a package", "version": "1.0.0"}"#.to_owned(), "not_tokens", None),
    ] {
        let refusal =
            Refusal { code, stage: "schema", entry: Some("bad.tokens.json"), line, ..Refusal::default() };
        lab.refuses_bytes("bad.tokens.json", text.as_bytes(), &refusal)?;
    }
    Ok(())
}
