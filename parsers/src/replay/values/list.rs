//! Lists: nodes of a quicklist as pushes, inserts and removals leave them, or one packed value.

use std::collections::VecDeque;

use super::node::{Layout, Node};
use super::packed_element;
use crate::conversion::quicklist::{ESTIMATED_OVERHEAD, NodeLimit};
use crate::conversion::{Encoding, Target};
use crate::events::{Packed, ValueSink, canonical_integer};
use crate::rdb::codes::ValueType;

/// An end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Head,
    Tail,
}

/// What of the server decides how lists are held.
#[derive(Debug, Clone)]
pub struct Rules {
    pub layout: Layout,
    pub limit: NodeLimit,
    longest_packed: u64,
    /// Small lists are listpacks (7.2).
    packs: bool,
    quicklists: bool,
    max_ziplist_entries: u64,
    max_ziplist_value: u64,
}

impl Rules {
    pub fn of(target: &Target) -> Self {
        let limit = NodeLimit::of(target.thresholds.list_max_listpack_size);
        Self {
            layout: Layout::of(target),
            limit,
            longest_packed: limit.longest_packed(target),
            packs: target.packs_lists_and_sets(),
            quicklists: target.has_quicklists(),
            max_ziplist_entries: target.thresholds.list_max_ziplist_entries,
            max_ziplist_value: target.thresholds.list_max_ziplist_value,
        }
    }

    fn is_large(&self, text: &[u8]) -> bool {
        text.len() as u64 > self.longest_packed
    }

    /// Whether a node takes one more element of this size.
    fn allows_insert(&self, node: Option<&Node>, text: &[u8]) -> bool {
        let Some(node) = node.filter(|node| !node.plain && !self.is_large(text)) else { return false };
        let n = text.len() as u64;
        let overhead = match self.layout {
            Layout::Listpack { .. } => ESTIMATED_OVERHEAD,
            Layout::Ziplist => {
                let announced = match n {
                    0..64 => 1,
                    64..16_384 => 2,
                    _ => 5,
                };
                announced + if n < 254 { 1 } else { 5 }
            }
        };
        self.limit.allows_push(node.bytes + n + overhead, node.count() + 1)
    }

    fn allows_merge(&self, one: &Node, other: &Node) -> bool {
        let bytes = (one.bytes + other.bytes).saturating_sub(self.layout.empty());
        !one.plain && !other.plain && self.limit.allows_push(bytes, one.count() + other.count())
    }
}

/// A list. In every encoding but the quicklist it has one node.
#[derive(Debug, Clone)]
pub struct ListValue {
    nodes: VecDeque<Node>,
    encoding: Encoding,
    count: u64,
    content_bytes: u64,
}

impl ListValue {
    /// As the first push makes it.
    pub fn new(rules: &Rules) -> Self {
        let encoding = match (rules.quicklists, rules.packs) {
            (true, true) => Encoding::Listpack,
            (true, false) => Encoding::Quicklist,
            (false, _) => Encoding::Ziplist,
        };
        Self::empty(encoding)
    }

