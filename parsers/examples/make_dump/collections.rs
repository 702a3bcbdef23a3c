//! Collections of any size, in the encodings of large ones.

use std::io::{self, Write};

use super::dump_writer::{DumpWriter, HASH, SET, ZSET_2};
use super::entropy::{draw, scattered};
use super::packed::Packed;
use super::stream;

/// Elements of a quicklist node: as many as surely fit its 8 KiB.
const PER_NODE: u64 = 300;

/// Writes one key of this kind.
pub fn write<W: Write>(dump: &mut DumpWriter<W>, kind: &str, name: &[u8], elements: u64, seed: u64) -> io::Result<()> {
    match kind {
        "list" => list(dump, name, elements, seed),
        "hash" => hash(dump, name, elements, seed),
        "set" => set(dump, name, elements, seed),
        "zset" => zset(dump, name, elements, seed),
        "stream" => sensor_stream(dump, name, elements, seed),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no kind of collection is called {kind}"))),
    }
}

fn list<W: Write>(dump: &mut DumpWriter<W>, name: &[u8], elements: u64, seed: u64) -> io::Result<()> {
    dump.key(dump.types.list, name, None)?;
    dump.length(elements.div_ceil(PER_NODE));
    let mut node = Packed::of_version(dump.version);
    let mut text = Vec::new();
    for start in (0..elements).step_by(PER_NODE as usize) {
        node.clear();
        for place in start..elements.min(start + PER_NODE) {
            text.clear();
            write!(text, "item-{place}-{:08x}", draw(seed, place) as u32)?;
            node.push(&text);
        }
        if dump.version >= 10 {
            // The node is packed.
            dump.length(2);
        }
        dump.string(node.finish());
        dump.flush_block()?;
    }
    Ok(())
}

fn hash<W: Write>(dump: &mut DumpWriter<W>, name: &[u8], elements: u64, seed: u64) -> io::Result<()> {
    dump.key(HASH, name, None)?;
    dump.length(elements);
    let mut text = Vec::new();
    for place in scattered(elements) {
        text.clear();
        write!(text, "field:{place}")?;
        dump.string(&text);
        text.clear();
        write!(text, "{:016x}{:016x}", draw(seed, 2 * place), draw(seed, 2 * place + 1))?;
        dump.string(&text);
        dump.flush_block()?;
    }
    Ok(())
}

fn set<W: Write>(dump: &mut DumpWriter<W>, name: &[u8], elements: u64, seed: u64) -> io::Result<()> {
    dump.key(SET, name, None)?;
    dump.length(elements);
    let mut text = Vec::new();
    for place in scattered(elements) {
        text.clear();
        write!(text, "elem:{place:x}:{:08x}", draw(seed, place) as u32)?;
        dump.string(&text);
        dump.flush_block()?;
    }
    Ok(())
}

/// Servers write sorted sets from the greatest score down.
fn zset<W: Write>(dump: &mut DumpWriter<W>, name: &[u8], elements: u64, seed: u64) -> io::Result<()> {
    dump.key(ZSET_2, name, None)?;
    dump.length(elements);
    let mut text = Vec::new();
    for (rank, place) in scattered(elements).enumerate() {
        text.clear();
        write!(text, "member:{place}")?;
        dump.string(&text);
        let score = (elements - rank as u64) as f64 + (draw(seed, place) % 1_000_000) as f64 / 1e6;
        dump.bytes(&score.to_le_bytes());
        dump.flush_block()?;
    }
    Ok(())
}

fn sensor_stream<W: Write>(dump: &mut DumpWriter<W>, name: &[u8], elements: u64, seed: u64) -> io::Result<()> {
    dump.key(dump.types.stream, name, None)?;
    let mut text = Vec::new();
    stream::write(
        dump,
        &["temp", "unit", "sensor"],
        elements,
        |place| (1_700_000_000_000 + place, 0),
        |place, node| {
            node.push_number((draw(seed, place) % 51) as i64);
            node.push(b"c");
            text.clear();
            text.push(b's');
            text.extend_from_slice((place % 97).to_string().as_bytes());
            node.push(&text);
        },
    )
}
