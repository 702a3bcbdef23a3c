//! The key's part: its name, its entry in the main table, and the object where that carries the name.

use super::bill::{Bill, Part};
use super::costs::{Costs, ENTRY, OBJECT, POINTER};
use super::rules::{KeyRule, Style};

/// What is known of a key besides its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyFacts {
    /// Bytes of its name.
    pub name_bytes: u64,
    pub expires: bool,
    /// The dump says that keys are evicted by use (FREQ or IDLE): the server then shares no integers.
    pub evictable: bool,
}

/// Longest text that is embedded in an object.
const EMBEDDED_TEXT: u64 = 44;
/// Largest object that embeds key and text, up to Redis 8.6 and Valkey 8.1.
const EMBEDDED_OBJECT: u64 = 64;
/// The same in Valkey 9.1, and its longest text before the key is known.
const WIDE_EMBEDDED_OBJECT: u64 = 128;
const WIDE_EMBEDDED_TEXT: u64 = 116;
/// Names from this length on get room for an expiry at once.
const LONG_NAME: u64 = 128;
/// Memory of the word "usage" that 4.0.0 to 4.0.2 count instead of the key.
const WORD_USAGE: u64 = 9;

/// How an object that carries its key is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyObject {
    /// Bytes before rounding.
    pub bytes: u64,
    /// The text is inside.
    pub embeds_text: bool,
}

impl Costs {
    /// Object of a key whose value stands apart.
    pub fn key_object(&self, key: &KeyFacts) -> KeyObject {
        if matches!(self.constants.style, Style::Estimate | Style::Dict) {
            return KeyObject { bytes: OBJECT, embeds_text: false };
        }
        let name = 1 + self.sds.embedded(key.name_bytes);
        let long = key.name_bytes >= LONG_NAME;
        let bytes = match self.constants.style {
            Style::Kvobj | Style::Accounted => OBJECT + POINTER * u64::from(key.expires || long) + name,
            Style::Embedded => {
                let bytes = OBJECT + POINTER * u64::from(long) + name;
                if key.expires && !long { self.with_expiry(bytes) } else { bytes }
            }
            Style::Hashtable if key.expires => self.with_expiry(OBJECT + name),
            Style::Hashtable => OBJECT + name,
            Style::Estimate | Style::Dict => OBJECT,
        };
        KeyObject { bytes, embeds_text: false }
    }

    /// Object of a key whose value is a text of `n` bytes; says whether the text fits inside.
    pub fn text_object(&self, key: &KeyFacts, n: u64) -> KeyObject {
        if n > WIDE_EMBEDDED_TEXT {
            return self.key_object(key);
        }
        let name = 1 + self.sds.embedded(key.name_bytes);
        // Headers as the servers assume them when they decide.
        let assumed = OBJECT + key.name_bytes + 3 + n + 4;
        let short = n <= EMBEDDED_TEXT;
        let inside = match self.constants.style {
            Style::Estimate | Style::Dict => short.then(|| OBJECT + n + 4),
            Style::Kvobj | Style::Accounted => {
                (short && assumed <= EMBEDDED_OBJECT).then(|| OBJECT + POINTER * u64::from(key.expires) + name + n + 4)
            }
            Style::Hashtable => {
                let plain = OBJECT + name + n + 4;
                let bytes = self.expiring(key, plain);
                (short && assumed + (bytes - plain) <= EMBEDDED_OBJECT).then_some(bytes)
            }
            Style::Embedded => {
                let plain = POINTER + name + (n + 4).max(POINTER);
                let bytes = self.expiring(key, plain);
                (POINTER + name + n + 4 + (bytes - plain) <= WIDE_EMBEDDED_OBJECT).then_some(bytes)
            }
        };
        match inside {
            Some(bytes) => KeyObject { bytes, embeds_text: true },
            None => self.key_object(key),
        }
    }

    fn expiring(&self, key: &KeyFacts, bytes: u64) -> u64 {
        if key.expires { self.with_expiry(bytes) } else { bytes }
    }

    /// The expiry goes into the slack of the size class, or the object grows by it.
    fn with_expiry(&self, bytes: u64) -> u64 {
        if self.allocated(bytes) < bytes + POINTER { bytes + POINTER } else { bytes }
    }

    /// Adds name and entry where they are not part of the object; `cluster`: the server runs in cluster mode.
    pub fn bill_key(&self, key: &KeyFacts, cluster: bool, bill: &mut Bill) {
        let extra = if cluster { self.constants.cluster_key } else { 0 };
        let name = key.name_bytes;
        match self.constants.key {
            KeyRule::InObject => return,
            KeyRule::InEntry => {
                let header = if name == 0 { 3 } else { self.sds.header(name) };
                bill.add(Part::Key, self.allocated(OBJECT + 1 + header + name + 1));
            }
            rule => {
                let counted = match rule {
                    KeyRule::WordUsage => WORD_USAGE,
                    KeyRule::Argument if name <= EMBEDDED_TEXT => name + 4,
                    KeyRule::Argument | KeyRule::Unrounded => self.sds.bytes(name),
                    _ => self.sds.allocated(name),
                };
                let entry = self.allocated(ENTRY + extra);
                bill.put(Part::Key, ENTRY + counted + extra, entry + self.sds.allocated(name));
            }
        }
        if key.expires {
            bill.put(Part::Expiry, 0, self.allocated(ENTRY));
        }
    }

    /// Adds the object of a value that is no embedded text.
    pub fn bill_object(&self, key: &KeyFacts, bill: &mut Bill) {
        self.bill_key_object(self.key_object(key), bill);
    }

    /// Adds the object of a module's value.
    pub fn bill_module_object(&self, key: &KeyFacts, bill: &mut Bill) {
        bill.add(Part::Object, self.allocated(self.key_object(key).bytes));
    }

    /// Adds an object, with the name where it carries that.
    pub fn bill_key_object(&self, object: KeyObject, bill: &mut Bill) {
        let allocated = self.allocated(object.bytes);
        let counted = match self.constants.style {
            Style::Dict | Style::Hashtable if !object.embeds_text => OBJECT,
            Style::Accounted if self.constants.key_unrounded && !object.embeds_text => object.bytes,
            _ => allocated,
        };
        bill.put(Part::Object, counted, allocated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Allocator, Server, Target, Version};

    #[test]
    fn plain_objects_count_their_size_whatever_the_allocator() {
        let mut target = Target::new(Server::Redis, Version::new(7, 2, 6));
        for (allocator, allocated) in [(Allocator::Jemalloc, 16), (Allocator::Glibc, 24)] {
            target.allocator = allocator;
            let mut bill = Bill::default();
            Costs::of(&target).bill_object(&KeyFacts::default(), &mut bill);
            assert_eq!((bill.counted, bill.allocated), (16, allocated));
        }
    }
}
