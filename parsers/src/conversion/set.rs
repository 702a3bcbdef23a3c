//! Sets: intset, listpack (from 7.2 on) or table (redis rdb.c, rdbLoadObject).

use super::{Encoding, Target, Tracker};
use crate::rdb::codes::ValueType;

pub fn encoding(value_type: ValueType, facts: &Tracker, target: &Target) -> Encoding {
    let thresholds = &target.thresholds;
    let knows_listpack = target.is_valkey() || target.redis_from(7, 2, 0);
    match value_type {
        ValueType::SetListpack if knows_listpack => {
            if facts.elements <= thresholds.set_max_listpack_entries {
                Encoding::Listpack
            } else {
                Encoding::Hashtable
            }
        }
        _ if facts.elements > thresholds.set_max_intset_entries => Encoding::Hashtable,
        _ if facts.leading_integers == facts.elements => Encoding::Intset,
        _ if knows_listpack
            && facts.elements <= thresholds.set_max_listpack_entries
            && facts.longest <= thresholds.set_max_listpack_value =>
        {
            Encoding::Listpack
        }
        _ => Encoding::Hashtable,
    }
}
