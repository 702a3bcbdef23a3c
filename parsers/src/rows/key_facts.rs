//! Facts of one key, gathered from the events of its value in constant memory.

use super::rare::RareFacts;
use crate::events::{ArrayValue, Element, StreamId, StreamTotals, ValueSink};
use crate::kinds::{Beginning, Kind};
use crate::rdb::codes::ValueType;

/// Bytes of a score, an index or a number of a module in `value_bytes`.
const NUMBER: u64 = 8;

/// Scores of geo sets are 52-bit geohashes.
const GEOHASH_LIMIT: f64 = 4_503_599_627_370_496.0;

/// Geohash scores below this are rare (they lie in one cell near the south pole); counters and timestamps are not.
const GEOHASH_LEAST: f64 = 17_592_186_044_416.0;

/// Microseconds since 1970 of the years 2001 to 2049 look like geohashes and are far more common.
const MICROSECONDS: std::ops::Range<f64> = 1.0e15..2.5e15;

/// What is known of a key's value.
#[derive(Debug, Default)]
pub struct KeyFacts {
    pub value_type: Option<ValueType>,
    /// Elements, fields, members, entries; bytes of a string. None where nobody knows (modules).
    pub elements: Option<u64>,
    /// Content without any overhead.
    pub value_bytes: u64,
    pub largest_element: u64,
    pub kind: Option<Kind>,
    rare: RareFacts,
    /// Whether `rare` holds anything: it is large, and most keys leave it alone.
    has_rare: bool,
    pub module: Option<(String, u16)>,
    /// Whether a sorted set has a score that is no number.
    pub nan_score: bool,
    scores: Scores,
    in_deleted_entry: bool,
    /// First entry of a stream that is not deleted.
    first_entry: Option<StreamId>,
    scored_members: u64,
}

/// What all scores of a sorted set have in common.
#[derive(Debug, Clone, Copy)]
struct Scores {
    first: f64,
    equal: bool,
    geohashes: bool,
    outside_microseconds: bool,
}

impl Default for Scores {
    fn default() -> Self {
        Self { first: 0.0, equal: true, geohashes: true, outside_microseconds: false }
    }
}

impl KeyFacts {
    /// Forgets the key before.
    #[inline]
    pub fn reset(&mut self) {
        // Field by field: the rare facts are most of the bytes, and most keys leave them alone.
        if self.has_rare {
            self.rare = RareFacts::default();
            self.has_rare = false;
        }
        self.value_type = None;
        self.elements = None;
        self.value_bytes = 0;
        self.largest_element = 0;
        self.kind = None;
        self.module = None;
        self.nan_score = false;
        self.scores = Scores::default();
        self.in_deleted_entry = false;
        self.scored_members = 0;
    }

    /// Facts that few keys have; none where this key has none.
    #[inline]
    pub fn rare(&self) -> Option<&RareFacts> {
        self.has_rare.then_some(&self.rare)
    }

    /// Gives a stream of a server before 7.0 the counters that later ones make up when they load it (redis rdb.c).
    pub fn complete_stream(&mut self) {
        if self.rare.last_id.is_none() || self.rare.entries_added.is_some() {
            return;
        }
        self.rare.entries_added = Some(self.elements.unwrap_or(0));
        self.rare.max_deleted_id = Some(StreamId::default());
        self.rare.first_id = Some(self.first_entry.unwrap_or_default());
    }

    #[inline]
    fn rare_mut(&mut self) -> &mut RareFacts {
        self.has_rare = true;
        &mut self.rare
    }

    #[inline]
    fn count(&mut self) {
        self.elements = Some(self.elements.unwrap_or(0) + 1);
    }

    #[inline]
    fn content(&mut self, element: Element<'_>) {
        let length = element.len();
        self.value_bytes += length;
        self.largest_element = self.largest_element.max(length);
    }
}

impl ValueSink for KeyFacts {
    #[inline]
    fn begin(&mut self, value: ValueType, _: Option<u64>) {
        self.value_type = Some(value);
        self.elements = match value {
            ValueType::Module2 | ValueType::ModulePreGa | ValueType::KeyDbCron => None,
            _ => Some(0),
        };
    }

    #[inline]
    fn end(&mut self) {
        let Some(members) = self.elements else { return };
        if self.scored_members > 0 {
            self.rare_mut().scored_members = Some(self.scored_members);
        }
        if !self.scores_seen() || members < 2 {
            return;
        }
        if self.scores.equal {
            self.rare_mut().equal_score = Some(self.scores.first);
        }
        if self.scores.geohashes && self.scores.outside_microseconds {
            self.kind = Some(Kind::Geo);
        }
    }

    #[inline]
    fn string(&mut self, content: Element<'_>, beginning: Beginning<'_>, nonzero: Option<u64>) {
        self.content(content);
        self.elements = Some(self.value_bytes);
        if nonzero.is_some() {
            self.rare_mut().nonzero_bytes = nonzero;
        }
        self.kind = match content {
            Element::Int(_) => Some(Kind::Integer),
            _ => beginning.kind(self.value_bytes),
        };
    }

    #[inline]
    fn item(&mut self, element: Element<'_>) {
        self.count();
        self.content(element);
        if let (Some(ValueType::Set | ValueType::SetListpack), Element::Bytes(member)) = (self.value_type, element) {
            self.scored_members += u64::from(carries_number(member));
        }
    }

