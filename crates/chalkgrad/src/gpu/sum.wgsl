// Sums over axes. A thread sums one slice of what goes into one output: every `outer_slices`th place of the outer reduced
// axes and every `inner_slices`th of the innermost. The slices' sums are summed by a second dispatch, so the order is
// always the same, and nobody waits at a barrier.

struct Parameters {
    kept_rank: u32,
    outer_rank: u32,
    outputs: u32,
    outer_length: u32,
    inner_length: u32,
    inner_stride: u32,
    outer_slices: u32,
    inner_slices: u32,
    // 1 where neighbouring threads take neighbouring slices, 0 where they take neighbouring outputs.
    slices_first: u32,
    // From 0 on the kept axes, from 8 on the reduced ones but the innermost.
    axes: array<vec4<u32>, 16>,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
// [slices, outputs]
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    let slices = parameters.outer_slices * parameters.inner_slices;
    if (i >= parameters.outputs * slices) {
        return;
    }
    var output = i % parameters.outputs;
    var slice = i / parameters.outputs;
    if (parameters.slices_first == 1u) {
        output = i / slices;
        slice = i % slices;
    }
    let start = walked(0u, parameters.kept_rank, output);
    var sum = 0.0;
    for (var o = slice / parameters.inner_slices; o < parameters.outer_length; o += parameters.outer_slices) {
        let row = start + walked(8u, parameters.outer_rank, o);
        for (var k = slice % parameters.inner_slices; k < parameters.inner_length; k += parameters.inner_slices) {
            sum += x[row + k * parameters.inner_stride];
        }
    }
    sums[slice * parameters.outputs + output] = sum;
}
