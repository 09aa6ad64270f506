// Pictures with zeros around them and output gradient to the weight's gradient. A thread computes all taps of four filters over
// CHANNELS channels of one group, from one slice of the tiles of ROWS × 4 pixels that the output gradients are cut into; sums of
// slices are summed by `sum.wgsl`. `unrolled.rs` writes the constants and, in place of the names with a $, what is done for a tile.

struct Parameters {
    batch: u32,
    groups: u32,
    // Channels of a group that are read and written.
    group_in: u32,
    group_out: u32,
    // Tiles of an output gradient's plane.
    tile_rows: u32,
    tile_columns: u32,
    // Fours in a picture's row and plane, and in an output gradient's.
    pitch: u32,
    plane: u32,
    gradient_pitch: u32,
    gradient_plane: u32,
    slices: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
// [batch, groups × group_in, rows, pitch]
@group(0) @binding(1) var<storage, read> images: array<vec4<f32>>;
// [batch, groups × group_out, rows, gradient_pitch]
@group(0) @binding(2) var<storage, read> gradient: array<vec4<f32>>;
// [slices, groups × group_out, group_in, taps]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let blocks = (parameters.group_out + 3u) / 4u;
    let reads = parameters.group_in / CHANNELS;
    var rest = invocation(workgroup, groups, local);
    let c = rest % reads * CHANNELS;
    rest /= reads;
    let channel = rest % blocks * 4u;
    rest /= blocks;
    let group = rest % parameters.groups;
    let slice = rest / parameters.groups;
    if (slice >= parameters.slices) {
        return;
    }
    let pitch = parameters.pitch;
    let plane = parameters.plane;
    let gradient_pitch = parameters.gradient_pitch;
    let first = group * parameters.group_out + channel;
    // Filters over the edge are computed from the last one and never written.
    let filters = min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(parameters.group_out - 1u - channel)) * parameters.gradient_plane;
    let tiles = parameters.tile_rows * parameters.tile_columns;
    $sums
    for (var tile = slice; tile < parameters.batch * tiles; tile += parameters.slices) {
        let picture = tile / tiles;
        let row = tile % tiles / parameters.tile_columns;
        let column = tile % parameters.tile_columns;
        let image = ((picture * parameters.groups + group) * parameters.group_in + c) * plane + row * LINES * pitch + column * FOURS;
        let start = (picture * parameters.groups * parameters.group_out + first) * parameters.gradient_plane;
        let at = start + row * ROWS * gradient_pitch + column + filters;
        $taps
    }
    // By channel that is read and tap; each four filters.
    var sums = array<vec4<f32>, SUMS>($all);
    let filter_size = parameters.group_in * TAPS;
    let filter_first = slice * parameters.groups * parameters.group_out + first;
    for (var lane = 0u; lane < min(4u, parameters.group_out - channel); lane++) {
        let to = (filter_first + lane) * filter_size + c * TAPS;
        for (var i = 0u; i < SUMS; i++) {
            y[to + i] = sums[i][lane];
        }
    }
}
