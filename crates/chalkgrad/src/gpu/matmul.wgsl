// a · b, [m, k] by [k, n], or a stack of such products; each factor is read along its own strides. A thread computes 4 × 4 outputs in registers over one slice of
// k; sums of slices are summed by `sum.wgsl`.

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    let columns = (parameters.n + 3u) / 4u;
    let tiles = columns * ((parameters.m + 3u) / 4u);
    if (i >= tiles * parameters.stack * parameters.slices) {
        return;
    }
    let product = i / tiles;
    let item = product % parameters.stack;
    let slice = product / parameters.stack;
    let row = i % tiles / columns * 4u;
    let column = i % columns * 4u;
    // Rows and columns over the edge are computed from the last one and never written.
    let lanes = vec4<u32>(0u, 1u, 2u, 3u);
    let length = (parameters.k + parameters.slices - 1u) / parameters.slices;
    let first = slice * length;
    let last = min(first + length, parameters.k);
    var at_a = min(vec4<u32>(row) + lanes, vec4<u32>(parameters.m - 1u)) * parameters.a_row + first * parameters.a_column;
    var at_b = min(vec4<u32>(column) + lanes, vec4<u32>(parameters.n - 1u)) * parameters.b_column + first * parameters.b_row;
    at_a += item * parameters.m * parameters.k;
    at_b += item * parameters.k * parameters.n;
    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    for (var k = first; k < last; k++) {
        let right = vec4<f32>(b[at_b.x], b[at_b.y], b[at_b.z], b[at_b.w]);
        sum0 += a[at_a.x] * right;
        sum1 += a[at_a.y] * right;
        sum2 += a[at_a.z] * right;
        sum3 += a[at_a.w] * right;
        at_a += parameters.a_column;
        at_b += parameters.b_row;
    }
    write(product, row, column, sum0);
    write(product, row + 1u, column, sum1);
    write(product, row + 2u, column, sum2);
    write(product, row + 3u, column, sum3);
}
