//! The GPU that tests run on.

use chalkgrad::Device;

/// The GPU, or `None` with a loud word where tests may do without one.
pub(crate) fn gpu() -> Option<Device> {
    match pollster::block_on(Device::gpu()) {
        Ok(device) => Some(device),
        Err(error) if std::env::var_os("CI").is_some() => panic!("CI needs a GPU, a software one will do: {error}"),
        Err(error) => {
            eprintln!("\n*** SKIPPED: no GPU was found, so its kernels were not tested ({error}) ***\n");
            None
        }
    }
}
