//! The rules of tidiness, each with the reason for it.
//!
//! Needles that would find this file itself are put together from pieces.

use super::Files;
use crate::tools::pinned;

type Rule = fn(&Files) -> Vec<String>;

pub(super) const ALL: [Rule; 9] = [
    files_are_short,
    modules_say_what_they_are_for,
    nothing_is_left_to_do,
    allowances_give_a_reason,
    no_home_is_named,
    no_large_file_is_tracked,
    every_kernel_has_a_twin,
    public_types_have_an_example,
    versions_agree,
];

/// A reader can hold this many lines.
const LONGEST: usize = 500;

/// Files that may be longer, and why.
const LONG_FILES: &[(&str, &str)] = &[];

/// In bytes; every clone pays for it for ever.
const LARGEST: u64 = 1_500_000;

const CODE: [&str; 6] = [".rs", ".wgsl", ".mjs", ".js", ".css", ".html"];

/// Every text with its path.
fn texts(files: &Files) -> impl Iterator<Item = (&str, &str)> {
    files.iter().filter_map(|(path, file)| Some((path.as_str(), file.text.as_deref()?)))
}

fn files_are_short(files: &Files) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, text) in texts(files).filter(|(path, _)| CODE.iter().any(|ending| path.ends_with(ending))) {
        let (lines, excused) = (text.lines().count(), LONG_FILES.iter().any(|(long, _)| *long == path));
        if lines > LONGEST && !excused {
            findings
                .push(format!("{path} has {lines} lines: find the missing concept, or enter a reason in LONG_FILES"));
        } else if lines <= LONGEST && excused {
            findings.push(format!("{path} is short again: strike it from LONG_FILES"));
        }
    }
    findings.extend(
        LONG_FILES
            .iter()
            .filter(|(path, _)| !files.contains_key(*path))
            .map(|(path, _)| format!("{path} stands in LONG_FILES, but there is no such file")),
    );
    findings
}

