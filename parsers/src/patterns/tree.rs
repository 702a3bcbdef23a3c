//! Mining while the keys go by: a tree of segment templates, bounded whatever the names are.

use super::affix::{affix_groups, many_affixes};
use super::classes::{Values, classify};
use super::nodes::{NONE, Nodes, ROOT};
use super::position::{Position, Words, median};
use super::segments::{AT, Address, DIGIT, HIGH, LOWER, Segments, UPPER};
use super::template::{self, Class, is_whole, push_class, whole};

/// Words kept per parent and position; the words after them are `{*}`.
pub const MAX_LITERALS: usize = 256;
/// Patterns in all; the last one is `{*}` for every name that finds no room.
pub const MAX_PATTERNS: usize = 65_536;
/// Nodes of the tree while mining.
pub const MAX_NODES: usize = 131_072;
/// Segments of a name that are told apart; what follows is `{*}`.
pub const MAX_DEPTH: usize = 32;

/// Words kept per position once the tree is half full.
const MAX_LITERALS_PRESSED: usize = 32;
/// Room that only classes and `{*}` may use.
const RESERVE: usize = 8_192;
/// A longer segment is no word that one could recognise: `{*}`.
const MAX_TEXT: usize = 256;
/// Bytes of all templates.
const MAX_TEXTS: usize = 16 << 20;
/// Words that must share a beginning to get a `{*}` of their own.
const AFFIX_WORDS: usize = 16;

const REST: u32 = 1;

pub(super) struct Found {
    pub node: u32,
    pub keys: u64,
    /// Bit per type code
    pub types: u32,
    pub values: [u32; Values::MAX],
    /// Bit per number that has had one value only
    pub constant: u8,
}

/// Finds the patterns of names, one name at a time, in bounded memory.
pub struct PatternMiner {
    pub(super) nodes: Nodes,
    pub(super) patterns: Vec<Found>,
    pub(super) positions: Vec<Position>,
    scratch: Vec<u8>,
}

impl Default for PatternMiner {
    fn default() -> Self {
        Self::new()
    }
}

impl PatternMiner {
    /// A miner that has seen no key. Limits: [`MAX_LITERALS`], [`MAX_PATTERNS`], [`MAX_NODES`], [`MAX_DEPTH`].
    pub fn new() -> Self {
        let mut miner = PatternMiner {
            nodes: Nodes::new(),
            patterns: Vec::new(),
            positions: Vec::new(),
            scratch: Vec::with_capacity(2 * MAX_TEXT),
        };
        miner.nodes.add(ROOT, &whole(Class::Any));
        miner
    }

    /// The pattern of a key, numbered in the order of appearance. `type_code` (below 32) tells the types of values
    /// apart: names of different types are merged less readily.
    #[inline]
    pub fn assign(&mut self, key: &[u8], type_code: u8) -> u32 {
        let mut values = Values::default();
        let mut node = ROOT;
        let mut depth = 0;
        let mut segments = Segments::new(key);
        loop {
            if depth == MAX_DEPTH
                && let Some(rest) = segments.rest()
            {
                node = self.slow_child(node, &whole(Class::Any), rest.len()).unwrap_or(REST);
                break;
            }
            let Some(segment) = segments.next() else {
                break;
            };
            let text = key.get(segment.start..segment.end).unwrap_or_default();
            let child = if segment.seen == DIGIT && segment.address.is_none() {
                values.push(text);
                self.int_child(node, text.len())
            } else if is_word(segment.seen, text.len()) && segment.address.is_none() {
                match self.nodes.lookup(node, text) {
                    NONE => self.slow_child(node, text, text.len()),
                    child => Some(child),
                }
            } else {
                self.classified_child(node, text, segment.address, &mut values)
            };
            match child {
                Some(child) => node = child,
                None => {
                    node = REST;
                    break;
                }
            }
            depth += 1;
        }
        self.count(node, type_code, &values)
    }

    #[inline]
    fn count(&mut self, node: u32, type_code: u8, values: &Values) -> u32 {
        let mut pattern = self.nodes.get(node).pattern;
        if pattern == NONE {
            pattern = self.add_pattern(node, values);
        }
        if let Some(found) = self.patterns.get_mut(pattern as usize) {
            found.keys += 1;
            found.types |= 1u32.wrapping_shl(u32::from(type_code));
            let mut watched = found.constant;
            while watched != 0 {
                let index = watched.trailing_zeros() as usize;
                if found.values.get(index) != Some(&values.get(index)) {
                    found.constant &= !(1 << index);
                }
                watched &= watched - 1;
            }
        }
        pattern
    }

