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
    // Over 1 in max pools alone.
    dilation_y: u32,
    dilation_x: u32,
    // Of averages: 1 where padding counts.
    count_padding: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;

// Rows that a window covers, its gaps included.
fn extent_y() -> u32 {
    return (parameters.kernel_height - 1u) * parameters.dilation_y + 1u;
}

fn extent_x() -> u32 {
    return (parameters.kernel_width - 1u) * parameters.dilation_x + 1u;
}

// First and last + 1 of the input rows (x, y) and columns (z, w) that the window of an output covers, padding cut off. It
// holds every dilation-th of them.
fn window(out_y: u32, out_x: u32) -> vec4<u32> {
    return vec4<u32>(
        covered(out_y * parameters.stride_y, extent_y(), parameters.padding_y, parameters.dilation_y, parameters.in_height),
        covered(out_x * parameters.stride_x, extent_x(), parameters.padding_x, parameters.dilation_x, parameters.in_width),
    );
}

// Whether there is no padding, so that windows begin within the picture: divisions are slow.
override bare: bool = false;

fn covered(start: u32, extent: u32, padding: u32, dilation: u32, inputs: u32) -> vec2<u32> {
    if (bare) {
        return vec2<u32>(start, min(start + extent, inputs));
    }
    let outside = max(padding, start) - start;
    let before = (outside + dilation - 1u) / dilation * dilation;
    let end = max(start + extent, padding) - padding;
    return vec2<u32>(start + before - padding, min(end, inputs));
}

// First and last + 1 of the output rows (x, y) and columns (z, w) whose windows cover an input.
fn windows_of(in_y: u32, in_x: u32) -> vec4<u32> {
    return vec4<u32>(
        coverers(in_y + parameters.padding_y, extent_y(), parameters.stride_y, parameters.out_height),
        coverers(in_x + parameters.padding_x, extent_x(), parameters.stride_x, parameters.out_width),
    );
}

fn coverers(padded: u32, extent: u32, stride: u32, outputs: u32) -> vec2<u32> {
    var first = 0u;
    if (padded + 1u > extent) {
        first = (padded - extent) / stride + 1u;
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
