//! Quicklists that a server builds by appending elements (quicklist.c, quicklistPushTail): lists of old dumps.

use super::built::Built;
use super::costs::Costs;
use crate::events::Element;

/// Nodes limited by count are no larger than this either.
const SAFE_BYTES: u64 = 8192;
/// Node sizes of `list-max-listpack-size` -1 to -5.
const NODE_BYTES: [u64; 5] = [4096, 8192, 16_384, 32_768, 65_536];
/// What an entry is taken to add to a listpack besides its text.
const ENTRY_ESTIMATE: u64 = 8;

/// Limit of a node.
#[derive(Debug, Clone, Copy)]
enum Limit {
    Bytes(u64),
    Count(u64),
}

/// The node that elements are appended to.
#[derive(Debug, Default)]
pub struct Pushed {
    empty: Built,
    node: Built,
    count: u64,
    limit: Option<Limit>,
    plain_from: u64,
    listpacks: bool,
}

impl Pushed {
    /// `fill` is `list-max-listpack-size`.
    pub fn new(costs: &Costs, fill: i64) -> Self {
        let limit = match fill {
            0.. => Limit::Count(fill.unsigned_abs().max(1)),
            _ => Limit::Bytes(NODE_BYTES[(fill.unsigned_abs() - 1).min(4) as usize]),
        };
        let plain_from = costs.constants.plain_element.unwrap_or(match limit {
            Limit::Bytes(bytes) => bytes + 1,
            Limit::Count(_) => SAFE_BYTES + 1,
        });
        let empty = Built::new(costs);
        Self { empty, node: empty, count: 0, limit: Some(limit), plain_from, listpacks: costs.constants.listpacks }
    }

    /// Bytes of the node that is still open, 0 where there is none.
    pub fn bytes(&self) -> u64 {
        if self.count == 0 { 0 } else { self.node.bytes() }
    }

    /// Appends an element; gives the bytes of the nodes that are complete now: the open one, and one of its own.
    #[inline]
    pub fn push(&mut self, element: Element<'_>) -> (Option<u64>, Option<u64>) {
        let n = element.len();
        let alone = n >= self.plain_from;
        let mut complete = None;
        if self.count > 0 && (alone || !self.fits(n)) {
            complete = Some(self.node.bytes());
            self.node = self.empty;
            self.count = 0;
        }
        if alone {
            return (complete, Some(n));
        }
        self.node.push(element);
        self.count += 1;
        (complete, None)
    }

    /// Whether the open node takes an element of `n` bytes; estimates as the server does.
    fn fits(&self, n: u64) -> bool {
        let added = if self.listpacks {
            ENTRY_ESTIMATE
        } else {
            let before = if n < 254 { 1 } else { 5 };
            before
                + match n {
                    0..=63 => 1,
                    64..=16_383 => 2,
                    _ => 5,
                }
        };
        let bytes = self.node.bytes().saturating_add(n).saturating_add(added);
        match self.limit {
            Some(Limit::Bytes(most)) => bytes <= most,
            Some(Limit::Count(most)) => bytes <= SAFE_BYTES && self.count < most,
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Target, Version};

    #[test]
    fn nodes_fill_up_to_their_limit() {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(7, 2, 0)));
        let mut pushed = Pushed::new(&costs, -2);
        let complete: Vec<u64> = (0..200).filter_map(|_| pushed.push(Element::Opaque { length: 100 }).0).collect();
        // 78 entries of 103 bytes: with the estimate for one more the node would pass 8192.
        assert_eq!(complete, [7 + 78 * 103; 2]);
        assert_eq!(pushed.bytes(), 7 + 44 * 103);
        let mut pushed = Pushed::new(&costs, 3);
        assert_eq!((0..7).filter_map(|i| pushed.push(Element::Int(i)).0).collect::<Vec<_>>(), [13, 13]);
    }
}
