// The mean of each window.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (i >= parameters.planes * parameters.out_height * parameters.out_width) {
        return;
    }
    let out_x = i % parameters.out_width;
    let out_y = i / parameters.out_width % parameters.out_height;
    let plane = i / (parameters.out_width * parameters.out_height) * (parameters.in_height * parameters.in_width);
    let bounds = window(out_y, out_x);
    var sum = 0.0;
    for (var in_y = bounds.x; in_y < bounds.y; in_y++) {
        for (var in_x = bounds.z; in_x < bounds.w; in_x++) {
            sum += x[plane + in_y * parameters.in_width + in_x];
        }
    }
    y[i] = sum / count(out_y, out_x);
}
