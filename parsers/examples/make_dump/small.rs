//! Small keys: sessions, cache entries and counters that expire; flags and tokens that do not; small collections.

use std::io::{self, Write};

use super::dump_writer::{DumpWriter, SET, SET_INTSET, STRING};
use super::entropy::{draw, scattered};
use super::packed::Packed;
use super::stream;

const DAY_MS: u64 = 86_400_000;
const CITIES: [&str; 8] = ["Berlin", "Lagos", "Osaka", "Quito", "Perth", "Oslo", "Lyon", "Turin"];

/// Of a thousand keys, those that expire come first: sessions, cache entries, counters.
const EXPIRING_PER_THOUSAND: u64 = 600;

/// Memory that a server needs for one key on average, for the aux field.
const MEMORY_PER_KEY: u64 = 211;

pub fn write<W: Write>(dump: &mut DumpWriter<W>, keys: u64, seed: u64, now_ms: u64) -> io::Result<()> {
    dump.header(now_ms / 1000, keys * MEMORY_PER_KEY)?;
    let expiring = (0..keys).filter(|&i| number_of(seed, i) % 1000 < EXPIRING_PER_THOUSAND).count();
    dump.database(keys, expiring as u64)?;
    let mut writer =
        Writer { packed: Packed::of_version(dump.version), dump, name: Vec::new(), text: Vec::new(), now_ms };
    for i in scattered(keys) {
        writer.key(i, number_of(seed, i), draw(!seed, i))?;
    }
    Ok(())
}

/// The number that decides what key `i` is.
fn number_of(seed: u64, i: u64) -> u64 {
    draw(seed, i) & 0x3fff_ffff
}

struct Writer<'d, W> {
    dump: &'d mut DumpWriter<W>,
    packed: Packed,
    name: Vec<u8>,
    text: Vec<u8>,
    now_ms: u64,
}