    #[cold]
    fn add_pattern(&mut self, node: u32, values: &Values) -> u32 {
        let rest = self.nodes.get(REST).pattern;
        let reserved = usize::from(rest == NONE && node != REST);
        if self.patterns.len() + reserved >= MAX_PATTERNS {
            return if rest == NONE { self.add_pattern(REST, &Values::default()) } else { rest };
        }
        let packed = values.packed();
        let constant = (0..Values::MAX).filter(|&index| packed[index] != 0).fold(0, |mask, index| mask | 1 << index);
        self.patterns.push(Found { node, keys: 0, types: 0, values: packed, constant });
        let pattern = (self.patterns.len() - 1) as u32;
        self.nodes.get_mut(node).pattern = pattern;
        pattern
    }

    #[inline]
    fn int_child(&mut self, parent: u32, length: usize) -> Option<u32> {
        let child = self.nodes.get(parent).int_child;
        if child == NONE {
            let child = self.slow_child(parent, &whole(Class::Int), length)?;
            self.nodes.get_mut(parent).int_child = child;
            return Some(child);
        }
        self.widen(child, length);
        Some(child)
    }

    fn classified_child(
        &mut self,
        parent: u32,
        text: &[u8],
        address: Option<Address>,
        values: &mut Values,
    ) -> Option<u32> {
        let mut template = std::mem::take(&mut self.scratch);
        let before = *values;
        match address {
            Some(Address::Ip) => {
                template.clear();
                push_class(&mut template, Class::Ip);
            }
            Some(Address::Mac) => {
                template.clear();
                push_class(&mut template, Class::Mac);
            }
            None if text.len() > MAX_TEXT => {
                template.clear();
                push_class(&mut template, Class::Any);
            }
            None => classify(text, &mut template, values),
        }
        let child = match self.nodes.lookup(parent, &template) {
            NONE => self.slow_child(parent, &template, text.len()),
            child => {
                self.widen(child, text.len());
                Some(child)
            }
        };
        if let Some(child) = child {
            if self.nodes.template(child) == template {
                self.note_lead(child, &template, text);
            } else {
                // `{*}` stands for the numbers too.
                *values = before;
            }
        }
        self.scratch = template;
        child
    }

    /// Random text may have a word glued to its front, which is what all the texts of a node begin with.
    fn note_lead(&mut self, node: u32, template: &[u8], text: &[u8]) {
        let Some(at) = token_start(template) else {
            return;
        };
        let token = text.get(at..).unwrap_or_default();
        let (start, length) = (self.nodes.get(node).lead_start, self.nodes.get(node).lead_length);
        if start == NONE {
            let letters = token.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let start = self.nodes.store_text(token.get(..letters).unwrap_or_default());
            let node = self.nodes.get_mut(node);
            (node.lead_start, node.lead_length) = (start, letters as u32);
        } else if length > 0 {
            let common = self.nodes.text(start, length).iter().zip(token).take_while(|(a, b)| a == b).count();
            self.nodes.get_mut(node).lead_length = common as u32;
        }
    }

    /// The letters that every random text of a node began with.
    pub(super) fn lead(&self, node: u32) -> &[u8] {
        let node = self.nodes.get(node);
        if node.lead_start == NONE { &[] } else { self.nodes.text(node.lead_start, node.lead_length) }
    }

    #[inline]
    fn widen(&mut self, node: u32, length: usize) {
        let length = length.min(u32::MAX as usize) as u32;
        let node = self.nodes.get_mut(node);
        node.shortest = node.shortest.min(length);
        node.longest = node.longest.max(length);
    }

    /// A child that is not there yet, or the `{*}` that stands for it. `None` when there is no room at all.
    #[cold]
    #[inline(never)]
    fn slow_child(&mut self, parent: u32, wanted: &[u8], length: usize) -> Option<u32> {
        let wanted = if wanted.len() > MAX_TEXT { &whole(Class::Any)[..] } else { wanted };
        let mut child = self.nodes.lookup(parent, wanted);
        if child == NONE {
            child = if is_whole(wanted) { self.grow(parent, wanted)? } else { self.word_child(parent, wanted)? };
        }
        self.widen(child, length);
        Some(child)
    }

    fn word_child(&mut self, parent: u32, wanted: &[u8]) -> Option<u32> {
        let words = Words::of(wanted);
        for _ in 0..2 {
            if let Some(position) = self.positions.get(self.nodes.get(parent).position as usize) {
                if let Some(child) = position.caught(words, wanted) {
                    return Some(child);
                }
                if position.closed(words).is_some() {
                    break;
                }
            }
            if self.has_room() && usize::from(self.nodes.get(parent).literals[words as usize]) < self.most_literals() {
                self.nodes.get_mut(parent).literals[words as usize] += 1;
                return self.grow(parent, wanted);
            }
            self.overflow(parent, words);
        }
        self.child_or_grow(parent, &whole(Class::Any))
    }

