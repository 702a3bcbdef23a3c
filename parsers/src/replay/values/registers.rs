//! The registers of a HyperLogLog in their two forms (hyperloglog.c): 6 bits each, or runs of equal ones.

use crate::conversion::Target;

const MAGIC: &[u8] = b"HYLL";
const HEADER: usize = 16;
const ENCODING: usize = 4;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
/// The cached count stands in 8 bytes; the highest bit of the last says that it is stale.
const CACHED: std::ops::Range<usize> = 8..16;
const STALE: u8 = 0x80;
const DENSE_BYTES: usize = HEADER + (Registers::COUNT * 6).div_ceil(8);
/// Bits of a hash that choose the register; the rest are counted.
const INDEX_BITS: u32 = 14;
const COUNTED_BITS: usize = 50;
const SEED: u64 = 0xadc8_3b19;
/// Longest runs of the forms of a sparse run, and the highest value one can have.
const ZERO_MAX: usize = 64;
const VALUE_RUN_MAX: usize = 4;
const VALUE_MAX: u8 = 32;

/// A run of a sparse HyperLogLog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    value: u8,
    length: usize,
    /// Bytes that it takes.
    bytes: usize,
}

/// A HyperLogLog.
#[derive(Debug, Clone)]
pub struct Registers(Vec<u8>);

impl Registers {
    pub const COUNT: usize = 1 << INDEX_BITS;

    /// Without elements.
    pub fn empty() -> Self {
        let mut bytes = vec![0; HEADER];
        bytes[..MAGIC.len()].copy_from_slice(MAGIC);
        bytes[ENCODING] = SPARSE;
        push_run(&mut bytes, 0, Self::COUNT);
        Self(bytes)
    }

    /// What a string holds, where that is a HyperLogLog.
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        let sound = bytes.len() >= HEADER
            && bytes.starts_with(MAGIC)
            && match bytes.get(ENCODING) {
                Some(&DENSE) => bytes.len() == DENSE_BYTES,
                Some(&SPARSE) => true,
                _ => false,
            };
        sound.then_some(Self(bytes))
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub fn is_dense(&self) -> bool {
        self.0.get(ENCODING) == Some(&DENSE)
    }

    /// Adds an element; whether a register rose.
    pub fn add(&mut self, element: &[u8], sparse_max_bytes: u64) -> bool {
        let hash = murmur(element);
        let counted = hash >> INDEX_BITS | 1 << COUNTED_BITS;
        self.raise(hash as usize % Self::COUNT, counted.trailing_zeros() as u8 + 1, sparse_max_bytes)
    }

    pub fn forget_count(&mut self) {
        if let Some(last) = self.0.get_mut(CACHED.end - 1) {
            *last |= STALE;
        }
    }

    /// Writes down the count where it is stale; whether it was.
    pub fn remember_count(&mut self, target: &Target) -> bool {
        if self.0.get(CACHED.end - 1).is_none_or(|last| last & STALE == 0) {
            return false;
        }
        let newer = target.is_valkey() || target.redis_from(5, 0, 0);
        let count = if newer { self.count() } else { self.count_4_0() };
        if let Some(place) = self.0.get_mut(CACHED) {
            place.copy_from_slice(&count.to_le_bytes());
        }
        true
    }

    fn runs(&self) -> impl Iterator<Item = Run> {
        let mut rest = self.0.get(HEADER..).unwrap_or_default();
        std::iter::from_fn(move || {
            let run = run_at(rest)?;
            rest = rest.get(run.bytes..)?;
            Some(run)
        })
    }

    fn dense(&self, index: usize) -> u8 {
        let bit = index * 6;
        let byte = |at: usize| u16::from(self.0.get(HEADER + at).copied().unwrap_or(0));
        ((byte(bit / 8) | byte(bit / 8 + 1) << 8) >> (bit % 8) & 63) as u8
    }

    fn set_dense(&mut self, index: usize, value: u8) {
        let (at, shift) = (HEADER + index * 6 / 8, index * 6 % 8);
        let (mask, bits) = (63u16 << shift, u16::from(value) << shift);
        for (at, mask, bits) in [(at, mask as u8, bits as u8), (at + 1, (mask >> 8) as u8, (bits >> 8) as u8)] {
            if let Some(byte) = self.0.get_mut(at) {
                *byte = *byte & !mask | bits;
            }
        }
    }

    /// Raises `highest` to this one's registers.
    pub fn merge_into(&self, highest: &mut [u8]) {
        if self.is_dense() {
            for (index, high) in highest.iter_mut().enumerate() {
                *high = (*high).max(self.dense(index));
            }
            return;
        }
        let mut first = 0usize;
        for run in self.runs() {
            for high in highest.iter_mut().skip(first).take(run.length) {
                *high = (*high).max(run.value);
            }
            first += run.length;
        }
    }

    pub fn make_dense(&mut self) {
        if self.is_dense() {
            return;
        }
        let mut values = vec![0; Self::COUNT];
        self.merge_into(&mut values);
        self.0.truncate(HEADER);
        self.0.resize(DENSE_BYTES, 0);
        if let Some(encoding) = self.0.get_mut(ENCODING) {
            *encoding = DENSE;
        }
        for (index, &value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
            self.set_dense(index, value);
        }
    }