fn modules_say_what_they_are_for(files: &Files) -> Vec<String> {
    texts(files)
        .filter(|(path, _)| path.ends_with(".rs") && !is_test(path))
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(path, _)| format!("{path} does not begin with `//!` and what it is for"))
        .collect()
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// A macro that stands for missing or forgotten work.
fn nothing_is_left_to_do(files: &Files) -> Vec<String> {
    let needles = [
        concat!("to", "do!("),
        concat!("unimpl", "emented!("),
        concat!("db", "g!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    let is_code = |path: &str| CODE.iter().any(|ending| path.ends_with(ending));
    find_in_lines(files, is_code, |line| {
        let needle = needles.iter().find(|needle| line.contains(*needle))?;
        Some(format!("`{}` is left over", needle.trim_end_matches('(')))
    })
}

/// A lint that is switched off says why: in the attribute itself, or in a comment above it.
fn allowances_give_a_reason(files: &Files) -> Vec<String> {
    let needles =
        [concat!("#[al", "low("), concat!("#![al", "low("), concat!("#[ex", "pect("), concat!("#![ex", "pect(")];
    let mut findings = Vec::new();
    for (path, text) in texts(files).filter(|(path, _)| path.ends_with(".rs")) {
        let mut above = "";
        for (index, line) in text.lines().enumerate() {
            let has_reason = line.contains("reason =") || line.contains("//") || above.trim_start().starts_with("//");
            if needles.iter().any(|needle| line.trim_start().starts_with(needle)) && !has_reason {
                findings.push(format!("{path}:{}: switches a lint off without saying why", index + 1));
            }
            above = line;
        }
    }
    findings
}

/// Somebody's own folder exists on one machine only.
fn no_home_is_named(files: &Files) -> Vec<String> {
    let needles = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!(r"C:\Us", "ers")];
    find_in_lines(
        files,
        |_| true,
        |line| needles.iter().any(|needle| line.contains(needle)).then(|| "names a home folder".to_owned()),
    )
}

fn no_large_file_is_tracked(files: &Files) -> Vec<String> {
    files
        .iter()
        .filter(|(_, file)| file.bytes > LARGEST)
        .map(|(path, file)| format!("{path} has {} bytes; large files are fetched or built, not tracked", file.bytes))
        .collect()
}

/// Kernels that need no file on the CPU: a slice does it there, or the kernel is a GPU's other way of doing what has one, or a part of it.
const WITHOUT_TWIN: [&str; 4] = ["fill", "matmul_slabs", "packed", "padded"];

/// GPU and CPU kernels go by file stems; on the CPU an operation's gradients stand in its own file. `gpu/shared/` holds
/// snippets, not kernels, and `gpu/unrolled/` operations under the same stems.
fn every_kernel_has_a_twin(files: &Files) -> Vec<String> {
    files
        .keys()
        .filter(|path| path.ends_with(".wgsl") && path.contains("/gpu/") && !path.contains("/gpu/shared/"))
        .map(|path| (path, path.replace("/gpu/unrolled/", "/gpu/").replace("/gpu/", "/cpu/").replace(".wgsl", "")))
        .map(|(path, stem)| {
            let operation = stem.trim_end_matches("_gradient").trim_end_matches("_weight");
            (path, format!("{operation}.rs"))
        })
        .filter(|(_, twin)| !files.contains_key(twin))
        .filter(|(_, twin)| !WITHOUT_TWIN.iter().any(|stem| twin.ends_with(&format!("/{stem}.rs"))))
        .map(|(path, twin)| format!("{path} has no twin on the CPU, {twin}"))
        .collect()
}

/// Where the library has types that are public to itself alone.
const INNER: [&str; 3] = ["/cpu/", "/gpu/", "/twins"];

/// Who reads the library's documentation sees each type at work.
fn public_types_have_an_example(files: &Files) -> Vec<String> {
    let is_public = |path: &str| path.contains("chalkgrad/src/") && !INNER.iter().any(|room| path.contains(room));
    let mut findings = Vec::new();
    for (path, text) in texts(files).filter(|(path, _)| path.ends_with(".rs") && is_public(path)) {
        let mut has_example = false;
        for line in text.lines().map(str::trim_start) {
            let name = ["pub struct ", "pub enum ", "pub trait "].iter().find_map(|start| line.strip_prefix(start));
            // A macro's type is documented where the macro is used.
            if let Some(name) = name.filter(|name| !name.starts_with('$') && !has_example) {
                let name: String = name.chars().take_while(|letter| letter.is_alphanumeric()).collect();
                findings.push(format!("{path}: {name} is public and shown in no example"));
            }
            let is_about = line.starts_with("///") || line.starts_with('#');
            has_example = is_about && (has_example || line.starts_with("/// ```"));
        }
    }
    findings
}

/// wasm-bindgen's macro and its command must be the same to the last digit, and so must Trunk's idea of wasm-opt.
fn versions_agree(files: &Files) -> Vec<String> {
    let read = |path: &str, name: &str| pinned(files.get(path)?.text.as_deref()?, name);
    let mut findings = Vec::new();
    let (library, program) = (read("Cargo.toml", "wasm-bindgen"), read("Trunk.toml", "wasm_bindgen"));
    if program.is_some() && library != program {
        findings.push(format!("Cargo.toml and Trunk.toml differ on wasm-bindgen: {library:?} and {program:?}"));
    }
    let package = files.get("package.json").and_then(|file| file.text.as_deref()).and_then(|text| {
        let line = text.lines().find(|line| line.contains("\"binaryen\""))?;
        line.split('"').nth(3)?.split('.').next().map(|major| format!("version_{major}"))
    });
    let wanted = read("Trunk.toml", "wasm_opt");
    if wanted.is_some() && wanted != package {
        findings.push(format!("Trunk.toml and package.json differ on wasm-opt: {wanted:?} and {package:?}"));
    }
    findings
}

fn find_in_lines(
    files: &Files,
    concerns: impl Fn(&str) -> bool,
    judge: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    texts(files)
        .filter(|(path, _)| concerns(path))
        .flat_map(|(path, text)| text.lines().enumerate().map(move |(index, line)| (path, index + 1, line)))
        .filter_map(|(path, number, line)| Some(format!("{path}:{number}: {}", judge(line)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::File, *};

    fn files(entries: &[(&str, &str)]) -> Files {
        let file = |text: &str| File { bytes: text.len() as u64, text: Some(text.to_owned()) };
        entries.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect()
    }

    #[test]
    fn a_file_of_five_hundred_lines_passes_and_a_longer_one_does_not() {
        assert!(files_are_short(&files(&[("src/a.rs", &"line\n".repeat(LONGEST))])).is_empty());
        let findings = files_are_short(&files(&[("src/a.rs", &"line\n".repeat(LONGEST + 1))]));
        assert!(findings[0].contains("501 lines"), "{findings:?}");
    }

    #[test]
    fn a_lock_file_may_be_long() {
        assert!(files_are_short(&files(&[("package-lock.json", &"line\n".repeat(9000))])).is_empty());
    }

    #[test]
    fn a_module_without_a_head_is_found_and_a_test_needs_none() {
        let findings = modules_say_what_they_are_for(&files(&[
            ("src/a.rs", "use std::fs;"),
            ("crates/a/tests/b.rs", "use std::fs;"),
        ]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("src/a.rs"));
    }

    #[test]
    fn unfinished_work_is_found_with_its_line() {
        let text = format!("//! A module.\nfn f() {{ {}) }}\n", concat!("to", "do!("));
        assert!(nothing_is_left_to_do(&files(&[("src/a.rs", &text)]))[0].starts_with("src/a.rs:2:"));
    }

    #[test]
    fn a_lint_is_switched_off_with_a_reason_or_a_comment_but_not_without() {
        let attribute = concat!("#[al", "low(dead_code");
        let with = format!("{attribute}, reason = \"wasm only\")]\n// Called from JavaScript.\n{attribute})]\n");
        assert!(allowances_give_a_reason(&files(&[("src/a.rs", &with)])).is_empty());
        let without = format!("fn f() {{}}\n{attribute})]\n");
        assert!(allowances_give_a_reason(&files(&[("src/a.rs", &without)]))[0].starts_with("src/a.rs:2:"));
    }

    #[test]
    fn a_home_folder_is_found_in_any_text() {
        let text = concat!("see /ho", "me/someone/data");
        assert_eq!(no_home_is_named(&files(&[("README.md", text)])).len(), 1);
    }

    #[test]
    fn a_kernel_without_a_twin_is_found() {
        let alone = files(&[("c/src/gpu/relu.wgsl", ""), ("c/src/gpu/shared/index.wgsl", "")]);
        assert_eq!(every_kernel_has_a_twin(&alone).len(), 1);
        let both = files(&[("c/src/gpu/relu.wgsl", ""), ("c/src/cpu/relu.rs", "")]);
        assert!(every_kernel_has_a_twin(&both).is_empty());
    }

    #[test]
    fn a_public_type_without_an_example_is_found() {
        let shown = "/// A\n///\n/// ```\n/// f();\n/// ```\n#[derive(Debug)]\npub struct A;\npub(crate) struct B;\n";
        assert!(public_types_have_an_example(&files(&[("chalkgrad/src/a.rs", shown)])).is_empty());
        let told = format!("{shown}\n/// What it is.\npub enum Told {{}}\n");
        let findings = public_types_have_an_example(&files(&[("chalkgrad/src/a.rs", &told), ("web/src/a.rs", &told)]));
        assert_eq!(findings, ["chalkgrad/src/a.rs: Told is public and shown in no example"]);
    }

    #[test]
    fn versions_that_differ_are_found() {
        let agree = [
            ("Cargo.toml", "wasm-bindgen = \"=0.2.130\""),
            ("Trunk.toml", "wasm_bindgen = \"0.2.130\"\nwasm_opt = \"version_132\""),
            ("package.json", "\"binaryen\": \"132.0.0\","),
        ];
        assert!(versions_agree(&files(&agree)).is_empty());
        let differ = [agree[0], ("Trunk.toml", "wasm_bindgen = \"0.2.129\"\nwasm_opt = \"version_131\""), agree[2]];
        assert_eq!(versions_agree(&files(&differ)).len(), 2);
    }

    #[test]
    fn a_large_file_is_found_whatever_is_in_it() {
        let mut large = files(&[]);
        large.insert("model.bin".into(), File { bytes: LARGEST + 1, text: None });
        assert_eq!(no_large_file_is_tracked(&large).len(), 1);
    }
}
