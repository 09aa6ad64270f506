// Rows by index, [B, K, D] and [B, J] to [B, J, D]; NaN where an index names no row.

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
    let pick = i / parameters.width;
    let row = index[pick];
    if (is_index(row, parameters.rows)) {
        let start = (pick / parameters.picked * parameters.rows + index_of(row)) * parameters.width;
        y[i] = x[start + i % parameters.width];
    } else {
        y[i] = from_bits(0x7fc00000u);
    }
}
