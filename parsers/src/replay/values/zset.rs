//! Sorted sets: packed while small, else a skiplist; never converted back.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use super::{ELEMENT_COST, packed_element, plain_element};
use crate::conversion::{Encoding, Target};
use crate::events::{Packed, ValueSink};
use crate::memory::built::Built;
use crate::memory::costs::Costs;
use crate::rdb::codes::ValueType;

/// A score in the order of servers: both zeros are equal; what is no number comes last.
#[derive(Debug, Clone, Copy)]
pub struct Score(pub f64);

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |score: f64| if score == 0.0 { 0.0 } else { score };
        match (self.0.is_nan(), other.0.is_nan()) {
            (false, false) => key(self.0).total_cmp(&key(other.0)),
            (one, two) => one.cmp(&two),
        }
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Score {}

/// A sorted set.
#[derive(Debug, Clone)]
pub struct ZsetValue {
    scores: HashMap<Arc<[u8]>, f64, foldhash::fast::RandomState>,
    order: BTreeSet<(Score, Arc<[u8]>)>,
    packed: bool,
    /// Whether the packed form is a listpack, which holds whole scores as integers and so no negative zero.
    in_listpack: bool,
    content_bytes: u64,
}

impl ZsetValue {
    pub fn empty(packed: bool, target: &Target) -> Self {
        let (scores, order) = (HashMap::default(), BTreeSet::new());
        Self { scores, order, packed, in_listpack: target.has_listpacks(), content_bytes: 0 }
    }

    /// As a command makes it that is about to add `expected` members, the first of this length.
    pub fn new(first: u64, expected: u64, target: &Target) -> Self {
        let thresholds = &target.thresholds;
        let most = thresholds.zset_max_listpack_entries;
        let few = if target.packs_lists_and_sets() { expected <= most } else { most > 0 };
        Self::empty(few && first <= thresholds.zset_max_listpack_value, target)
    }

    /// Before `expected` members are added to it (7.2).
    pub fn expect(&mut self, expected: u64, target: &Target) {
        if target.packs_lists_and_sets() && expected > target.thresholds.zset_max_listpack_entries {
            self.packed = false;
        }
    }

    /// Packs a result that is small enough, as commands do that build a skiplist first.
    pub fn pack_if_small(&mut self, target: &Target) {
        let thresholds = &target.thresholds;
        let longest = self.scores.keys().map(|member| member.len() as u64).max().unwrap_or(0);
        self.packed =
            self.len() <= thresholds.zset_max_listpack_entries && longest <= thresholds.zset_max_listpack_value;
        if self.packed && self.in_listpack {
            let zeros: Vec<_> =
                self.at_least(0.0).take_while(|(_, score)| *score == 0.0).map(|(m, _)| m.to_vec()).collect();
            zeros.iter().for_each(|member| self.put(member, 0.0));
        }
    }

    pub fn make_skiplist(&mut self) {
        self.packed = false;
    }

    pub fn encoding(&self, target: &Target) -> Encoding {
        match self.packed {
            true if target.has_listpacks() => Encoding::Listpack,
            true => Encoding::Ziplist,
            false if target.valkey_from(9, 2, 0) => Encoding::Btree,
            false => Encoding::Skiplist,
        }
    }

    pub fn len(&self) -> u64 {
        self.scores.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    pub fn held_bytes(&self) -> u64 {
        self.content_bytes + self.len() * (ELEMENT_COST + 56)
    }

    /// Whether a range by text is left to chance: a skiplist whose scores differ is searched by its random levels.
    pub fn has_random_texts(&self) -> bool {
        let ends = self.order.first().zip(self.order.last());
        !self.packed && ends.is_some_and(|(first, last)| first.0 != last.0)
    }

    pub fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    /// Members from the lowest score up.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], f64)> {
        // The map has the score as it was given: the order takes both zeros for one.
        self.order.iter().map(|(score, member)| (&**member, score.0))
    }

    /// Members with scores of at least `low`, upwards.
    pub fn at_least(&self, low: f64) -> impl Iterator<Item = (&[u8], f64)> {
        let start = (Score(low), Arc::from(&[][..]));
        self.order.range((Bound::Included(start), Bound::Unbounded)).map(|(score, member)| (&**member, score.0))
    }

    /// Sets a score without a look at the encoding, as a load does.
    pub fn load(&mut self, member: &[u8], score: f64) {
        self.put(member, score);
    }

    /// The same for a packed value that is taken over as it stands: the text of a negative zero stays.
    pub fn load_as_stored(&mut self, member: &[u8], score: f64) {
        let in_listpack = std::mem::replace(&mut self.in_listpack, false);
        self.put(member, score);
        self.in_listpack = in_listpack;
    }

    fn put(&mut self, member: &[u8], score: f64) {
        let score = if self.packed && self.in_listpack && score == 0.0 { 0.0 } else { score };
        let member: Arc<[u8]> = match self.scores.get_key_value(member) {
            Some((member, &old)) => {
                let member = Arc::clone(member);
                self.order.remove(&(Score(old), Arc::clone(&member)));
                member
            }
            None => {
                self.content_bytes += member.len() as u64;
                member.into()
            }
        };
        self.scores.insert(Arc::clone(&member), score);
        self.order.insert((Score(score), member));
    }

    /// Sets a member's score; whether anything changed.
    pub fn add(&mut self, member: &[u8], score: f64, target: &Target) -> bool {
        match self.score(member) {
            Some(old) if old == score => return false,
            Some(_) => {}
            None => {
                let thresholds = &target.thresholds;
                let long = member.len() as u64 > thresholds.zset_max_listpack_value;
                if self.len() + 1 > thresholds.zset_max_listpack_entries || long {
                    self.packed = false;
                }
            }
        }
        self.put(member, score);
        true
    }

    pub fn remove(&mut self, member: &[u8]) -> bool {
        let Some((member, score)) = self.scores.remove_entry(member) else { return false };
        self.content_bytes = self.content_bytes.saturating_sub(member.len() as u64);
        self.order.remove(&(Score(score), member));
        true
    }

    pub fn value_type(&self, target: &Target) -> ValueType {
        match self.packed {
            true if target.has_listpacks() => ValueType::ZsetListpack,
            true => ValueType::ZsetZiplist,
            false if target.is_valkey() || target.redis_from(4, 0, 0) => ValueType::Zset2,
            false => ValueType::Zset,
        }
    }

    pub fn emit<S: ValueSink>(&self, target: &Target, costs: &Costs, sink: &mut S) {
        let value_type = self.value_type(target);
        if !self.packed {
            sink.begin(value_type, Some(self.len()));
            for (member, score) in self.iter().rev() {
                sink.member(plain_element(member));
                sink.score(score);
            }
            return;
        }
        let mut built = Built::new(costs);
        for (member, score) in self.iter() {
            built.push(packed_element(member));
            built.push_score(score, false, costs);
        }
        sink.begin(value_type, None);
        let layout = if target.has_listpacks() { Packed::Listpack } else { Packed::Ziplist };
        sink.packed(layout, built.bytes(), built.bytes());
        for (member, score) in self.iter() {
            sink.member(packed_element(member));
            sink.score(score);
        }
        sink.packed_end();
    }
}
