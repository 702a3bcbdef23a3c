//! One table of everything that differs between server versions: a row is a constant or a rule, its columns are the
//! versions from which it has a value. A new server version is a new column where something changed.
//!
//! Valkey forked from Redis 7.2.4: it starts from the Redis columns up to there, then its own follow. Sizes in bytes,
//! 64 bit. Each row names the header file or function that it stands in.

use super::rules::{EmbstrRule, KeyRule, PairsAtLoad, SdsRule, Style};
use crate::conversion::{Server, Target, Version};

/// The Redis version whose columns Valkey inherits.
const FORK: Version = Version::new(7, 2, 4);

fn redis(target: &Target, major: u16, minor: u16, patch: u16) -> bool {
    match target.server {
        Server::Redis => target.redis_from(major, minor, patch),
        Server::Valkey => Version::new(major, minor, patch) <= FORK,
    }
}

fn valkey(target: &Target, major: u16, minor: u16, patch: u16) -> bool {
    target.valkey_from(major, minor, patch)
}

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $first:expr
        $(, $family:ident($major:literal, $minor:literal, $patch:literal) => $value:expr)*;)*) => {
        /// Constants and rules of one server version.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Constants { $($(#[$doc])* pub $name: $type,)* }

        impl Constants {
            /// The column of this target.
            pub fn of(target: &Target) -> Self {
                Self { $($name: {
                    let columns: &[(bool, $type)] =
                        &[(true, $first) $(, ($family(target, $major, $minor, $patch), $value))*];
                    columns.iter().rev().find(|column| column.0).map_or($first, |column| column.1)
                },)* }
            }
        }
    };
}

