//! Vector sets (built into Redis 8): what the module's own `mem_usage` answers (modules/vector-sets/vset.c, hnsw.c).

use std::collections::VecDeque;

use super::bill::{Bill, Part};
use super::costs::{Costs, OBJECT, POINTER};
use super::key::KeyFacts;
use super::rules::Style;
use crate::events::Element;

/// Nodes whose items and attributes are measured, from the last one in the file backwards.
const MEASURED: usize = 20;
/// struct vsetObject and HNSW; a node without vector and links.
const HEAD: u64 = 112 + 1672;
const NODE: u64 = 312;
/// An entry of the dictionary from items to nodes, for 3 entries out of 4 slots.
const ITEM_ENTRY: u64 = 24;
/// What each node is taken to have for its place in the dictionary.
const ITEM_SLOT: u64 = 16;
/// What an attribute is taken for when none was measured.
const UNKNOWN_ATTRIBUTE: u64 = 64;
/// Longest text embedded in an object.
const EMBEDDED_TEXT: u64 = 44;
const DEFAULT_LINKS: u64 = 16;
const PROJECTION: u64 = 1;
const ATTRIBUTES: u64 = 2;

/// Which value comes next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Expecting {
    #[default]
    Dimension,
    Count,
    Config,
    Flags,
    ProjectionInput,
    ProjectionMatrix,
    Item,
    Attribute,
    Vector,
    Params,
    /// A parameter; its place.
    Param(u64),
}

/// What a vector set's memory follows from, gathered value by value.
#[derive(Debug, Default)]
pub struct VectorSetSums {
    expecting: Expecting,
    /// Whether the string that comes next stands compressed in the file.
    compressed: bool,
    dimension: u64,
    count: u64,
    quantisation: u64,
    links: u64,
    flags: u64,
    projection_input: u64,
    params: u64,
    nodes: u64,
    attributes: u64,
    last_links: u64,
    items: VecDeque<u64>,
    /// Attribute of each measured node, 0 where it has none.
    measured_attributes: VecDeque<u64>,
}

impl VectorSetSums {
    pub fn begin(&mut self) {
        let (mut items, mut attributes) =
            (std::mem::take(&mut self.items), std::mem::take(&mut self.measured_attributes));
        items.clear();
        attributes.clear();
        *self = Self { items, measured_attributes: attributes, ..Self::default() };
    }

    pub fn unsigned(&mut self, number: u64) {
        use Expecting as E;
        self.expecting = match self.expecting {
            E::Dimension => {
                self.dimension = number;
                E::Count
            }
            E::Count => {
                self.count = number;
                E::Config
            }
            E::Config => {
                self.quantisation = number & 0xff;
                self.links = match number >> 8 & 0xffff {
                    0 => DEFAULT_LINKS,
                    links => links,
                };
                E::Flags
            }
            E::Flags => {
                self.flags = number;
                if number & PROJECTION != 0 { E::ProjectionInput } else { E::Item }
            }
            E::ProjectionInput => {
                self.projection_input = number;
                E::ProjectionMatrix
            }
            E::Params => {
                self.params = number;
                if number == 0 { E::Item } else { E::Param(0) }
            }
            E::Param(place) => {
                // Id, level, then of layer 0 the number of links and the room for them.
                if place == 3 {
                    self.last_links = number;
                }
                if place + 1 == self.params { E::Item } else { E::Param(place + 1) }
            }
            other => other,
        };
    }

    /// The next string stands compressed in the file.
    pub fn compressed(&mut self) {
        self.compressed = true;
    }

    pub fn string(&mut self, content: Element<'_>, costs: &Costs) {
        use Expecting as E;
        let plain = !std::mem::take(&mut self.compressed);
        self.expecting = match self.expecting {
            E::ProjectionMatrix => E::Item,
            E::Item => {
                self.nodes += 1;
                let bytes = string_object(content, plain, costs);
                keep(&mut self.items, bytes);
                if self.flags & ATTRIBUTES != 0 {
                    E::Attribute
                } else {
                    keep(&mut self.measured_attributes, 0);
                    E::Vector
                }
            }
            E::Attribute => {
                self.attributes += u64::from(!content.is_empty());
                let bytes = if content.is_empty() { 0 } else { string_object(content, plain, costs) };
                keep(&mut self.measured_attributes, bytes);
                E::Vector
            }
            E::Vector => E::Params,
            other => other,
        };
    }

