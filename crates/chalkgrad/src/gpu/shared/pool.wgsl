// A window that slides over planes of pictures.
struct Parameters {
    planes: u32,
    in_height: u32,
    in_width: u32,
    out_height: u32,
    out_width: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride_y: u32,
    stride_x: u32,
    padding_y: u32,
    padding_x: u32,
    // Of averages: 1 where padding counts.
    count_padding: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;

// First and last + 1 of the input rows (x, y) and columns (z, w) in the window of an output, padding cut off.
fn window(out_y: u32, out_x: u32) -> vec4<u32> {
    let top = i32(out_y * parameters.stride_y) - i32(parameters.padding_y);
    let left = i32(out_x * parameters.stride_x) - i32(parameters.padding_x);
    let bottom = min(top + i32(parameters.kernel_height), i32(parameters.in_height));
    let right = min(left + i32(parameters.kernel_width), i32(parameters.in_width));
    return vec4<u32>(u32(max(top, 0)), u32(max(bottom, 0)), u32(max(left, 0)), u32(max(right, 0)));
}

// First and last + 1 of the output rows (x, y) and columns (z, w) whose windows hold an input.
fn windows_of(in_y: u32, in_x: u32) -> vec4<u32> {
    return vec4<u32>(
        holders(in_y + parameters.padding_y, parameters.kernel_height, parameters.stride_y, parameters.out_height),
        holders(in_x + parameters.padding_x, parameters.kernel_width, parameters.stride_x, parameters.out_width),
    );
}

fn holders(padded: u32, kernel: u32, stride: u32, outputs: u32) -> vec2<u32> {
    var first = 0u;
    if (padded + 1u > kernel) {
        first = (padded - kernel) / stride + 1u;
    }
    return vec2<u32>(first, min(padded / stride + 1u, outputs));
}


// How many pixels a window counts for an average.
fn count(out_y: u32, out_x: u32) -> f32 {
    if (parameters.count_padding == 1u) {
        let bottom = parameters.in_height + 2u * parameters.padding_y;
        let right = parameters.in_width + 2u * parameters.padding_x;
        let rows = min(parameters.kernel_height, bottom - out_y * parameters.stride_y);
        let columns = min(parameters.kernel_width, right - out_x * parameters.stride_x);
        return f32(rows * columns);
    }
    let bounds = window(out_y, out_x);
    return f32((bounds.y - bounds.x) * (bounds.w - bounds.z));
}
