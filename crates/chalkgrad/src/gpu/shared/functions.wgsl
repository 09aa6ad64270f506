// Functions that WGSL leaves loose or that it has not.

// A number by its bits. Called, not written as a constant: a constant NaN or infinity is an error in WGSL.
fn from_bits(bits: u32) -> f32 {
    return bitcast<f32>(bits);
}

// By its bits, because a compiler may assume that no number is NaN.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// Some devices take e to the power of NaN for infinity.
fn careful_exp(x: f32) -> f32 {
    return select(exp(x), x, is_nan(x));
}

// Some devices give numbers for logarithms that have none.
fn careful_log(x: f32) -> f32 {
    var value = log(x);
    if (x == 0.0) {
        value = from_bits(0xff800000u);
    } else if (x < 0.0) {
        value = from_bits(0x7fc00000u);
    }
    return select(value, x, is_nan(x));
}

// 1 / (1 + e⁻ˣ) in the form that does not overflow.
fn stable_sigmoid(x: f32) -> f32 {
    let e = careful_exp(-abs(x));
    return select(1.0, e, x < 0.0) / (1.0 + e);
}

// Near 0 an odd polynomial (Cephes, Moshier 1992), elsewhere 1 − 2 / (e²ˣ + 1), which neither cancels nor overflows.
fn accurate_tanh(x: f32) -> f32 {
    let z = x * x;
    let polynomial = (((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z
        - 3.33332819422e-1;
    let size = min(abs(x), 20.0);
    let far = 1.0 - 2.0 / (exp(2.0 * size) + 1.0);
    let value = select(sign(x) * far, x + x * z * polynomial, abs(x) < 0.625);
    return select(value, x, is_nan(x));
}

// Whether a number takes the lead over the largest so far: later equals do not, and a NaN is never overtaken.
fn takes_lead(x: f32, largest: f32) -> bool {
    return x > largest || (is_nan(x) && !is_nan(largest));
}
