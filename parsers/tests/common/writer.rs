//! Writes dumps: every opcode, every string form, every packed layout. Kept apart from the parser: nothing of it is used.

/// How strings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strings {
    /// Length and bytes, always.
    Plain,
    /// Integers and LZF where they are shorter, as servers do.
    Short,
}

/// A dump being written.
pub struct Writer {
    pub bytes: Vec<u8>,
    pub strings: Strings,
}

impl Writer {
    /// Begins with magic and version, for example `REDIS0011`.
    pub fn new(magic: &str, strings: Strings) -> Self {
        Self { bytes: magic.as_bytes().to_vec(), strings }
    }

    pub fn u8(&mut self, byte: u8) -> &mut Self {
        self.bytes.push(byte);
        self
    }

    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A length in its shortest form.
    pub fn len(&mut self, n: u64) -> &mut Self {
        match n {
            0..64 => self.u8(n as u8),
            64..16_384 => self.raw(&(0x4000 | n as u16).to_be_bytes()),
            _ if n <= u64::from(u32::MAX) => self.u8(0x80).raw(&(n as u32).to_be_bytes()),
            _ => self.u8(0x81).raw(&n.to_be_bytes()),
        }
    }

    /// A string in the form that suits it.
    pub fn str(&mut self, text: &[u8]) -> &mut Self {
        if self.strings == Strings::Plain {
            return self.plain(text);
        }
        if let Some(number) = integer(text).and_then(|n| i32::try_from(n).ok()) {
            return match (i8::try_from(number), i16::try_from(number)) {
                (Ok(small), _) => self.u8(0xc0).raw(&small.to_le_bytes()),
                (_, Ok(small)) => self.u8(0xc1).raw(&small.to_le_bytes()),
                _ => self.u8(0xc2).raw(&number.to_le_bytes()),
            };
        }
        let packed = if text.len() > 20 { lzf(text) } else { Vec::new() };
        if !packed.is_empty() && packed.len() + 4 < text.len() {
            return self.u8(0xc3).len(packed.len() as u64).len(text.len() as u64).raw(&packed);
        }
        self.plain(text)
    }

    pub fn plain(&mut self, text: &[u8]) -> &mut Self {
        self.len(text.len() as u64).raw(text)
    }

    pub fn aux(&mut self, name: &str, value: &str) -> &mut Self {
        self.u8(250).str(name.as_bytes()).str(value.as_bytes())
    }

    pub fn select(&mut self, db: u64) -> &mut Self {
        self.u8(254).len(db)
    }

    pub fn resize(&mut self, keys: u64, expires: u64) -> &mut Self {
        self.u8(251).len(keys).len(expires)
    }

    /// A module value of every opcode: unsigned, signed, float, double, string.
    pub fn module_values(&mut self, number: u64, text: &[u8]) -> &mut Self {
        self.len(2).len(number).len(1).len(number.wrapping_neg());
        self.len(3).raw(&1.5f32.to_le_bytes()).len(4).raw(&2.5f64.to_le_bytes());
        self.len(5).str(text).len(0)
    }

    /// EOF and checksum.
    pub fn finish(mut self, version: u32) -> Vec<u8> {
        self.u8(255);
        if version >= 5 {
            let sum = crc64(&self.bytes);
            self.raw(&sum.to_le_bytes());
        }
        self.bytes
    }
}

/// CRC-64/Jones, bit by bit.
pub fn crc64(bytes: &[u8]) -> u64 {
    const REFLECTED: u64 = 0x95ac_9329_ac4b_c9b5;
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ u64::from(byte), |crc: u64, _| if crc & 1 == 1 { crc >> 1 ^ REFLECTED } else { crc >> 1 })
    })
}

/// Module id of a nine-character name.
pub fn module_id(name: &str, version: u64) -> u64 {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = |c: u8| alphabet.iter().position(|&a| a == c).unwrap() as u64;
    name.bytes().fold(0, |id, c| id << 6 | place(c)) << 10 | version
}

/// The number whose canonical text this is.
pub fn integer(text: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == text).then_some(number)
}

/// LZF, greedy: the last place of three bytes with the same hash.
pub fn lzf(text: &[u8]) -> Vec<u8> {
    let (mut out, mut literals) = (Vec::new(), Vec::new());
    let mut places = vec![usize::MAX; 1 << 16];
    let mut at = 0;
    let flush = |out: &mut Vec<u8>, literals: &mut Vec<u8>| {
        for run in literals.chunks(32) {
            out.push(run.len() as u8 - 1);
            out.extend_from_slice(run);
        }
        literals.clear();
    };
    while at < text.len() {
        let known = text.get(at..at + 3).and_then(|three| {
            let hash = u32::from_le_bytes([0, three[0], three[1], three[2]]).wrapping_mul(0x9e37_79b1) >> 16;
            let from = std::mem::replace(&mut places[hash as usize], at);
            (from < at && at - from <= 8192 && text[from..from + 3] == *three).then_some(from)
        });
        match known {
            Some(from) => {
                let longest = (text.len() - at).min(264);
                let length = (0..longest).take_while(|&i| text[from + i] == text[at + i]).count();
                flush(&mut out, &mut literals);
                let (coded, distance) = (length - 2, at - from - 1);
                if coded < 7 {
                    out.push((coded << 5 | distance >> 8) as u8);
                } else {
                    out.extend([(7 << 5 | distance >> 8) as u8, (coded - 7) as u8]);
                }
                out.push(distance as u8);
                at += length;
            }
            None => {
                literals.push(text[at]);
                at += 1;
            }
        }
    }
    flush(&mut out, &mut literals);
    out
}

