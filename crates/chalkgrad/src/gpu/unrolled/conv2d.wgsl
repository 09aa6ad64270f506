// Cross-correlation of pictures with zeros around them. A thread computes ROWS × 4 QUADS neighbouring pixels of up to four channels of
// one group; pixels STRETCH apart are one four. `unrolled.rs` writes the constants and, in place of the names with a $, what is
// done for CHANNELS channels that are read.

struct Parameters {
    batch: u32,
    groups: u32,
    // Channels of a group that are read and written.
    group_in: u32,
    group_out: u32,
    out_height: u32,
    out_width: u32,
    // Fours in a picture's row and in its plane.
    pitch: u32,
    plane: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
// [batch, groups × group_in, rows, pitch]
@group(0) @binding(1) var<storage, read> images: array<vec4<f32>>;
// [groups, blocks of four channels, group_in, taps]
@group(0) @binding(2) var<storage, read> filters: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn write(at: u32, x: u32, values: vec4<f32>) {
    for (var lane = 0u; lane < 4u && x + lane * STRETCH < parameters.out_width; lane++) {
        y[at + x + lane * STRETCH] = values[lane];
    }
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let columns = (parameters.out_width + 4u * QUADS - 1u) / (4u * QUADS);
    let rows = (parameters.out_height + ROWS - 1u) / ROWS;
    let blocks = (parameters.group_out + 3u) / 4u;
    var rest = invocation(workgroup, groups, local);
    let column = rest % columns;
    rest /= columns;
    let row = rest % rows;
    rest /= rows;
    let block = rest % blocks;
    rest /= blocks;
    let group = rest % parameters.groups;
    let picture = rest / parameters.groups;
    if (picture >= parameters.batch) {
        return;
    }
    let pitch = parameters.pitch;
    let plane = parameters.plane;
    var image = (picture * parameters.groups + group) * parameters.group_in * plane + row * LINES * pitch + column * FOURS;
    var filter_at = (group * blocks + block) * parameters.group_in * TAPS;
    $sums
    for (var c = 0u; c < parameters.group_in; c += CHANNELS) {
        $taps
        image += CHANNELS * plane;
        filter_at += CHANNELS * TAPS;
    }
    // By row, channel and four.
    var sums = array<vec4<f32>, SUMS>($all);
    let channels = min(4u, parameters.group_out - block * 4u);
    let first = (picture * parameters.groups + group) * parameters.group_out + block * 4u;
    for (var line = 0u; line < min(ROWS, parameters.out_height - row * ROWS); line++) {
        for (var channel = 0u; channel < channels; channel++) {
            let at = ((first + channel) * parameters.out_height + row * ROWS + line) * parameters.out_width;
            for (var quad = 0u; quad < QUADS; quad++) {
                let x = column * 4u * QUADS + quad / STRETCH * 4u * STRETCH + quad % STRETCH;
                write(at, x, sums[(line * 4u + channel) * QUADS + quad]);
            }
        }
    }
}
