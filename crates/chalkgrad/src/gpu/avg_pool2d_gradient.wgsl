// Of `avg_pool2d`: each pixel gathers its share of the gradient of every window that holds it.

@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (i >= parameters.planes * parameters.in_height * parameters.in_width) {
        return;
    }
    let in_x = i % parameters.in_width;
    let in_y = i / parameters.in_width % parameters.in_height;
    let index = i / (parameters.in_width * parameters.in_height);
    let out_plane = index * parameters.out_height * parameters.out_width;
    let windows = windows_of(in_y, in_x);
    var sum = 0.0;
    for (var out_y = windows.x; out_y < windows.y; out_y++) {
        for (var out_x = windows.z; out_x < windows.w; out_x++) {
            sum += gradient[out_plane + out_y * parameters.out_width + out_x] / count(out_y, out_x);
        }
    }
    y[i] = sum;
}
