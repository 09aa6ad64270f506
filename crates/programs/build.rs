//! What cuts the engine where it is marked (`crates/engine/build.rs`) needs to know where every function is referred to.

fn main() {
    println!("cargo::rerun-if-env-changed=CHALKGRAD_SPLIT");
    if std::env::var_os("CHALKGRAD_SPLIT").is_some() {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
