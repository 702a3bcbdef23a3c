//! A node of a quicklist: a listpack, a ziplist, or one large element.

use std::collections::VecDeque;

use super::packed_element;
use crate::conversion::Target;
use crate::memory::costs::Costs;
use crate::memory::{listpack_size, ziplist_size};

/// Entries of this size are announced in five bytes to the next one.
const WIDE: u64 = 254;

/// How the nodes of a server's lists are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Listpack { full_back_length: bool },
    Ziplist,
}

impl Layout {
    pub fn of(target: &Target) -> Self {
        let constants = Costs::of(target).constants;
        match constants.listpacks {
            true => Self::Listpack { full_back_length: constants.full_back_length },
            false => Self::Ziplist,
        }
    }

    /// Bytes of a packed value without entries.
    pub const fn empty(self) -> u64 {
        match self {
            Self::Listpack { .. } => listpack_size::EMPTY,
            Self::Ziplist => ziplist_size::EMPTY,
        }
    }

    /// Bytes of an entry; in a ziplist with one byte for the length of the entry before.
    fn entry(self, text: &[u8]) -> u64 {
        match self {
            Self::Listpack { full_back_length } => listpack_size::entry(packed_element(text), full_back_length),
            Self::Ziplist => ziplist_size::content(packed_element(text)) + 1,
        }
    }

    /// What the entry behind `text` takes more because `text` is long.
    fn wide(self, text: &[u8]) -> u64 {
        if self == Self::Ziplist && self.entry(text) >= WIDE { 4 } else { 0 }
    }
}

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    pub items: VecDeque<Box<[u8]>>,
    pub plain: bool,
    pub bytes: u64,
}

impl Node {
    pub fn empty(layout: Layout) -> Self {
        Self { items: VecDeque::new(), plain: false, bytes: layout.empty() }
    }

    pub fn plain(text: &[u8]) -> Self {
        Self { items: VecDeque::from([text.into()]), plain: true, bytes: text.len() as u64 }
    }

    pub fn of(items: VecDeque<Box<[u8]>>, layout: Layout) -> Self {
        let mut node = Self { items, plain: false, bytes: 0 };
        node.measure(layout);
        node
    }

    pub fn count(&self) -> u64 {
        self.items.len() as u64
    }

    /// Works out the size anew.
    fn measure(&mut self, layout: Layout) {
        let entries: u64 = self.items.iter().map(|text| layout.entry(text)).sum();
        let wide: u64 = self.items.iter().rev().skip(1).map(|text| layout.wide(text)).sum();
        self.bytes = layout.empty() + entries + wide;
    }

    pub fn push_back(&mut self, text: &[u8], layout: Layout) {
        let wide = self.items.back().map_or(0, |last| layout.wide(last));
        self.bytes += layout.entry(text) + wide;
        self.items.push_back(text.into());
    }

    pub fn push_front(&mut self, text: &[u8], layout: Layout) {
        let wide = if self.items.is_empty() { 0 } else { layout.wide(text) };
        self.bytes += layout.entry(text) + wide;
        self.items.push_front(text.into());
    }

    pub fn insert(&mut self, at: usize, text: &[u8], layout: Layout) {
        if at == 0 {
            return self.push_front(text, layout);
        }
        if at >= self.items.len() {
            return self.push_back(text, layout);
        }
        self.bytes += layout.entry(text) + layout.wide(text);
        self.items.insert(at, text.into());
    }

    /// Takes `count` elements from `at` on.
    pub fn remove(&mut self, at: usize, count: usize, layout: Layout) {
        let end = at.saturating_add(count).min(self.items.len());
        let start = at.min(end);
        for text in self.items.range(start..end) {
            self.bytes = self.bytes.saturating_sub(layout.entry(text) + layout.wide(text));
        }
        // The last entry announces nothing to anyone.
        if end == self.items.len() && end > start {
            if let Some(last) = self.items.back() {
                self.bytes += layout.wide(last);
            }
            if let Some(new_last) = start.checked_sub(1).and_then(|at| self.items.get(at)) {
                self.bytes = self.bytes.saturating_sub(layout.wide(new_last));
            }
        }
        self.items.drain(start..end);
    }

    /// Places of the elements that are equal to `text`.
    pub fn places_of(&self, text: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
        self.items.iter().enumerate().filter(move |(_, item)| ***item == *text).map(|(place, _)| place)
    }

    /// Takes the elements at these places.
    pub fn remove_places(&mut self, places: &[usize], layout: Layout) {
        let mut wanted = vec![false; self.items.len()];
        for &place in places {
            if let Some(wanted) = wanted.get_mut(place) {
                *wanted = true;
            }
        }
        let mut wanted = wanted.into_iter();
        self.items.retain(|_| wanted.next() != Some(true));
        self.measure(layout);
    }

    /// Puts another element in the place of one.
    pub fn replace(&mut self, at: usize, text: &[u8], layout: Layout) {
        if let Some(place) = self.items.get_mut(at) {
            *place = text.into();
        }
        if self.plain {
            self.bytes = text.len() as u64;
        } else {
            self.measure(layout);
        }
    }

    /// Cuts off the elements from `at` on.
    pub fn split_off(&mut self, at: usize, layout: Layout) -> Self {
        let rest = self.items.split_off(at.min(self.items.len()));
        self.measure(layout);
        Self::of(rest, layout)
    }

    /// Appends another node's elements.
    pub fn absorb(&mut self, other: Self, layout: Layout) {
        self.items.extend(other.items);
        self.measure(layout);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is done to a node, its size is that of a node built anew.
    #[test]
    fn sizes_follow_every_change() {
        let mut seed = 11u64;
        for layout in [Layout::Ziplist, Layout::Listpack { full_back_length: false }] {
            let mut node = Node::empty(layout);
            for round in 0..2000 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let random = (seed >> 33) as usize;
                let text = vec![b'x'; [0, 3, 200, 251, 252, 300][random % 6]];
                let at = random / 7 % (node.items.len() + 1);
                match random / 3 % 6 {
                    0 => node.push_back(&text, layout),
                    1 => node.push_front(&text, layout),
                    2 | 3 => node.insert(at, &text, layout),
                    4 => node.remove(at, random % 3, layout),
                    _ => node.replace(at, &text, layout),
                }
                let expected = Node::of(node.items.clone(), layout).bytes;
                assert_eq!(node.bytes, expected, "round {round} of {layout:?}");
            }
        }
    }
}
