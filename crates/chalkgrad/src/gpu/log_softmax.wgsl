// log(softmax(x)) of each row.

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
    let total = log_sum_exp(start);
    for (var k = 0u; k < parameters.columns; k++) {
        y[start + k] = x[start + k] - total;
    }
}
