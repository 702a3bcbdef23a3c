//! Facts that few keys have. They leave in a side table, because a column of the key rows costs every row.

use std::io::{self, Read};

use crate::events::{StreamId, StreamTotals};

/// Facts as they are spooled: a flag and 16 bytes each.
const SLOTS: usize = 20;

/// Facts of one key beyond its row. `None` is "does not apply" or "unknown".
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RareFacts {
    pub nonzero_bytes: Option<u64>,
    pub fields_with_ttl: Option<u64>,
    pub min_field_expires_at_ms: Option<i64>,
    pub equal_score: Option<f64>,
    pub first_id: Option<StreamId>,
    pub last_id: Option<StreamId>,
    pub max_deleted_id: Option<StreamId>,
    pub entries_added: Option<u64>,
    pub deleted_entries: Option<u64>,
    pub stream_nodes: Option<u64>,
    pub groups: Option<u64>,
    pub pending: Option<u64>,
    pub released: Option<u64>,
    pub idmp_producers: Option<u64>,
    pub array_length: Option<u64>,
    /// Index of the next insert; inner `None` when there is none any more.
    pub array_next: Option<Option<u64>>,
    pub template_id: Option<u64>,
    pub module_version: Option<u16>,
    pub fields: Option<u64>,
    /// Members of a set that end in a number behind a colon.
    pub scored_members: Option<u64>,
}

impl RareFacts {
    #[inline]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn field_expiry(&mut self, expiry: i64) {
        self.fields_with_ttl = Some(self.fields_with_ttl.unwrap_or(0) + 1);
        self.min_field_expires_at_ms = Some(self.min_field_expires_at_ms.map_or(expiry, |least| least.min(expiry)));
    }

    pub(super) fn stream_totals(&mut self, totals: StreamTotals) {
        self.last_id = Some(totals.last_id);
        self.first_id = totals.first_id;
        self.max_deleted_id = totals.max_deleted_id;
        self.entries_added = totals.entries_added;
        self.groups = Some(0);
        self.pending = Some(0);
        self.deleted_entries.get_or_insert(0);
        self.stream_nodes.get_or_insert(0);
    }

    /// Appends the facts with the offset of their record; [`RareFacts::read`] is the inverse.
    pub fn write(&self, record_offset: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(&record_offset.to_le_bytes());
        for (present, bytes) in self.slots() {
            out.push(u8::from(present));
            out.extend_from_slice(&bytes);
        }
    }

    fn slots(&self) -> [(bool, [u8; 16]); SLOTS] {
        let number = |n: Option<u64>| (n.is_some(), u128::from(n.unwrap_or(0)).to_le_bytes());
        let id = |id: Option<StreamId>| (id.is_some(), id.unwrap_or_default().to_raw());
        let least = self.min_field_expires_at_ms;
        let score = self.equal_score;
        let next = self.array_next;
        [
            number(self.nonzero_bytes),
            number(self.fields_with_ttl),
            (least.is_some(), (least.unwrap_or(0) as u128).to_le_bytes()),
            (score.is_some(), u128::from(score.unwrap_or(0.0).to_bits()).to_le_bytes()),
            id(self.first_id),
            id(self.last_id),
            id(self.max_deleted_id),
            number(self.entries_added),
            number(self.deleted_entries),
            number(self.stream_nodes),
            number(self.groups),
            number(self.pending),
            number(self.released),
            number(self.idmp_producers),
            number(self.array_length),
            (next.is_some(), next.flatten().map_or(u128::MAX, u128::from).to_le_bytes()),
            number(self.template_id),
            number(self.module_version.map(u64::from)),
            number(self.fields),
            number(self.scored_members),
        ]
    }

    /// Reads what [`RareFacts::write`] wrote; none at the end.
    pub fn read(from: &mut impl Read) -> io::Result<Option<(u64, Self)>> {
        let mut offset = [0; 8];
        if !fill(from, &mut offset)? {
            return Ok(None);
        }
        let mut slots = [(false, [0; 16]); SLOTS];
        for (present, bytes) in &mut slots {
            let mut flag = [0];
            from.read_exact(&mut flag)?;
            *present = flag[0] != 0;
            from.read_exact(bytes)?;
        }
        let wide = |i: usize| slots[i].0.then(|| u128::from_le_bytes(slots[i].1));
        let number = |i: usize| wide(i).map(|n| n as u64);
        let id = |i: usize| slots[i].0.then(|| StreamId::from_raw(slots[i].1));
        let facts = Self {
            nonzero_bytes: number(0),
            fields_with_ttl: number(1),
            min_field_expires_at_ms: wide(2).map(|n| n as i64),
            equal_score: number(3).map(f64::from_bits),
            first_id: id(4),
            last_id: id(5),
            max_deleted_id: id(6),
            entries_added: number(7),
            deleted_entries: number(8),
            stream_nodes: number(9),
            groups: number(10),
            pending: number(11),
            released: number(12),
            idmp_producers: number(13),
            array_length: number(14),
            array_next: wide(15).map(|n| u64::try_from(n).ok()),
            template_id: number(16),
            module_version: number(17).map(|n| n as u16),
            fields: number(18),
            scored_members: number(19),
        };
        Ok(Some((u64::from_le_bytes(offset), facts)))
    }
}

/// Fills `out`, or tells that the end was reached before its first byte.
pub(super) fn fill(from: &mut impl Read, out: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < out.len() {
        match from.read(&mut out[filled..])? {
            0 if filled == 0 => return Ok(false),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => filled += n,
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_come_back_as_they_went() {
        let facts = RareFacts {
            nonzero_bytes: Some(3),
            min_field_expires_at_ms: Some(-5),
            equal_score: Some(f64::NEG_INFINITY),
            last_id: Some(StreamId { ms: 7, seq: u64::MAX }),
            array_next: Some(None),
            module_version: Some(1023),
            ..RareFacts::default()
        };
        let mut bytes = Vec::new();
        facts.write(42, &mut bytes);
        RareFacts::default().write(43, &mut bytes);
        let mut from = bytes.as_slice();
        assert_eq!(RareFacts::read(&mut from).unwrap(), Some((42, facts)));
        assert_eq!(RareFacts::read(&mut from).unwrap(), Some((43, RareFacts::default())));
        assert_eq!(RareFacts::read(&mut from).unwrap(), None);
    }
}
