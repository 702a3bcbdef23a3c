//! Numbers as decimal text. Most are short: eight digits are made at once in one register.

/// Numbers below this fit in eight digits.
const EIGHT: u64 = 100_000_000;
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// Appends the decimal text of `number`.
#[inline]
pub fn unsigned(number: u64, out: &mut Vec<u8>) {
    if number < EIGHT {
        return short(number, out);
    }
    long(number, out);
}

/// Appends the decimal text of `number` and an ASCII character behind it.
#[inline]
pub fn unsigned_then(number: u64, behind: u8, out: &mut Vec<u8>) {
    if number >= EIGHT / 10 {
        unsigned(number, out);
        out.push(behind);
        return;
    }
    let digits = digits(number);
    // At least one of the eight is a zero in front, whose place the character takes.
    let leading = (digits.trailing_zeros() / 8).min(7);
    let count = 8 - leading;
    let text = ((digits | ZEROS) >> (8 * leading)) | (u64::from(behind) << (8 * count));
    let end = out.len() + count as usize + 1;
    out.extend_from_slice(&text.to_le_bytes());
    out.truncate(end);
}

/// Appends the decimal text of `number`.
#[inline]
pub fn signed(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    unsigned(number.unsigned_abs(), out);
}

/// Appends `number` with at least `width` digits.
pub fn padded(number: u64, width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    unsigned(number, out);
    let missing = width.saturating_sub(out.len() - start);
    out.splice(start..start, std::iter::repeat_n(b'0', missing));
}

fn long(number: u64, out: &mut Vec<u8>) {
    let (high, low) = (number / EIGHT, number % EIGHT);
    unsigned(high, out);
    out.extend_from_slice(&(digits(low) | ZEROS).to_le_bytes());
}

#[inline]
fn short(number: u64, out: &mut Vec<u8>) {
    let digits = digits(number);
    let leading = (digits.trailing_zeros() / 8).min(7);
    let end = out.len() + 8 - leading as usize;
    // Eight bytes are stored whatever the length, which is cheaper than a copy of so many.
    out.extend_from_slice(&((digits | ZEROS) >> (8 * leading)).to_le_bytes());
    out.truncate(end);
}

/// The eight digits of a number below 10^8, the first in the lowest byte: it is split into halves, pairs and digits, all
/// of them at once.
#[inline]
fn digits(number: u64) -> u64 {
    let halves = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((halves * 10_486) >> 20) & 0x7f_0000_007f;
    let pairs = hundreds | ((halves - 100 * hundreds) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((pairs - 10 * tens) << 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_of_every_length() {
        let mut numbers = vec![0, u64::MAX, i64::MAX.unsigned_abs()];
        let mut power = 1u64;
        for _ in 0..20 {
            numbers.extend([power, power - 1, power + 1, power.wrapping_mul(7), power.wrapping_mul(3) + 12_345_678]);
            power = power.wrapping_mul(10);
        }
        numbers.extend((0..200_000u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (n % 60)));
        numbers.extend(0..20_000);
        for number in numbers {
            assert_eq!(text(|out| unsigned(number, out)), number.to_string());
            assert_eq!(text(|out| unsigned_then(number, b',', out)), format!("{number},"));
            assert_eq!(text(|out| signed(number as i64, out)), (number as i64).to_string());
        }
    }

    #[test]
    fn zeros_in_front() {
        assert_eq!(text(|out| padded(7, 4, out)), "0007");
        assert_eq!(text(|out| padded(2026, 4, out)), "2026");
        assert_eq!(text(|out| padded(12_345, 4, out)), "12345");
        assert_eq!(text(|out| padded(0, 2, out)), "00");
    }
}
