//! Encodings of values in a server's memory.

use super::target::Target;

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
    /// What `OBJECT ENCODING` of this server answers; none where no server told it yet.
    pub fn name(self, target: &Target) -> Option<&'static str> {
        Some(match self {
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
            // Redis 5.0 forgot the name of its new encoding.
            Self::Stream if !target.is_valkey() && !target.redis_from(5, 9, 0) => "unknown",
            Self::Stream => "stream",
            Self::TemplateListpack => "template-listpack",
            Self::TemplateArray => "template-array",
            Self::SlicedArray => "sliced-array",
            Self::PathHash => return None,
        })
    }
}
