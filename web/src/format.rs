//! Numbers as people read them: grouped digits, percentages, bytes, and as few decimals as tell the truth.
//! Pure functions from number to text; units are added by whoever knows them.

/// `1234567` as `1,234,567`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three or so significant digits: `0.00612`, `1.43`, `12,345`, `6e-7`.
pub fn significant(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "not a number".into();
    }
    match size {
        0.0 => "0".into(),
        _ if size >= 1e7 => signed(short_exponent(value)),
        _ if size >= 1000.0 => {
            format!("{}{}", if value < 0.0 { "−" } else { "" }, grouped(size.round() as u64))
        }
        _ if size >= 100.0 => signed(format!("{value:.0}")),
        _ if size >= 10.0 => signed(trim_zeros(&format!("{value:.1}"))),
        _ if size >= 1e-3 => signed(trim_zeros(&format!("{value:.*}", decimals(size)))),
        _ => signed(short_exponent(value)),
    }
}

/// A plain machine-readable number, as short as it can be: `0.006`, `1e-8`. For links and input fields.
pub fn plain(value: f64) -> String {
    let fixed = format!("{value}");
    let scientific = format!("{value:e}");
    let is_readable = if value.abs() < 1.0 { fixed.len() <= scientific.len() + 1 } else { fixed.len() <= 12 };
    if is_readable { fixed } else { scientific }
}

/// Three decimals whatever the size: for numbers that change in place.
pub fn steady(value: f64) -> String {
    if value.is_finite() { signed(format!("{value:.3}")) } else { "not a number".into() }
}

/// A fraction as a percentage with one decimal.
pub fn percent(fraction: f64) -> String {
    format!("{:.1}%", fraction * 100.0)
}

/// Bytes in the unit that keeps them short.
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.0} kB", count as f64 / 1e3),
        _ => format!("{:.1} MB", count as f64 / 1e6),
    }
}

/// Large counts in the words of the field: `10.4 M`.
pub fn short_count(count: u64) -> String {
    match count {
        0..10_000 => grouped(count),
        10_000..1_000_000 => format!("{:.0} k", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} M", count as f64 / 1e6),
        _ => format!("{:.1} G", count as f64 / 1e9),
    }
}

/// `1.20e-7` as `1.2e-7`.
fn short_exponent(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{exponent}", trim_zeros(digits))
}

fn decimals(size: f64) -> usize {
    (2.0 - size.log10().floor()).clamp(0.0, 8.0) as usize
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text.into() }
}

/// A minus sign, not a hyphen.
fn signed(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn significant_keeps_about_three_digits() {
        let text =
            [0.0, 0.006, 0.00612, 1.4312, 20.0, 23.456, 456.7, 12_345.0, -0.5, 6e-7, 1e30, -2.5e-4].map(significant);
        assert_eq!(
            text,
            ["0", "0.006", "0.00612", "1.43", "20", "23.5", "457", "12,345", "−0.5", "6e-7", "1e30", "−2.5e-4"]
        );
    }

    #[test]
    fn plain_reads_back_as_the_same_number() {
        for value in [0.0, 1.0, 0.006, 1e-8, 2.5e-5, 1e4, 0.1 + 0.2] {
            assert_eq!(plain(value).parse::<f64>(), Ok(value));
        }
        assert_eq!([1e-8, 2.5e-5, 0.006, 10_000.0].map(plain), ["1e-8", "2.5e-5", "0.006", "10000"]);
    }
}
