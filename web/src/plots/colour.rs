//! The colour maps: how a byte of a picture sheet becomes a colour. One diverging pair for activations and class sign
//! (vermilion to blue), another for weights and gradients (purple to green), a sequential map for magnitudes, grey for inputs.
//! Zero melts into the panel, in both themes. All pairs differ in lightness too, and are safe for colour-blind eyes.

/// What a sheet's values mean, which decides its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Signed activations and class scores.
    Activation,
    /// Weights and gradients.
    Weight,
    /// Values that are never negative.
    Magnitude,
    /// What goes into a network.
    Input,
}

/// The colour of each byte.
pub type Table = [[u8; 3]; 256];

/// Stops at equal distances, from the lowest byte to the highest: for paper, and for slate.
fn stops(meaning: Meaning, dark: bool) -> [u32; 5] {
    match (meaning, dark) {
        (Meaning::Activation, false) => [0xa8_32_04, 0xee_9e_78, 0xfa_f7_ef, 0x86_b9_e6, 0x12_52_92],
        (Meaning::Activation, true) => [0xff_a5_7a, 0x92_4d_31, 0x1b_27_25, 0x2f_62_90, 0x8c_ca_ff],
        (Meaning::Weight, false) => [0x55_1f_7f, 0xb5_93_d0, 0xfa_f7_ef, 0x86_c7_95, 0x14_66_33],
        (Meaning::Weight, true) => [0xd3_ad_ff, 0x6a_4c_91, 0x1b_27_25, 0x2e_75_4c, 0x8d_ee_ab],
        (Meaning::Magnitude, false) => [0xfa_f7_ef, 0xb8_d6_dd, 0x66_a5_bd, 0x23_68_8f, 0x0c_2a_4d],
        (Meaning::Magnitude, true) => [0x1b_27_25, 0x1f_50_60, 0x2b_85_98, 0x6d_c3_cf, 0xec_fb_f6],
        (Meaning::Input, _) => [0x00_00_00, 0x40_40_40, 0x80_80_80, 0xbf_bf_bf, 0xff_ff_ff],
    }
}

/// The map as a table, linear between its stops.
pub fn table(meaning: Meaning, dark: bool) -> Table {
    let stops = stops(meaning, dark).map(|colour| [(colour >> 16) as u8, (colour >> 8) as u8, colour as u8]);
    std::array::from_fn(|byte| {
        let place = byte as f32 / 255.0 * 4.0;
        let from = (place as usize).min(3);
        let part = place - from as f32;
        std::array::from_fn(|channel| {
            let (a, b) = (f32::from(stops[from][channel]), f32::from(stops[from + 1][channel]));
            (a + (b - a) * part).round() as u8
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.
    fn luminance(colour: [u8; 3]) -> f64 {
        let [r, g, b] = colour.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn magnitudes_grow_steadily_lighter_or_darker() {
        for dark in [false, true] {
            let table = table(Meaning::Magnitude, dark);
            for pair in table.windows(2) {
                let change = luminance(pair[1]) - luminance(pair[0]);
                assert!(if dark { change >= -1e-4 } else { change <= 1e-4 }, "{pair:?}");
            }
        }
    }

    #[test]
    fn both_ends_of_a_diverging_map_stand_off_from_its_middle_by_three_to_one() {
        for meaning in [Meaning::Activation, Meaning::Weight] {
            for dark in [false, true] {
                let table = table(meaning, dark);
                for end in [table[0], table[255]] {
                    let (a, b) = (luminance(end) + 0.05, luminance(table[128]) + 0.05);
                    assert!(a.max(b) / a.min(b) >= 3.0, "{meaning:?} {dark}");
                }
            }
        }
    }
}
