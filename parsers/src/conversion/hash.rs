//! Hashes: zipmap (2.4), packed, packed with field expiry, template, or table.

use super::{Encoding, Target, Tracker};
use crate::rdb::codes::ValueType as T;

pub fn encoding(value_type: T, facts: &Tracker, target: &Target) -> Encoding {
    let thresholds = &target.thresholds;
    let few = facts.elements <= thresholds.hash_max_listpack_entries;
    let short = facts.longest <= thresholds.hash_max_listpack_value;
    match value_type {
        T::HashTemplateListpack | T::HashTemplateListpackRef if knows_templates(target) => Encoding::TemplateListpack,
        T::HashTemplateArray | T::HashTemplateArrayRef if knows_templates(target) => {
            if few && facts.longest_value <= thresholds.hash_max_listpack_value {
                Encoding::TemplateListpack
            } else {
                Encoding::TemplateArray
            }
        }
        // The table is the only encoding with field expiry that Valkey up to 9.1 has.
        T::Hash2 if target.is_valkey() && !target.valkey_from(9, 2, 0) => Encoding::Hashtable,
        T::HashMetadata | T::HashMetadataPreGa | T::HashListpackEx | T::HashListpackExPreGa | T::Hash2 => {
            let lengths_looked_at = matches!(value_type, T::HashMetadata | T::HashMetadataPreGa | T::Hash2);
            if !few || (lengths_looked_at && !short) {
                Encoding::Hashtable
            } else if target.redis_from(7, 4, 0) {
                Encoding::ListpackEx
            } else if facts.expiring_fields > 0 && target.valkey_from(9, 0, 0) && !target.valkey_from(9, 2, 0) {
                Encoding::Hashtable
            } else {
                target.packed()
            }
        }
        T::HashZipmap if zipmap_era(target) => Encoding::Zipmap,
        // The lengths of what comes packed are not looked at again.
        T::HashZiplist | T::HashListpack => {
            if few {
                packed(target)
            } else {
                Encoding::Hashtable
            }
        }
        _ => {
            if few && short {
                packed(target)
            } else {
                Encoding::Hashtable
            }
        }
    }
}

fn packed(target: &Target) -> Encoding {
    if zipmap_era(target) { Encoding::Zipmap } else { target.packed() }
}

fn zipmap_era(target: &Target) -> bool {
    !target.is_valkey() && !target.redis_from(2, 6, 0)
}

fn knows_templates(target: &Target) -> bool {
    target.redis_from(8, 10, 0)
}
