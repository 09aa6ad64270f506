//! The engine for browsers with relaxed SIMD.

fn main() {
    chalkgrad_engine::start();
}
