//! LZF compression: a greedy search for the last place where three bytes stood, found by their hash.

/// Bits of the hash.
const HASH_BITS: u32 = 14;

const WINDOW: usize = 8192;
const LONGEST_MATCH: usize = 264;
const LONGEST_LITERALS: usize = 32;

/// Compresses one string after the other with one table.
pub struct Compressor {
    /// Place of the last three bytes with this hash, counted over all strings: an older string's places are below
    /// `base`, so the table is never cleared.
    table: Vec<u32>,
    base: u32,
    out: Vec<u8>,
}

impl Default for Compressor {
    fn default() -> Self {
        Self { table: vec![0; 1 << HASH_BITS], base: 1, out: Vec::new() }
    }
}

impl Compressor {
    /// The compressed form, where it takes at most `limit` bytes.
    pub fn compress(&mut self, text: &[u8], limit: usize) -> Option<&mut Vec<u8>> {
        if (self.base as usize).saturating_add(text.len()) > u32::MAX as usize {
            self.table.fill(0);
            self.base = 1;
        }
        let base = self.base as usize;
        self.out.clear();
        let (mut at, mut literals) = (0, 0);
        while at + 2 < text.len() {
            let three = u32::from_le_bytes([text[at], text[at + 1], text[at + 2], 0]);
            let slot = &mut self.table[(three.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize];
            let candidate = (*slot as usize).checked_sub(base);
            *slot = (base + at) as u32;
            let found = candidate.filter(|&from| at - from <= WINDOW && text[from..from + 3] == text[at..at + 3]);
            let Some(from) = found else {
                at += 1;
                if self.out.len() + (at - literals) > limit {
                    break;
                }
                continue;
            };
            put_literals(&mut self.out, &text[literals..at]);
            let longest = LONGEST_MATCH.min(text.len() - at);
            let length =
                3 + text[from + 3..].iter().zip(&text[at + 3..at + longest]).take_while(|(a, b)| a == b).count();
            put_match(&mut self.out, at - from, length);
            at += length;
            literals = at;
        }
        self.base = (base + text.len()) as u32;
        put_literals(&mut self.out, &text[literals..]);
        (self.out.len() <= limit).then_some(&mut self.out)
    }

    /// Takes back the buffer that `compress` lent.
    pub fn give_back(&mut self, buffer: Vec<u8>) {
        self.out = buffer;
    }
}

fn put_literals(out: &mut Vec<u8>, literals: &[u8]) {
    for run in literals.chunks(LONGEST_LITERALS) {
        out.push(run.len() as u8 - 1);
        out.extend_from_slice(run);
    }
}

fn put_match(out: &mut Vec<u8>, distance: usize, length: usize) {
    let (distance, length) = (distance - 1, length - 2);
    let high = (distance >> 8) as u8;
    if length < 7 {
        out.push((length as u8) << 5 | high);
    } else {
        out.extend_from_slice(&[7 << 5 | high, (length - 7) as u8]);
    }
    out.push(distance as u8);
}
