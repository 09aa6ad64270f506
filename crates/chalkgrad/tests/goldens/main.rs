//! chalkgrad equals PyTorch: operations, losses, optimisers, schedules, initialisation and whole networks, in the interpreter
//! (f32 and f64) and in programs on each device. The numbers come from `make.py` beside this file.

mod architectures;
mod criteria;
mod devices;
mod golden;
#[cfg(feature = "gpu")]
#[path = "../common/gpu.rs"]
mod gpu;
mod hash;
mod initialization;
mod networks;
mod operations;
mod optimizers;
mod schedules;
#[cfg(feature = "safetensors")]
mod state_dict;
