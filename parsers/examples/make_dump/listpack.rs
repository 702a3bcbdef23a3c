//! Entries of a listpack.

use _native::events::canonical_integer;

/// Total size and count.
pub const HEADER: usize = 6;

/// Appends an entry, as an integer where it is the text of one.
pub fn entry(out: &mut Vec<u8>, content: &[u8]) {
    let start = out.len();
    match canonical_integer(content) {
        Some(number) => integer(out, number),
        None => text(out, content),
    }
    back_length(out, out.len() - start);
}

fn integer(out: &mut Vec<u8>, number: i64) {
    match number {
        0..=127 => out.push(number as u8),
        -4096..=4095 => out.extend_from_slice(&[0xc0 | (number >> 8) as u8 & 0x1f, number as u8]),
        -0x8000..=0x7fff => put(out, 0xf1, &number.to_le_bytes()[..2]),
        -0x80_0000..=0x7f_ffff => put(out, 0xf2, &number.to_le_bytes()[..3]),
        -0x8000_0000..=0x7fff_ffff => put(out, 0xf3, &number.to_le_bytes()[..4]),
        _ => put(out, 0xf4, &number.to_le_bytes()),
    }
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    match text.len() {
        length @ 0..=63 => out.push(0x80 | length as u8),
        length @ 64..=4095 => out.extend_from_slice(&[0xe0 | (length >> 8) as u8, length as u8]),
        length => put(out, 0xf0, &(length as u32).to_le_bytes()),
    }
    out.extend_from_slice(text);
}

fn put(out: &mut Vec<u8>, code: u8, bytes: &[u8]) {
    out.push(code);
    out.extend_from_slice(bytes);
}

/// The size of the entry, to be read from behind: 7 bits a byte, the first without the mark.
fn back_length(out: &mut Vec<u8>, length: usize) {
    let mut groups = match length {
        0..=127 => 1,
        128..=16_382 => 2,
        16_383..=2_097_150 => 3,
        _ => 4,
    };
    let mut mark = 0;
    while groups > 0 {
        groups -= 1;
        out.push((length >> (7 * groups)) as u8 & 0x7f | mark);
        mark = 0x80;
    }
}
