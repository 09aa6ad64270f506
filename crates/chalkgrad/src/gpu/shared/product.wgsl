// Of stacks of matrix products: what a kernel is told, and how it writes a row of four outputs.

struct Parameters {
    m: u32,
    n: u32,
    k: u32,
    a_row: u32,
    a_column: u32,
    b_row: u32,
    b_column: u32,
    slices: u32,
    stack: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
// [slices, stack, m, n]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

// `product` counts the stack's products, slice by slice.
fn write(product: u32, row: u32, column: u32, values: vec4<f32>) {
    if (row >= parameters.m) {
        return;
    }
    let at = (product * parameters.m + row) * parameters.n + column;
    y[at] = values.x;
    if (column + 1u < parameters.n) {
        y[at + 1u] = values.y;
    }
    if (column + 2u < parameters.n) {
        y[at + 2u] = values.z;
    }
    if (column + 3u < parameters.n) {
        y[at + 3u] = values.w;
    }
}
