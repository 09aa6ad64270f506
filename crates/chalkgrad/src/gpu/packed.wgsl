// Packs filters so that four channels that are written lie side by side, a four a thread; zeros where a group has no more.

struct Parameters {
    groups: u32,
    // Fours of channels that a group writes.
    blocks: u32,
    // Channels of a group that are written and read.
    group_out: u32,
    group_in: u32,
    taps: u32,
    // Strides of the weight along groups, and along the channels of a group that are written and read.
    weight_group: u32,
    weight_out: u32,
    weight_in: u32,
    // 1 where the filters are turned round.
    turned: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
// [groups, blocks, group_in, taps]
@group(0) @binding(2) var<storage, read_write> filters: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    var rest = i;
    var tap = rest % parameters.taps;
    rest /= parameters.taps;
    let c = rest % parameters.group_in;
    rest /= parameters.group_in;
    let channel = rest % parameters.blocks * 4u;
    let group = rest / parameters.blocks;
    if (group >= parameters.groups) {
        return;
    }
    if (parameters.turned == 1u) {
        tap = parameters.taps - 1u - tap;
    }
    let first = group * parameters.weight_group + c * parameters.weight_in + tap;
    var values = vec4<f32>();
    for (var lane = 0u; lane < min(4u, parameters.group_out - channel); lane++) {
        values[lane] = weight[first + (channel + lane) * parameters.weight_out];
    }
    filters[i] = values;
}
