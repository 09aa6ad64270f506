// Copies pictures with zeros around them, four pixels a thread, so that who reads them needs no test for their edges.

struct Parameters {
    planes: u32,
    in_height: u32,
    in_width: u32,
    // Where the picture begins in its copy, or, if negative, how much of it is left out.
    top: i32,
    left: i32,
    height: u32,
    // Fours in a row of the copy.
    pitch: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
// [planes, height, pitch]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

fn pixel(row: u32, column: i32) -> f32 {
    let last = i32(parameters.in_width) - 1;
    return select(0.0, x[row + u32(clamp(column, 0, last))], column >= 0 && column <= last);
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    let line = i / parameters.pitch;
    let plane = line / parameters.height;
    if (plane >= parameters.planes) {
        return;
    }
    let in_y = i32(line % parameters.height) - parameters.top;
    var values = vec4<f32>();
    if (in_y >= 0 && in_y < i32(parameters.in_height)) {
        let row = (plane * parameters.in_height + u32(in_y)) * parameters.in_width;
        let column = i32(i % parameters.pitch * 4u) - parameters.left;
        values = vec4<f32>(pixel(row, column), pixel(row, column + 1), pixel(row, column + 2), pixel(row, column + 3));
    }
    y[i] = values;
}
