//! The result: patterns, and the tree of their prefixes.

use super::branch::{Branch, BranchTree};
use super::merge::merge;
use super::nodes::ROOT;
use super::restore::build;
use super::template::{Class, MARK, is_variable, render};
use super::tree::PatternMiner;

/// One pattern: names that differ only in their variable parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Safe text; variable parts are `{int}` `{uuid}` `{hex}` `{date}` `{ip}` `{mac}` `{email}` `{token}` `{*}`
    pub text: String,
    /// First segment as in `text` (it may hold variable parts, it may be empty); `None` without a colon
    pub namespace: Option<String>,
    /// The segments before the first variable one, each with its `:`; the whole text where nothing varies. In a
    /// name without a colon, what stands before its first variable part
    pub prefix: String,
    /// Number of segments
    pub depth: u32,
    pub keys: u64,
    /// The leaf of this pattern in [`PatternTable::nodes`]
    pub node: u32,
}

/// A node of the prefix tree. A node with a pattern is a leaf, and each pattern has one leaf: a key counts once
/// per depth when the rows of its pattern are added to the leaf and all its ancestors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixNode {
    pub parent: Option<u32>,
    /// 1 for a first segment
    pub depth: u32,
    /// The segment
    pub text: String,
    /// All segments from the first on; an inner node's ends with `:`
    pub prefix: String,
    pub pattern: Option<u32>,
}

/// What a miner has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatternTable {
    pub patterns: Vec<Pattern>,
    /// Index into `patterns` for each number that [`PatternMiner::assign`] returned
    pub assigned: Vec<u32>,
    /// Parents precede their children. At most [`super::MAX_NODES`] inner nodes and [`super::MAX_PATTERNS`] leaves
    pub nodes: Vec<PrefixNode>,
}

impl PatternMiner {
    /// Merges patterns that are one and names them.
    pub fn finish(self) -> PatternTable {
        let mut tree = build(&self);
        merge(&mut tree);
        let mut table = PatternTable { assigned: vec![0; self.patterns.len()], ..PatternTable::default() };
        drop(self);
        table.fill(&tree);
        table
    }
}

/// A branch to visit and the node its parent became.
struct Visit {
    branch: u32,
    parent: Option<u32>,
    depth: u32,
    /// Bytes of the prefix before the first variable segment, while there was none
    namespace: usize,
    literal: Option<usize>,
}

impl PatternTable {
    fn fill(&mut self, tree: &BranchTree) {
        let visit = |branch| Visit { branch, parent: None, depth: 1, namespace: 0, literal: None };
        let mut stack: Vec<Visit> = tree.children(ROOT).into_iter().rev().map(visit).collect();
        while let Some(visit) = stack.pop() {
            let branch = tree.get(visit.branch);
            let (text, literal_part) = segment_text(branch);
            let before = visit.parent.and_then(|id| self.nodes.get(id as usize)).map_or("", |node| &node.prefix);
            let path = format!("{before}{text}");
            let variable = is_variable(&branch.template);
            let first_variable = visit.literal.or_else(|| variable.then_some(before.len()));
            let namespace = if visit.depth == 1 { path.len() } else { visit.namespace };
            if let Some(leaf) = &branch.leaf {
                let colon = visit.depth > 1;
                let prefix = match first_variable {
                    _ if !colon => path.get(..literal_part),
                    Some(at) => path.get(..at),
                    None => Some(&path[..]),
                };
                let id = self.patterns.len() as u32;
                self.patterns.push(Pattern {
                    namespace: colon.then(|| path.get(..namespace).unwrap_or_default().to_owned()),
                    prefix: prefix.unwrap_or_default().to_owned(),
                    depth: visit.depth,
                    keys: leaf.keys,
                    node: self.nodes.len() as u32,
                    text: path.clone(),
                });
                for &assigned in &leaf.ids {
                    if let Some(place) = self.assigned.get_mut(assigned as usize) {
                        *place = id;
                    }
                }
                self.nodes.push(PrefixNode {
                    parent: visit.parent,
                    depth: visit.depth,
                    text: text.clone(),
                    prefix: path.clone(),
                    pattern: Some(id),
                });
            }
            let children = tree.children(visit.branch);
            if children.is_empty() {
                continue;
            }
            let node = self.nodes.len() as u32;
            self.nodes.push(PrefixNode {
                parent: visit.parent,
                depth: visit.depth,
                text,
                prefix: format!("{path}:"),
                pattern: None,
            });
            stack.extend(children.into_iter().rev().map(|branch| Visit {
                branch,
                parent: Some(node),
                depth: visit.depth + 1,
                namespace,
                literal: first_variable,
            }));
        }
    }
}

/// A segment's text and the length of its literal beginning. Letters that all of several random texts begin with
/// are a word glued to them.
pub(super) fn segment_text(branch: &Branch) -> (String, usize) {
    let template = &branch.template;
    let token = template.iter().position(|&byte| byte == MARK);
    let random = token.filter(|&at| template.get(at + 1) == Some(&(Class::Token as u8)));
    match random {
        Some(at) if branch.lead.len() >= 3 && branch.keys >= 3 => {
            let mut glued = template.clone();
            glued.splice(at..at, branch.lead.iter().copied());
            render(&glued)
        }
        _ => render(template),
    }
}
