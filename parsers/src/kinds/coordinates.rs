//! Points as text: `48.2082,16.3738`.

/// Longest text that is taken for a point.
const LONGEST: usize = 64;

/// Decimals without which two numbers are more likely something else.
const DECIMALS: usize = 2;

/// Whether the value is a latitude and a longitude with a comma, semicolon or blank between them.
pub fn is_point(value: &[u8]) -> bool {
    if value.len() > LONGEST || !value.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-') {
        return false;
    }
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let mut parts = text.split([',', ';', ' ']).filter(|part| !part.is_empty());
    let (Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    match (degrees(first), degrees(second)) {
        (Some(a), Some(b)) => a.abs() <= 180.0 && b.abs() <= 180.0 && a.abs().min(b.abs()) <= 90.0,
        _ => false,
    }
}

/// A decimal number with enough decimals.
fn degrees(text: &str) -> Option<f64> {
    let (whole, decimals) = text.split_once('.')?;
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (digits.len() <= 3 && plain(digits) && plain(decimals) && decimals.len() >= DECIMALS).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_what_looks_like_them() {
        for point in ["48.2082,16.3738", "-33.86, 151.21", "16.37;48.20", "151.2093 -33.8688"] {
            assert!(is_point(point.as_bytes()), "{point}");
        }
        for other in
            ["48,16", "1.5,2.5", "48.20", "1.10.20,3.40", "190.00,10.00", "100.00,120.00", "a,b", "1.23,4.56,7.89"]
        {
            assert!(!is_point(other.as_bytes()), "{other}");
        }
    }
}