    #[inline]
    fn member(&mut self, member: Element<'_>) {
        self.count();
        self.content(member);
    }

    #[inline]
    fn score(&mut self, score: f64) {
        self.value_bytes += NUMBER;
        let scores = &mut self.scores;
        if self.elements == Some(1) {
            scores.first = score;
        }
        scores.equal &= score == scores.first;
        scores.geohashes &= score.fract() == 0.0 && (GEOHASH_LEAST..GEOHASH_LIMIT).contains(&score);
        scores.outside_microseconds |= !MICROSECONDS.contains(&score);
        self.nan_score |= score.is_nan();
    }

    #[inline]
    fn field(&mut self, field: Element<'_>) {
        if !self.in_deleted_entry {
            self.content(field);
        }
    }

    #[inline]
    fn value(&mut self, value: Element<'_>) {
        if !self.in_deleted_entry {
            self.content(value);
        }
    }

    #[inline]
    fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        if self.value_type == Some(ValueType::PathHash) {
            return;
        }
        self.count();
        if let Some(expiry) = expires_at_ms {
            self.rare_mut().field_expiry(expiry);
        }
    }

    fn template(&mut self, id: Option<u64>, _: &[Vec<u8>]) {
        self.rare_mut().template_id = id;
    }

    fn path(&mut self, path: Element<'_>, fields: u64) {
        self.item(path);
        let rare = self.rare_mut();
        rare.fields = Some(rare.fields.unwrap_or(0) + fields);
    }

    fn stream_node(&mut self, _: StreamId, _: u64) {
        let rare = self.rare_mut();
        rare.stream_nodes = Some(rare.stream_nodes.unwrap_or(0) + 1);
    }

    fn stream_entry(&mut self, id: StreamId, deleted: bool, _: u64) {
        self.in_deleted_entry = deleted;
        if deleted {
            let rare = self.rare_mut();
            rare.deleted_entries = Some(rare.deleted_entries.unwrap_or(0) + 1);
        } else {
            self.first_entry.get_or_insert(id);
            self.count();
        }
    }

    fn stream_node_end(&mut self) {
        self.in_deleted_entry = false;
    }

    fn stream_totals(&mut self, totals: StreamTotals) {
        self.rare_mut().stream_totals(totals);
    }

    fn stream_group(&mut self, _: Element<'_>, _: StreamId, _: Option<u64>, pending: u64) {
        let rare = self.rare_mut();
        rare.groups = Some(rare.groups.unwrap_or(0) + 1);
        let rare = self.rare_mut();
        rare.pending = Some(rare.pending.unwrap_or(0).saturating_add(pending));
    }

    fn stream_released(&mut self, _: StreamId) {
        let rare = self.rare_mut();
        rare.released = Some(rare.released.unwrap_or(0) + 1);
    }

    fn stream_idempotence(&mut self, facts: crate::events::StreamIdempotence) {
        self.rare_mut().idmp_producers = Some(facts.producers);
    }

    fn module(&mut self, name: &str, version: u16) {
        self.module = Some((name.to_owned(), version));
        self.rare_mut().module_version = Some(version);
    }

    fn module_unsigned(&mut self, _: u64) {
        self.value_bytes += NUMBER;
    }

    fn module_float(&mut self, _: f32) {
        self.value_bytes += NUMBER / 2;
    }

    fn module_double(&mut self, _: f64) {
        self.value_bytes += NUMBER;
    }

    fn module_string(&mut self, content: Element<'_>) {
        self.content(content);
    }

    fn array(&mut self, count: u64, last_insert: Option<u64>) {
        self.elements = Some(count);
        self.rare_mut().array_next =
            Some(last_insert.map_or(Some(0), |last| last.checked_add(1)).filter(|&n| n != u64::MAX));
    }

    fn array_slot(&mut self, index: u64, value: ArrayValue<'_>) {
        let rare = self.rare_mut();
        rare.array_length = Some(rare.array_length.unwrap_or(0).max(index.saturating_add(1)));
        match value {
            ArrayValue::Text(text) => self.content(text),
            ArrayValue::Short(text) => self.content(Element::Bytes(text)),
            ArrayValue::Integer(_) | ArrayValue::Double(_) => {
                self.value_bytes += NUMBER;
                self.largest_element = self.largest_element.max(NUMBER);
            }
        }
    }
}

impl KeyFacts {
    fn scores_seen(&self) -> bool {
        matches!(
            self.value_type,
            Some(ValueType::Zset | ValueType::Zset2 | ValueType::ZsetZiplist | ValueType::ZsetListpack)
        )
    }
}

/// Whether a member ends in a number behind a colon, as `alice:1200` does.
fn carries_number(member: &[u8]) -> bool {
    if !member.last().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let number = member.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b'.' || **b == b'-').count();
    let before = &member[..member.len() - number];
    before.len() > 1 && before.last() == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_carry_a_number() {
        for member in ["alice:1200", "b:-3", "c:d:1.5"] {
            assert!(carries_number(member.as_bytes()), "{member}");
        }
        for member in ["alice", "1200", ":12", "alice:", "a1200", "10.0.0.1"] {
            assert!(!carries_number(member.as_bytes()), "{member}");
        }
    }
}
