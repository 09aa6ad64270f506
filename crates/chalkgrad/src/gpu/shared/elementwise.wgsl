// Elementwise functions that WGSL leaves loose or has not, good to some 1e-6. `functions.wgsl` stands before.

// 2 artanh(f) / f − 2 for |f| up to 0.172: the odd series of log((1 + f) / (1 − f)).
fn log_series(f: f32) -> f32 {
    let z = f * f;
    return z * (6.66666667e-1 + z * (4.00000000e-1 + z * (2.85714286e-1 + z * 2.22222222e-1)));
}

// log(1 + x): by its series near 0, where 1 + x would round x away.
fn accurate_log1p(x: f32) -> f32 {
    let f = x / (2.0 + x);
    let near = f * (2.0 + log_series(f));
    return select(careful_log(1.0 + x), near, abs(f) < 0.171);
}

// eˣ − 1 = tanh(x / 2) (eˣ + 1), which does not cancel near 0; elsewhere as it stands.
fn accurate_expm1(x: f32) -> f32 {
    let e = careful_exp(x);
    return select(e - 1.0, accurate_tanh(0.5 * x) * (e + 1.0), abs(x) < 1.0);
}

// Sine and cosine of x minus the nearest multiple of π/2, turned by that multiple and by `turns` quarters more. The first
// three parts of π/2 have so few bits that their products are exact up to |x| = 1e5 (Cody and Waite 1980); the
// polynomials are Cephes' (Moshier 1992).
fn sine_after(x: f32, turns: f32) -> f32 {
    let quarters = round(x * 0.636619772);
    let r = (((x - quarters * 1.5703125) - quarters * 4.57763671875e-4) - quarters * 2.59876251220703125e-5)
        - quarters * 7.54978995e-8;
    let z = r * r;
    let sine = r + r * z * ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1);
    let cosine = 1.0 - 0.5 * z
        + z * z * ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2);
    let turned = quarters + turns;
    let quadrant = turned - 4.0 * floor(turned * 0.25);
    let size = select(sine, cosine, quadrant == 1.0 || quadrant == 3.0);
    return select(size, -size, quadrant >= 2.0);
}

// Whether a number is infinite or none, by its bits.
fn is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

fn accurate_sin(x: f32) -> f32 {
    if (!is_finite(x)) {
        return from_bits(0x7fc00000u);
    }
    if (abs(x) > 1.0e5) {
        return sin(x);
    }
    return sine_after(x, 0.0);
}

fn accurate_cos(x: f32) -> f32 {
    if (!is_finite(x)) {
        return from_bits(0x7fc00000u);
    }
    if (abs(x) > 1.0e5) {
        return cos(x);
    }
    return sine_after(x, 1.0);
}

// Below 1 an odd polynomial, above 1 − e^(−x²) times a polynomial of 1 / (1 + x), both fitted to 1e-9.
fn accurate_erf(x: f32) -> f32 {
    let z = x * x;
    let near = x * (1.1283791659 + z * (-3.7612627136e-1 + z * (1.1283600173e-1 + z * (-2.6854444467e-2
        + z * (5.1895350968e-3 + z * (-8.0208391158e-4 + z * 7.8891122971e-5))))));
    let size = min(abs(x), 4.0);
    let t = 1.0 / (1.0 + size);
    let far = 1.0 - exp(-size * size) * (7.7465039504e-4 + t * (5.5653234645e-1 + t * (5.7647980477e-1
        + t * (4.1216628974e-1 + t * (-9.7353787959e-1 + t * 4.3994031679e-1)))));
    return select(select(sign(x) * far, near, abs(x) < 1.0), x, is_nan(x));
}

// Logarithm to base 2 of a positive finite number: its exponent, and the series of what remains, between √½ and √2.
fn accurate_log2(x: f32) -> f32 {
    // Numbers too small to be normal are made so first.
    let is_small = x < 1.17549435e-38;
    let bits = bitcast<u32>(select(x, x * 16777216.0, is_small));
    let turned = bits - 0x3f3504f3u;
    let exponent = f32(bitcast<i32>(turned) >> 23u) - select(0.0, 24.0, is_small);
    let f_of = from_bits((turned & 0x7fffffu) + 0x3f3504f3u);
    let f = (f_of - 1.0) / (f_of + 1.0);
    return exponent + 1.44269504 * (f * (2.0 + log_series(f)));
}

// 2ˣ: 0 and infinity where no number is as small or as large.
fn accurate_exp2(x: f32) -> f32 {
    if (x >= 128.0) {
        return from_bits(0x7f800000u);
    }
    let whole = round(max(x, -200.0));
    let f = max(x, -200.0) - whole;
    let value = 1.0 + f * (6.9314720671e-1 + f * (2.4022651505e-1 + f * (5.5503272157e-2 + f * (9.6179945651e-3
        + f * (1.3400431676e-3 + f * 1.5478008686e-4)))));
    // In two halves: each is a normal number.
    let half = i32(whole) / 2;
    let other = i32(whole) - half;
    return value * from_bits(u32(half + 127) << 23u) * from_bits(u32(other + 127) << 23u);
}

// aᵇ as C's pow gives it, for negative bases, zeros, infinities and numbers that are none.
fn accurate_pow(a: f32, b: f32) -> f32 {
    if (b == 0.0 || a == 1.0) {
        return 1.0;
    }
    if (is_nan(a) || is_nan(b)) {
        return from_bits(0x7fc00000u);
    }
    let infinity = from_bits(0x7f800000u);
    let size = abs(a);
    var value = 1.0;
    if (size == 0.0 || !is_finite(size) || !is_finite(b)) {
        if (size != 1.0) {
            value = select(0.0, infinity, (size > 1.0) == (b > 0.0));
        }
    } else {
        value = accurate_exp2(b * accurate_log2(size));
    }
    let is_negative = (bitcast<u32>(a) & 0x80000000u) != 0u;
    let is_whole = !is_finite(b) || floor(b) == b;
    let is_odd = is_finite(b) && is_whole && 2.0 * floor(0.5 * b) != b;
    if (is_negative && !is_whole && size > 0.0 && is_finite(size)) {
        return from_bits(0x7fc00000u);
    }
    return select(value, -value, is_negative && is_odd);
}

// The larger and the smaller of two; not a number where either is none, which `max` and `min` may hide.
fn careful_max(a: f32, b: f32) -> f32 {
    return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
}

fn careful_min(a: f32, b: f32) -> f32 {
    return select(select(min(a, b), b, is_nan(b)), a, is_nan(a));
}

// x · tanh(ln(1 + e)) with e = eˣ is x · n / (n + 2) with n = e (e + 2); past 20 it is x.
fn mish(x: f32) -> f32 {
    let e = careful_exp(min(x, 20.0));
    let n = e * (e + 2.0);
    return select(x * (n / (n + 2.0)), x, x > 20.0 || is_nan(x));
}
