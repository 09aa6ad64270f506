// Of `conv2d`: pictures and output gradient to the weight's gradient. A thread computes up to 4 filters of one group × up
// to 8 neighbouring taps of one kernel row over one slice of the pictures' rows; sums of slices are summed by `sum.wgsl`.

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
    dilation_y: i32,
    dilation_x: i32,
    // Channels of pictures and filters belong together group by group.
    groups: u32,
    slices: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> images: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
// [slices, out_channels, in_channels / groups, kernel_height, kernel_width]
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;

// Taps that a thread computes, 1 to 8.
override taps: u32 = 8;
// Whether neighbouring outputs read neighbouring pixels, and neighbouring taps do.
override sliding: bool = false;

fn pixel(row: u32, x: i32) -> f32 {
    let inside = x >= 0 && x < i32(parameters.in_width);
    return select(0.0, images[row + u32(x)], inside);
}

// Pixel `lane` of the eight that end with the last tap, or zero where the tap is not computed.
fn tap_pixel(row: u32, x: i32, lane: u32) -> f32 {
    if (lane + taps < 8u) {
        return 0.0;
    }
    return pixel(row, x + (i32(lane + taps) - 8) * parameters.dilation_x);
}

// Of up to four filters of a group, of which `channel` is the first.
fn write(slice: u32, filter_row: u32, kx: u32, group: u32, channel: u32, values: vec4<f32>) {
    if (kx >= parameters.kernel_width) {
        return;
    }
    let group_out = parameters.out_channels / parameters.groups;
    let filter_size = parameters.in_channels / parameters.groups * parameters.kernel_height * parameters.kernel_width;
    let filters = slice * parameters.out_channels + group * group_out + channel;
    let at = filters * filter_size + filter_row * parameters.kernel_width + kx;
    sums[at] = values.x;
    if (channel + 1u < group_out) {
        sums[at + filter_size] = values.y;
    }
    if (channel + 2u < group_out) {
        sums[at + 2u * filter_size] = values.z;
    }
    if (channel + 3u < group_out) {
        sums[at + 3u * filter_size] = values.w;
    }
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tiles = (parameters.kernel_width + taps - 1u) / taps;
    let group_in = parameters.in_channels / parameters.groups;
    let group_out = parameters.out_channels / parameters.groups;
    let filter_rows = group_in * parameters.kernel_height;
    let blocks = (group_out + 3u) / 4u;
    var rest = invocation(workgroup, groups, local);
    if (rest >= tiles * filter_rows * blocks * parameters.groups * parameters.slices) {
        return;
    }
    let kx = rest % tiles * taps;
    rest /= tiles;
    let filter_row = rest % filter_rows;
    rest /= filter_rows;
    // Of its group.
    let channel = rest % blocks * 4u;
    rest /= blocks;
    let group = rest % parameters.groups;
    let slice = rest / parameters.groups;
    let c = group * group_in + filter_row / parameters.kernel_height;
    let ky = filter_row % parameters.kernel_height;

    let plane = parameters.in_height * parameters.in_width;
    let out_plane = parameters.out_height * parameters.out_width;
    // Filters over the edge are computed from the last one and never written.
    let lanes = min(vec4<u32>(channel) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(group_out - 1u));
    let channels = group * group_out + lanes;
    let left = i32(kx) * parameters.dilation_x - parameters.padding_x;

    // One for each tap, over the 4 filters; the last `taps` are in use.
    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    var sum4 = vec4<f32>();
    var sum5 = vec4<f32>();
    var sum6 = vec4<f32>();
    var sum7 = vec4<f32>();
    // The slice's rows, without a division for each.
    let pictures_on = parameters.slices / parameters.out_height;
    let rows_on = parameters.slices % parameters.out_height;
    var next_picture = slice / parameters.out_height;
    var next_y = slice % parameters.out_height;
    while (next_picture < parameters.batch && next_y < parameters.out_height) {
        let picture = next_picture;
        let out_y = next_y;
        next_picture += pictures_on;
        next_y += rows_on;
        if (next_y >= parameters.out_height) {
            next_y -= parameters.out_height;
            next_picture += 1u;
        }
        let in_y = i32(out_y) * parameters.stride_y + i32(ky) * parameters.dilation_y - parameters.padding_y;
        if (in_y < 0 || in_y >= i32(parameters.in_height)) {
            continue;
        }
        let row = (picture * parameters.in_channels + c) * plane + u32(in_y) * parameters.in_width;
        var at = (picture * parameters.out_channels + channels) * out_plane + out_y * parameters.out_width;
        var low = vec4<f32>();
        var high = vec4<f32>();
        if (sliding) {
            // Shifted by one before the first column is read.
            low = vec4<f32>(0.0, tap_pixel(row, left, 0u), tap_pixel(row, left, 1u), tap_pixel(row, left, 2u));
            high = vec4<f32>(
                tap_pixel(row, left, 3u), tap_pixel(row, left, 4u), tap_pixel(row, left, 5u), tap_pixel(row, left, 6u),
            );
        }
        for (var out_x = 0u; out_x < parameters.out_width; out_x++) {
            let x = left + i32(out_x) * parameters.stride_x;
            if (sliding) {
                low = vec4<f32>(low.yzw, high.x);
                high = vec4<f32>(high.yzw, pixel(row, x + i32(taps) - 1));
            } else {
                low = vec4<f32>(
                    tap_pixel(row, x, 0u), tap_pixel(row, x, 1u), tap_pixel(row, x, 2u), tap_pixel(row, x, 3u),
                );
                high = vec4<f32>(
                    tap_pixel(row, x, 4u), tap_pixel(row, x, 5u), tap_pixel(row, x, 6u), tap_pixel(row, x, 7u),
                );
            }
            let g = vec4<f32>(gradient[at.x], gradient[at.y], gradient[at.z], gradient[at.w]);
            at += 1u;
            sum7 += high.w * g;
            if (taps > 1u) {
                sum6 += high.z * g;
            }
            if (taps > 2u) {
                sum5 += high.y * g;
            }
            if (taps > 3u) {
                sum4 += high.x * g;
            }
            if (taps > 4u) {
                sum3 += low.w * g;
            }
            if (taps > 5u) {
                sum2 += low.z * g;
            }
            if (taps > 6u) {
                sum1 += low.y * g;
            }
            if (taps > 7u) {
                sum0 += low.x * g;
            }
        }
    }

    let last = kx + taps - 1u;
    write(slice, filter_row, last, group, channel, sum7);
    if (taps > 1u) {
        write(slice, filter_row, last - 1u, group, channel, sum6);
    }
    if (taps > 2u) {
        write(slice, filter_row, last - 2u, group, channel, sum5);
    }
    if (taps > 3u) {
        write(slice, filter_row, last - 3u, group, channel, sum4);
    }
    if (taps > 4u) {
        write(slice, filter_row, last - 4u, group, channel, sum3);
    }
    if (taps > 5u) {
        write(slice, filter_row, last - 5u, group, channel, sum2);
    }
    if (taps > 6u) {
        write(slice, filter_row, last - 6u, group, channel, sum1);
    }
    if (taps > 7u) {
        write(slice, filter_row, last - 7u, group, channel, sum0);
    }
}
