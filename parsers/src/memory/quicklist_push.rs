//! Quicklists that a server builds by appending elements (quicklist.c, quicklistPushTail): lists of old dumps.

use super::built::Built;
use super::costs::Costs;
use crate::conversion::Target;
use crate::conversion::quicklist::{ESTIMATED_OVERHEAD, NodeLimit};
use crate::events::Element;

/// The node that elements are appended to.
#[derive(Debug)]
pub struct Pushed {
    empty: Built,
    node: Built,
    count: u64,
    limit: NodeLimit,
    longest_packed: u64,
    listpacks: bool,
}

impl Default for Pushed {
    fn default() -> Self {
        let empty = Built::default();
        Self { empty, node: empty, count: 0, limit: NodeLimit::Elements(1), longest_packed: 0, listpacks: false }
    }
}

impl Pushed {
    pub fn new(costs: &Costs, target: &Target) -> Self {
        let limit = NodeLimit::of(target.thresholds.list_max_listpack_size);
        let empty = Built::new(costs);
        let listpacks = costs.constants.listpacks;
        Self { empty, node: empty, count: 0, limit, longest_packed: limit.longest_packed(target), listpacks }
    }

    /// Bytes of the node that is still open, 0 where there is none.
    pub fn bytes(&self) -> u64 {
        if self.count == 0 { 0 } else { self.node.bytes() }
    }

    /// Appends an element; gives the bytes of the nodes that are complete now: the open one, and one of its own.
    #[inline]
    pub fn push(&mut self, element: Element<'_>) -> (Option<u64>, Option<u64>) {
        let n = element.len();
        let alone = n > self.longest_packed;
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
            ESTIMATED_OVERHEAD
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
        self.limit.allows_push(bytes, self.count + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Version};

    #[test]
    fn nodes_fill_up_to_their_limit() {
        let mut target = Target::new(Server::Redis, Version::new(7, 2, 0));
        let costs = Costs::of(&target);
        let mut pushed = Pushed::new(&costs, &target);
        let complete: Vec<u64> = (0..200).filter_map(|_| pushed.push(Element::Opaque { length: 100 }).0).collect();
        // 79 entries of 103 bytes: with one more the node would pass 8192.
        assert_eq!(complete, [7 + 79 * 103; 2]);
        assert_eq!(pushed.bytes(), 7 + 42 * 103);
        target.thresholds.list_max_listpack_size = 3;
        let mut pushed = Pushed::new(&costs, &target);
        assert_eq!((0..7).filter_map(|i| pushed.push(Element::Int(i)).0).collect::<Vec<_>>(), [13, 13]);
    }
}
