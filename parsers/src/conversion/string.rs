//! Strings: integer, embedded in their object, or apart from it (redis object.c, tryObjectEncoding).

use super::{Encoding, Target, Tracker};
use crate::rdb::KeyRecord;

/// Longest string that is embedded since Redis 3.2.
const EMBEDDED: u64 = 44;

/// Longest string that was embedded in Redis 3.0, where its header was larger.
const EMBEDDED_3_0: u64 = 39;

/// Bytes of the object, where key and value are embedded together.
const OBJECT: u64 = 16;

/// Largest allocation in which Redis 8.2 and Valkey 8.1 embed key and value.
const SHARED_CELL: u64 = 64;

/// The same in Valkey 9.1, and the longest value that may be embedded before the key is known.
const SHARED_CELL_9_1: u64 = 128;
const EMBEDDED_9_1: u64 = 116;

pub fn encoding(facts: &Tracker, record: &KeyRecord, target: &Target) -> Encoding {
    if facts.is_integer {
        return Encoding::Int;
    }
    let (key, value) = (record.name.len() as u64, facts.length);
    let expires = record.expires_at_ms.is_some();
    let embedded = if target.valkey_from(9, 1, 0) {
        value <= EMBEDDED_9_1 && embedded_with_key_9_1(key, value, expires)
    } else if target.valkey_from(8, 1, 0) {
        value <= EMBEDDED && embedded_with_key_8_1(key, value, expires)
    } else if target.redis_from(8, 2, 0) {
        value <= EMBEDDED && OBJECT + (key + 3) + (value + 4) <= SHARED_CELL
    } else if target.is_valkey() || target.redis_from(3, 2, 0) {
        value <= EMBEDDED
    } else {
        target.redis_from(3, 0, 0) && value <= EMBEDDED_3_0
    };
    if embedded { Encoding::Embstr } else { Encoding::Raw }
}

/// Bytes of the header of a short text of `length` bytes in an object that carries it.
fn header(length: u64) -> u64 {
    match length {
        0..=31 => 1,
        32..=252 => 3,
        253..=65_530 => 5,
        _ => 9,
    }
}

/// Size class of jemalloc for a small allocation.
fn size_class(bytes: u64) -> u64 {
    match bytes {
        0..=8 => 8,
        9..=64 => bytes.next_multiple_of(8),
        65..=128 => bytes.next_multiple_of(16),
        _ => bytes.next_multiple_of(32),
    }
}

/// Valkey 8.1: an expiry is set after the value was embedded, in the slack of the allocation or with 8 bytes more.
fn embedded_with_key_8_1(key: u64, value: u64, expires: bool) -> bool {
    let needed = OBJECT + (key + 3) + (value + 4);
    if needed > SHARED_CELL {
        return false;
    }
    let allocated = OBJECT + 1 + header(key) + key + 1 + value + 4;
    !expires || size_class(allocated) >= allocated + 8 || needed + 8 <= SHARED_CELL
}

/// Valkey 9.1: the object of an embedded value has no pointer to it.
fn embedded_with_key_9_1(key: u64, value: u64, expires: bool) -> bool {
    let object = OBJECT - 8;
    let needed = object + 1 + header(key) + key + 1 + value + 4;
    let allocated = object + 1 + header(key) + key + 1 + (value + 4).max(8);
    let grows = expires && size_class(allocated) < allocated + 8;
    needed + if grows { 8 } else { 0 } <= SHARED_CELL_9_1
}
