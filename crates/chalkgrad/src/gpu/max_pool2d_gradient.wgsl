// Of `max_pool2d`, without two threads that add to one pixel: where windows overlap, each pixel gathers the gradients of the
// windows that it won; where they do not, each window writes the pixels from its own corner to the next window's.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

// Whether windows lie apart: no stride is smaller than what a window covers.
override apart: bool = false;

fn gather(i: u32) {
    if (i >= parameters.planes * parameters.in_height * parameters.in_width) {
        return;
    }
    let in_x = i % parameters.in_width;
    let in_y = i / parameters.in_width % parameters.in_height;
    let index = i / (parameters.in_width * parameters.in_height);
    let plane = index * parameters.in_height * parameters.in_width;
    let out_plane = index * parameters.out_height * parameters.out_width;
    let windows = windows_of(in_y, in_x);
    var sum = 0.0;
    for (var out_y = windows.x; out_y < windows.y; out_y++) {
        for (var out_x = windows.z; out_x < windows.w; out_x++) {
            if (winner(plane, out_y, out_x) == i) {
                sum += gradient[out_plane + out_y * parameters.out_width + out_x];
            }
        }
    }
    y[i] = sum;
}

// First and last + 1 of the pixels along an axis that a window writes; the last window's reach to the edge.
fn cell(out: u32, outputs: u32, stride: u32, padding: u32, inputs: u32) -> vec2<u32> {
    let first = max(i32(out * stride) - i32(padding), 0);
    let next = max(i32((out + 1u) * stride) - i32(padding), 0);
    return vec2<u32>(u32(first), select(min(u32(next), inputs), inputs, out + 1u == outputs));
}

fn scatter(i: u32) {
    if (i >= parameters.planes * parameters.out_height * parameters.out_width) {
        return;
    }
    let out_x = i % parameters.out_width;
    let out_y = i / parameters.out_width % parameters.out_height;
    let plane = i / (parameters.out_width * parameters.out_height) * (parameters.in_height * parameters.in_width);
    let rows = cell(out_y, parameters.out_height, parameters.stride_y, parameters.padding_y, parameters.in_height);
    let columns = cell(out_x, parameters.out_width, parameters.stride_x, parameters.padding_x, parameters.in_width);
    let won = winner(plane, out_y, out_x);
    let value = gradient[i];
    for (var in_y = rows.x; in_y < rows.y; in_y++) {
        for (var in_x = columns.x; in_x < columns.y; in_x++) {
            let at = plane + in_y * parameters.in_width + in_x;
            y[at] = select(0.0, value, at == won);
        }
    }
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (apart) {
        scatter(i);
    } else {
        gather(i);
    }
}
