//! The tree after the pass: few enough branches to compare and to merge.

use std::collections::HashMap;

use super::nodes::ROOT;
use super::position::Usual;
use super::template::MARK;

/// One segment of one or more patterns.
pub(super) struct Branch {
    pub parent: u32,
    pub template: Vec<u8>,
    pub children: Vec<u32>,
    /// Set where names end here
    pub leaf: Option<Leaf>,
    /// Keys of this branch and of all below
    pub keys: u64,
    /// Shortest and longest segment; only for templates that vary
    pub lengths: (u32, u32),
    /// Letters that all random texts of this segment began with
    pub lead: Vec<u8>,
    /// Set where more words stood below than the miner keeps, per sort of words
    pub full: [Option<Usual>; 2],
    /// Merged into another
    pub gone: bool,
}

#[derive(Default)]
pub(super) struct Leaf {
    pub keys: u64,
    /// Bit per type code
    pub types: u32,
    /// Patterns of the miner
    pub ids: Vec<u32>,
}

/// Branches by index; the root is 0.
pub(super) struct BranchTree {
    branches: Vec<Branch>,
    index: HashMap<(u32, Vec<u8>), u32>,
}

impl BranchTree {
    pub(super) fn new() -> Self {
        let mut tree = BranchTree { branches: Vec::new(), index: HashMap::new() };
        tree.push(ROOT, Vec::new());
        tree
    }

    pub(super) fn get(&self, id: u32) -> &Branch {
        &self.branches[id as usize]
    }

    pub(super) fn get_mut(&mut self, id: u32) -> &mut Branch {
        &mut self.branches[id as usize]
    }

    fn push(&mut self, parent: u32, template: Vec<u8>) -> u32 {
        let id = self.branches.len() as u32;
        self.branches.push(Branch {
            parent,
            template,
            children: Vec::new(),
            leaf: None,
            keys: 0,
            lengths: (u32::MAX, 0),
            lead: Vec::new(),
            full: [None; 2],
            gone: false,
        });
        id
    }

    /// The child with this template, added if need be.
    pub(super) fn child(&mut self, parent: u32, template: &[u8]) -> u32 {
        let place = (parent, template.to_vec());
        if let Some(&id) = self.index.get(&place) {
            return id;
        }
        let id = self.push(parent, template.to_vec());
        self.index.insert(place, id);
        self.get_mut(parent).children.push(id);
        id
    }

    pub(super) fn find(&self, parent: u32, template: &[u8]) -> Option<u32> {
        self.index.get(&(parent, template.to_vec())).copied()
    }

    /// Children that were not merged into others.
    pub(super) fn children(&self, parent: u32) -> Vec<u32> {
        self.get(parent).children.iter().copied().filter(|&id| !self.get(id).gone).collect()
    }

    /// Joins `from` and all below it into `into`, a sibling.
    pub(super) fn absorb(&mut self, into: u32, from: u32) {
        let mut pairs = vec![(into, from)];
        while let Some((into, from)) = pairs.pop() {
            if into == from {
                continue;
            }
            let parent = self.get(from).parent;
            let old = self.get_mut(from);
            old.gone = true;
            let keys = old.keys;
            let (lengths, full) = (old.lengths, old.full);
            let lead = std::mem::take(&mut old.lead);
            let leaf = old.leaf.take();
            let template = std::mem::take(&mut old.template);
            let children = std::mem::take(&mut old.children);
            let target = self.get_mut(into);
            target.keys += keys;
            for (kept, other) in target.full.iter_mut().zip(full) {
                *kept = kept.or(other);
            }
            target.lengths = (target.lengths.0.min(lengths.0), target.lengths.1.max(lengths.1));
            if !target.lead.is_empty() {
                // Of another template, what stands in the place of the random text counts.
                let at = target.template.iter().position(|&byte| byte == MARK).unwrap_or(0);
                let other =
                    if template == target.template { &lead[..] } else { template.get(at..).unwrap_or_default() };
                let common = target.lead.iter().zip(other).take_while(|(a, b)| a == b).count();
                target.lead.truncate(common);
            }
            self.index.remove(&(parent, template));
            let target = self.get_mut(into);
            if let Some(leaf) = leaf {
                let kept = target.leaf.get_or_insert_default();
                kept.keys += leaf.keys;
                kept.types |= leaf.types;
                kept.ids.extend(leaf.ids);
            }
            for child in children {
                if self.get(child).gone {
                    continue;
                }
                let place = (into, self.get(child).template.clone());
                self.index.remove(&(from, place.1.clone()));
                match self.index.get(&place) {
                    Some(&twin) => pairs.push((twin, child)),
                    None => {
                        self.get_mut(child).parent = into;
                        self.index.insert(place, child);
                        self.get_mut(into).children.push(child);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(tree: &mut BranchTree, path: &[&str], keys: u64) -> u32 {
        let mut branch = ROOT;
        for segment in path {
            tree.get_mut(branch).keys += keys;
            branch = tree.child(branch, segment.as_bytes());
        }
        tree.get_mut(branch).keys += keys;
        tree.get_mut(branch).leaf.get_or_insert_default().keys += keys;
        branch
    }

    #[test]
    fn absorbing_joins_what_is_equal_below() {
        let mut tree = BranchTree::new();
        let first = add(&mut tree, &["user", "alice", "cart"], 3);
        add(&mut tree, &["user", "bob", "cart"], 4);
        let other = add(&mut tree, &["user", "bob", "list", "x"], 5);
        let user = tree.find(ROOT, b"user").expect("added");
        let [alice, bob] = [&b"alice"[..], b"bob"].map(|name| tree.find(user, name).expect("added"));
        tree.absorb(alice, bob);
        assert_eq!(tree.children(user), [alice]);
        assert_eq!(tree.find(user, b"bob"), None);
        assert_eq!(tree.get(alice).keys, 12);
        assert_eq!(tree.get(first).leaf.as_ref().map(|leaf| leaf.keys), Some(7));
        let list = tree.find(alice, b"list").expect("moved");
        assert_eq!(tree.get(other).parent, list);
        assert_eq!(tree.find(alice, b"cart"), Some(first));
    }
}
