
// Whether a number names one of `count` rows or classes; a NaN names none.
fn is_index(value: f32, count: u32) -> bool {
    return value > -1.0 && value < f32(count) && count > 0u;
}

// The row that such a number names.
fn index_of(value: f32) -> u32 {
    return u32(max(value, 0.0));
}
