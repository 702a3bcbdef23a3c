//! From the miner's tree to branches. Numbers that never vary turn back into what they are: `gazette:1:…` is a
//! version, `quote/20/1/minute` a setting.

use std::collections::HashMap;

use super::branch::BranchTree;
use super::classes::Values;
use super::nodes::{NONE, ROOT};
use super::position::{Usual, Words};
use super::template::{Class, Part, from_parts, parts};
use super::tree::{Found, PatternMiner};

/// Values that one number may have in all and still be literal.
const MAX_VALUES: usize = 4;

/// What is known of one number of one node.
#[derive(Default)]
struct Number {
    varies: bool,
    /// Keys per packed value
    values: HashMap<u32, u64>,
    /// Keys of the largest pattern
    most: u64,
}

impl Number {
    /// Seen often enough with one value, or with very few by far more keys.
    fn is_literal(&self) -> bool {
        let keys: u64 = self.values.values().sum();
        let count = self.values.len();
        !self.varies
            && self.most >= 3
            && match count {
                0 => false,
                1 => keys >= 4,
                _ => count <= MAX_VALUES && keys >= 16 * count as u64 && self.values.values().all(|&keys| keys >= 3),
            }
    }
}

/// The nodes from the first segment down to `node`; a node whose names went to a `{*}` stands for that.
fn path(miner: &PatternMiner, node: u32) -> Vec<u32> {
    let mut path = Vec::new();
    let mut at = node;
    while at != ROOT && at != NONE {
        path.push(at);
        at = miner.nodes.get(at).parent;
    }
    path.reverse();
    path
}

fn target(miner: &PatternMiner, node: u32) -> u32 {
    match miner.nodes.get(node).redirect {
        NONE => node,
        target => target,
    }
}

fn full(miner: &PatternMiner, node: u32) -> [Option<Usual>; 2] {
    let position = miner.positions.get(miner.nodes.get(node).position as usize);
    [Words::Plain, Words::Mixed].map(|words| position.and_then(|position| position.closed(words)))
}

/// Positions of the numbers in a template that were watched.
fn numbers(parts: &[Part]) -> Vec<usize> {
    if parts.contains(&Part::Var(Class::Any)) {
        return Vec::new();
    }
    (0..parts.len()).filter(|&at| parts.get(at) == Some(&Part::Var(Class::Int))).collect()
}

/// Calls `each` with every watched number of a pattern: node, its how-manieth number there, its place in the name.
fn each_number(miner: &PatternMiner, path: &[u32], mut each: impl FnMut(u32, usize, usize)) {
    let mut place = 0;
    for &node in path {
        for index in 0..numbers(&parts(miner.nodes.template(node))).len() {
            if place < Values::MAX {
                each(node, index, place);
            }
            place += 1;
        }
    }
}

fn constant(found: &Found, place: usize) -> Option<u32> {
    if found.constant & (1 << place) == 0 {
        return None;
    }
    found.values.get(place).copied()
}

/// Builds the branches of all patterns.
pub(super) fn build(miner: &PatternMiner) -> BranchTree {
    let mut known: HashMap<(u32, usize), Number> = HashMap::new();
    for found in &miner.patterns {
        each_number(miner, &path(miner, found.node), |node, index, place| {
            let number = known.entry((node, index)).or_default();
            match constant(found, place) {
                Some(value) if number.values.len() <= MAX_VALUES => {
                    *number.values.entry(value).or_default() += found.keys;
                    number.most = number.most.max(found.keys);
                }
                _ => number.varies = true,
            }
        });
    }
    known.retain(|_, number| number.is_literal());

    let mut tree = BranchTree::new();
    for (id, found) in miner.patterns.iter().enumerate() {
        let path = path(miner, found.node);
        let mut literal: HashMap<(u32, usize), u32> = HashMap::new();
        each_number(miner, &path, |node, index, place| {
            if let (true, Some(value)) = (known.contains_key(&(node, index)), constant(found, place)) {
                literal.insert((node, index), value);
            }
        });
        let mut branch = ROOT;
        tree.get_mut(branch).keys += found.keys;
        tree.get_mut(branch).full = full(miner, ROOT);
        for word in path {
            let node = target(miner, word);
            let mut segment = parts(miner.nodes.template(node));
            for (index, at) in numbers(&segment).into_iter().enumerate().rev() {
                if let Some(&value) = literal.get(&(node, index)) {
                    segment.splice(at..=at, Values::digits(value).into_iter().map(Part::Byte));
                }
            }
            let template = from_parts(&segment);
            branch = tree.child(branch, &template);
            let lead = miner.lead(node);
            let (mined, word) = (miner.nodes.get(node), miner.nodes.get(word));
            let lengths = (mined.shortest.min(word.shortest), mined.longest.max(word.longest));
            let target = tree.get_mut(branch);
            target.keys += found.keys;
            target.lengths = (target.lengths.0.min(lengths.0), target.lengths.1.max(lengths.1));
            target.lead = lead.to_vec();
            target.full = full(miner, node);
        }
        let leaf = tree.get_mut(branch).leaf.get_or_insert_default();
        leaf.keys += found.keys;
        leaf.types |= found.types;
        leaf.ids.push(id as u32);
    }
    tree
}
