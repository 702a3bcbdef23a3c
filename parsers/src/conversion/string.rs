//! Strings: int, embstr or raw.

use super::encoding::Encoding;
use super::target::Target;
use super::tracker::KeyHead;
use crate::events::Element;

/// Longest text in one allocation with its object: 64 bytes less object, header and end (3.0: object and header are larger).
const EMBSTR: u64 = 44;
const EMBSTR_3_0: u64 = 39;

/// Largest allocation that embeds key and value, and longest value that a not yet named object embeds (Valkey 9.1).
const EMBEDDED_9_1: u64 = 128;
const EMBSTR_9_1: u64 = 116;

/// The same for Redis 8.2 and later and Valkey 8.1.
const EMBEDDED: u64 = 64;

/// What an expiry takes in an object.
const EXPIRY: u64 = 8;

/// What is known of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StringFacts {
    /// Bytes.
    pub length: u64,
    /// Whether it is the canonical text of a signed 64-bit integer.
    pub is_integer: bool,
}

impl StringFacts {
    pub(super) fn of(content: Element<'_>) -> Self {
        Self { length: content.len(), is_integer: content.integer().is_some() }
    }

    pub fn encoding(&self, key: KeyHead, target: &Target) -> Encoding {
        if self.is_integer {
            return Encoding::Int;
        }
        let embedded = if target.valkey_from(9, 1, 0) {
            fits_valkey_9_1(key, self.length, target)
        } else if target.valkey_from(8, 1, 0) {
            fits_valkey_8_1(key, self.length, target)
        } else if target.redis_from(8, 2, 0) {
            // The expiry is not counted, though it is embedded as well.
            self.length <= EMBSTR && unnamed_headers(key, self.length) <= EMBEDDED
        } else if target.is_valkey() || target.redis_from(3, 2, 0) {
            self.length <= EMBSTR
        } else {
            target.redis_from(3, 0, 0) && self.length <= EMBSTR_3_0
        };
        if embedded { Encoding::Embstr } else { Encoding::Raw }
    }
}

/// Object, key and value, each text with the header that the servers assume when they decide.
fn unnamed_headers(key: KeyHead, value: u64) -> u64 {
    16 + key.length.saturating_add(3).saturating_add(value).saturating_add(4)
}

/// The key inside an object: a byte that tells the header's size, header, text, end.
fn embedded_key(key: KeyHead) -> u64 {
    let header = if key.length < 32 { 1 } else { 3 };
    key.length.saturating_add(1 + header + 1)
}

fn fits_valkey_8_1(key: KeyHead, value: u64, target: &Target) -> bool {
    let counted = unnamed_headers(key, value);
    if counted > EMBEDDED {
        return false;
    }
    let bytes = 16 + embedded_key(key) + value + 4;
    !key.has_expiry || has_spare_room(bytes, target) || counted + EXPIRY <= EMBEDDED
}

fn fits_valkey_9_1(key: KeyHead, value: u64, target: &Target) -> bool {
    let named = embedded_key(key).saturating_add(8);
    let counted = named.saturating_add(value).saturating_add(4);
    if value > EMBSTR_9_1 || counted > EMBEDDED_9_1 {
        return false;
    }
    let bytes = named + (value + 4).max(8);
    !key.has_expiry || has_spare_room(bytes, target) || counted + EXPIRY <= EMBEDDED_9_1
}

/// Whether the allocation has room for an expiry behind what was asked for.
fn has_spare_room(bytes: u64, target: &Target) -> bool {
    target.allocator.class(bytes) >= bytes + EXPIRY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::target::{Server, Version};

    fn encoding(server: Server, version: &str, key: u64, has_expiry: bool, length: u64) -> Encoding {
        let target = Target::new(server, Version::parse(version).unwrap());
        StringFacts { length, is_integer: false }.encoding(KeyHead { length: key, has_expiry }, &target)
    }

    #[test]
    fn longest_embedded_string_by_version() {
        for (server, version, key, has_expiry, longest) in [
            (Server::Redis, "3.0.7", 5, false, 39),
            (Server::Redis, "3.2.0", 5, false, 44),
            (Server::Redis, "8.0.2", 500, true, 44),
            (Server::Valkey, "8.0.1", 500, true, 44),
            (Server::Redis, "8.6.3", 0, true, 41),
            (Server::Redis, "8.6.3", 20, true, 21),
            (Server::Redis, "8.6.3", 41, false, 0),
            (Server::Valkey, "8.1.1", 20, false, 21),
            (Server::Valkey, "9.0.0", 20, false, 21),
            // 63 bytes for the object leave no room for the expiry, and 8 more are over the limit.
            (Server::Valkey, "8.1.1", 20, true, 13),
            (Server::Valkey, "9.1.2", 0, false, 113),
            (Server::Valkey, "9.1.2", 20, false, 93),
        ] {
            let at = |length| encoding(server, version, key, has_expiry, length);
            assert_eq!(at(longest), Encoding::Embstr, "{version} {key} {has_expiry}");
            assert_eq!(at(longest + 1), Encoding::Raw, "{version} {key} {has_expiry}");
        }
        assert_eq!(encoding(Server::Redis, "2.8.24", 1, false, 1), Encoding::Raw);
        assert_eq!(encoding(Server::Redis, "8.6.3", 42, false, 0), Encoding::Raw);
        assert_eq!(encoding(Server::Valkey, "9.1.2", u64::MAX, true, 1), Encoding::Raw);
    }

    #[test]
    fn integers_are_canonical_texts_of_64_bits() {
        let target = Target::new(Server::Redis, Version::new(7, 2, 6));
        let of = |text: &str| {
            StringFacts::of(Element::Bytes(text.as_bytes())).encoding(KeyHead { length: 1, has_expiry: false }, &target)
        };
        assert_eq!(of("-9223372036854775808"), Encoding::Int);
        assert_eq!(of("9223372036854775808"), Encoding::Embstr);
        assert_eq!(of("007"), Encoding::Embstr);
    }
}
