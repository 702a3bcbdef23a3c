//! Strings with holes: one bit far out costs a page here, not the zeros before it.

use std::collections::BTreeMap;

/// Bytes of a page.
pub const PAGE: u64 = 4096;

/// Pages that were written; the rest are zeros.
#[derive(Debug, Clone, Default)]
pub struct Sparse {
    length: u64,
    pages: BTreeMap<u64, Box<[u8]>>,
}

impl Sparse {
    pub fn new(content: &[u8]) -> Self {
        let mut sparse = Self::default();
        sparse.write(0, content);
        sparse
    }

    pub fn len(&self) -> u64 {
        self.length
    }

    pub fn held_bytes(&self) -> u64 {
        self.pages.len() as u64 * (PAGE + 64)
    }

    /// Lengthens with zeros.
    pub fn extend_to(&mut self, length: u64) {
        self.length = self.length.max(length);
    }

    pub fn byte(&self, at: u64) -> u8 {
        let page = self.pages.get(&(at / PAGE));
        page.and_then(|page| page.get((at % PAGE) as usize)).copied().unwrap_or(0)
    }

    pub fn write(&mut self, offset: u64, content: &[u8]) {
        self.extend_to(offset.saturating_add(content.len() as u64));
        let (mut at, mut rest) = (offset, content);
        while !rest.is_empty() {
            let within = (at % PAGE) as usize;
            let n = rest.len().min(PAGE as usize - within);
            let (now, later) = rest.split_at(n);
            let page = self.pages.entry(at / PAGE);
            let page = page.or_insert_with(|| vec![0; PAGE as usize].into_boxed_slice());
            if let Some(place) = page.get_mut(within..within + n) {
                place.copy_from_slice(now);
            }
            at = at.saturating_add(n as u64);
            rest = later;
        }
    }

    /// The bytes from `start` on, at most `most` of them.
    pub fn read(&self, start: u64, most: u64) -> Vec<u8> {
        let end = self.length.min(start.saturating_add(most));
        let mut out = vec![0; end.saturating_sub(start) as usize];
        for (&number, page) in self.pages.range(start / PAGE..) {
            let first = number.saturating_mul(PAGE);
            if first >= end {
                break;
            }
            for (at, &byte) in (first..).zip(page.iter()) {
                if at >= start
                    && let Some(place) = out.get_mut((at - start) as usize)
                {
                    *place = byte;
                }
            }
        }
        out
    }

    /// Bytes other than zero.
    pub fn nonzero(&self) -> u64 {
        self.pages.values().map(|page| page.iter().filter(|&&byte| byte != 0).count() as u64).sum()
    }
}
