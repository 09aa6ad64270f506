// As `matmul.wgsl`, for devices whose threads share fast memory: 64 threads compute a tile of 32 × 32 or 64 × 64 outputs and hold 16 columns
// of `a` and rows of `b` together, so that each number comes from far away once for the whole tile.

// Whether a thread computes 8 × 8 outputs rather than 4 × 4.
override large: bool = false;

const DEPTH = 16u;

// [k, blocks of four rows or columns]
var<workgroup> left: array<vec4<f32>, 256>;
var<workgroup> right: array<vec4<f32>, 256>;

// Which block of four rows or columns (x) and which k of the slab (y) a thread loads: neighbours load what lies together.
fn place(unit: u32, blocks: u32, along_k: bool) -> vec2<u32> {
    return select(vec2<u32>(unit % blocks, unit / blocks), vec2<u32>(unit / DEPTH, unit % DEPTH), along_k);
}

fn outer(x: vec4<f32>, y: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(x.x * y, x.y * y, x.z * y, x.w * y);
}

fn write_block(product: u32, row: u32, column: u32, sums: mat4x4<f32>) {
    if (column >= parameters.n) {
        return;
    }
    write(product, row, column, sums[0]);
    write(product, row + 1u, column, sums[1]);
    write(product, row + 2u, column, sums[2]);
    write(product, row + 3u, column, sums[3]);
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = workgroup.y * groups.x + workgroup.x;
    let edge = select(32u, 64u, large);
    let blocks = edge / 4u;
    let columns = (parameters.n + edge - 1u) / edge;
    let tiles = columns * ((parameters.m + edge - 1u) / edge);
    if (tile >= tiles * parameters.stack * parameters.slices) {
        return;
    }
    let product = tile / tiles;
    let item = product % parameters.stack;
    let slice = product / parameters.stack;
    let row = tile % tiles / columns * edge;
    let column = tile % columns * edge;
    let lanes = vec4<u32>(0u, 1u, 2u, 3u);
    let length = (parameters.k + parameters.slices - 1u) / parameters.slices;
    let first = slice * length;
    let last = min(first + length, parameters.k);
    let from_a = item * parameters.m * parameters.k;
    let from_b = item * parameters.k * parameters.n;

    // Blocks of the tile's upper and lower half, left and right.
    var sums00 = mat4x4<f32>();
    var sums01 = mat4x4<f32>();
    var sums10 = mat4x4<f32>();
    var sums11 = mat4x4<f32>();
    let my_row = local / 8u;
    let my_column = local % 8u;
    for (var slab = first; slab < last; slab += DEPTH) {
        for (var unit = local; unit < blocks * DEPTH; unit += 64u) {
            // Rows and columns over the edge are read from the last one and never written; a k over the end counts nothing.
            let to_a = place(unit, blocks, parameters.a_column == 1u);
            let k_a = slab + to_a.y;
            let at_a = from_a + min(vec4<u32>(row + to_a.x * 4u) + lanes, vec4<u32>(parameters.m - 1u)) * parameters.a_row
                + min(k_a, last - 1u) * parameters.a_column;
            left[to_a.y * blocks + to_a.x] = select(vec4<f32>(), vec4<f32>(a[at_a.x], a[at_a.y], a[at_a.z], a[at_a.w]), k_a < last);
            let to_b = place(unit, blocks, parameters.b_row == 1u);
            let k_b = slab + to_b.y;
            let at_b = from_b + min(vec4<u32>(column + to_b.x * 4u) + lanes, vec4<u32>(parameters.n - 1u)) * parameters.b_column
                + min(k_b, last - 1u) * parameters.b_row;
            right[to_b.y * blocks + to_b.x] = select(vec4<f32>(), vec4<f32>(b[at_b.x], b[at_b.y], b[at_b.z], b[at_b.w]), k_b < last);
        }
        workgroupBarrier();
        for (var k = 0u; k < DEPTH * blocks; k += blocks) {
            let upper = left[k + my_row];
            let near = right[k + my_column];
            sums00 += outer(upper, near);
            if (large) {
                let lower = left[k + my_row + 8u];
                let far = right[k + my_column + 8u];
                sums01 += outer(upper, far);
                sums10 += outer(lower, near);
                sums11 += outer(lower, far);
            }
        }
        workgroupBarrier();
    }
    let y_row = row + my_row * 4u;
    let y_column = column + my_column * 4u;
    write_block(product, y_row, y_column, sums00);
    if (large) {
        write_block(product, y_row, y_column + 32u, sums01);
        write_block(product, y_row + 32u, y_column, sums10);
        write_block(product, y_row + 32u, y_column + 32u, sums11);
    }
}
