// Index of the first largest element of each row.

@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (i >= parameters.rows) {
        return;
    }
    let start = i * parameters.columns;
    y[i] = f32(first_largest(start) - start);
}
