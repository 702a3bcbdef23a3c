//! Entries of a ziplist.

use _native::events::canonical_integer;

/// Total size, place of the last entry, count.
pub const HEADER: usize = 10;

/// Appends an entry behind one of `previous` bytes, as an integer where it is the text of one.
pub fn entry(out: &mut Vec<u8>, previous: usize, content: &[u8]) {
    if previous < 254 {
        out.push(previous as u8);
    } else {
        put(out, 254, &(previous as u32).to_le_bytes());
    }
    match canonical_integer(content) {
        Some(number) => integer(out, number),
        None => text(out, content),
    }
}

fn integer(out: &mut Vec<u8>, number: i64) {
    match number {
        0..=12 => out.push(0xf1 + number as u8),
        -0x80..=0x7f => put(out, 0xfe, &number.to_le_bytes()[..1]),
        -0x8000..=0x7fff => put(out, 0xc0, &number.to_le_bytes()[..2]),
        -0x80_0000..=0x7f_ffff => put(out, 0xf0, &number.to_le_bytes()[..3]),
        -0x8000_0000..=0x7fff_ffff => put(out, 0xd0, &number.to_le_bytes()[..4]),
        _ => put(out, 0xe0, &number.to_le_bytes()),
    }
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    match text.len() {
        length @ 0..=63 => out.push(length as u8),
        length @ 64..=16_383 => out.extend_from_slice(&[0x40 | (length >> 8) as u8, length as u8]),
        length => put(out, 0x80, &(length as u32).to_be_bytes()),
    }
    out.extend_from_slice(text);
}

fn put(out: &mut Vec<u8>, code: u8, bytes: &[u8]) {
    out.push(code);
    out.extend_from_slice(bytes);
}
