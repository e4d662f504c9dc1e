//! The Debian package: the same files, where Debian wants them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};

use crate::failure::Failure;
use crate::files;
use crate::run;
use crate::tools;
use crate::workspace::Workspace;

use super::{FOLDER, Release};

/// Files of the archive, and where they go. Policy wants manual pages and changelogs compressed.
const FILES: &[(&str, &str)] = &[
    ("dss", "usr/bin/dss"),
    ("completions/dss.bash", "usr/share/bash-completion/completions/dss"),
    ("completions/_dss", "usr/share/zsh/vendor-completions/_dss"),
    ("completions/dss.fish", "usr/share/fish/vendor_completions.d/dss.fish"),
    ("README.md", "usr/share/doc/dss/README.md"),
    ("CHANGELOG.md", "usr/share/doc/dss/CHANGELOG.md.gz"),
    ("THIRD-PARTY-LICENCES.txt", "usr/share/doc/dss/THIRD-PARTY-LICENCES.txt.gz"),
    ("sbom.cdx.json", "usr/share/doc/dss/sbom.cdx.json"),
];
const MANUAL: &str = "usr/share/man/man1";
const COPYRIGHT: &str = "usr/share/doc/dss/copyright";
const CHANGELOG: &str = "usr/share/doc/dss/changelog.gz";
const MAINTAINER: &str = "DSS maintainers <maintainers@example.invalid>";

/// Makes it, and gives its name; nothing, with a word about it, where Debian's tools are not.
pub(super) fn pack(workspace: &Workspace, release: &Release) -> Result<Option<String>, Failure> {
    if let Some(missing) = ["dpkg-deb", "dpkg-shlibdeps"].iter().find(|tool| !tools::on_path(tool)) {
        println!("no Debian package: there is no {missing} here (dpkg-dev)");
        return Ok(None);
    }
    let root = workspace.path(FOLDER).join("debian");
    files::clear(&root)?;
    let tree = root.join("tree");
    for (from, to) in FILES {
        put(&fs::read(release.staged(from))?, &tree.join(to))?;
    }
    for page in fs::read_dir(release.staged("man"))? {
        let page = page?;
        let name = format!("{}.gz", page.file_name().to_string_lossy());
        put(&fs::read(page.path())?, &tree.join(MANUAL).join(name))?;
    }
    put(copyright(workspace)?.as_bytes(), &tree.join(COPYRIGHT))?;
    put(changelog(workspace, release)?.as_bytes(), &tree.join(CHANGELOG))?;
    // That it is there tells dpkg-shlibdeps that this is a package's tree.
    fs::create_dir_all(tree.join("DEBIAN"))?;
    let control = control(workspace, release, &root, &tree.join("usr/bin/dss"))?;
    fs::write(tree.join("DEBIAN/control"), control)?;
    modes(&tree)?;

    let name = format!("{}.deb", release.name());
    let mut deb = run::command(workspace, "dpkg-deb");
    // It makes no file younger than this, so that the time of building does not show.
    deb.env("SOURCE_DATE_EPOCH", release.time.to_string());
    deb.args(["--build", "--root-owner-group", "-Zxz"]).arg(&tree).arg(workspace.path(FOLDER).join(&name));
    run::output(&mut deb)?;
    fs::remove_dir_all(root)?;
    Ok(Some(name))
}

/// Writes a file, compressed if its name says so.
fn put(bytes: &[u8], to: &Path) -> Result<(), Failure> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if to.extension().is_some_and(|ending| ending == "gz") {
        let mut gzip = GzBuilder::new().mtime(0).write(File::create(to)?, Compression::best());
        gzip.write_all(bytes)?;
        gzip.finish()?;
    } else {
        fs::write(to, bytes)?;
    }
    Ok(())
}

fn control(workspace: &Workspace, release: &Release, root: &Path, program: &Path) -> Result<String, Failure> {
    let architecture = run::output(run::command(workspace, "dpkg").arg("--print-architecture"))?;
    Ok(format!(
        "Package: dss\n\
         Version: {}\n\
         Architecture: {}\n\
         Maintainer: {MAINTAINER}\n\
         Section: utils\n\
         Priority: optional\n\
         Depends: {}\n\
         Recommends: git\n\
         Description: moves design systems between stores, people and tools\n \
         Tokens, themes, components and assets with their history, as one portable,\n \
         verifiable archive. Merges what was edited apart without losing an edit,\n \
         without a server and without trusting clocks.\n",
        release.version,
        String::from_utf8_lossy(&architecture).trim(),
        depends(workspace, root, program)?,
    ))
}

/// The packages with the libraries that the program is linked to, at the lowest versions that have what it uses.
fn depends(workspace: &Workspace, root: &Path, program: &Path) -> Result<String, Failure> {
    // It works for source packages only, and looks for one.
    fs::create_dir_all(root.join("debian"))?;
    fs::write(root.join("debian/control"), "Source: dss\n\nPackage: dss\nArchitecture: any\n")?;
    let mut shlibdeps = run::command(workspace, "dpkg-shlibdeps");
    shlibdeps.current_dir(root).arg("-O").arg(program);
    let told = String::from_utf8_lossy(&run::output(&mut shlibdeps)?).into_owned();
    let depends = told.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    depends.map(str::to_owned).ok_or_else(|| Failure::new("dpkg-shlibdeps names no libraries"))
}

/// Both licences, and where those of others are. Every Debian has the second one's text.
fn copyright(workspace: &Workspace) -> Result<String, Failure> {
    Ok(format!(
        "DSS is under the first of these licences or the second one, at your choice. Those of what is built into it are in\n\
         /usr/share/doc/dss/THIRD-PARTY-LICENCES.txt.gz.\n\n{}\n\
         Apache License, Version 2.0: see /usr/share/common-licenses/Apache-2.0.\n",
        workspace.read("LICENSE-MIT")?,
    ))
}

/// In Debian's form, which its tools read: what is new stands in our own changelog.
fn changelog(workspace: &Workspace, release: &Release) -> Result<String, Failure> {
    let moment = format!("--date=@{}", release.time);
    let date = run::output(run::command(workspace, "date").args(["--utc", "--rfc-email", &moment]))?;
    Ok(format!(
        "dss ({}) stable; urgency=medium\n\n  * What is new: /usr/share/doc/dss/CHANGELOG.md.gz.\n\n -- {MAINTAINER}  {}\n",
        release.version,
        String::from_utf8_lossy(&date).trim(),
    ))
}

/// Whatever the umask was: programs 0755, files 0644, folders 0755.
#[cfg(unix)]
fn modes(tree: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let set = |path: &PathBuf, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    for entry in fs::read_dir(tree)? {
        let path = entry?.path();
        if path.is_dir() {
            set(&path, 0o755)?;
            modes(&path)?;
        } else {
            set(&path, if path.ends_with("usr/bin/dss") { 0o755 } else { 0o644 })?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn modes(_tree: &Path) -> Result<(), Failure> {
    Ok(())
}