impl<W: Write> Writer<'_, W> {
    fn key(&mut self, i: u64, r: u64, token: u64) -> io::Result<()> {
        self.name.clear();
        self.text.clear();
        let now = self.now_ms;
        let (name, text) = (&mut self.name, &mut self.text);
        let expiry = match r % 1000 {
            0..260 => {
                write!(name, "session:{token:016x}{i:08x}")?;
                let (a, b, c) = (r & 255, (r >> 8) & 255, (r >> 16) & 255);
                write!(text, "uid={i};csrf={token:016x}{:016x};ip=10.{a}.{b}.{c};ua={}", draw(token, i), r % 97)?;
                Some(now + DAY_MS + r % (29 * DAY_MS))
            }
            260..480 => {
                write!(name, "cache:user:{i}:profile")?;
                let city = CITIES[(r & 7) as usize];
                write!(text, "{{\"id\":{i},\"city\":\"{city}\",\"score\":{}}}", r % 10_007)?;
                Some(now + DAY_MS / 2 + r % (6 * DAY_MS))
            }
            480..600 => {
                write!(name, "rate:{i}:{}", r % 60)?;
                write!(text, "{}", r % 5000)?;
                Some(now + DAY_MS + r % DAY_MS)
            }
            600..720 => {
                write!(name, "feature:tenant-{i}:flag-{}", r % 50)?;
                text.extend_from_slice(if r & 1 == 1 { b"on" } else { b"off" });
                None
            }
            720..760 => {
                write!(name, "app:v2:{{user{i}}}:token")?;
                write!(text, "{token:016x}{:016x}", draw(token, i))?;
                None
            }
            760..910 => return self.hash(i, r, token),
            910..935 => return self.intset(i, r),
            935..950 => return self.set(i, r),
            950..975 => return self.zset(i, r),
            975..992 => return self.list(i, r),
            _ => return self.stream(i, r),
        };
        self.dump.key(STRING, &self.name, expiry)?;
        self.dump.string(&self.text);
        Ok(())
    }

    fn hash(&mut self, i: u64, r: u64, token: u64) -> io::Result<()> {
        write!(self.name, "user:{i}")?;
        self.packed.clear();
        for (field, value) in [
            ("name", format_args!("{:012x}", token >> 16)),
            ("email", format_args!("u{i}@example.com")),
            ("age", format_args!("{}", r % 90)),
            ("city", format_args!("{}", CITIES[(r & 7) as usize])),
            ("visits", format_args!("{}", r % 100_000)),
        ] {
            self.packed.push(field.as_bytes());
            self.text.clear();
            self.text.write_fmt(value)?;
            self.packed.push(&self.text);
        }
        self.dump.key(self.dump.types.hash_small, &self.name, None)?;
        self.dump.string(self.packed.finish());
        Ok(())
    }

    fn intset(&mut self, i: u64, r: u64) -> io::Result<()> {
        write!(self.name, "group:{i}:members")?;
        let members = distinct((0..1 + r % 8).map(|j| (r >> j) & 0xffff));
        let width: u32 = if members.last().is_some_and(|&m| m > 0x7fff) { 4 } else { 2 };
        self.text.extend_from_slice(&width.to_le_bytes());
        self.text.extend_from_slice(&(members.len() as u32).to_le_bytes());
        for member in members {
            self.text.extend_from_slice(&member.to_le_bytes()[..width as usize]);
        }
        self.dump.key(SET_INTSET, &self.name, None)?;
        self.dump.string(&self.text);
        Ok(())
    }

    fn set(&mut self, i: u64, r: u64) -> io::Result<()> {
        write!(self.name, "tags:{i}")?;
        let members = distinct((0..1 + r % 6).map(|j| (r >> j) & 0xff));
        let is_table = self.dump.types.set_small == SET;
        self.dump.key(self.dump.types.set_small, &self.name, None)?;
        self.packed.clear();
        if is_table {
            self.dump.length(members.len() as u64);
        }
        for member in members {
            self.text.clear();
            write!(self.text, "tag-{member}")?;
            if is_table {
                self.dump.string(&self.text);
            } else {
                self.packed.push(&self.text);
            }
        }
        if !is_table {
            self.dump.string(self.packed.finish());
        }
        Ok(())
    }

    fn zset(&mut self, i: u64, r: u64) -> io::Result<()> {
        write!(self.name, "board:{i}:daily")?;
        let players = distinct((0..2 + r % 6).map(|j| (r >> (j + 2)) & 0xffff));
        let mut scored: Vec<(u64, u64)> =
            players.iter().enumerate().map(|(j, &player)| ((r >> j & 0xfff) * 10 + j as u64, player)).collect();
        scored.sort_unstable();
        self.packed.clear();
        for (tenths, player) in scored {
            self.text.clear();
            write!(self.text, "player-{player}")?;
            self.packed.push(&self.text);
            self.text.clear();
            write!(self.text, "{}", tenths as f64 / 10.0)?;
            self.packed.push(&self.text);
        }
        self.dump.key(self.dump.types.zset_small, &self.name, None)?;
        self.dump.string(self.packed.finish());
        Ok(())
    }

    fn list(&mut self, i: u64, r: u64) -> io::Result<()> {
        write!(self.name, "queue:{i}:jobs")?;
        self.packed.clear();
        for j in 0..1 + r % 8 {
            self.text.clear();
            write!(self.text, "job-{:08x}", r >> j)?;
            self.packed.push(&self.text);
        }
        self.dump.key(self.dump.types.list, &self.name, None)?;
        self.dump.length(1);
        if self.dump.version >= 10 {
            // The only node is packed.
            self.dump.length(2);
        }
        self.dump.string(self.packed.finish());
        Ok(())
    }

    fn stream(&mut self, i: u64, r: u64) -> io::Result<()> {
        write!(self.name, "events:{i}")?;
        self.dump.key(self.dump.types.stream, &self.name, None)?;
        let start = self.now_ms - 1000;
        stream::write(
            self.dump,
            &["type", "uid"],
            1 + r % 3,
            |j| (start + j, j),
            |_, node| {
                node.push(b"login");
                node.push_number(i as i64);
            },
        )
    }
}

/// Sorted, each once.
fn distinct(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
