// Copies a tensor along another walk through its memory: permuted axes, or axes stretched with stride 0.

struct Parameters {
    elements: u32,
    rank: u32,
    axes: array<vec4<u32>, 8>,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (i >= parameters.elements) {
        return;
    }
    y[i] = x[walked(0u, parameters.rank, i)];
}
