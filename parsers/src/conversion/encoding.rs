//! Encodings of values in a server's memory.

/// How a server holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    Int,
    Embstr,
    Raw,
    Ziplist,
    Listpack,
    Linkedlist,
    Quicklist,
    Intset,
    Hashtable,
    Zipmap,
    ListpackEx,
    Skiplist,
    /// Large sorted sets of Valkey 9.2.
    Btree,
    Stream,
    TemplateListpack,
    TemplateArray,
    SlicedArray,
    /// A module's own.
    Module,
    /// Path hashes of Valkey 9.2, whose encoding no server told yet.
    PathHash,
}

impl Encoding {
    /// What `OBJECT ENCODING` answers; Redis 5.0 says `unknown` for streams, which the caller knows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Embstr => "embstr",
            Self::Raw | Self::Module => "raw",
            Self::Ziplist => "ziplist",
            Self::Listpack => "listpack",
            Self::Linkedlist => "linkedlist",
            Self::Quicklist => "quicklist",
            Self::Intset => "intset",
            Self::Hashtable => "hashtable",
            Self::Zipmap => "zipmap",
            Self::ListpackEx => "listpackex",
            Self::Skiplist => "skiplist",
            Self::Btree => "btree",
            Self::Stream => "stream",
            Self::TemplateListpack => "template-listpack",
            Self::TemplateArray => "template-array",
            Self::SlicedArray => "sliced-array",
            Self::PathHash => "path-hash",
        }
    }
}
