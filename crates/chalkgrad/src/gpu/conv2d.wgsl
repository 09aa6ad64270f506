// Cross-correlation of pictures with filters, and, with the filters turned round, its input gradient: there the output
// gradient is the picture, stretched by the stride with zeros between. A thread computes up to 4 channels of one group × 4
// or 8 neighbouring pixels.

struct Parameters {
    batch: u32,
    in_channels: u32,
    in_height: u32,
    in_width: u32,
    out_channels: u32,
    out_height: u32,
    out_width: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride_y: i32,
    stride_x: i32,
    padding_y: i32,
    padding_x: i32,
    // Distance between rows and between columns of the stretched picture; 1 where it is not.
    stretch_y: i32,
    stretch_x: i32,
    // Strides of the weight along groups, and along the channels of a group that are written and read.
    weight_group: u32,
    weight_out: u32,
    weight_in: u32,
    // Channels are read and written group by group.
    groups: u32,
    dilation_y: i32,
    dilation_x: i32,
    // 1 where the filters are turned round.
    turned: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> images: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

// Whether neighbouring outputs read neighbouring pixels, so that three of four were read for the tap before, and nothing is stretched.
override sliding: bool = false;
// Whether a thread computes 8 pixels rather than 4: fewer loads a product, fewer threads.
override wide: bool = false;
// Whether a thread computes one channel: all that a group has.
override lone: bool = false;

// The pixel of the row that begins at `row`, at column `x` of the stretched picture; zero outside and between.
fn pixel(row: u32, x: i32) -> f32 {
    if (sliding) {
        let inside = x >= 0 && x < i32(parameters.in_width);
        return select(0.0, images[row + u32(x)], inside);
    }
    let column = x / parameters.stretch_x;
    let inside = x >= 0 && column < i32(parameters.in_width) && column * parameters.stretch_x == x;
    return select(0.0, images[row + u32(clamp(column, 0, i32(parameters.in_width) - 1))], inside);
}

fn write(at: u32, x: u32, values: vec4<f32>) {
    if (x < parameters.out_width) {
        y[at + x] = values.x;
    }
    if (x + 1u < parameters.out_width) {
        y[at + x + 1u] = values.y;
    }
    if (x + 2u < parameters.out_width) {
        y[at + x + 2u] = values.z;
    }
    if (x + 3u < parameters.out_width) {
        y[at + x + 3u] = values.w;
    }
}

fn write_row(at: u32, x: u32, low: vec4<f32>, high: vec4<f32>) {
    write(at, x, low);
    if (wide) {
        write(at, x + 4u, high);
    }
}

// Four pixels that neighbouring outputs read.
fn pixels(row: u32, x: i32) -> vec4<f32> {
    let stride = parameters.stride_x;
    return vec4<f32>(pixel(row, x), pixel(row, x + stride), pixel(row, x + 2 * stride), pixel(row, x + 3 * stride));
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = select(4u, 8u, wide);
    let tiles = (parameters.out_width + tile - 1u) / tile;
    let group_in = parameters.in_channels / parameters.groups;
    let group_out = parameters.out_channels / parameters.groups;
    let blocks = (group_out + 3u) / 4u;
    var rest = invocation(workgroup, groups, local);
    if (rest >= tiles * parameters.out_height * blocks * parameters.groups * parameters.batch) {
        return;
    }
    let out_x = rest % tiles * tile;
    rest /= tiles;
    let out_y = rest % parameters.out_height;
    rest /= parameters.out_height;
    // Of its group.
    let channel = rest % blocks * 4u;
    rest /= blocks;
    let group = rest % parameters.groups;
    let picture = rest / parameters.groups;

    let step = select(1u, 0xffffffffu, parameters.turned == 1u);
    let size = parameters.kernel_height * parameters.kernel_width;
    let first_tap = select(0u, size - 1u, parameters.turned == 1u);
    let plane = parameters.in_height * parameters.in_width;
    let left = i32(out_x) * parameters.stride_x - parameters.padding_x;
    let top = i32(out_y) * parameters.stride_y - parameters.padding_y;
    // Channels over the edge are computed from the last one and never written.
    let channels = min(vec4<u32>(channel) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(group_out - 1u));
    let filters = group * parameters.weight_group + channels * parameters.weight_out + first_tap;

    // One pair for each channel: the first four pixels and, if wide, the next four.
    var low0 = vec4<f32>();
    var low1 = vec4<f32>();
    var low2 = vec4<f32>();
    var low3 = vec4<f32>();
    var high0 = vec4<f32>();
    var high1 = vec4<f32>();
    var high2 = vec4<f32>();
    var high3 = vec4<f32>();
    for (var c = 0u; c < group_in; c++) {
        for (var ky = 0u; ky < parameters.kernel_height; ky++) {
            let stretched = top + i32(ky) * parameters.dilation_y;
            var in_y = stretched;
            if (!sliding) {
                in_y /= parameters.stretch_y;
            }
            if (stretched < 0 || in_y >= i32(parameters.in_height) || (!sliding && in_y * parameters.stretch_y != stretched)) {
                continue;
            }
            let row = (picture * parameters.in_channels + group * group_in + c) * plane + u32(in_y) * parameters.in_width;
            var at = filters + c * parameters.weight_in + ky * parameters.kernel_width * step;
            var low = vec4<f32>();
            var high = vec4<f32>();
            if (sliding) {
                // Shifted by one before the first tap.
                low = pixels(row, left - 1);
                if (wide) {
                    high = pixels(row, left + 3);
                }
            }
            for (var kx = 0i; kx < i32(parameters.kernel_width); kx++) {
                let x = left + kx * parameters.dilation_x;
                if (sliding && wide) {
                    low = vec4<f32>(low.yzw, high.x);
                    high = vec4<f32>(high.yzw, pixel(row, x + 7));
                } else if (sliding) {
                    low = vec4<f32>(low.yzw, pixel(row, x + 3));
                } else {
                    low = pixels(row, x);
                    if (wide) {
                        high = pixels(row, x + 4 * parameters.stride_x);
                    }
                }
                let tap = vec4<f32>(weight[at.x], weight[at.y], weight[at.z], weight[at.w]);
                low0 += tap.x * low;
                if (wide) {
                    high0 += tap.x * high;
                }
                if (!lone) {
                    low1 += tap.y * low;
                    low2 += tap.z * low;
                    low3 += tap.w * low;
                }
                if (wide && !lone) {
                    high1 += tap.y * high;
                    high2 += tap.z * high;
                    high3 += tap.w * high;
                }
                at += step;
            }
        }
    }

    let out_plane = parameters.out_height * parameters.out_width;
    let out = (picture * parameters.out_channels + group * group_out + channel) * out_plane + out_y * parameters.out_width;
    write_row(out, out_x, low0, high0);
    if (channel + 1u < group_out) {
        write_row(out + out_plane, out_x, low1, high1);
    }
    if (channel + 2u < group_out) {
        write_row(out + 2u * out_plane, out_x, low2, high2);
    }
    if (channel + 3u < group_out) {
        write_row(out + 3u * out_plane, out_x, low3, high3);
    }
}
