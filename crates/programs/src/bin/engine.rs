//! The engine for every browser with SIMD.

fn main() {
    chalkgrad_engine::start();
}
