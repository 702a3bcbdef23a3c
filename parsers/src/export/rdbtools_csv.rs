//! The memory report of rdbtools: its columns, its names of types and its expiry in ISO 8601.

use super::csv::{optional, text};
use super::numbers::{padded, unsigned};
use super::row::{Row, capped};
use crate::rows::Form;

pub const HEADER: &[u8] = b"database,type,key,size_in_bytes,encoding,num_elements,len_largest_element,expiry\n";

/// Times that a calendar of four-digit years holds: 0001-01-01 to 9999-12-31, in Unix milliseconds.
const CALENDAR: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;
const DAY_MS: i64 = 86_400_000;

/// The cells of a form.
#[derive(Debug, Default)]
pub struct FormCells {
    type_name: Vec<u8>,
    encoding: &'static [u8],
}

/// Writes lines.
#[derive(Debug, Default)]
pub struct RdbtoolsCsv {
    forms: Vec<FormCells>,
}

impl RdbtoolsCsv {
    /// Appends the line of one key.
    pub fn line(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let form = super::form_cells(&mut self.forms, row, cells);
        unsigned(capped(row.key.record.db), out);
        out.push(b',');
        out.extend_from_slice(&form.type_name);
        out.push(b',');
        text(row.name, out);
        out.push(b',');
        unsigned(capped(row.key.memory_bytes.unwrap_or(row.key.facts.value_bytes)), out);
        out.push(b',');
        out.extend_from_slice(form.encoding);
        out.push(b',');
        optional(row.key.elements, out);
        optional(row.key.largest_element_bytes(), out);
        if let Some(at) = row.key.record.expires_at_ms {
            moment(at, out);
        }
        out.push(b'\n');
    }
}

fn cells(form: &Form) -> FormCells {
    let name = if form.type_name == "zset" { "sortedset" } else { form.type_name.as_str() };
    let encoding = if name == "string" { Some("string") } else { form.encoding };
    let mut type_name = Vec::new();
    text(name.as_bytes(), &mut type_name);
    FormCells { type_name, encoding: encoding.unwrap_or_default().as_bytes() }
}

/// Appends a time as `2026-11-25T10:11:12.345000`; nothing where no calendar holds it.
fn moment(at_ms: i64, out: &mut Vec<u8>) {
    if !CALENDAR.contains(&at_ms) {
        return;
    }
    let (year, month, day) = civil(at_ms.div_euclid(DAY_MS));
    let of_day = at_ms.rem_euclid(DAY_MS).unsigned_abs();
    let parts = [
        (year.unsigned_abs(), 4, b'-'),
        (month, 2, b'-'),
        (day, 2, b'T'),
        (of_day / 3_600_000, 2, b':'),
        (of_day / 60_000 % 60, 2, b':'),
        (of_day / 1000 % 60, 2, b'.'),
        (of_day % 1000, 3, b'0'),
    ];
    for (number, width, behind) in parts {
        padded(number, width, out);
        out.push(behind);
    }
    out.extend_from_slice(b"00");
}

/// Year, month and day of the Gregorian calendar from days since 1970. Years begin in March, so that the day that
/// comes and goes is the last one; 400 of them are one period.
fn civil(days: i64) -> (i64, u64, u64) {
    const PERIOD: i64 = 146_097;
    let shifted = days + 719_468;
    let of_period = shifted.rem_euclid(PERIOD);
    let year = (of_period - of_period / 1460 + of_period / 36_524 - of_period / 146_096) / 365;
    let of_year = of_period - (365 * year + year / 4 - year / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let full_year = year + shifted.div_euclid(PERIOD) * 400 + i64::from(month <= 2);
    (full_year, month.unsigned_abs(), day.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(at_ms: i64) -> String {
        let mut out = Vec::new();
        moment(at_ms, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn moments() {
        for (at_ms, expected) in [
            (0, "1970-01-01T00:00:00.000000"),
            (-1, "1969-12-31T23:59:59.999000"),
            (951_782_400_000, "2000-02-29T00:00:00.000000"),
            (1_795_601_472_345, "2026-11-25T10:11:12.345000"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000000"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000000"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999000"),
            (253_402_300_800_000, ""),
            (i64::MIN, ""),
            (i64::MAX, ""),
        ] {
            assert_eq!(text_of(at_ms), expected);
        }
    }

    #[test]
    fn every_day_follows_the_day_before() {
        let mut before = civil(-719_162);
        assert_eq!(before, (1, 1, 1));
        for days in -719_161..=2_932_896 {
            let day = civil(days);
            let next = day == (before.0, before.1, before.2 + 1)
                || day == (before.0, before.1 + 1, 1) && before.2 >= 28
                || day == (before.0 + 1, 1, 1) && before.1 == 12 && before.2 == 31;
            assert!(next, "{before:?} {day:?}");
            before = day;
        }
        assert_eq!(before, (9999, 12, 31));
    }
}
