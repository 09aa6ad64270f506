// Of `cross_entropy`: (softmax(logits) − one-hot(label)) · gradient of the row's loss.

@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

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
    let label = labels[i];
    for (var k = 0u; k < parameters.columns; k++) {
        let hit = is_index(label, parameters.columns) && index_of(label) == k;
        y[start + k] = (careful_exp(x[start + k] - total) - select(0.0, 1.0, hit)) * gradient[i];
    }
}
