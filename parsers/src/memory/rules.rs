//! Rules that differ between versions in more than a number.

/// How a server counts values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Up to 3.2: there is no MEMORY USAGE; what is allocated.
    Estimate,
    /// Redis 4.0 to 8.0, Valkey 7.2 and 8.0: object, dicts with entries of 24 bytes.
    Dict,
    /// Redis 8.2 and 8.4: the object carries the key; values as before.
    Kvobj,
    /// Redis 8.6 and later: values keep account of their own size.
    Accounted,
    /// Valkey 8.1 and 9.0: hashtables of cache-line buckets.
    Hashtable,
    /// Valkey 9.1: the same, the object carries the key, the skiplist node its member.
    Embedded,
}

/// What MEMORY USAGE adds for the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRule {
    /// 24 and the size of the word "usage" (a bug of 4.0.0 to 4.0.2).
    WordUsage,
    /// 24 and the size of the command's argument.
    Argument,
    /// 24 and the name without rounding.
    Unrounded,
    /// 24 and the name as allocated.
    Allocated,
    /// One allocation for the entry and the name in it (Valkey 8.0).
    InEntry,
    /// Nothing: the name is part of the object.
    InObject,
}

/// Headers of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SdsRule {
    /// 8 bytes.
    Fixed,
    /// 1, 3, 5, 9 bytes by length.
    Stepped,
    /// The same, but a string whose size class does not fit the header gets the next one.
    Promoted,
}

/// How strings embedded in their object are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbstrRule {
    /// There are none.
    None,
    /// Object and text without the string's header and without rounding (a bug of 4.0 to 6.2).
    LengthPlusTwo,
    /// As allocated.
    Allocated,
}

/// When the table of a hash that is loaded pair by pair is sized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairsAtLoad {
    Never,
    /// For the pairs that are left, also where it holds some already (a bug).
    ForRest,
    ForAll,
}
