// Rows added up by index, [B, J, D] and [B, J] to [B, K, D]. A thread an output element: the order of the sum is fixed.

struct Parameters {
    elements: u32,
    rows: u32,
    picked: u32,
    width: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> index: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

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
    let row = i / parameters.width;
    let first = row / parameters.rows * parameters.picked;
    var sum = 0.0;
    for (var pick = first; pick < first + parameters.picked; pick++) {
        let named = index[pick];
        if (is_index(named, parameters.rows) && index_of(named) == row % parameters.rows) {
            sum += x[pick * parameters.width + i % parameters.width];
        }
    }
    y[i] = sum;
}
