//! The page's program in parts: what every visitor needs, and what is loaded when somebody sees it (`web/src/lazily.rs`).
//!
//! Trunk builds the page as a whole, with the marks at which it may be cut (`web/build.rs`). Here it is cut, bound and optimised, and the
//! parts take the place of the whole under its name, which carries its hash.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::{
    shell::{Step, command, root, run},
    tools,
};

/// Asks `web/build.rs` for the marks.
pub(crate) const ASK: &str = "CHALKGRAD_SPLIT";
/// As cargo names the page's program.
const PROGRAM: &str = "chalkgrad-web";
/// As the splitter names the script that loads parts.
const LOADER: &str = "__wasm_split.js";

/// What Rust's own target may use, and SIMD (`.cargo/config.toml`): nothing newer may come into the parts.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Cuts the page of a site that Trunk has just built.
pub(crate) fn split(site: &Path) -> Result<()> {
    let step = Step::start("Splitting the page into what everybody loads and what is loaded when it is seen");
    let whole = root().join("target/wasm32-unknown-unknown/release").join(format!("{PROGRAM}.wasm"));
    let name = name_of_page(site)?;
    let hash = name.trim_start_matches(PROGRAM).trim_start_matches('-').to_owned();
    let parts = root().join("target/split");
    fs::remove_dir_all(&parts).ok();
    run(command("wasm-split-cli", &[&whole, &parts]).args(["--out-name", &name]))?;
    let main = parts.join(format!("{name}.wasm"));
    run(command(
        "wasm-bindgen",
        &["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", &name, "--out-dir"],
    )
    .arg(site)
    .arg(&main))?;
    fs::remove_file(&main)?;
    let options = wasm_opt_options()?;
    let bound = site.join(format!("{name}_bg.wasm"));
    optimise(&bound, &bound, &options)?;
    let mut loader = fs::read_to_string(parts.join(LOADER)).context("the page has no part to split off")?;
    for part in files(&parts, ".wasm")? {
        let from = file_name(&part);
        // Old parts must not meet a new page.
        let to = from.replace(".wasm", &format!("-{hash}.wasm"));
        optimise(&part, &site.join(&to), &options)?;
        loader = loader.replace(&from, &to);
    }
    let named = format!("parts-{hash}.js");
    fs::write(site.join(&named), loader)?;
    let script = site.join(format!("{name}.js"));
    let text = fs::read_to_string(&script)?;
    // Within the program the loader keeps its name: only where the script finds it changes.
    let import = format!("from \"./{LOADER}\"");
    ensure!(text.contains(&import), "the page's script does not ask for its parts");
    fs::write(script, text.replace(&import, &format!("from \"./{named}\"")))?;
    step.done("the page is split");
    Ok(())
}

/// `chalkgrad-web-HASH`.
fn name_of_page(site: &Path) -> Result<String> {
    let scripts = files(site, ".js")?;
    let name = scripts.iter().map(|script| file_name(script)).find(|name| name.starts_with(PROGRAM));
    Ok(name.context("Trunk wrote no script of the page")?.trim_end_matches(".js").to_owned())
}

/// The options with which Trunk optimises the page: they have one home.
fn wasm_opt_options() -> Result<Vec<String>> {
    let html = fs::read_to_string(root().join("index.html"))?;
    let page = html.split("<link").find(|link| link.contains("web/Cargo.toml")).context("index.html has no page")?;
    let attribute = |name: &str| {
        let (_, rest) = page.split_once(&format!("{name}=\""))?;
        Some(rest.split_once('"')?.0)
    };
    let level = attribute("data-wasm-opt").context("the page has no level of optimisation")?;
    let more = attribute("data-wasm-opt-params").unwrap_or_default().split_whitespace().map(str::to_owned);
    Ok(std::iter::once(format!("-O{level}")).chain(more).collect())
}

fn optimise(from: &Path, to: &Path, options: &[String]) -> Result<()> {
    run(tools::with_npm_programs(&mut command("wasm-opt", options))?.args(FEATURES).arg(from).arg("-o").arg(to))
}

/// The files of a folder with this ending, in order.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} is missing", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut found: Vec<PathBuf> = paths.into_iter().filter(|path| file_name(path).ends_with(ending)).collect();
    found.sort();
    Ok(found)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_optimised_as_trunk_does_it() {
        let options = wasm_opt_options().unwrap();
        assert!(options[0].starts_with("-O") && options.contains(&"--low-memory-unused".to_owned()), "{options:?}");
    }
}
