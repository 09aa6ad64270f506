// −log softmax(logits)[label] of each row; NaN where the label names no class.

@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

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
    let label = labels[i];
    if (is_index(label, parameters.columns)) {
        y[i] = log_sum_exp(start) - x[start + index_of(label)];
    } else {
        y[i] = from_bits(0x7fc00000u);
    }
}
