// Copies elements along a walk through the input to a walk through the output. Steps may go backwards: they wrap.

struct Parameters {
    elements: u32,
    rank: u32,
    from_start: u32,
    to_start: u32,
    // Innermost first: length, step in the input, step in the output.
    axes: array<vec4<u32>, 8>,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (i >= parameters.elements) {
        return;
    }
    var rest = i;
    var from_place = parameters.from_start;
    var to_place = parameters.to_start;
    for (var axis = 0u; axis < parameters.rank; axis++) {
        let along = parameters.axes[axis];
        // Nothing is left over for the outermost, so it needs no division.
        var place = rest;
        if (axis + 1u < parameters.rank) {
            place = rest % along.x;
            rest /= along.x;
        }
        from_place += place * along.y;
        to_place += place * along.z;
    }
    y[to_place] = x[from_place];
}
