//! The columns of the exports, by the names of the view of all keys.

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Db,
    Name,
    Raw,
    Type,
    Encoding,
    Kind,
    Elements,
    MemoryBytes,
    MemoryExact,
    AllocatedBytes,
    ValueBytes,
    KeyBytes,
    DumpBytes,
    LargestElementBytes,
    ExpiresAtMs,
    IdleSeconds,
    LfuFrequency,
    Slot,
    HashTag,
    RecordOffset,
}

impl Column {
    /// All of them, in the order of a line.
    pub const ALL: [Self; 20] = [
        Self::Db,
        Self::Name,
        Self::Raw,
        Self::Type,
        Self::Encoding,
        Self::Kind,
        Self::Elements,
        Self::MemoryBytes,
        Self::MemoryExact,
        Self::AllocatedBytes,
        Self::ValueBytes,
        Self::KeyBytes,
        Self::DumpBytes,
        Self::LargestElementBytes,
        Self::ExpiresAtMs,
        Self::IdleSeconds,
        Self::LfuFrequency,
        Self::Slot,
        Self::HashTag,
        Self::RecordOffset,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Db => "db",
            Self::Name => "name",
            Self::Raw => "raw",
            Self::Type => "type",
            Self::Encoding => "encoding",
            Self::Kind => "kind",
            Self::Elements => "elements",
            Self::MemoryBytes => "memory_bytes",
            Self::MemoryExact => "memory_exact",
            Self::AllocatedBytes => "allocated_bytes",
            Self::ValueBytes => "value_bytes",
            Self::KeyBytes => "key_bytes",
            Self::DumpBytes => "dump_bytes",
            Self::LargestElementBytes => "largest_element_bytes",
            Self::ExpiresAtMs => "expires_at_ms",
            Self::IdleSeconds => "idle_seconds",
            Self::LfuFrequency => "lfu_frequency",
            Self::Slot => "slot",
            Self::HashTag => "hash_tag",
            Self::RecordOffset => "record_offset",
        }
    }

    /// The column of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// `$cell!(column)` for every column in order, so that the compiler sees each by itself.
macro_rules! every_column {
    ($cell:ident) => {
        $cell!(
            Db,
            Name,
            Raw,
            Type,
            Encoding,
            Kind,
            Elements,
            MemoryBytes,
            MemoryExact,
            AllocatedBytes,
            ValueBytes,
            KeyBytes,
            DumpBytes,
            LargestElementBytes,
            ExpiresAtMs,
            IdleSeconds,
            LfuFrequency,
            Slot,
            HashTag,
            RecordOffset
        )
    };
}
pub(super) use every_column;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for column in Column::ALL {
            assert_eq!(Column::parse(column.name()), Some(column));
        }
        assert_eq!(Column::parse("pattern"), None);
        macro_rules! list {
            ($($column:ident),*) => { [$(Column::$column),*] };
        }
        assert_eq!(every_column!(list), Column::ALL);
    }
}