    /// Raises a register; whether it was lower.
    pub fn raise(&mut self, index: usize, value: u8, sparse_max_bytes: u64) -> bool {
        if !self.is_dense() {
            if value <= VALUE_MAX
                && let Some(raised) = self.raise_sparse(index, value, sparse_max_bytes)
            {
                return raised;
            }
            self.make_dense();
        }
        let lower = self.dense(index) < value;
        if lower {
            self.set_dense(index, value);
        }
        lower
    }

    /// None where the sparse form has no room for it.
    fn raise_sparse(&mut self, index: usize, value: u8, max_bytes: u64) -> Option<bool> {
        let (mut at, mut first, mut previous) = (HEADER, 0, HEADER);
        let run = loop {
            let Some(run) = self.0.get(at..).and_then(run_at) else { return Some(false) };
            if index < first + run.length {
                break run;
            }
            previous = at;
            at += run.bytes;
            first += run.length;
        };
        if run.value >= value {
            return Some(false);
        }
        let mut runs = Vec::with_capacity(5);
        push_run(&mut runs, run.value, index - first);
        push_run(&mut runs, value, 1);
        push_run(&mut runs, run.value, first + run.length - 1 - index);
        if runs.len() > run.bytes && (self.0.len() + runs.len() - run.bytes) as u64 > max_bytes {
            return None;
        }
        self.0.splice(at..at + run.bytes, runs);
        self.merge_runs(previous);
        self.forget_count();
        Some(true)
    }

    /// Joins equal neighbours among the five runs from `at` on.
    fn merge_runs(&mut self, mut at: usize) {
        for _ in 0..5 {
            let Some(run) = self.0.get(at..).and_then(run_at) else { return };
            let next = self.0.get(at + run.bytes..).and_then(run_at);
            match next {
                Some(next) if run.value > 0 && next.value == run.value && run.length + next.length <= VALUE_RUN_MAX => {
                    let mut joined = Vec::with_capacity(1);
                    push_run(&mut joined, run.value, run.length + next.length);
                    self.0.splice(at..at + 2, joined);
                }
                _ => at += run.bytes,
            }
        }
    }

    /// How often each value occurs.
    fn histogram(&self) -> [u32; 64] {
        let mut histogram = [0; 64];
        let mut values = vec![0; Self::COUNT];
        self.merge_into(&mut values);
        for value in values {
            if let Some(place) = histogram.get_mut(usize::from(value)) {
                *place += 1;
            }
        }
        histogram
    }

    /// Ertl's estimator (5.0).
    fn count(&self) -> u64 {
        let histogram = self.histogram();
        let m = Self::COUNT as f64;
        let mut z = m * tau((m - f64::from(histogram[COUNTED_BITS + 1])) / m);
        for value in histogram[1..=COUNTED_BITS].iter().rev() {
            z = (z + f64::from(*value)) * 0.5;
        }
        z += m * sigma(f64::from(histogram[0]) / m);
        (0.721_347_520_444_481_7 * m * m / z).round() as u64
    }

    /// LogLog-Beta (4.0).
    fn count_4_0(&self) -> u64 {
        const POWERS: [f64; 7] =
            [0.070471823, 0.17393686, 0.16339839, -0.09237745, 0.03738027, -0.005384159, 0.00042419];
        let histogram = self.histogram();
        let m = Self::COUNT as f64;
        let alpha = 0.7213 / (1.0 + 1.079 / m);
        let sum: f64 = (0i32..).zip(histogram).map(|(value, n)| f64::from(n) * 2f64.powi(-value)).sum();
        let zeros = f64::from(histogram[0]);
        let log = (zeros + 1.0).ln();
        let beta: f64 = (1i32..)
            .zip(POWERS)
            .map(|(power, factor)| factor * log.powi(power))
            .fold(-0.370393911 * zeros, |a, b| a + b);
        (alpha * m * (m - zeros) * (1.0 / (sum + beta))).round() as u64
    }
}

/// The run at the start of these bytes.
fn run_at(bytes: &[u8]) -> Option<Run> {
    let first = *bytes.first()?;
    let low = usize::from(first & 0x3f);
    Some(match first >> 6 {
        0 => Run { value: 0, length: low + 1, bytes: 1 },
        1 => Run { value: 0, length: (low << 8 | usize::from(*bytes.get(1)?)) + 1, bytes: 2 },
        _ => Run { value: (first >> 2 & 0x1f) + 1, length: usize::from(first & 3) + 1, bytes: 1 },
    })
}

/// Appends a run, none where it is empty.
fn push_run(out: &mut Vec<u8>, value: u8, length: usize) {
    let Some(rest) = length.checked_sub(1) else { return };
    match value {
        0 if length > ZERO_MAX => out.extend([0x40 | (rest >> 8) as u8 & 0x3f, rest as u8]),
        0 => out.push(rest as u8),
        _ => out.push(0x80 | (value - 1) << 2 | rest as u8 & 3),
    }
}

fn sigma(x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut y, mut z) = (x, 1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

fn tau(x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut x, mut y, mut z) = (x, 1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

/// MurmurHash64A.
fn murmur(bytes: &[u8]) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(M);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let mut k = u64::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 47;
        hash = (hash ^ k.wrapping_mul(M)).wrapping_mul(M);
    }
    if !rest.is_empty() {
        let tail = rest.iter().rev().fold(0u64, |tail, &byte| tail << 8 | u64::from(byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash ^= hash >> 47;
    hash = hash.wrapping_mul(M);
    hash ^ hash >> 47
}
