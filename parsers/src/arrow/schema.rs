//! Schemas of the streams. Types are signed and plain (no dictionaries), because Spark takes no others.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

fn field(name: &str, data_type: DataType, nullable: bool) -> Field {
    Field::new(name, data_type, nullable)
}

fn schema(fields: Vec<Field>) -> SchemaRef {
    Arc::new(Schema::new(fields))
}

/// Key rows. `record_offset` is the row's identity within its snapshot.
pub fn key_rows() -> SchemaRef {
    use DataType::{Binary, Int16, Int32, Int64, Utf8};
    schema(vec![
        field("db", Int64, false),
        field("name", Utf8, false),
        field("raw", Binary, true),
        field("form_id", Int32, false),
        field("pattern_id", Int32, false),
        field("elements", Int64, true),
        field("memory_bytes", Int64, true),
        field("allocated_bytes", Int64, true),
        field("value_bytes", Int64, true),
        field("dump_bytes", Int64, false),
        field("record_offset", Int64, false),
        field("largest_element_bytes", Int64, true),
        field("expires_at_ms", Int64, true),
        field("idle_seconds", Int64, true),
        field("lfu_frequency", Int16, true),
        field("slot", Int16, false),
    ])
}

/// Columns of a side table by name.
pub fn side_table(name: &str) -> Option<SchemaRef> {
    use DataType::{Binary, Boolean, Float64, Int32, Int64, Utf8};
    let columns: &[(&str, DataType, bool)] = match name {
        "forms" => &[
            ("form_id", Int32, false),
            ("type", Utf8, false),
            ("encoding", Utf8, true),
            ("kind", Utf8, true),
            ("memory_exact", Boolean, true),
        ],
        "patterns" => &[
            ("pattern_id", Int32, false),
            ("final_id", Int32, false),
            ("shortest_name_bytes", Int64, false),
            ("longest_name_bytes", Int64, false),
            ("unsafe_names", Boolean, false),
            ("braced_names", Boolean, false),
        ],
        "final_patterns" => &[
            ("pattern_id", Int32, false),
            ("pattern", Utf8, false),
            ("namespace", Utf8, true),
            ("prefix", Utf8, false),
            ("depth", Int32, false),
            ("node_id", Int32, false),
        ],
        "prefix_nodes" => &[
            ("node_id", Int32, false),
            ("parent_id", Int32, true),
            ("depth", Int32, false),
            ("segment", Utf8, false),
            ("prefix", Utf8, false),
        ],
        "key_facts" => &[
            ("record_offset", Int64, false),
            ("nonzero_bytes", Int64, true),
            ("fields_with_ttl", Int64, true),
            ("min_field_expires_at_ms", Int64, true),
            ("equal_score", Float64, true),
            ("first_id", Utf8, true),
            ("last_id", Utf8, true),
            ("max_deleted_id", Utf8, true),
            ("entries_added", Int64, true),
            ("deleted_entries", Int64, true),
            ("stream_nodes", Int64, true),
            ("groups", Int64, true),
            ("pending", Int64, true),
            ("released", Int64, true),
            ("idmp_producers", Int64, true),
            ("array_length", Utf8, true),
            ("array_next", Utf8, true),
            ("template_id", Int64, true),
            ("module_version", Int32, true),
            ("fields", Int64, true),
            ("scored_members", Int64, true),
        ],
        "stream_groups" => &[
            ("record_offset", Int64, false),
            ("group_no", Int32, false),
            ("name", Utf8, false),
            ("raw", Binary, true),
            ("last_id", Utf8, false),
            ("entries_read", Int64, true),
            ("pending", Int64, false),
            ("consumers", Int64, false),
            ("released", Int64, false),
            ("oldest_pending_at_ms", Int64, true),
            ("max_deliveries", Int64, true),
        ],
        "stream_consumers" => &[
            ("record_offset", Int64, false),
            ("group_no", Int32, false),
            ("name", Utf8, false),
            ("raw", Binary, true),
            ("seen_at_ms", Int64, false),
            ("active_at_ms", Int64, true),
            ("pending", Int64, false),
        ],
        "functions" => &[
            ("library", Utf8, false),
            ("engine", Utf8, false),
            ("functions", Utf8, false),
            ("literal_keys", Utf8, false),
            ("calls_keys", Boolean, false),
            ("code_bytes", Int64, false),
            ("sha256", Utf8, false),
            ("record_offset", Int64, false),
        ],
        "scripts" => &[
            ("code_bytes", Int64, false),
            ("sha1", Utf8, false),
            ("sha256", Utf8, false),
            ("literal_keys", Utf8, false),
            ("calls_keys", Boolean, false),
            ("code", Binary, false),
        ],
        "aux" => &[("name", Utf8, false), ("value", Utf8, false), ("record_offset", Int64, false)],
        "module_aux" => &[
            ("module", Utf8, false),
            ("version", Int32, false),
            ("written", Utf8, false),
            ("dump_bytes", Int64, false),
            ("record_offset", Int64, false),
        ],
        "declared_counts" => {
            &[("db", Int64, false), ("slot", Int32, true), ("keys", Int64, false), ("expires", Int64, false)]
        }
        "anomalies" => &[
            ("kind", Utf8, false),
            ("record_offset", Int64, false),
            ("db", Int64, true),
            ("name", Utf8, true),
            ("raw", Binary, true),
            ("message", Utf8, false),
            ("severity", Utf8, false),
        ],
        "templates" => &[
            ("template_id", Int64, false),
            ("template_bytes", Int64, false),
            ("keys", Int64, false),
            ("share_bytes", Int64, false),
        ],
        "aof_parts" => &[
            ("part_no", Int32, false),
            ("name", Utf8, true),
            ("dump_bytes", Int64, false),
            ("log_bytes", Int64, false),
            ("commands", Int64, false),
            ("good_offset", Int64, false),
            ("dropped_bytes", Int64, false),
        ],
        "aof_commands" => &[
            ("command", Utf8, false),
            ("hour_at_ms", Int64, true),
            ("commands", Int64, false),
            ("log_bytes", Int64, false),
        ],
        "aof_keys" => &[
            ("db", Int64, false),
            ("name", Utf8, false),
            ("raw", Binary, true),
            ("pattern", Utf8, false),
            ("slot", Int32, false),
            ("writes", Int64, false),
            ("writes_error", Int64, false),
            ("log_bytes", Int64, false),
            ("first_at_ms", Int64, true),
            ("last_at_ms", Int64, true),
            ("value_writes", Int64, false),
            ("renewals", Int64, false),
            ("grows", Int64, false),
            ("shrinks", Int64, false),
            ("deletes", Int64, false),
            ("commands", Utf8, false),
        ],
        "aof_events" => &[
            ("kind", Utf8, false),
            ("command", Utf8, false),
            ("part_no", Int32, false),
            ("log_offset", Int64, false),
            ("at_ms", Int64, true),
            ("db", Int64, true),
            ("name", Utf8, true),
            ("raw", Binary, true),
            ("measured", Int64, true),
        ],
        "comparison" => &[
            ("target_no", Int32, false),
            ("server", Utf8, false),
            ("server_version", Utf8, false),
            ("pattern", Utf8, true),
            ("type", Utf8, false),
            ("encoding", Utf8, true),
            ("target_encoding", Utf8, true),
            ("keys", Int64, false),
            ("unknown_keys", Int64, false),
            ("unloadable_keys", Int64, false),
            ("memory_bytes", Int64, false),
            ("target_memory_bytes", Int64, false),
        ],
        "top_keys" => &[
            ("db", Int64, false),
            ("name", Utf8, false),
            ("raw", Binary, true),
            ("type", Utf8, false),
            ("encoding", Utf8, true),
            ("elements", Int64, true),
            ("memory_bytes", Int64, true),
            ("value_bytes", Int64, true),
            ("dump_bytes", Int64, false),
            ("largest_element_bytes", Int64, true),
            ("expires_at_ms", Int64, true),
            ("pattern", Utf8, true),
        ],
        "prefix_totals" => &[
            ("node_id", Int32, false),
            ("parent_id", Int32, true),
            ("depth", Int32, false),
            ("segment", Utf8, false),
            ("prefix", Utf8, false),
            ("keys", Int64, false),
            ("expiring_keys", Int64, false),
            ("memory_bytes", Int64, true),
            ("value_bytes", Int64, true),
            ("dump_bytes", Int64, false),
        ],
        "duplicate_hashes" => &[("hash_count", Int64, false)],
        _ => return None,
    };
    let fields = columns.iter().map(|(name, data_type, nullable)| field(name, data_type.clone(), *nullable));
    Some(schema(fields.collect()))
}

/// Names of all side tables.
pub const SIDE_TABLES: [&str; 19] = [
    "forms",
    "patterns",
    "final_patterns",
    "prefix_nodes",
    "key_facts",
    "stream_groups",
    "stream_consumers",
    "functions",
    "scripts",
    "aux",
    "module_aux",
    "declared_counts",
    "anomalies",
    "templates",
    "aof_parts",
    "aof_commands",
    "aof_keys",
    "aof_events",
    "duplicate_hashes",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_side_table_has_columns() {
        for name in SIDE_TABLES {
            assert!(side_table(name).is_some(), "{name}");
        }
        assert!(side_table("keys").is_none());
    }
}
