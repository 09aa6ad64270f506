// Cross-correlation of pictures with filters, and, with the filters turned round, its input gradient: there the output
// gradient is the picture, stretched by the stride with zeros between. A thread computes 4 channels × 4 neighbouring pixels.

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
    // Strides of the weight along the channels that are written and read.
    weight_out: u32,
    weight_in: u32,
    // 1 where the filters are turned round.
    turned: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> images: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

// Whether neighbouring outputs read neighbouring pixels, so that three of four were read for the tap before.
override sliding: bool = false;

// The pixel of the row that begins at `row`, at column `x` of the stretched picture; zero outside and between.
fn pixel(row: u32, x: i32) -> f32 {
    if (sliding) {
        let inside = x >= 0 && x < i32(parameters.in_width);
        return select(0.0, images[row + u32(clamp(x, 0, i32(parameters.in_width) - 1))], inside);
    }
    let column = x / parameters.stretch_x;
    let inside = x >= 0 && column < i32(parameters.in_width) && column * parameters.stretch_x == x;
    return select(0.0, images[row + u32(clamp(column, 0, i32(parameters.in_width) - 1))], inside);
}

fn write(at: u32, x: u32, values: vec4<f32>) {
    y[at + x] = values.x;
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

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tiles = (parameters.out_width + 3u) / 4u;
    let blocks = (parameters.out_channels + 3u) / 4u;
    var rest = invocation(workgroup, groups, local);
    if (rest >= tiles * parameters.out_height * blocks * parameters.batch) {
        return;
    }
    let out_x = rest % tiles * 4u;
    rest /= tiles;
    let out_y = rest % parameters.out_height;
    rest /= parameters.out_height;
    let channel = rest % blocks * 4u;
    let picture = rest / blocks;

    let step = select(1u, 0xffffffffu, parameters.turned == 1u);
    let taps = parameters.kernel_height * parameters.kernel_width;
    let first_tap = select(0u, taps - 1u, parameters.turned == 1u);
    let plane = parameters.in_height * parameters.in_width;
    let left = i32(out_x) * parameters.stride_x - parameters.padding_x;
    let top = i32(out_y) * parameters.stride_y - parameters.padding_y;
    // Channels over the edge are computed from the last one and never written.
    let channels = min(vec4<u32>(channel) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(parameters.out_channels - 1u));
    let filters = channels * parameters.weight_out + first_tap;

    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    for (var c = 0u; c < parameters.in_channels; c++) {
        for (var ky = 0u; ky < parameters.kernel_height; ky++) {
            let stretched = top + i32(ky);
            let in_y = stretched / parameters.stretch_y;
            if (stretched < 0 || in_y >= i32(parameters.in_height) || in_y * parameters.stretch_y != stretched) {
                continue;
            }
            let row = (picture * parameters.in_channels + c) * plane + u32(in_y) * parameters.in_width;
            var at = filters + c * parameters.weight_in + ky * parameters.kernel_width * step;
            var pixels = vec4<f32>();
            if (sliding) {
                pixels = vec4<f32>(0.0, pixel(row, left), pixel(row, left + 1), pixel(row, left + 2));
            }
            for (var kx = 0i; kx < i32(parameters.kernel_width); kx++) {
                if (sliding) {
                    pixels = vec4<f32>(pixels.yzw, pixel(row, left + kx + 3));
                } else {
                    let x = left + kx;
                    let stride = parameters.stride_x;
                    pixels = vec4<f32>(
                        pixel(row, x), pixel(row, x + stride), pixel(row, x + 2 * stride), pixel(row, x + 3 * stride),
                    );
                }
                sum0 += weight[at.x] * pixels;
                sum1 += weight[at.y] * pixels;
                sum2 += weight[at.z] * pixels;
                sum3 += weight[at.w] * pixels;
                at += step;
            }
        }
    }

    let out_plane = parameters.out_height * parameters.out_width;
    let out = (picture * parameters.out_channels + channel) * out_plane + out_y * parameters.out_width;
    write(out, out_x, sum0);
    if (channel + 1u < parameters.out_channels) {
        write(out + out_plane, out_x, sum1);
    }
    if (channel + 2u < parameters.out_channels) {
        write(out + 2u * out_plane, out_x, sum2);
    }
    if (channel + 3u < parameters.out_channels) {
        write(out + 3u * out_plane, out_x, sum3);
    }
}
