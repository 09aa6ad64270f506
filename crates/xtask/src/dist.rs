//! `cargo xtask dist`: the static site in `dist/`, for any sub-path of any web server.
//!
//! Trunk builds it; here its inline script moves into a file, so that the page runs under a policy that forbids inline
//! scripts, and the data become real files. The sizes that a visitor loads are printed.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use crate::{
    data,
    shell::{Step, command, root, run},
    split, tools,
};

pub(crate) fn dist() -> Result<()> {
    tools::set_up()?;
    data::fetch()?;
    build()?;
    print_sizes()
}

/// Build the site without any set-up.
pub(crate) fn build() -> Result<()> {
    let step = Step::start("Building the site into dist/");
    // Relative addresses, so that the folder works wherever it is put.
    run(tools::trunk(&["build", "--release", "--public-url", "./"])?.env(split::ASK, "1"))?;
    let site = root().join("dist");
    split::split(&site)?;
    move_scripts_into_files(&site)?;
    data::materialise(&site)?;
    step.done("dist/ is ready");
    Ok(())
}

/// Each inline script of `index.html` becomes `bootstrap-HASH.js`.
fn move_scripts_into_files(site: &Path) -> Result<()> {
    let page = site.join("index.html");
    let html = fs::read_to_string(&page).context("Trunk wrote no index.html")?;
    let (html, scripts) = extract_scripts(&html);
    for Script { name, text } in &scripts {
        fs::write(site.join(name), text)?;
    }
    ensure!(!html.contains(" onload="), "index.html has an inline event handler, which a strict policy forbids");
    fs::write(page, html)?;
    Ok(())
}

struct Script {
    name: String,
    text: String,
}

/// The page with a `src` in place of each inline script's text, and the scripts.
fn extract_scripts(html: &str) -> (String, Vec<Script>) {
    let (mut page, mut scripts, mut rest) = (String::new(), Vec::new(), html);
    while let Some(start) = rest.find("<script") {
        let Some(open_end) = rest[start..].find('>').map(|length| start + length) else { break };
        let Some(close) = rest[open_end..].find("</script>").map(|length| open_end + length) else { break };
        let (tag, text) = (&rest[start..open_end], rest[open_end + 1..close].trim());
        page.push_str(&rest[..open_end]);
        if text.is_empty() || !runs(tag) {
            page.push_str(&rest[open_end..close]);
        } else {
            let name = format!("bootstrap-{:016x}.js", fingerprint(text.as_bytes()));
            page.push_str(&format!(" src=\"./{name}\">"));
            scripts.push(Script { name, text: format!("{text}\n") });
        }
        rest = &rest[close..];
    }
    page.push_str(rest);
    (page, scripts)
}

/// Blocks of data (`type="application/json"`, import maps) are no scripts, whatever the tag says.
fn runs(tag: &str) -> bool {
    !tag.contains("src=") && (!tag.contains("type=") || tag.contains("module") || tag.contains("javascript"))
}

/// FNV-1a: only so that a changed file has a changed name.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Raw and brotli sizes of what the page is made of, data apart.
fn print_sizes() -> Result<()> {
    let step = Step::start("Sizes");
    run(command("node", &["crates/xtask/src/sizes.mjs"]).env("SITE", root().join("dist")))?;
    step.done("brotli at its highest level");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "<head>\n<script type=\"module\">\nimport init from './web.js';\nawait init();\n</script>\n</head>";

    #[test]
    fn an_inline_module_moves_into_a_file() {
        let (page, scripts) = extract_scripts(PAGE);
        assert_eq!(scripts.len(), 1);
        assert_eq!(scripts[0].text, "import init from './web.js';\nawait init();\n");
        let tag = format!("<script type=\"module\" src=\"./{}\"></script>", scripts[0].name);
        assert!(page.contains(&tag), "{page}");
        assert!(!page.contains("import init"));
    }

    #[test]
    fn a_second_pass_finds_nothing_to_move() {
        let (page, _) = extract_scripts(PAGE);
        let (again, scripts) = extract_scripts(&page);
        assert_eq!(again, page);
        assert!(scripts.is_empty());
    }

    #[test]
    fn scripts_with_an_address_and_blocks_of_data_stay() {
        let page = "<script src=\"a.js\"></script><script type=\"application/json\">{\"a\": 1}</script>";
        assert_eq!(extract_scripts(page).0, page);
    }

    #[test]
    fn another_text_has_another_name() {
        assert_ne!(fingerprint(b"a"), fingerprint(b"b"));
    }
}
