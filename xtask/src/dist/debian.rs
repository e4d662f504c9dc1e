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
    ("CHANGELOG.md", "usr/share/doc/dss/changelog.gz"),
    ("THIRD-PARTY-LICENCES.txt", "usr/share/doc/dss/THIRD-PARTY-LICENCES.txt.gz"),
    ("sbom.cdx.json", "usr/share/doc/dss/sbom.cdx.json"),
];
const MANUAL: &str = "usr/share/man/man1";
const COPYRIGHT: &str = "usr/share/doc/dss/copyright";

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
        place(&release.staged(from), &tree.join(to))?;
    }
    for page in fs::read_dir(release.staged("man"))? {
        let page = page?;
        let name = format!("{}.gz", page.file_name().to_string_lossy());
        place(&page.path(), &tree.join(MANUAL).join(name))?;
    }
    fs::write(tree.join(COPYRIGHT), copyright(workspace)?)?;
    let control = control(workspace, release, &root)?;
    fs::create_dir_all(tree.join("DEBIAN"))?;
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

/// Copies a file, compressed if its name there says so.
fn place(from: &Path, to: &Path) -> Result<(), Failure> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if to.extension().is_some_and(|ending| ending == "gz") {
        let mut gzip = GzBuilder::new().mtime(0).write(File::create(to)?, Compression::best());
        gzip.write_all(&fs::read(from)?)?;
        gzip.finish()?;
    } else {
        fs::copy(from, to)?;
    }
    Ok(())
}

fn control(workspace: &Workspace, release: &Release, root: &Path) -> Result<String, Failure> {
    let architecture = run::output(run::command(workspace, "dpkg").arg("--print-architecture"))?;
    Ok(format!(
        "Package: dss\n\
         Version: {}\n\
         Architecture: {}\n\
         Maintainer: DSS maintainers <maintainers@example.invalid>\n\
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
        depends(workspace, release, root)?,
    ))
}

/// The packages with the libraries that the program is linked to, at the lowest versions that have what it uses.
fn depends(workspace: &Workspace, release: &Release, root: &Path) -> Result<String, Failure> {
    // It works for source packages only, and looks for one.
    fs::create_dir_all(root.join("debian"))?;
    fs::write(root.join("debian/control"), "Source: dss\n\nPackage: dss\nArchitecture: any\n")?;
    let mut shlibdeps = run::command(workspace, "dpkg-shlibdeps");
    shlibdeps.current_dir(root).arg("-O").arg(release.staged("dss"));
    let told = String::from_utf8_lossy(&run::output(&mut shlibdeps)?).into_owned();
    let depends = told.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    depends.map(str::to_owned).ok_or_else(|| Failure::new("dpkg-shlibdeps names no libraries"))
}

/// Both licences, and where those of others are.
fn copyright(workspace: &Workspace) -> Result<String, Failure> {
    Ok(format!(
        "DSS is under the first of these licences or the second one, at your choice. Those of what is built into it are in\n\
         THIRD-PARTY-LICENCES.txt.gz.\n\n{}\n{}",
        workspace.read("LICENSE-MIT")?,
        workspace.read("LICENSE-APACHE")?,
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
