//! The page's program and the engines in parts: what every visitor needs, and what is loaded when somebody sees it (`web/src/lazily.rs`)
//! or has it (`crates/engine/src/gpu.rs`).
//!
//! Trunk builds each as a whole, with the marks at which it may be cut (`web/build.rs`). Here it is cut, bound and optimised, and the
//! parts take the place of the whole under its name.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::{
    dist, names,
    shell::{Step, command, root, run},
    tools,
};

/// Asks the build scripts for the marks.
pub(crate) const ASK: &str = "CHALKGRAD_SPLIT";
/// As the splitter names the script that loads parts.
const LOADER: &str = "__wasm_split.js";

/// What is cut.
struct Program {
    /// As cargo names it; Trunk adds the page's hash.
    name: &'static str,
    /// What tells its link in `index.html` from the others.
    link: &'static str,
    /// What it may use beside `FEATURES`.
    features: &'static [&'static str],
}

const PROGRAMS: [Program; 3] = [
    Program { name: "chalkgrad-web", link: "href=\"web/Cargo.toml\"", features: &[] },
    Program { name: "engine", link: "data-bin=\"engine\"", features: &[] },
    Program { name: "engine_relaxed", link: "data-bin=\"engine_relaxed\"", features: &["--enable-relaxed-simd"] },
];

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

/// Cuts the programs of a site that Trunk has just built.
pub(crate) fn split(site: &Path) -> Result<()> {
    let step = Step::start("Splitting the programs into what everybody loads and what is loaded when it is needed");
    let html = fs::read_to_string(root().join("index.html"))?;
    for program in &PROGRAMS {
        program.split(site, &html).with_context(|| format!("{} could not be split", program.name))?;
    }
    step.done("the programs are split");
    Ok(())
}

impl Program {
    fn split(&self, site: &Path, html: &str) -> Result<()> {
        let whole = root().join("target/wasm32-unknown-unknown/release").join(format!("{}.wasm", self.name));
        // Old parts must not meet a new program, nor one program's another's.
        let mark = format!("{}-{:016x}", self.name, dist::fingerprint(&fs::read(&whole)?));
        let script = self.script(site)?;
        let name = file_name(&script).trim_end_matches(".js").to_owned();
        let parts = root().join("target/split").join(self.name);
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
        let bound = site.join(format!("{name}_bg.wasm"));
        self.optimise(html, &bound, &bound)?;
        let mut loader = fs::read_to_string(parts.join(LOADER)).context("it has no part to split off")?;
        for part in files(&parts, ".wasm")? {
            let from = file_name(&part);
            let to = from.replace(".wasm", &format!("-{mark}.wasm"));
            self.optimise(html, &part, &site.join(&to))?;
            loader = loader.replace(&from, &to);
        }
        let text = with_loader(&fs::read_to_string(&script)?, &loader)?;
        let (wasm, text) = names::shorten(&fs::read(&bound)?, &text)?;
        fs::write(bound, wasm)?;
        fs::write(&script, text)?;
        minify(&script)
    }

    /// The script that Trunk wrote for it.
    fn script(&self, site: &Path) -> Result<PathBuf> {
        let with_hash = format!("{}-", self.name);
        let is_ours = |name: &str| name == self.name || name.starts_with(&with_hash);
        let script = files(site, ".js")?.into_iter().find(|path| is_ours(file_name(path).trim_end_matches(".js")));
        script.context("Trunk wrote no script of it")
    }

    /// The options with which Trunk optimises it: they have one home.
    fn wasm_opt_options(&self, html: &str) -> Result<Vec<String>> {
        let link = html.split("<link").find(|link| link.contains(self.link)).context("index.html has no link to it")?;
        let attribute = |name: &str| {
            let (_, rest) = link.split_once(&format!("{name}=\""))?;
            Some(rest.split_once('"')?.0)
        };
        let level = attribute("data-wasm-opt").context("it has no level of optimisation")?;
        let more = attribute("data-wasm-opt-params").unwrap_or_default().split_whitespace().map(str::to_owned);
        Ok(std::iter::once(format!("-O{level}")).chain(more).collect())
    }

    fn optimise(&self, html: &str, from: &Path, to: &Path) -> Result<()> {
        let mut optimiser = command("wasm-opt", &self.wasm_opt_options(html)?);
        let optimiser = tools::with_npm_programs(&mut optimiser)?.args(FEATURES).args(self.features);
        run(optimiser.arg(from).arg("-o").arg(to))
    }
}

/// A script without what only its readers need.
fn minify(script: &Path) -> Result<()> {
    let options = ["--minify", "--format=esm", "--log-level=warning", "--allow-overwrite"];
    let mut minifier = command("esbuild", &options);
    let into = format!("--outfile={}", script.display());
    run(tools::with_npm_programs(&mut minifier)?.arg(script).arg(into))
}

/// A program's script with the loader of its parts in it. As a file of its own the loader would import the script by another address than
/// the worker does, which says the build in it, and get another program.
fn with_loader(script: &str, loader: &str) -> Result<String> {
    let loads: Vec<&str> =
        loader.lines().filter_map(|line| line.strip_prefix("export const ")?.split(' ').next()).collect();
    let functions = format!("{{ {} }}", loads.join(", "));
    let mut is_asked_for = false;
    let mut lines = Vec::new();
    for line in script.lines() {
        let import = line.strip_prefix("import * as ").filter(|rest| rest.contains(LOADER));
        is_asked_for |= import.is_some();
        lines.push(match import.and_then(|rest| rest.split(' ').next()) {
            Some(name) => format!("const {name} = {functions};"),
            None => line.to_owned(),
        });
    }
    ensure!(is_asked_for, "its script does not ask for its parts");
    let is_import = |line: &&str| line.starts_with("import ");
    ensure!(loader.lines().filter(is_import).count() == 1, "the loader imports something else than the script");
    let loader =
        loader.lines().filter(|line| !is_import(line)).map(|line| line.trim_start_matches("export ").to_owned());
    Ok(loader.chain(lines).map(|line| line + "\n").collect())
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
    fn every_program_is_optimised_as_trunk_does_it() {
        let html = fs::read_to_string(root().join("index.html")).unwrap();
        for program in &PROGRAMS {
            let options = program.wasm_opt_options(&html).unwrap();
            assert!(options[0].starts_with("-O") && options.contains(&"--low-memory-unused".to_owned()), "{options:?}");
        }
    }

    #[test]
    fn the_loader_becomes_a_part_of_the_script_that_it_imports() {
        let loader = "import { initSync } from \"./engine.js\";\n\nlet shared = initSync();\nexport const __wasm_split_load_gpu = 1;\n";
        let script = "import * as import1 from \"./__wasm_split.js\"\nlet wasm;\nconst imports = { \"./__wasm_split.js\": import1, };\n";
        let both = with_loader(script, loader).unwrap();
        let expected = "\nlet shared = initSync();\nconst __wasm_split_load_gpu = 1;\nconst import1 = { __wasm_split_load_gpu };\n\
                        let wasm;\nconst imports = { \"./__wasm_split.js\": import1, };\n";
        assert_eq!(both, expected);
        assert!(with_loader("let wasm;\n", loader).is_err());
    }
}
