//! As in the page (`web/build.rs`): `CHALKGRAD_SPLIT` asks for marks where the engine may be cut.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(split)");
    println!("cargo::rerun-if-env-changed=CHALKGRAD_SPLIT");
    if std::env::var_os("CHALKGRAD_SPLIT").is_some() {
        println!("cargo::rustc-cfg=split");
    }
}
