//! A stream whose entries all have the same fields.

use std::io::{self, Write};

use super::dump_writer::DumpWriter;
use super::packed::Packed;

/// Entries per node, the servers' default.
const ENTRIES_PER_NODE: u64 = 100;

/// Writes the value: `ids` gives the ID of an entry by its place, `values` appends the values of one.
pub fn write<W: Write>(
    dump: &mut DumpWriter<W>,
    fields: &[&str],
    entries: u64,
    id: impl Fn(u64) -> (u64, u64),
    mut values: impl FnMut(u64, &mut Packed),
) -> io::Result<()> {
    let mut node = Packed::listpack();
    dump.length(entries.div_ceil(ENTRIES_PER_NODE));
    for start in (0..entries).step_by(ENTRIES_PER_NODE as usize) {
        let end = entries.min(start + ENTRIES_PER_NODE);
        let master = id(start);
        let mut name = [0; 16];
        name[..8].copy_from_slice(&master.0.to_be_bytes());
        name[8..].copy_from_slice(&master.1.to_be_bytes());
        dump.string(&name);
        node.clear();
        for number in [end - start, 0, fields.len() as u64] {
            node.push_number(number as i64);
        }
        for field in fields {
            node.push(field.as_bytes());
        }
        node.push_number(0);
        for place in start..end {
            let (ms, seq) = id(place);
            // Flag 2: the fields are those of the master entry. Differences to its ID may be negative.
            for number in [2, ms.wrapping_sub(master.0) as i64, seq.wrapping_sub(master.1) as i64] {
                node.push_number(number);
            }
            values(place, &mut node);
            node.push_number(fields.len() as i64 + 3);
        }
        dump.string(node.finish());
        dump.flush_block()?;
    }
    let (first, last) = (id(0), id(entries.saturating_sub(1)));
    dump.length(entries);
    dump.length(last.0);
    dump.length(last.1);
    if dump.version >= 10 {
        // First ID, greatest deleted ID (none), entries ever added.
        for number in [first.0, first.1, 0, 0, entries] {
            dump.length(number);
        }
    }
    // No groups.
    dump.length(0);
    Ok(())
}