constants! {
    /// How values are counted (object.c, objectComputeSize and its successors).
    style: Style = Style::Estimate, redis(4, 0, 0) => Style::Dict, redis(8, 2, 0) => Style::Kvobj,
        redis(8, 6, 0) => Style::Accounted, valkey(8, 1, 0) => Style::Hashtable, valkey(9, 1, 0) => Style::Embedded;
    /// How MEMORY USAGE counts the key (object.c, memoryCommand).
    key: KeyRule = KeyRule::Allocated, redis(4, 0, 0) => KeyRule::WordUsage, redis(4, 0, 3) => KeyRule::Argument,
        redis(5, 0, 3) => KeyRule::Unrounded, redis(6, 0, 9) => KeyRule::Allocated,
        valkey(8, 0, 0) => KeyRule::InEntry, valkey(8, 1, 0) => KeyRule::InObject, redis(8, 2, 0) => KeyRule::InObject;
    /// What a key costs more in cluster mode: list links in the entry (7.0), its slot's list (7.2) (server.h).
    cluster_key: u64 = 0, redis(7, 0, 0) => 16, redis(7, 2, 0) => 8, redis(7, 4, 0) => 0, valkey(8, 0, 0) => 0;
    /// Headers of strings (sds.h).
    sds: SdsRule = SdsRule::Fixed, redis(3, 2, 0) => SdsRule::Stepped, redis(8, 2, 0) => SdsRule::Promoted,
        valkey(8, 0, 0) => SdsRule::Promoted;
    /// Whether strings inside values are counted as allocated (object.c: sdsZmallocSize instead of sdsAllocSize).
    sds_rounded: bool = true, redis(4, 0, 0) => false, redis(6, 0, 9) => true;
    /// Longest text embedded in the object of an element (object.c, OBJ_ENCODING_EMBSTR_SIZE_LIMIT).
    embedded_text: Option<u64> = None, redis(3, 0, 0) => Some(39), redis(3, 2, 0) => Some(44);
    /// How embedded strings are counted (object.c).
    embstr: EmbstrRule = EmbstrRule::None, redis(3, 0, 0) => EmbstrRule::Allocated,
        redis(4, 0, 0) => EmbstrRule::LengthPlusTwo, redis(7, 0, 0) => EmbstrRule::Allocated;
    /// Whether packed values are counted as allocated (object.c).
    packed_rounded: bool = true, redis(4, 0, 0) => false, redis(7, 0, 0) => true, redis(8, 6, 0) => false;
    /// Whether an object with the name, but without a text or a module's value, is counted unrounded.
    key_unrounded: bool = false, redis(8, 10, 0) => true;
    /// What is counted for an entry of a dict inside a value, whatever it takes.
    entry_counted: u64 = 24, redis(8, 10, 0) => 16;
    /// struct dict (dict.h).
    dict: u64 = 88, redis(3, 0, 0) => 96, redis(7, 0, 0) => 56;
    /// Whether sets keep entries without value: 0 bytes for the first of a bucket, 16 for others (dict.c, no_value).
    set_key_only: bool = false, redis(7, 2, 0) => true;
    /// Whether hashes and the main table do so too.
    hash_key_only: bool = false, redis(8, 6, 0) => true;
    /// The same for the index of sorted sets.
    zset_key_only: bool = false, redis(8, 2, 0) => true;
    /// Whether sets count such entries as they are (Valkey 8.0).
    entry_usage_counted: bool = false, valkey(8, 0, 0) => true;
    /// struct hashtable with the metadata that every value has (hashtable.h).
    hashtable: u64 = 72, valkey(9, 1, 0) => 80;
    /// struct quicklist and quicklistNode (quicklist.h).
    quicklist: u64 = 32, redis(4, 0, 0) => 40, redis(8, 6, 0) => 48;
    quicklist_node: u64 = 32, redis(7, 0, 0) => 40;
    /// Whether the average size of nodes is taken over elements, not nodes (object.c of 8.0).
    quicklist_by_elements: bool = false, redis(8, 0, 0) => true, redis(8, 6, 0) => false;
    /// struct listpackEx (server.h).
    listpack_ex: u64 = 32, redis(8, 6, 0) => 24;
    /// Field names as mstr with expiry metadata (mstr.h).
    field_mstr: bool = false, redis(7, 4, 0) => true, redis(8, 6, 0) => false;
    /// Whether packed hashes can hold expiries of fields (t_hash.c).
    packed_field_expiry: bool = false, redis(7, 4, 0) => true;
    /// struct zskiplist (server.h); Valkey 9.1 has the header node inside.
    skiplist: u64 = 32, redis(8, 6, 0) => 40, valkey(9, 1, 0) => 528;
    /// The skiplist's header node: as many levels as the version has; 0 where it is inside.
    skiplist_header: u64 = 24 + 16 * 32, redis(5, 0, 0) => 24 + 16 * 64, redis(6, 0, 0) => 24 + 16 * 32,
        redis(8, 6, 0) => 16 + 16 * 32, valkey(9, 1, 0) => 0;
    /// Whether list, table and header of a sorted set are counted (object.c).
    zset_head_counted: bool = true, redis(4, 0, 0) => false, redis(5, 0, 6) => true;
    /// Bytes of a skiplist node besides its levels and a member inside it; none where the member stands apart.
    node_with_member: Option<u64> = None, redis(8, 2, 0) => Some(16), valkey(9, 1, 0) => Some(17);
    /// struct stream, streamCG, streamConsumer, streamNACK (stream.h).
    stream: u64 = 40, redis(7, 0, 0) => 80, redis(8, 2, 0) => 112, redis(8, 6, 0) => 160;
    stream_group: u64 = 32, redis(7, 0, 0) => 40, redis(8, 6, 0) => 56, redis(8, 8, 0) => 64;
    stream_consumer: u64 = 24, redis(7, 2, 0) => 32;
    stream_nack: u64 = 24, redis(8, 2, 0) => 32, redis(8, 6, 0) => 64;
    /// Whether the groups that have an entry pending are indexed by its ID (stream.h, cgroups_ref).
    pending_index: bool = false, redis(8, 2, 0) => true;
    /// Whether the tree of idempotent producers is counted after a load, which 8.6 forgets.
    producers_tree_counted: bool = false, redis(8, 10, 0) => true;
    /// Whether the stream struct is counted (object.c).
    stream_counted: bool = false, redis(6, 2, 5) => true;
    /// Whether listpacks of streams are counted as allocated (object.c).
    stream_rounded: bool = false, redis(6, 2, 12) => true, redis(7, 0, 0) => false, redis(7, 0, 10) => true,
        redis(8, 6, 0) => false;
    /// struct rax (rax.h).
    rax: u64 = 24, redis(8, 6, 0) => 32, redis(8, 10, 0) => 40, valkey(8, 1, 0) => 32;
    /// Whether leaves of radix trees whose keys have one length are nodes; else the pointers to them are the data.
    rax_leaves_of_ids: bool = true, redis(8, 10, 0) => false;
    /// When a hash that is loaded pair by pair gets its table sized (rdb.c, rdbLoadObject).
    pairs_at_load: PairsAtLoad = PairsAtLoad::Never, redis(5, 0, 0) => PairsAtLoad::ForRest,
        redis(8, 6, 1) => PairsAtLoad::ForAll;
    /// Whether converting a packed hash to a table sizes it first (t_hash.c, hashTypeConvert).
    hash_conversion_sized: bool = false, redis(7, 0, 0) => true;
    /// Whether the table of a sorted set is sized when it is loaded, and when it is converted (rdb.c, t_zset.c).
    zset_load_sized: bool = false, redis(5, 0, 0) => true;
    zset_conversion_sized: bool = false, redis(7, 2, 0) => true;
    /// Whether a set that leaves the intset is sized for all members at once (t_set.c, setTypeConvertAndExpand).
    set_sized_at_once: bool = false, redis(7, 2, 0) => true;
    /// Whether packed values are listpacks (t_hash.c, t_zset.c, quicklist.c).
    listpacks: bool = false, redis(7, 0, 0) => true;
    /// Whether small sets of texts are listpacks (t_set.c).
    set_listpacks: bool = false, redis(7, 2, 0) => true;
    /// Whether back-lengths of listpack entries use all their bits (listpack.c, lpEncodeBacklen).
    full_back_length: bool = false, valkey(9, 0, 0) => true;
    /// Whether scores become text in its shortest form (util.c, d2string).
    shortest_scores: bool = false, redis(7, 2, 0) => true;
    /// A server without data (INFO memory, used_memory_startup, bundled jemalloc, default configuration).
    startup: u64 = 600_000, redis(4, 0, 0) => 786_672, redis(5, 0, 0) => 792_488, redis(6, 0, 0) => 803_304,
        redis(6, 2, 0) => 812_000, redis(7, 0, 0) => 858_832, redis(7, 2, 0) => 865_824, redis(7, 4, 0) => 946_368,
        redis(8, 0, 0) => 650_368, redis(8, 6, 0) => 705_400, valkey(7, 2, 0) => 880_488, valkey(8, 0, 0) => 912_056,
        valkey(8, 1, 0) => 879_448, valkey(9, 1, 0) => 927_240;
}
