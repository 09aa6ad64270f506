//! What can be said of the backend beside its results: kernels are valid without a GPU, buffers are given back, errors and a
//! lost device are values.

use naga::valid::{Capabilities, ValidationFlags, Validator};

use super::unrolled::{Cut, Reach};
use super::{kernels, map};
use crate::op::{Binary, Unary};
use crate::plan::{BufferId, Instruction, Location, Map, MapInput};

fn validate(name: &str, source: &str) {
    let module = naga::front::wgsl::parse_str(source)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string_with_path(source, name)));
    Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string_with_path(source, name)));
}

#[test]
fn every_kernel_file_is_valid_without_a_gpu() {
    for (name, source) in kernels::SOURCES {
        validate(name, source);
    }
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/gpu")).expect("the sources are there");
    let kernels = files.filter(|file| {
        let path = file.as_ref().map(|file| file.path());
        path.is_ok_and(|path| path.extension().is_some_and(|extension| extension == "wgsl"))
    });
    assert_eq!(kernels.count(), kernels::SOURCES.len(), "a kernel file is missing from `SOURCES`");
}

#[test]
fn generated_maps_are_valid_without_a_gpu() {
    let location = |buffer, offset, len| Location { buffer: BufferId::Store(buffer), offset, len };
    let full = MapInput { location: location(0, 0, 12), divide: 1, modulo: 12 };
    let others = [(12, 1), (1, 4), (4, 3), (2, 3)].map(|(divide, modulo)| {
        let location = location(1, 64, modulo);
        MapInput { location, divide, modulo }
    });
    let mut code = vec![Instruction::Input(0)];
    code.extend((1..=others.len()).map(Instruction::Input));
    let numbers = [0.0, -0.0, 1.5, -2.5e-7, f32::MAX, 1e-40, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    code.extend(numbers.map(Instruction::Constant));
    code.extend(Unary::ALL.iter().map(|&op| Instruction::Unary(op, 0)));
    code.extend(Binary::ALL.iter().map(|&op| Instruction::Binary(op, 0, 1)));
    code.push(Instruction::Where(2, 3, 4));
    let outputs = vec![(code.len() - 1, location(0, 0, 12)), (7, location(2, 0, 12))];
    let map = Map { len: 12, inputs: std::iter::once(full).chain(others).collect(), code, outputs };
    validate("map", &map::kernel(&map).0);
}

#[test]
fn convolutions_that_are_written_out_are_valid_without_a_gpu() {
    for kernel in [[1, 1], [1, 25], [2, 3], [3, 3], [5, 5]] {
        for (rows, quads, channels) in [(1, 1, 1), (4, 2, 1), (3, 1, 8), (2, 2, 2)] {
            for stride in [1, 2] {
                let reach = [Reach { stride, stretch: 1, ahead: 0 }; 2];
                let cut = Cut { kernel, reach, rows, quads, channels };
                validate("conv2d", &cut.conv2d());
                validate("conv2d_weight_gradient", &Cut { quads: 1, ..cut }.weight_gradient());
            }
        }
        for ahead in [0, 1] {
            let reach = [Reach { stride: 1, stretch: 2, ahead }; 2];
            validate("conv2d", &Cut { kernel, reach, rows: 4, quads: 2, channels: 1 }.conv2d());
        }
    }
}

mod on_a_device {
    use std::rc::Rc;

    use pollster::block_on;

    use crate::device::{Backend, GpuHandle};
    use crate::gpu::Gpu;
    use crate::gpu::pipeline::Dispatch;
    use crate::{Device, Error, Graph, Program, Store};

    /// The GPU, or `None` with a loud word where tests may do without one.
    fn gpu() -> Option<Rc<Gpu>> {
        match block_on(Gpu::open()) {
            Ok(gpu) => Some(Rc::new(gpu)),
            Err(error) if std::env::var_os("CI").is_some() => panic!("CI needs a GPU, a software one will do: {error}"),
            Err(error) => {
                eprintln!("\n*** SKIPPED: no GPU was found, so the backend was not tested ({error}) ***\n");
                None
            }
        }
    }

    fn on(gpu: &Rc<Gpu>) -> Device {
        Device::Gpu(GpuHandle(gpu.clone()))
    }

    fn doubled(device: &Device) -> (Store, Program) {
        let mut store = Store::new(device);
        store.add("x", 4).expect("it allocates");
        store.write("x", &[1.0, 2.0, 3.0, 4.0]).expect("it takes values");
        let graph = Graph::new();
        let double = graph.leaf("x", [4]) * 2.0;
        let program = block_on(Program::compile(&store, &graph, &[], &[double])).expect("it compiles");
        (store, program)
    }

    #[test]
    fn buffers_are_given_back_with_their_last_owner() {
        let Some(gpu) = gpu() else { return };
        let device = on(&gpu);
        let (store, program) = doubled(&device);
        Program::run(&[&program]).expect("it runs");
        let live = gpu.live_buffers();
        for _ in 0..3 {
            assert_eq!(*block_on(program.read(0)).expect("it reads"), [2.0, 4.0, 6.0, 8.0]);
            assert_eq!(gpu.live_buffers(), live, "reading leaves nothing behind");
        }
        drop((store, program));
        assert_eq!(gpu.live_buffers(), 0);
    }

    #[test]
    fn a_region_that_is_replaced_gives_its_memory_back() {
        let Some(gpu) = gpu() else { return };
        let (mut store, program) = doubled(&on(&gpu));
        store.add("y", 100).expect("it allocates");
        let live = gpu.live_buffers();
        for len in [200, 300, 400] {
            store.add("y", len).expect("it allocates");
            assert_eq!(gpu.live_buffers(), live, "the program does not use it");
        }
        store.add("x", 4).expect("it allocates");
        assert_eq!(gpu.live_buffers(), live + 1, "the program keeps to the old one");
        drop(program);
        assert!(gpu.live_buffers() < live);
    }

    #[test]
    fn a_program_compiled_again_compiles_no_kernel_again() {
        let Some(gpu) = gpu() else { return };
        let device = on(&gpu);
        let _first = doubled(&device);
        let kernels = gpu.pipelines.borrow().len();
        let _second = doubled(&device);
        assert_eq!(gpu.pipelines.borrow().len(), kernels);
    }

    #[test]
    fn a_kernel_that_is_refused_is_named_with_line_and_column() {
        let Some(gpu) = gpu() else { return };
        let dispatch = Dispatch {
            name: "broken",
            source: "fn fine() {}\nfn broken() -> f32 { return 1u; }".into(),
            constants: vec![],
            uniform: vec![],
            bindings: vec![],
            threads: 1,
        };
        match block_on(gpu.pipelines(&[&dispatch])) {
            Err(Error::Kernel { name, reason }) => {
                assert_eq!(name, "broken");
                assert!(reason.starts_with("line 2, column "), "{reason}");
            }
            other => panic!("{other:?}"),
        }
        doubled(&on(&gpu));
    }

    #[test]
    fn more_memory_than_a_buffer_holds_is_an_error_that_says_so() {
        let Some(gpu) = gpu() else { return };
        for len in [usize::MAX, (gpu.largest_buffer / 4) as usize + 64] {
            let error = gpu.allocate(len, "the batch").err();
            assert!(matches!(error, Some(Error::OutOfMemory { .. })), "{error:?}");
        }
    }

    #[test]
    fn a_lost_device_is_an_error_of_every_later_call_and_hangs_nothing() {
        let Some(gpu) = gpu() else { return };
        let device = on(&gpu);
        let (mut store, program) = doubled(&device);
        Program::run(&[&program]).expect("it runs");
        gpu.destroy();
        let lost = |error: Option<Error>| assert!(matches!(error, Some(Error::DeviceLost { .. })), "{error:?}");
        lost(block_on(program.read(0)).err());
        lost(Program::run(&[&program]).err());
        lost(store.write("x", &[0.0; 4]).err());
        lost(store.add("y", 4).err());
        lost(block_on(device.settle(0)).err());
        lost(block_on(Program::compile(&store, &Graph::new(), &[], &[])).err());
        assert!(device.is_lost());
        drop((store, program));
    }

    #[test]
    fn a_loss_that_the_driver_reports_is_noticed() {
        let Some(gpu) = gpu() else { return };
        gpu.device.destroy();
        while !gpu.is_lost() {
            gpu.device.poll(wgpu::PollType::Poll).expect("a lost device can be polled");
        }
        let error = gpu.allocate(4, "anything").err();
        assert!(matches!(error, Some(Error::DeviceLost { .. })), "{error:?}");
    }

    #[test]
    fn an_error_that_no_scope_caught_is_the_next_calls_result() {
        let Some(gpu) = gpu() else { return };
        let buffer = gpu.allocate(4, "a buffer").expect("it allocates");
        gpu.write(&buffer, 1_000, &[1.0]).expect("the device refuses it later");
        let error = gpu.write(&buffer, 0, &[1.0]).err();
        assert!(matches!(error, Some(Error::Kernel { .. })), "{error:?}");
        gpu.write(&buffer, 0, &[1.0]).expect("and goes on");
    }
}