    /// Without elements, in a given encoding.
    pub fn empty(encoding: Encoding) -> Self {
        Self { nodes: VecDeque::new(), encoding, count: 0, content_bytes: 0 }
    }

    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub fn len(&self) -> u64 {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn held_bytes(&self) -> u64 {
        self.content_bytes + self.count * 24 + self.nodes.len() as u64 * 64
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.nodes.iter().flat_map(|node| node.items.iter().map(|text| &**text))
    }

    fn gained(&mut self, text: &[u8]) {
        self.count += 1;
        self.content_bytes += text.len() as u64;
    }

    /// Appends a node as it stands in a dump; all elements of one packed node, or one large one.
    pub fn load_node(&mut self, items: VecDeque<Box<[u8]>>, plain: bool, rules: &Rules) {
        if items.is_empty() {
            return;
        }
        items.iter().for_each(|text| self.gained(text));
        let mut node = Node::of(items, rules.layout);
        if plain {
            node.plain = true;
            node.bytes = node.items.iter().map(|text| text.len() as u64).sum();
        }
        self.nodes.push_back(node);
    }

    /// Takes the encoding that a load gives; any but the quicklist has one node.
    pub fn settle(&mut self, encoding: Encoding, rules: &Rules) {
        self.encoding = encoding;
        if encoding != Encoding::Quicklist && self.nodes.len() > 1 {
            let items = self.nodes.drain(..).flat_map(|node| node.items).collect();
            self.nodes.push_back(Node::of(items, rules.layout));
        }
    }

    /// Before elements are added: a packed list that would grow past its limit is converted.
    pub fn convert_before_adding(&mut self, added: &[&[u8]], rules: &Rules) {
        let bytes = added.iter().map(|text| text.len() as u64).sum();
        self.convert_before(bytes, added.len() as u64, rules);
    }

    /// The same for an element that was taken from a list: an integer of a listpack counts nothing.
    pub fn convert_before_moving(&mut self, text: &[u8], from_listpack: bool, rules: &Rules) {
        let is_number = from_listpack && canonical_integer(text).is_some();
        self.convert_before(if is_number { 0 } else { text.len() as u64 }, 1, rules);
    }

    fn convert_before(&mut self, bytes: u64, count: u64, rules: &Rules) {
        match self.encoding {
            Encoding::Listpack => {
                let there = self.nodes.front().map_or(rules.layout.empty(), |node| node.bytes);
                if !rules.limit.allows_push(there + bytes, self.count + count) {
                    self.encoding = Encoding::Quicklist;
                }
            }
            Encoding::Ziplist if bytes / count.max(1) > rules.max_ziplist_value => self.encoding = Encoding::Linkedlist,
            _ => {}
        }
    }

    /// After elements were taken or replaced (`shrinking`), or a list was built: a quicklist of one small node becomes
    /// a listpack.
    pub fn convert_after(&mut self, shrinking: bool, rules: &Rules) {
        let (true, Encoding::Quicklist) = (rules.packs, self.encoding) else { return };
        let Some(node) = self.nodes.front().filter(|node| self.nodes.len() == 1 && !node.plain) else { return };
        let limit = match (rules.limit, shrinking) {
            (limit, false) => limit,
            (NodeLimit::Bytes(most), true) => NodeLimit::Bytes(most / 2),
            (NodeLimit::Elements(most), true) => NodeLimit::Elements(most / 2),
        };
        if limit.allows_listpack(node.bytes, self.count) {
            self.encoding = Encoding::Listpack;
        }
    }

    /// Adds an element at an end.
    pub fn push(&mut self, text: &[u8], end: End, rules: &Rules) {
        self.gained(text);
        if self.encoding == Encoding::Ziplist
            && (text.len() as u64 > rules.max_ziplist_value || self.count > rules.max_ziplist_entries)
        {
            self.encoding = Encoding::Linkedlist;
        }
        let one_node = self.encoding != Encoding::Quicklist;
        if !one_node && rules.is_large(text) {
            return self.attach(Node::plain(text), end);
        }
        let node = match end {
            End::Head => self.nodes.front(),
            End::Tail => self.nodes.back(),
        };
        if !(one_node && node.is_some() || rules.allows_insert(node, text)) {
            self.attach(Node::empty(rules.layout), end);
        }
        let node = match end {
            End::Head => self.nodes.front_mut(),
            End::Tail => self.nodes.back_mut(),
        };
        match (node, end) {
            (Some(node), End::Head) => node.push_front(text, rules.layout),
            (Some(node), End::Tail) => node.push_back(text, rules.layout),
            (None, _) => {}
        }
    }

    fn attach(&mut self, node: Node, end: End) {
        match end {
            End::Head => self.nodes.push_front(node),
            End::Tail => self.nodes.push_back(node),
        }
    }

    /// Takes an element from an end.
    pub fn pop(&mut self, end: End, rules: &Rules) -> Option<Box<[u8]>> {
        let index = if end == End::Head { 0 } else { self.count.checked_sub(1)? };
        let text: Box<[u8]> = self.get(index)?.into();
        self.remove_range(index, 1, rules);
        Some(text)
    }

    /// The node and the place in it of an index.
    fn locate(&self, index: u64) -> Option<(usize, usize)> {
        if index >= self.count {
            return None;
        }
        if index >= self.count / 2 {
            let mut first = self.count;
            for (number, node) in self.nodes.iter().enumerate().rev() {
                first = first.saturating_sub(node.count());
                if index >= first {
                    return Some((number, (index - first) as usize));
                }
            }
            return None;
        }
        let mut left = index;
        for (number, node) in self.nodes.iter().enumerate() {
            if left < node.count() {
                return Some((number, left as usize));
            }
            left -= node.count();
        }
        None
    }

    pub fn get(&self, index: u64) -> Option<&[u8]> {
        let (number, at) = self.locate(index)?;
        self.nodes.get(number)?.items.get(at).map(|text| &**text)
    }

    /// The index that a client means: negative ones count from the end.
    pub fn index(&self, from_client: i64) -> Option<u64> {
        let index = match u64::try_from(from_client) {
            Ok(index) => index,
            Err(_) => self.count.checked_sub(from_client.unsigned_abs())?,
        };
        (index < self.count).then_some(index)
    }

    /// Takes `count` elements from `start` on.
    pub fn remove_range(&mut self, start: u64, count: u64, rules: &Rules) {
        let mut left = count.min(self.count.saturating_sub(start));
        while left > 0 {
            let Some((number, at)) = self.locate(start) else { return };
            let Some(node) = self.nodes.get_mut(number) else { return };
            let here = left.min(node.count() - at as u64);
            for text in node.items.range(at..at + here as usize) {
                self.content_bytes = self.content_bytes.saturating_sub(text.len() as u64);
            }
            if here == node.count() {
                self.nodes.remove(number);
            } else {
                node.remove(at, here as usize, rules.layout);
            }
            self.count = self.count.saturating_sub(here);
            left -= here;
        }
    }

    /// Takes elements equal to `text`, at most `most` of them, from one end on; gives their number.
    pub fn remove_equal(&mut self, text: &[u8], most: u64, from: End, rules: &Rules) -> u64 {
        let mut left = most;
        let (layout, mut gone) = (rules.layout, Vec::new());
        let mut remove_from = |node: &mut Node| {
            let before = left;
            let places: Vec<usize> = match from {
                End::Head => node.places_of(text).take(left as usize).collect(),
                End::Tail => node.places_of(text).rev().take(left as usize).collect(),
            };
            left -= places.len() as u64;
            if !places.is_empty() {
                node.remove_places(&places, layout);
            }
            before - left
        };
        match from {
            End::Head => gone.extend(self.nodes.iter_mut().map(&mut remove_from)),
            End::Tail => gone.extend(self.nodes.iter_mut().rev().map(&mut remove_from)),
        }
        let removed: u64 = gone.into_iter().sum();
        self.nodes.retain(|node| !node.items.is_empty());
        self.count = self.count.saturating_sub(removed);
        self.content_bytes = self.content_bytes.saturating_sub(removed * text.len() as u64);
        removed
    }

    /// Puts another element in the place of one.
    pub fn replace(&mut self, index: u64, text: &[u8], rules: &Rules) {
        let Some((number, at)) = self.locate(index) else { return };
        let Some(node) = self.nodes.get_mut(number) else { return };
        let old = node.items.get(at).map_or(0, |item| item.len() as u64);
        self.content_bytes = (self.content_bytes + text.len() as u64).saturating_sub(old);
        let large = self.encoding == Encoding::Quicklist && rules.is_large(text);
        match (node.plain, large) {
            (false, false) | (true, true) => node.replace(at, text, rules.layout),
            (true, false) => {
                // The element goes in behind the large one, into the next node where that has room.
                let next = self.nodes.get(number + 1);
                if rules.allows_insert(next, text) {
                    if let Some(next) = self.nodes.get_mut(number + 1) {
                        next.push_front(text, rules.layout);
                    }
                    self.nodes.remove(number);
                } else if let Some(node) = self.nodes.get_mut(number) {
                    *node = Node::empty(rules.layout);
                    node.push_back(text, rules.layout);
                }
            }
            (false, true) => {
                let behind = (at + 1 < node.items.len()).then(|| node.split_off(at + 1, rules.layout));
                node.remove(at, 1, rules.layout);
                let emptied = node.items.is_empty();
                if let Some(behind) = behind {
                    self.nodes.insert(number + 1, behind);
                }
                self.nodes.insert(number + 1, Node::plain(text));
                if emptied {
                    self.nodes.remove(number);
                } else {
                    self.merge_around(number + 1, rules);
                }
            }
        }
    }

    /// Inserts beside the element at `index`.
    pub fn insert(&mut self, index: u64, text: &[u8], after: bool, rules: &Rules) {
        let Some((number, at)) = self.locate(index) else { return };
        self.gained(text);
        let Some(node) = self.nodes.get_mut(number) else { return };
        let place = if after { at + 1 } else { at };
        if self.encoding != Encoding::Quicklist {
            return node.insert(place, text, rules.layout);
        }
        let at_end = if after { place == node.items.len() } else { place == 0 };
        let node_after = if after { number + 1 } else { number };
        if rules.is_large(text) {
            if !node.plain && !at_end {
                let behind = node.split_off(place, rules.layout);
                self.nodes.insert(number + 1, behind);
                return self.nodes.insert(number + 1, Node::plain(text));
            }
            return self.nodes.insert(node_after, Node::plain(text));
        }
        if rules.allows_insert(Some(node), text) {
            return node.insert(place, text, rules.layout);
        }
        if at_end {
            let neighbour = if after { Some(number + 1) } else { number.checked_sub(1) };
            let neighbour = neighbour.filter(|&other| rules.allows_insert(self.nodes.get(other), text));
            if let Some(node) = neighbour.and_then(|other| self.nodes.get_mut(other)) {
                return if after { node.push_front(text, rules.layout) } else { node.push_back(text, rules.layout) };
            }
            let mut fresh = Node::empty(rules.layout);
            fresh.push_back(text, rules.layout);
            return self.nodes.insert(node_after, fresh);
        }
        // The node is full and split; the half without the element at `index` takes the new one.
        let mut behind = node.split_off(place, rules.layout);
        if after {
            behind.push_front(text, rules.layout);
            self.nodes.insert(number + 1, behind);
            self.merge_around(number, rules);
        } else {
            node.push_back(text, rules.layout);
            self.nodes.insert(number + 1, behind);
            self.merge_around(number + 1, rules);
        }
    }

    /// Merges a node's neighbours with each other and with it, as far as they fit (quicklist.c, _quicklistMergeNodes).
    fn merge_around(&mut self, centre: usize, rules: &Rules) {
        let mut centre = centre;
        if centre >= 2 && self.merge(centre - 2, rules) {
            centre -= 1;
        }
        self.merge(centre + 1, rules);
        if centre >= 1 && self.merge(centre - 1, rules) {
            centre -= 1;
        }
        self.merge(centre, rules);
    }

    /// Merges a node with the next one.
    fn merge(&mut self, number: usize, rules: &Rules) -> bool {
        let (Some(one), Some(other)) = (self.nodes.get(number), self.nodes.get(number + 1)) else { return false };
        if !rules.allows_merge(one, other) {
            return false;
        }
        let other = self.nodes.remove(number + 1);
        if let (Some(node), Some(other)) = (self.nodes.get_mut(number), other) {
            node.absorb(other, rules.layout);
        }
        true
    }

    pub fn value_type(&self, target: &Target) -> ValueType {
        match self.encoding {
            Encoding::Linkedlist => ValueType::List,
            Encoding::Ziplist => ValueType::ListZiplist,
            _ if target.has_listpacks() => ValueType::ListQuicklist2,
            _ => ValueType::ListQuicklist,
        }
    }

    pub fn emit<S: ValueSink>(&self, target: &Target, sink: &mut S) {
        let value_type = self.value_type(target);
        if value_type == ValueType::List {
            sink.begin(value_type, Some(self.count));
            return self.iter().for_each(|text| sink.item(super::plain_element(text)));
        }
        sink.begin(value_type, None);
        let packed = if value_type == ValueType::ListQuicklist2 { Packed::Listpack } else { Packed::Ziplist };
        for node in &self.nodes {
            sink.packed(if node.plain { Packed::Plain } else { packed }, node.bytes, node.bytes);
            for text in &node.items {
                sink.item(if node.plain { super::plain_element(text) } else { packed_element(text) });
            }
            sink.packed_end();
        }
    }
}
