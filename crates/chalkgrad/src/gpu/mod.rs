//! The GPU backend, through wgpu.
