// Matrices of scores, one row an example.
struct Parameters {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;

// log Σ eˣ of the row that begins at `start`, with the largest taken out so that nothing overflows.
fn log_sum_exp(start: u32) -> f32 {
    var largest = x[start];
    for (var k = 1u; k < parameters.columns; k++) {
        largest = max(largest, x[start + k]);
    }
    var sum = 0.0;
    for (var k = 0u; k < parameters.columns; k++) {
        sum += careful_exp(x[start + k] - largest);
    }
    return largest + careful_log(sum);
}

// Place of the first largest element of the row that begins at `start`; a NaN is larger than all.
fn first_largest(start: u32) -> u32 {
    var best = start;
    for (var k = start + 1u; k < start + parameters.columns; k++) {
        if (takes_lead(x[k], x[best])) {
            best = k;
        }
    }
    return best;
}
