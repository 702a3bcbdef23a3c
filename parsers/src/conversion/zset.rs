//! Sorted sets: packed or skiplist.

use super::{Encoding, Target, Tracker};
use crate::rdb::codes::ValueType;

pub fn encoding(value_type: ValueType, facts: &Tracker, target: &Target) -> Encoding {
    let thresholds = &target.thresholds;
    // The lengths of members that come packed are not looked at again.
    let too_long =
        matches!(value_type, ValueType::Zset | ValueType::Zset2) && facts.longest > thresholds.zset_max_listpack_value;
    if !too_long && facts.elements <= thresholds.zset_max_listpack_entries {
        target.packed()
    } else if target.valkey_from(9, 2, 0) {
        Encoding::Btree
    } else {
        Encoding::Skiplist
    }
}
