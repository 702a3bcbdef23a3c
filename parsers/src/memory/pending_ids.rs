//! The tree of all IDs that any group of a stream has pending (Redis 8.2).

use super::costs::Costs;
use super::rax::{RaxSize, RaxTotals};
use crate::events::StreamId;

/// IDs that are kept to find those that several groups share.
const KEPT: usize = 1 << 20;
/// Memory that is kept for the next stream.
const KEPT_CAPACITY: usize = 1 << 12;

/// Each group's IDs come in order, but groups share many. Where they are too many to be kept, the largest tree of one
/// group stands for all: exact where there is but one.
#[derive(Debug)]
pub struct PendingIds {
    tree: RaxSize,
    kept: Vec<StreamId>,
    left_out: bool,
    /// Groups that have pending entries, and the largest of their trees.
    groups: u64,
    largest: RaxTotals,
}

impl Default for PendingIds {
    fn default() -> Self {
        Self { tree: RaxSize::of_ids(), kept: Vec::new(), left_out: false, groups: 0, largest: RaxTotals::default() }
    }
}

impl PendingIds {
    /// Starts anew.
    pub fn clear(&mut self) {
        self.tree.clear();
        self.kept.clear();
        self.kept.shrink_to(KEPT_CAPACITY);
        (self.left_out, self.groups, self.largest) = (false, 0, RaxTotals::default());
    }

    #[inline]
    pub fn insert(&mut self, id: StreamId) {
        if self.kept.len() < KEPT {
            self.kept.push(id);
        } else {
            self.left_out = true;
        }
    }

    /// The IDs of a group are complete; `own` is the tree that the group itself has of them.
    pub fn group_end(&mut self, own: RaxTotals) {
        self.groups += u64::from(own.keys > 0);
        if own.keys > self.largest.keys {
            self.largest = own;
        }
    }

    /// What the tree comes to, if there is one, and whether that is sure.
    pub fn finish(&mut self, costs: &Costs) -> Option<(RaxTotals, bool)> {
        let found = match self.groups {
            0 => None,
            1 => Some((self.largest, true)),
            _ if self.left_out => Some((self.largest, false)),
            _ => {
                self.kept.sort_unstable();
                for id in &self.kept {
                    self.tree.insert(&id.to_raw(), costs);
                }
                Some((self.tree.finish(costs), true))
            }
        };
        self.clear();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Target, Version};

    fn own(ids: &[u64], costs: &Costs) -> RaxTotals {
        let mut tree = RaxSize::of_ids();
        ids.iter().for_each(|&ms| tree.insert(&StreamId { ms, seq: 0 }.to_raw(), costs));
        tree.finish(costs)
    }

    #[test]
    fn groups_that_share_ids_share_keys() {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(8, 6, 0)));
        let mut ids = PendingIds::default();
        for group in [[1, 5], [1, 3]] {
            group.iter().for_each(|&ms| ids.insert(StreamId { ms, seq: 0 }));
            ids.group_end(own(&group, &costs));
        }
        assert_eq!(ids.finish(&costs), Some((own(&[1, 3, 5], &costs), true)));
        assert_eq!(ids.finish(&costs), None);
    }

    #[test]
    fn one_group_is_exact_however_large() {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(8, 6, 0)));
        let mut ids = PendingIds::default();
        (0..KEPT as u64 + 2).for_each(|ms| ids.insert(StreamId { ms, seq: 0 }));
        assert_eq!(ids.kept.len(), KEPT);
        let large = RaxTotals { keys: KEPT as u64 + 2, nodes: 7, allocated: 9 };
        ids.group_end(large);
        assert_eq!(ids.finish(&costs), Some((large, true)));
    }
}