    pub fn bill(&self, costs: &Costs, key: &KeyFacts, bill: &mut Bill) {
        if !matches!(costs.constants.style, Style::Estimate | Style::Dict) {
            costs.bill_module_object(key, bill);
        }
        let n = self.nodes;
        let vector = match self.quantisation {
            0 => self.dimension.saturating_mul(4),
            1 => self.dimension,
            _ => self.dimension.div_ceil(64).saturating_mul(8),
        };
        let projection = if self.flags & PROJECTION != 0 {
            self.projection_input.saturating_mul(self.dimension).saturating_mul(4)
        } else {
            0
        };
        bill.add(Part::Head, HEAD.saturating_add(projection));
        let links = self.last_links.max(2 * self.links);
        let pointers = |links: u64| links.saturating_mul(POINTER).saturating_mul(n);
        let of_layers = pointers(links).saturating_add(pointers(links / 2) / 3);
        let vectors = n.saturating_mul(NODE.saturating_add(vector)).saturating_add(of_layers);
        bill.add(Part::Vectors, vectors);
        let measured = self.items.len() as u64;
        let items = sum(&self.items).checked_div(measured).unwrap_or(0).saturating_mul(n);
        bill.add(Part::Elements, items.saturating_add(self.attribute_bytes()));
        bill.add(Part::Entries, n.saturating_mul(ITEM_ENTRY).saturating_mul(4) / 3 + n.saturating_mul(ITEM_SLOT));
    }

    fn attribute_bytes(&self) -> u64 {
        let found = self.measured_attributes.iter().filter(|&&bytes| bytes > 0).count() as u64;
        let average = sum(&self.measured_attributes).checked_div(found).unwrap_or(UNKNOWN_ATTRIBUTE);
        average.saturating_mul(self.attributes)
    }
}

/// The sum, which lengths that a file only claims must not overflow.
fn sum(bytes: &VecDeque<u64>) -> u64 {
    bytes.iter().fold(0, |sum, bytes| sum.saturating_add(*bytes))
}

/// Keeps the last ones.
fn keep(last: &mut VecDeque<u64>, bytes: u64) {
    if last.len() == MEASURED {
        last.pop_front();
    }
    last.push_back(bytes);
}

/// What the module counts for a string: the object, and its text where that stands apart. The loader makes an embedded
/// string only of a short one that stands `plain` in the file (rdb.c, rdbGenericLoadStringObject).
fn string_object(content: Element<'_>, plain: bool, costs: &Costs) -> u64 {
    let n = content.len();
    if plain && matches!(content, Element::Bytes(_)) && n <= EMBEDDED_TEXT {
        return costs.embedded_object(n);
    }
    let accounted = costs.constants.style == Style::Accounted;
    let text = if accounted { costs.sds.accounted(n) } else { costs.sds.allocated(n) };
    text.saturating_add(OBJECT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Target, Version};

    #[test]
    fn only_short_plain_texts_are_embedded() {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(8, 0, 0)));
        let object = |content, plain| string_object(content, plain, &costs);
        assert_eq!(object(Element::Bytes(&[b'x'; 40]), true), 64);
        assert_eq!(object(Element::Bytes(&[b'x'; 40]), false), 16 + 48);
        assert_eq!(object(Element::Bytes(&[b'x'; 44]), false), 16 + 48);
        assert_eq!(object(Element::Bytes(&[b'x'; 30]), false), 16 + 32);
        assert_eq!(object(Element::Bytes(&[b'x'; 30]), true), 56);
        assert_eq!(object(Element::Bytes(&[b'x'; 45]), true), 16 + 56);
        assert_eq!(object(Element::Int(1234), true), 16 + 8);
    }

    #[test]
    fn a_compressed_string_is_one_string_only() {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(8, 0, 0)));
        let mut sums = VectorSetSums::default();
        [4, 2, 16 << 8, 0].iter().for_each(|&number| sums.unsigned(number));
        for _ in 0..2 {
            if sums.nodes == 0 {
                sums.compressed();
            }
            sums.string(Element::Bytes(&[b'x'; 30]), &costs);
            sums.string(Element::Bytes(&[0; 16]), &costs);
            sums.unsigned(0);
        }
        assert_eq!(sums.items, [48, 56]);
    }
}
