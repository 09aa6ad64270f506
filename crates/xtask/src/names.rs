//! Short names for what a program takes from its script. `wasm-bindgen` ends them in a hash of 16 digits, which stand in both files and which
//! no compression makes shorter.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};

/// The section of a wasm file that names what it imports.
const IMPORTS: u8 = 2;
/// The only kind of import that a program has from its script.
const FUNCTION: u8 = 0;

/// A program and its script with short names in the place of those that end in a hash.
pub(crate) fn shorten(wasm: &[u8], script: &str) -> Result<(Vec<u8>, String)> {
    let mut names = HashMap::new();
    let mut from = Reader(wasm);
    let mut to = from.take(8).context("it is no wasm file")?.to_vec();
    while let Some(section) = from.byte() {
        let content = from.sized().context("a section is cut short")?;
        let content = match section {
            IMPORTS => imports(content, &mut names)?,
            _ => content.to_vec(),
        };
        to.push(section);
        put_sized(&mut to, &content);
    }
    ensure!(
        !names.is_empty(),
        "the program has no name that ends in a hash: wasm-bindgen names its imports in another way now"
    );
    Ok((to, renamed(script, &names)))
}

/// The section of imports with short names, and what each was.
fn imports(section: &[u8], names: &mut HashMap<String, String>) -> Result<Vec<u8>> {
    let mut from = Reader(section);
    let count = from.number().context("the imports are cut short")?;
    let mut to = Vec::new();
    put_number(&mut to, count);
    for _ in 0..count {
        let module = from.sized().context("an import is cut short")?;
        let name = from.sized().context("an import is cut short")?;
        let kind = from.byte();
        ensure!(kind == Some(FUNCTION), "an import is no function");
        let signature = from.number().context("an import is cut short")?;
        let name = std::str::from_utf8(name)?;
        let short = match ends_in_hash(name) {
            true => format!("w{}", names.len()),
            false => name.into(),
        };
        put_sized(&mut to, module);
        put_sized(&mut to, short.as_bytes());
        to.push(FUNCTION);
        put_number(&mut to, signature);
        if short != name {
            names.insert(name.into(), short);
        }
    }
    Ok(to)
}

fn ends_in_hash(name: &str) -> bool {
    let is_digit = |digit: char| matches!(digit, '0'..='9' | 'a'..='f');
    name.rsplit_once('_').is_some_and(|(_, hash)| hash.len() == 16 && hash.chars().all(is_digit))
}

/// A script with other words in the place of these.
fn renamed(script: &str, names: &HashMap<String, String>) -> String {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    let (mut text, mut rest) = (String::new(), script);
    while !rest.is_empty() {
        let word = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        text.push_str(names.get(&rest[..word]).map_or(&rest[..word], String::as_str));
        let between = rest[word..].find(is_part).map_or(rest.len(), |length| word + length);
        text.push_str(&rest[word..between]);
        rest = &rest[between..];
    }
    text
}

/// What is left to read of a wasm file.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    /// An unsigned number of up to 32 bits, seven a byte, the lowest first.
    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Bytes with their number before them.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length as usize)
    }
}

fn put_number(to: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn put_sized(to: &mut Vec<u8>, bytes: &[u8]) {
    put_number(to, u32::try_from(bytes.len()).expect("a wasm file has sections below 4 GB"));
    to.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that imports these functions of `./a.js`, with a section behind.
    fn program(names: &[&str]) -> Vec<u8> {
        let mut imports = vec![names.len() as u8];
        for name in names {
            put_sized(&mut imports, b"./a.js");
            put_sized(&mut imports, name.as_bytes());
            imports.extend([FUNCTION, 0x81, 0x01]);
        }
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        for (section, content) in [(IMPORTS, &imports[..]), (7, &[1, 2, 3])] {
            wasm.push(section);
            put_sized(&mut wasm, content);
        }
        wasm
    }

    #[test]
    fn names_with_a_hash_become_short_in_both_files_and_others_stay() {
        let long = ["__wbg_now_0123456789abcdef", "__wbindgen_init_externref_table", "__wbg_log_fedcba9876543210"];
        let script = "const imports = {__wbg_now_0123456789abcdef: () => now(), \
                      __wbindgen_init_externref_table, $__wbg_log_fedcba9876543210: 1, \"é\": __wbg_log_fedcba9876543210};";
        let (wasm, text) = shorten(&program(&long), script).unwrap();
        assert_eq!(wasm, program(&["w0", "__wbindgen_init_externref_table", "w1"]));
        let expected = "const imports = {w0: () => now(), \
                        __wbindgen_init_externref_table, $__wbg_log_fedcba9876543210: 1, \"é\": w1};";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_no_program_or_a_cut_one_is_refused() {
        let whole = program(&["__wbg_now_0123456789abcdef"]);
        assert!(shorten(&whole, "").is_ok());
        for length in (0..whole.len()).filter(|length| *length != whole.len() - 5) {
            assert!(shorten(&whole[..length], "").is_err(), "{length}");
        }
        assert!(shorten(&program(&["plain"]), "").is_err());
    }
}
