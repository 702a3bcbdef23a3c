//! Lists: ziplist or linked list up to 3.0, quicklist from 3.2 on, one listpack where it suffices from 7.2 on.

use super::{Encoding, Target, Tracker};
use crate::rdb::codes::ValueType;

/// Sizes that `list-max-listpack-size` -1 to -5 stand for.
const SIZES: [u64; 5] = [4096, 8192, 16_384, 32_768, 65_536];

/// Largest node where the option counts entries.
const SAFETY: u64 = 8192;

/// What a push reckons on top of an element's size.
const PUSH_OVERHEAD: u64 = 8;

pub fn encoding(value_type: ValueType, facts: &Tracker, target: &Target) -> Encoding {
    let thresholds = &target.thresholds;
    if !target.is_valkey() && !target.redis_from(3, 2, 0) {
        let too_long = value_type == ValueType::List && facts.longest > thresholds.list_max_ziplist_value;
        return if too_long || facts.elements > thresholds.list_max_ziplist_entries {
            Encoding::Linkedlist
        } else {
            Encoding::Ziplist
        };
    }
    if !target.is_valkey() && !target.redis_from(7, 2, 0) {
        return Encoding::Quicklist;
    }
    let one_packed_node = match value_type {
        // Entries of a ziplist are pushed one by one, and the result is left as it is.
        ValueType::ListZiplist => false,
        ValueType::List => fits_by_pushes(facts, thresholds.list_max_listpack_size),
        _ => facts.list.nodes == 1 && facts.list.plain_nodes == 0,
    };
    if one_packed_node && within_limit(facts, thresholds.list_max_listpack_size) {
        Encoding::Listpack
    } else {
        Encoding::Quicklist
    }
}

/// Bytes that a negative limit stands for.
fn size_limit(limit: i64) -> Option<u64> {
    let at = usize::try_from(limit.checked_neg()?.checked_sub(1)?).ok()?;
    Some(SIZES[at.min(SIZES.len() - 1)])
}

/// Whether one listpack with all items is within the limit (redis t_list.c, listTypeTryConvertQuicklist).
fn within_limit(facts: &Tracker, limit: i64) -> bool {
    match size_limit(limit) {
        Some(bytes) => facts.list.one_listpack() <= bytes,
        None => facts.elements <= limit.max(1) as u64,
    }
}

/// Whether items that are pushed one by one stay in one node (redis quicklist.c, _quicklistNodeAllowInsert).
fn fits_by_pushes(facts: &Tracker, limit: i64) -> bool {
    let bytes = facts.list.one_listpack() + PUSH_OVERHEAD;
    match size_limit(limit) {
        Some(most) => bytes <= most,
        None => bytes <= SAFETY && facts.elements <= limit.max(1) as u64,
    }
}
