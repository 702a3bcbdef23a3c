//! What a server uses besides its keys: tables of databases and expiries, and itself.

use super::costs::{CHAINED_ENTRY, Costs, POINTER};
use super::dict;
use super::hashtable;
use super::random;
use super::rules::Style;

/// Keys of one table: a database, or in cluster mode (from Redis 7.4 and Valkey 8.0 on) a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableCounts {
    pub keys: u64,
    pub expires: u64,
}

impl Costs {
    /// Bytes of the main table and the table of expiries, without the entries that are part of a key's own figure:
    /// those of 24 bytes, or with the name inside, in versions up to Redis 8.0 and Valkey 8.0.
    pub fn tables(&self, counts: TableCounts) -> u64 {
        self.table(counts.keys).saturating_add(self.table(counts.expires))
    }

    fn table(&self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        match self.constants.style {
            Style::Hashtable | Style::Embedded => hashtable::bytes(n, self),
            style => {
                let slots = dict::Slots::sized(n).likeliest;
                let entries = match style {
                    Style::Kvobj | Style::Accounted => random::chained(n, slots).mean * CHAINED_ENTRY as f64,
                    _ => 0.0,
                };
                self.allocated(slots.saturating_mul(POINTER)).saturating_add(entries as u64)
            }
        }
    }

    /// Bytes of a server without data and clients, in its default configuration.
    pub fn startup(&self) -> u64 {
        self.constants.startup
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Target, Version};

    #[test]
    fn tables_by_version() {
        let tables = |server, version, keys, expires| {
            Costs::of(&Target::new(server, version)).tables(TableCounts { keys, expires })
        };
        assert_eq!(tables(Server::Redis, Version::new(7, 2, 6), 1000, 0), 8192);
        assert_eq!(tables(Server::Redis, Version::new(7, 2, 6), 1000, 4), 8192 + 32);
        // Of 1024 entries in as many slots, 377 are not alone.
        assert_eq!(tables(Server::Redis, Version::new(8, 6, 3), 1024, 0), 8192 + 6024);
        assert_eq!(tables(Server::Valkey, Version::new(8, 1, 1), 6, 1), 2 * (72 + 64));
        assert_eq!(tables(Server::Redis, Version::new(2, 4, 18), 0, 0), 0);
    }
}