    fn has_room(&self) -> bool {
        self.nodes.len() < MAX_NODES - RESERVE && self.patterns.len() < MAX_PATTERNS - RESERVE
    }

    fn most_literals(&self) -> usize {
        let half = self.nodes.len() > MAX_NODES / 2 || self.patterns.len() > MAX_PATTERNS / 2;
        if half { MAX_LITERALS_PRESSED } else { MAX_LITERALS }
    }

    fn child_or_grow(&mut self, parent: u32, template: &[u8]) -> Option<u32> {
        match self.nodes.lookup(parent, template) {
            NONE => self.grow(parent, template),
            child => Some(child),
        }
    }

    /// A position is full. Words with a common beginning or ending get a `{*}` of their own; if that makes room
    /// the position stays open, else it is `{*}` from now on, and so are those of its words that are rare.
    fn overflow(&mut self, parent: u32, words: Words) {
        let keys = self.keys_below();
        let keys_of = |id: u32| keys.get(id as usize).copied().unwrap_or(0);
        let ids: Vec<u32> = (1..self.nodes.len() as u32)
            .filter(|&id| {
                let node = self.nodes.get(id);
                node.parent == parent && node.redirect == NONE && words.includes(self.nodes.template(id))
            })
            .collect();
        let median = median(ids.iter().map(|&id| keys_of(id)).collect());
        let rare = |id: u32| keys_of(id) <= (2 * median).max(2);
        let templates: Vec<Vec<u8>> = ids.iter().map(|&id| self.nodes.template(id).to_vec()).collect();
        let names: Vec<&[u8]> = templates.iter().map(Vec::as_slice).collect();
        let groups = affix_groups(&names, AFFIX_WORDS, many_affixes(parent));

        let mut position = match self.positions.get_mut(self.nodes.get(parent).position as usize) {
            Some(position) => std::mem::take(position),
            None => Position::default(),
        };
        let mut freed = 0;
        for group in groups {
            let Some(child) = self.child_or_grow(parent, &group.template()) else {
                continue;
            };
            for &id in group.members.iter().filter_map(|&index| ids.get(index)) {
                if rare(id) {
                    self.nodes.get_mut(id).redirect = child;
                    freed += 1;
                }
            }
            position.add(words, group, child);
        }
        let stays_open = freed * 4 >= ids.len() && position.next_round() && self.has_room();
        if stays_open {
            self.nodes.get_mut(parent).literals[words as usize] = (ids.len() - freed).min(MAX_LITERALS) as u16;
        } else {
            position.close(words, median, keys_of(parent));
            if let Some(any) = self.child_or_grow(parent, &whole(Class::Any)) {
                for &id in &ids {
                    if self.nodes.get(id).redirect == NONE && rare(id) {
                        self.nodes.get_mut(id).redirect = any;
                    }
                }
            }
        }
        match self.nodes.get(parent).position {
            NONE => {
                self.nodes.get_mut(parent).position = self.positions.len() as u32;
                self.positions.push(position);
            }
            index => {
                if let Some(place) = self.positions.get_mut(index as usize) {
                    *place = position;
                }
            }
        }
    }

    /// Keys of each node and of all below it.
    fn keys_below(&self) -> Vec<u64> {
        let mut keys = vec![0u64; self.nodes.len()];
        for found in &self.patterns {
            if let Some(keys) = keys.get_mut(found.node as usize) {
                *keys += found.keys;
            }
        }
        // A parent precedes its children.
        for id in (1..self.nodes.len()).rev() {
            let below = keys.get(id).copied().unwrap_or(0);
            if let Some(keys) = keys.get_mut(self.nodes.get(id as u32).parent as usize) {
                *keys += below;
            }
        }
        keys
    }

    /// Adds a child while there is room.
    fn grow(&mut self, parent: u32, template: &[u8]) -> Option<u32> {
        (self.nodes.len() < MAX_NODES && self.nodes.text_bytes() < MAX_TEXTS).then(|| self.nodes.add(parent, template))
    }
}

/// Whether a segment is a word as it stands: nothing in it could be a number, an address or random text.
#[inline]
fn is_word(seen: u8, length: usize) -> bool {
    seen & (DIGIT | AT | HIGH) == 0 && (length < 14 || seen & (LOWER | UPPER) != LOWER | UPPER && length <= MAX_TEXT)
}

/// Where the only class of a template stands if that is random text: at the same place in the segment.
fn token_start(template: &[u8]) -> Option<usize> {
    let at = template.iter().position(|&byte| byte == template::MARK)?;
    let random = template.get(at + 1) == Some(&(Class::Token as u8));
    random.then_some(at)
}
