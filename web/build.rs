//! A site that is to be uploaded is split: what only some visitors see is loaded when they do. `CHALKGRAD_SPLIT` asks for that; what
//! splits it (`cargo xtask dist`) needs to know where every function is referred to.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(split)");
    println!("cargo::rerun-if-env-changed=CHALKGRAD_SPLIT");
    if std::env::var_os("CHALKGRAD_SPLIT").is_some() {
        println!("cargo::rustc-cfg=split");
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
