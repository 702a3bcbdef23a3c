//! The columns of the exports, by the names of the view of all keys.

/// Declares the columns in the order of a line.
macro_rules! columns {
    ($($column:ident = $name:literal,)*) => {
        /// A column.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Column {
            $($column,)*
        }

        impl Column {
            /// All of them, in the order of a line.
            pub const ALL: &[Self] = &[$(Self::$column,)*];

            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$column => $name,)*
                }
            }

            /// Calls `write` for every column in order, each by itself, so that the compiler knows which it is.
            #[inline(always)]
            pub fn each(mut write: impl FnMut(Self)) {
                $(write(Self::$column);)*
            }
        }
    };
}

columns! {
    Db = "db",
    Name = "name",
    Raw = "raw",
    Type = "type",
    Encoding = "encoding",
    Kind = "kind",
    Elements = "elements",
    MemoryBytes = "memory_bytes",
    MemoryExact = "memory_exact",
    AllocatedBytes = "allocated_bytes",
    ValueBytes = "value_bytes",
    KeyBytes = "key_bytes",
    DumpBytes = "dump_bytes",
    LargestElementBytes = "largest_element_bytes",
    ExpiresAtMs = "expires_at_ms",
    IdleSeconds = "idle_seconds",
    LfuFrequency = "lfu_frequency",
    Slot = "slot",
    HashTag = "hash_tag",
    RecordOffset = "record_offset",
}

impl Column {
    /// The column of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for &column in Column::ALL {
            assert_eq!(Column::parse(column.name()), Some(column));
        }
        assert_eq!(Column::parse("pattern"), None);
        let mut each = Vec::new();
        Column::each(|column| each.push(column));
        assert_eq!(each, Column::ALL);
    }
}
