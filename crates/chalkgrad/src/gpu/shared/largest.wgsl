
// Place in the plane of the first largest pixel of the window, in reading order.
fn winner(plane: u32, out_y: u32, out_x: u32) -> u32 {
    let bounds = window(out_y, out_x);
    var best = plane + bounds.x * parameters.in_width + bounds.z;
    var largest = x[best];
    for (var in_y = bounds.x; in_y < bounds.y; in_y += parameters.dilation_y) {
        for (var in_x = bounds.z; in_x < bounds.w; in_x += parameters.dilation_x) {
            let at = plane + in_y * parameters.in_width + in_x;
            let candidate = x[at];
            if (takes_lead(candidate, largest)) {
                best = at;
                largest = candidate;
            }
        }
    }
    return best;
}

