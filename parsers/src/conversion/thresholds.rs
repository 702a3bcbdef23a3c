//! Configuration that decides encodings. Names changed from `ziplist` to `listpack` in 7.0; the values are the same.

/// Thresholds of encodings. The defaults are those of every version that has the option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// `hash-max-listpack-entries` (2.4: `hash-max-zipmap-entries`): fields.
    pub hash_max_listpack_entries: u64,
    /// `hash-max-listpack-value`: bytes.
    pub hash_max_listpack_value: u64,
    /// `list-max-ziplist-entries` of 2.2 to 3.0: elements.
    pub list_max_ziplist_entries: u64,
    /// `list-max-ziplist-value` of 2.2 to 3.0: bytes.
    pub list_max_ziplist_value: u64,
    /// `list-max-listpack-size` since 3.2: elements, or -1 to -5 for 4 to 64 KiB.
    pub list_max_listpack_size: i64,
    /// `list-compress-depth` since 3.2: nodes at each end that stay uncompressed; 0 compresses none.
    pub list_compress_depth: u64,
    /// `set-max-intset-entries`: members.
    pub set_max_intset_entries: u64,
    /// `set-max-listpack-entries` since 7.2: members.
    pub set_max_listpack_entries: u64,
    /// `set-max-listpack-value` since 7.2: bytes.
    pub set_max_listpack_value: u64,
    /// `zset-max-listpack-entries`: members.
    pub zset_max_listpack_entries: u64,
    /// `zset-max-listpack-value`: bytes.
    pub zset_max_listpack_value: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            hash_max_listpack_entries: 512,
            hash_max_listpack_value: 64,
            list_max_ziplist_entries: 512,
            list_max_ziplist_value: 64,
            list_max_listpack_size: -2,
            list_compress_depth: 0,
            set_max_intset_entries: 512,
            set_max_listpack_entries: 128,
            set_max_listpack_value: 64,
            zset_max_listpack_entries: 128,
            zset_max_listpack_value: 64,
        }
    }
}
