// Zeros, where what follows does not write every element.

@group(0) @binding(0) var<uniform> elements: vec4<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (i < elements.x) {
        y[i] = 0.0;
    }
}
