//! A kernel's text as devices get it: what its files say, without the comments and the indentation that a visitor would load
//! for nothing.

/// A kernel's source: its file after what it shares with others.
macro_rules! wgsl {
    ($($file:literal),+) => {{
        const WRITTEN: &str = concat!(include_str!("shared/invocation.wgsl"), $(include_str!($file)),+);
        const LENGTH: usize = $crate::gpu::source::bare::<0>(WRITTEN).1;
        const BARE: [u8; LENGTH] = $crate::gpu::source::bare(WRITTEN).0;
        const { $crate::gpu::source::text(&BARE) }
    }};
}
pub(super) use wgsl;

/// The first `LENGTH` bytes of a text without comments, indentation and empty lines, and how many bytes it has.
pub(super) const fn bare<const LENGTH: usize>(written: &str) -> ([u8; LENGTH], usize) {
    let written = written.as_bytes();
    let (mut bare, mut length) = ([0; LENGTH], 0);
    let (mut is_comment, mut is_empty) = (false, true);
    let mut at = 0;
    while at < written.len() {
        let byte = written[at];
        is_comment |= byte == b'/' && at + 1 < written.len() && written[at + 1] == b'/';
        let is_kept = match byte {
            b'\n' => !is_empty,
            b' ' => !is_comment && !is_empty,
            _ => !is_comment,
        };
        if is_kept {
            if length < LENGTH {
                bare[length] = byte;
            }
            length += 1;
            is_empty = false;
        }
        if byte == b'\n' {
            (is_comment, is_empty) = (false, true);
        }
        at += 1;
    }
    (bare, length)
}

/// Only whole lines and comments were left out.
pub(super) const fn text(bare: &[u8]) -> &str {
    match core::str::from_utf8(bare) {
        Ok(text) => text,
        Err(_) => panic!("a kernel is not UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_the_rest_stays() {
        const WRITTEN: &str = "// What é is.\n\nfn f() -> f32 {\n    // One.\n    return 1.0 / 2.0; // Two.\n}\n";
        const LENGTH: usize = bare::<0>(WRITTEN).1;
        const BARE: [u8; LENGTH] = bare(WRITTEN).0;
        assert_eq!(text(&BARE), "fn f() -> f32 {\nreturn 1.0 / 2.0; \n}\n");
    }
}