/// A ziplist.
pub fn ziplist(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    let (mut previous, mut tail) = (0, 10);
    for entry in entries {
        tail = 10 + body.len();
        let start = body.len();
        match previous {
            0..254 => body.push(previous as u8),
            _ => {
                body.push(0xfe);
                body.extend((previous as u32).to_le_bytes());
            }
        }
        match integer(entry) {
            Some(n @ 0..=12) => body.push(0xf1 + n as u8),
            Some(n) if i8::try_from(n).is_ok() => body.extend([0xfe, n as u8]),
            Some(n) if i16::try_from(n).is_ok() => {
                body.push(0xc0);
                body.extend((n as i16).to_le_bytes());
            }
            Some(n) if (-(1 << 23)..1 << 23).contains(&n) => {
                body.push(0xf0);
                body.extend(&n.to_le_bytes()[..3]);
            }
            Some(n) if i32::try_from(n).is_ok() => {
                body.push(0xd0);
                body.extend((n as i32).to_le_bytes());
            }
            Some(n) => {
                body.push(0xe0);
                body.extend(n.to_le_bytes());
            }
            None => {
                match entry.len() {
                    n @ 0..64 => body.push(n as u8),
                    n @ 64..16_384 => body.extend((0x4000 | n as u16).to_be_bytes()),
                    n => {
                        body.push(0x80);
                        body.extend((n as u32).to_be_bytes());
                    }
                }
                body.extend_from_slice(entry);
            }
        }
        previous = body.len() - start;
    }
    let mut out = Vec::new();
    out.extend((body.len() as u32 + 11).to_le_bytes());
    out.extend((tail as u32).to_le_bytes());
    out.extend(u16::try_from(entries.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend(body);
    out.push(0xff);
    out
}

/// A listpack, with the back-lengths of Redis or of Valkey 9.
pub fn listpack(entries: &[Vec<u8>], valkey: bool) -> Vec<u8> {
    let mut body = Vec::new();
    for entry in entries {
        let start = body.len();
        match integer(entry) {
            Some(n @ 0..=127) => body.push(n as u8),
            Some(n @ -4096..=4095) => body.extend((0xc000 | (n as u16 & 0x1fff)).to_be_bytes()),
            Some(n) if i16::try_from(n).is_ok() => {
                body.push(0xf1);
                body.extend((n as i16).to_le_bytes());
            }
            Some(n) if (-(1 << 23)..1 << 23).contains(&n) => {
                body.push(0xf2);
                body.extend(&n.to_le_bytes()[..3]);
            }
            Some(n) if i32::try_from(n).is_ok() => {
                body.push(0xf3);
                body.extend((n as i32).to_le_bytes());
            }
            Some(n) => {
                body.push(0xf4);
                body.extend(n.to_le_bytes());
            }
            None => {
                match entry.len() {
                    n @ 0..64 => body.push(0x80 | n as u8),
                    n @ 64..4096 => body.extend((0xe000 | n as u16).to_be_bytes()),
                    n => {
                        body.push(0xf0);
                        body.extend((n as u32).to_le_bytes());
                    }
                }
                body.extend_from_slice(entry);
            }
        }
        let length = (body.len() - start) as u64;
        // Redis compares with "less than" from the second border on.
        let borders =
            if valkey { [127, 16_383, 2_097_151, 268_435_455] } else { [127, 16_382, 2_097_150, 268_435_454] };
        let size = 1 + borders.iter().filter(|&&border| length > border).count();
        for group in (0..size).rev() {
            let marked = if group + 1 == size { 0 } else { 0x80 };
            body.push((length >> (7 * group)) as u8 & 0x7f | marked);
        }
    }
    let mut out = Vec::new();
    out.extend((body.len() as u32 + 7).to_le_bytes());
    out.extend(u16::try_from(entries.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend(body);
    out.push(0xff);
    out
}

/// A zipmap; `free` unused bytes stand behind every value.
pub fn zipmap(pairs: &[(Vec<u8>, Vec<u8>)], free: u8) -> Vec<u8> {
    let mut out = vec![pairs.len().min(254) as u8];
    let length = |out: &mut Vec<u8>, n: usize| match n {
        0..254 => out.push(n as u8),
        _ => {
            out.push(254);
            out.extend((n as u32).to_le_bytes());
        }
    };
    for (field, value) in pairs {
        length(&mut out, field.len());
        out.extend_from_slice(field);
        length(&mut out, value.len());
        out.push(free);
        out.extend_from_slice(value);
        out.extend(std::iter::repeat_n(0x5a, usize::from(free)));
    }
    out.push(255);
    out
}

/// An intset of ascending integers in the narrowest width.
pub fn intset(numbers: &[i64]) -> Vec<u8> {
    let fits = |bits: u32| numbers.iter().all(|n| (-(1i64 << (bits - 1))..1 << (bits - 1)).contains(n));
    let width = if fits(16) {
        2
    } else if fits(32) {
        4
    } else {
        8
    };
    let mut out = Vec::new();
    out.extend((width as u32).to_le_bytes());
    out.extend((numbers.len() as u32).to_le_bytes());
    numbers.iter().for_each(|n| out.extend(&n.to_le_bytes()[..width]));
    out
}
