//! Appending, trimming and deleting entries.

use std::ops::Bound;

use super::room::Room;
use super::{Node, Pair, Stream};
use crate::events::StreamId;
use crate::memory::costs::Costs;
use crate::replay::context::Context;

pub const NO_ID: StreamId = StreamId { ms: 0, seq: 0 };

/// Down to what a stream is trimmed.
#[derive(Debug, Clone, Copy)]
pub enum Trim {
    Length(u64),
    MinId(StreamId),
}

/// What becomes of the groups' pending entries when an entry goes (Redis 8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum References {
    Keep,
    Drop,
    /// The entry only goes where no group waits for it.
    Acknowledged,
}

impl Stream {
    /// Appends an entry, whose id must be above all before it.
    pub fn append(&mut self, id: StreamId, pairs: &[Pair<'_>], context: &Context) {
        let costs = Costs::of(&context.target);
        let full = costs.constants.full_back_length;
        let added: u64 = pairs.iter().map(|(field, value)| (field.len() + value.len()) as u64).sum();
        let room = Room::of(context);
        let mut last = self.nodes.last_entry();
        let node = match &mut last {
            Some(last) if room.is_in(last.get(), added) => {
                self.node_bytes = self.node_bytes.saturating_sub(last.get().held_bytes());
                last.get_mut()
            }
            _ => {
                if let Some(full) = &mut last {
                    full.get_mut().close();
                }
                self.nodes.entry(id).or_default()
            }
        };
        node.push(id, false, pairs, full);
        self.node_bytes = self.node_bytes.saturating_add(node.held_bytes());
        self.length = self.length.saturating_add(1);
        self.entries_added = self.entries_added.saturating_add(1);
        self.last_id = id;
        if self.length == 1 {
            self.first_id = id;
        }
    }

    /// The node that an id would be in.
    fn node_of(&self, id: StreamId) -> Option<StreamId> {
        self.nodes.range(..=id).next_back().map(|(master, _)| *master)
    }

    pub fn has(&self, id: StreamId) -> bool {
        let node = self.node_of(id).and_then(|master| self.nodes.get(&master));
        node.is_some_and(|node| {
            let at = node.entries.binary_search_by_key(&id, |entry| entry.id).ok();
            at.and_then(|at| node.entries.get(at)).is_some_and(|entry| !entry.deleted)
        })
    }

    /// How many entries were added up to an id, as far as the server can tell (t_stream.c,
    /// streamEstimateDistanceFromFirstEverEntry).
    pub fn entries_before(&self, id: StreamId) -> Option<u64> {
        if self.entries_added == 0 {
            return Some(0);
        }
        if self.length == 0 && id <= self.last_id || id == self.last_id {
            return Some(self.entries_added);
        }
        if id > self.last_id || id != NO_ID && id < self.max_deleted_id {
            return None;
        }
        let whole = self.max_deleted_id == NO_ID || self.max_deleted_id < self.first_id;
        let before_first = self.entries_added.saturating_sub(self.length);
        match id.cmp(&self.first_id) {
            std::cmp::Ordering::Less if whole => Some(before_first),
            std::cmp::Ordering::Equal if whole => Some(before_first.saturating_add(1)),
            _ => None,
        }
    }

    /// The id of the last entry, NO_ID where there is none.
    pub fn top(&self) -> StreamId {
        self.nodes.values().rev().find_map(Node::last_live).unwrap_or(NO_ID)
    }

    fn drop_node(&mut self, master: StreamId) {
        if let Some(node) = self.nodes.remove(&master) {
            self.node_bytes = self.node_bytes.saturating_sub(node.held_bytes());
        }
    }

    /// Deletes an entry without a look at the first id; whether it was there.
    fn remove_entry(&mut self, id: StreamId) -> bool {
        let Some(master) = self.node_of(id) else { return false };
        let Some(node) = self.nodes.get_mut(&master) else { return false };
        if !node.delete(id) {
            return false;
        }
        if node.live == 0 {
            self.drop_node(master);
        }
        self.length = self.length.saturating_sub(1);
        true
    }

    /// Deletes an entry as XDEL does; whether it was there.
    pub fn delete(&mut self, id: StreamId) -> bool {
        let deleted = self.remove_entry(id);
        if deleted {
            self.max_deleted_id = self.max_deleted_id.max(id);
            if self.length == 0 || id == self.first_id {
                self.find_first();
            }
        }
        deleted
    }

    fn find_first(&mut self) {
        self.first_id = self.nodes.values().find_map(Node::first_live).unwrap_or(NO_ID);
    }

    /// Trims whole nodes, and unless it is `approximate` entries of the next; gives the ids that went. A server that loads
    /// a log enforces no limit, and looks at every entry where the groups have a say in it.
    pub fn trim(&mut self, trim: Trim, approximate: bool, references: References) -> Vec<StreamId> {
        let mut gone = Vec::new();
        let mut from = Bound::Unbounded;
        while let Some((&master, node)) = self.nodes.range((from, Bound::Unbounded)).next() {
            from = Bound::Excluded(master);
            if let Trim::Length(most) = trim
                && self.length <= most
            {
                break;
            }
            let whole = match trim {
                Trim::Length(most) => self.length.saturating_sub(node.live) >= most,
                Trim::MinId(id) => node.last().is_none_or(|last| last < id),
            };
            if !whole && approximate && references == References::Keep {
                break;
            }
            let live = node.entries.iter().filter(|entry| !entry.deleted).map(|entry| entry.id);
            let free = live.filter(|id| references != References::Acknowledged || self.is_acknowledged(*id));
            let ids: Vec<StreamId> = match trim {
                Trim::Length(most) => free.take(self.length.saturating_sub(most) as usize).collect(),
                Trim::MinId(id) => free.take_while(|of| *of < id).collect(),
            };
            self.length = self.length.saturating_sub(ids.len() as u64);
            if whole && ids.len() as u64 == node.live {
                self.drop_node(master);
            } else if let Some(node) = self.nodes.get_mut(&master) {
                for &id in &ids {
                    node.delete(id);
                }
            }
            gone.extend(ids);
            if !whole {
                break;
            }
        }
        if references == References::Drop {
            gone.iter().for_each(|id| self.drop_references(*id));
        }
        if self.length == 0 {
            self.first_id = NO_ID;
        } else if !gone.is_empty() {
            self.find_first();
        }
        gone
    }

    /// Takes an entry out of the pending ones of every group.
    pub fn drop_references(&mut self, id: StreamId) {
        for group in self.groups.values_mut() {
            group.forget(id);
        }
    }

    /// Whether no group waits for an entry: none has it pending, and all have read past it.
    pub fn is_acknowledged(&self, id: StreamId) -> bool {
        self.groups.values().all(|group| !group.pending.contains_key(&id) && group.last_id >= id)
    }
}
