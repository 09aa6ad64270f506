// Linear maps along the rows and the columns of pictures: each output pixel sums the pixels that its row and its column of
// the table name.

struct Parameters {
    planes: u32,
    in_height: u32,
    in_width: u32,
    out_height: u32,
    out_width: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
// For each output row, where in this table its taps begin, and last where they end; for columns likewise; then the taps of
// both: a place and the bits of its weight each.
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (i >= parameters.planes * parameters.out_height * parameters.out_width) {
        return;
    }
    let row = i / parameters.out_width % parameters.out_height;
    let column = parameters.out_height + 1u + i % parameters.out_width;
    let plane = i / (parameters.out_width * parameters.out_height) * (parameters.in_height * parameters.in_width);
    var sum = 0.0;
    for (var down = table[row]; down < table[row + 1u]; down += 2u) {
        let start = plane + table[down] * parameters.in_width;
        var line = 0.0;
        for (var across = table[column]; across < table[column + 1u]; across += 2u) {
            line += bitcast<f32>(table[across + 1u]) * x[start + table[across]];
        }
        sum += bitcast<f32>(table[down + 1u]) * line;
    }
    y[i] = sum;
}
