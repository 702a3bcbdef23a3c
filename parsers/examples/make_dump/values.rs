//! JSON documents of 1 to 50 KB that compress to about a half, and a few large collections.

use std::io::{self, Write};

use super::collections;
use super::dump_writer::{DumpWriter, STRING};
use super::entropy::draw;

/// Documents at which the collections have their full size.
const FULL_SCALE: u64 = 200_000;

const SNIPPETS: u64 = 60_000;
const WORDS: u64 = 4000;
const DAY_MS: u64 = 86_400_000;

const COLLECTIONS: [(&str, &[u64]); 5] = [
    ("hash", &[100_000, 300_000, 1_000_000]),
    ("zset", &[100_000, 250_000, 1_000_000]),
    ("list", &[100_000, 500_000, 1_000_000]),
    ("set", &[100_000, 400_000, 1_000_000]),
    ("stream", &[200_000]),
];

pub fn write<W: Write>(dump: &mut DumpWriter<W>, documents: u64, seed: u64, now_ms: u64) -> io::Result<()> {
    let collections: u64 = COLLECTIONS.iter().map(|(_, sizes)| sizes.len() as u64).sum();
    dump.header(now_ms / 1000, documents * 16_000)?;
    dump.database(documents + collections, documents - documents.div_ceil(4))?;
    let snippets = snippets(seed);
    let (mut name, mut text) = (Vec::new(), Vec::new());
    for i in 0..documents {
        name.clear();
        let r = draw(seed ^ 0x5eed, i);
        // Every fourth has no expiry.
        let expiry = if i % 4 == 0 {
            write!(name, "render:page:{i}")?;
            None
        } else {
            write!(name, "doc:catalog:{i}:page")?;
            Some(now_ms + DAY_MS + r % (25 * DAY_MS))
        };
        document(&mut text, i, r, &snippets)?;
        dump.key(STRING, &name, expiry)?;
        dump.string(&text);
    }
    for (kind, sizes) in COLLECTIONS {
        for &size in sizes {
            let size = (size * documents.min(FULL_SCALE) / FULL_SCALE).max(1000);
            let name = format!("big:{kind}:{size}");
            collections::write(dump, kind, name.as_bytes(), size, seed ^ size)?;
        }
    }
    Ok(())
}

fn document(text: &mut Vec<u8>, i: u64, r: u64, snippets: &[Vec<u8>]) -> io::Result<()> {
    // As many of each octave from 1 KB to 32 KB, fewer of the last, which ends at 48 KB.
    let power = r % 17 / 3;
    let octave = 1024 << power;
    let size = octave + (r >> 8) % if power < 5 { octave } else { octave / 2 };
    let stride = [1, 7, 13, 31][(r >> 40) as usize % 4];
    let mut at = (r >> 44) as usize;
    text.clear();
    write!(text, "{{\"page\":{i},\"items\":[")?;
    while (text.len() as u64) < size {
        text.extend_from_slice(&snippets[at % snippets.len()]);
        text.push(b',');
        at += stride;
    }
    text.pop();
    text.extend_from_slice(b"]}");
    Ok(())
}

/// Products to make documents of.
fn snippets(seed: u64) -> Vec<Vec<u8>> {
    let words: Vec<String> = (0..WORDS)
        .map(|w| {
            let (r, length) = (draw(seed ^ 0x0a11, w), 3 + draw(seed ^ 0x0a12, w) % 8);
            (0..length).map(|i| char::from(b'a' + (r >> (5 * i)) as u8 % 26)).collect()
        })
        .collect();
    (0..SNIPPETS)
        .map(|i| {
            let pick = |part: u64| draw(seed ^ 0x0b00, i * 16 + part);
            let word = |part: u64| &words[(pick(part) % WORDS) as usize];
            format!(
                "{{\"id\":{},\"sku\":\"{}-{}\",\"title\":\"{} {} {}\",\"price\":{}.{:02},\"stock\":{},\
                 \"tags\":[\"{}\",\"{}\"],\"updated\":\"2026-{:02}-{:02}T{:02}:{:02}:00Z\",\"active\":{}}}",
                pick(0) % 10_000_000,
                word(1).to_uppercase(),
                pick(2) % 1000,
                word(3),
                word(4),
                word(5),
                pick(6) % 1000,
                pick(7) % 100,
                pick(8) % 5000,
                word(9),
                word(10),
                1 + pick(11) % 12,
                1 + pick(12) % 28,
                pick(13) % 24,
                pick(14) % 60,
                pick(15) % 2 == 0,
            )
            .into_bytes()
        })
        .collect()
}
