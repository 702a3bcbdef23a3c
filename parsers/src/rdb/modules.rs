//! Module data: type names, and values that are walked by their framing without knowing the module.

use crate::encodings::Damage;
use crate::error::{Error, Result};
use crate::events::ValueSink;
use crate::rdb::strings::StringHead;
use crate::source::Input;

/// The 64 characters of module type names, most significant first.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Nine-character type name and version out of a module id (redis module.c, moduleTypeNameByID).
pub fn type_name(id: u64) -> (String, u16) {
    let name = (0..9).map(|i| char::from(ALPHABET[(id >> (58 - 6 * i) & 63) as usize])).collect();
    (name, (id & 0x3ff) as u16)
}

/// Walks module values up to and with the end mark.
pub fn values<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    loop {
        let start = input.offset();
        match input.length()? {
            0 => return Ok(()),
            // Signed values are written as the two's complement of 64 bits, under opcode 2 in fact.
            1 | 2 => {
                let number = input.length()?;
                sink.module_unsigned(number);
            }
            3 => {
                let number = f32::from_le_bytes(input.array()?);
                sink.module_float(number);
            }
            4 => {
                let number = f64::from_le_bytes(input.array()?);
                sink.module_double(number);
            }
            5 => {
                let head = input.string_head()?;
                if matches!(head, StringHead::Lzf { .. }) {
                    sink.module_string_compressed();
                }
                let content = damage.content(input, head)?;
                sink.module_string(content);
            }
            opcode => {
                return Err(Error::encoding("module value", format!("unknown value opcode {opcode}"), start));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_spells_name_and_version() {
        let name = b"ReJSON-RL";
        let mut id = 0u64;
        for &c in name {
            id = id << 6 | ALPHABET.iter().position(|&a| a == c).unwrap() as u64;
        }
        assert_eq!(type_name(id << 10 | 3), ("ReJSON-RL".to_owned(), 3));
    }
}
