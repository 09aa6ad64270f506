// Whether a label names one of the classes; a NaN names none.
fn is_class(label: f32) -> bool {
    return label > -1.0 && label < f32(parameters.columns);
}

// The class that such a label names.
fn class_of(label: f32) -> u32 {
    return u32(max(label, 0.0));
}

