//! Scores as text, as they stand in packed sorted sets (util.c d2string, fpconv_dtoa.c).

use super::constants::Constants;

/// Whole numbers up to here become integers: from 7.0 on (double2ll), and before (d2string).
const LARGEST_INTEGRAL: f64 = (i64::MAX / 2) as f64;
const LARGEST_INTEGRAL_TEXT: f64 = 4_503_599_627_370_496.0;

/// The integer that a score is, where the server stores it as one.
pub fn integral(score: f64) -> Option<i64> {
    (score.abs() <= LARGEST_INTEGRAL && score.trunc() == score).then_some(score as i64)
}

/// The text of a score.
pub fn text(score: f64, constants: &Constants) -> String {
    printed(score, constants.listpacks, constants.shortest_scores)
}

/// The text that a ziplist holds, as only servers up to 6.2 wrote them.
pub fn in_ziplist(score: f64) -> String {
    printed(score, false, false)
}

fn printed(score: f64, wide_integers: bool, shortest_form: bool) -> String {
    if score.is_nan() {
        return "nan".into();
    }
    if score.is_infinite() {
        return if score < 0.0 { "-inf".into() } else { "inf".into() };
    }
    if score == 0.0 {
        return if score.is_sign_negative() { "-0".into() } else { "0".into() };
    }
    let largest = if wide_integers { LARGEST_INTEGRAL } else { LARGEST_INTEGRAL_TEXT };
    if score.abs() < largest && score.trunc() == score {
        return (score as i64).to_string();
    }
    if shortest_form { shortest(score) } else { seventeen_digits(score) }
}

/// Digits and exponent of the first digit, out of Rust's scientific format.
fn digits(scientific: &str) -> (String, i32) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    (mantissa.chars().filter(char::is_ascii_digit).collect(), exponent.parse().unwrap_or(0))
}

/// Shortest text that reads back as the same number, plain unless that would be long.
fn shortest(score: f64) -> String {
    let sign = if score < 0.0 { "-" } else { "" };
    let (digits, exponent) = digits(&format!("{:e}", score.abs()));
    let count = digits.len() as i32;
    let last = exponent - count + 1;
    let zeros = |n: i32| "0".repeat(n.max(0) as usize);
    if last >= 0 && exponent.abs() < count + 7 {
        return format!("{sign}{digits}{}", zeros(last));
    }
    if last < 0 && (last > -7 || exponent.abs() < 4) {
        let whole = count + last;
        if whole <= 0 {
            return format!("{sign}0.{}{digits}", zeros(-whole));
        }
        let (whole, rest) = digits.split_at(whole as usize);
        return format!("{sign}{whole}.{rest}");
    }
    let kept = &digits[..digits.len().min(18 - sign.len())];
    let (first, rest) = kept.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e{exponent:+}")
}

/// What `%.17g` prints.
fn seventeen_digits(score: f64) -> String {
    let sign = if score < 0.0 { "-" } else { "" };
    let (all, exponent) = digits(&format!("{:.16e}", score.abs()));
    let kept = all.trim_end_matches('0');
    if (-4..17).contains(&exponent) {
        if exponent < 0 {
            return format!("{sign}0.{}{kept}", "0".repeat((-exponent - 1) as usize));
        }
        let whole = &all[..=exponent as usize];
        let rest = kept.get(exponent as usize + 1..).unwrap_or("");
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{whole}{point}{rest}");
    }
    let (first, rest) = kept.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{point}{rest}e{direction}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_read_as_servers_print_them() {
        for (score, short, long) in [
            (0.1, "0.1", "0.10000000000000001"),
            (-3.25, "-3.25", "-3.25"),
            (1e300, "1e+300", "1.0000000000000001e+300"),
            (1.5e-7, "1.5e-7", "1.4999999999999999e-07"),
            (1e20, "1e+20", "1e+20"),
            (9_223_372_036_854_775_808.0, "9223372036854776000", "9.2233720368547758e+18"),
            (123_456.75, "123456.75", "123456.75"),
            (2e-5, "0.00002", "2.0000000000000002e-05"),
            (0.001, "0.001", "0.001"),
        ] {
            assert_eq!(shortest(score), short);
            assert_eq!(seventeen_digits(score), long);
        }
    }

    #[test]
    fn whole_scores_are_integers() {
        assert_eq!(integral(-7.0), Some(-7));
        assert_eq!(integral(1e30), None);
        assert_eq!(integral(0.5), None);
    }
}
