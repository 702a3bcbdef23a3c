//! Which server wrote a log that does not name it: the earliest version whose commands and files it shows.

use super::command_keys::{KNOWN, number_of};
use super::log::Command;
use crate::conversion::{Server, Version};

/// What the signs of a log come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    pub server: Server,
    /// The earliest version that writes such a log.
    pub earliest: Version,
    /// The version that stands best for all that write such a log.
    pub typical: Version,
}

/// What a log shows of its writer.
#[derive(Debug)]
pub struct Signs {
    seen: Box<[bool]>,
    annotations: bool,
    keeps_ttl: bool,
    absolute_set: bool,
    /// Highest format version of the payloads of RESTORE.
    payload: u16,
    /// A manifest, and replication offsets in it.
    manifest: bool,
    manifest_offsets: bool,
}

impl Default for Signs {
    fn default() -> Self {
        Self {
            seen: vec![false; KNOWN].into(),
            annotations: false,
            keeps_ttl: false,
            absolute_set: false,
            payload: 0,
            manifest: false,
            manifest_offsets: false,
        }
    }
}

/// Commands by the first version of Redis that logs them.
const SINCE: &[(u16, u16, &[&str])] = &[
    (4, 0, &["UNLINK", "SWAPDB"]),
    (5, 0, &["XADD", "XGROUP", "XCLAIM", "XACK", "XDEL", "XTRIM", "XSETID", "ZPOPMIN", "ZPOPMAX"]),
    (6, 2, &["LMOVE", "COPY", "ZDIFFSTORE", "ZRANGESTORE", "GEOSEARCHSTORE"]),
    (7, 0, &["FUNCTION"]),
    (7, 4, &["HPEXPIREAT", "HPERSIST"]),
    (8, 0, &["HSETEX", "VADD", "VREM", "VSETATTR", "SFLUSH"]),
    (8, 2, &["XACKDEL", "XDELEX"]),
    (8, 4, &["MSETEX", "DELEX", "TRIMSLOTS"]),
    (8, 6, &["XCFGSET", "XIDMPRECORD"]),
    (8, 8, &["ARSET", "ARMSET", "ARINSERT", "ARRING", "ARDELRANGE", "ARSEEK", "XNACK"]),
    (8, 10, &["HIMPORT", "INCREX"]),
];

/// Format versions by the first version of Redis that writes them.
const FORMATS: &[(u16, u16, u16)] =
    &[(7, 3, 2), (8, 4, 0), (9, 5, 0), (10, 7, 0), (11, 7, 2), (12, 7, 4), (13, 8, 4), (14, 8, 8), (15, 8, 10)];

/// Format version of Valkey 9.0.
const VALKEY_PAYLOAD: u16 = 80;

/// A higher version than this is no version.
const NEWEST_PAYLOAD: u16 = 100;

/// Commands that only Redis has.
const ONLY_REDIS: &[&str] = &[
    "VADD",
    "VREM",
    "VSETATTR",
    "SFLUSH",
    "XACKDEL",
    "XDELEX",
    "DELEX",
    "TRIMSLOTS",
    "XCFGSET",
    "XIDMPRECORD",
    "ARSET",
    "ARMSET",
    "ARINSERT",
    "XNACK",
    "HIMPORT",
    "INCREX",
];

impl Signs {
    /// Signs that stand outside of the commands.
    pub fn of_files(manifest: bool, manifest_offsets: bool) -> Self {
        Self { manifest, manifest_offsets, ..Self::default() }
    }

    /// Looks at a command.
    pub fn command(&mut self, command: &Command<'_>) {
        let Some(number) = command.number else { return };
        let Some(seen) = self.seen.get_mut(number) else { return };
        *seen = true;
        self.annotations |= command.time_ms.is_some();
        match command.argv {
            [name, _, _, payload, ..] if name.eq_ignore_ascii_case(b"RESTORE") => self.payload(payload),
            [name, word, payload, ..]
                if name.eq_ignore_ascii_case(b"FUNCTION") && word.eq_ignore_ascii_case(b"RESTORE") =>
            {
                self.payload(payload);
            }
            _ => {}
        }
        if command.argv.len() > 3 && number_of(b"SET") == Some(number) {
            for word in command.argv.iter().skip(3) {
                self.keeps_ttl |= word.eq_ignore_ascii_case(b"KEEPTTL");
                self.absolute_set |= word.eq_ignore_ascii_case(b"PXAT");
            }
        }
    }

    /// A payload of DUMP ends with its format version and a checksum (redis cluster.c, createDumpPayload).
    fn payload(&mut self, payload: &[u8]) {
        if let Some((_, [low, high, ..])) = payload.split_last_chunk::<10>() {
            let version = u16::from_le_bytes([*low, *high]);
            if version <= NEWEST_PAYLOAD {
                self.payload = self.payload.max(version);
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        number_of(name.as_bytes()).and_then(|number| self.seen.get(number)) == Some(&true)
    }

    /// Whether scripts stand in the log as such.
    fn has_scripts(&self) -> bool {
        self.has("EVAL") || self.has("EVALSHA")
    }

    /// The earliest server that writes such a log.
    pub fn floor(&self) -> Floor {
        let mut floor = if self.has_scripts() { Version::new(2, 6, 0) } else { Version::new(2, 4, 0) };
        let mut raise = |holds: bool, major, minor| {
            if holds {
                floor = floor.max(Version::new(major, minor, 0));
            }
        };
        for &(major, minor, names) in SINCE {
            raise(names.iter().any(|name| self.has(name)), major, minor);
        }
        for &(format, major, minor) in FORMATS {
            raise((format..VALKEY_PAYLOAD).contains(&self.payload), major, minor);
        }
        raise(self.keeps_ttl, 6, 0);
        raise(self.absolute_set, 6, 2);
        raise(self.manifest || self.annotations, 7, 0);
        raise(self.manifest_offsets, 8, 0);
        let fields_expire = ["HPEXPIREAT", "HSETEX"].iter().any(|name| self.has(name));
        let only_redis = self.manifest_offsets || ONLY_REDIS.iter().any(|name| self.has(name));
        // Valkey 9 logs field expiries in both forms; Redis 7.4 has HPEXPIREAT only, and 8.0 writes offsets into manifests.
        let valkey_fields = fields_expire && self.manifest && (self.has("HSETEX") || self.has("HGETDEL"));
        if self.payload >= VALKEY_PAYLOAD || (valkey_fields && !only_redis) {
            let minor = if self.has("MSETEX") || self.has("HGETDEL") { 1 } else { 0 };
            let version = Version::new(9, minor, 0);
            return Floor { server: Server::Valkey, earliest: version, typical: version };
        }
        // Nothing tells 7.0 from what followed it, which has other encodings, nor 8.0 from 8.2 and later; only payloads do.
        let typical = match (floor.major, floor.minor, self.payload) {
            (7, 0, 0..=9) => Version::new(7, 2, 0),
            (8, 0, 0..=9) => Version::new(8, 6, 0),
            _ => floor,
        };
        Floor { server: Server::Redis, earliest: floor, typical }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floor(lines: &[&str], manifest: bool, offsets: bool) -> String {
        let mut signs = Signs { manifest, manifest_offsets: offsets, ..Signs::default() };
        for line in lines {
            let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            signs.command(&Command::of(&argv, number_of(argv[0])));
        }
        let floor = signs.floor();
        format!("{} {}", floor.server.as_str(), floor.earliest)
    }

    #[test]
    fn floors() {
        assert_eq!(floor(&["SET a 1"], false, false), "redis 2.4.0");
        assert_eq!(floor(&["SET a 1 KEEPTTL"], false, false), "redis 6.0.0");
        assert_eq!(floor(&["SET a 1 PXAT 5", "XADD s 1-1 a b"], false, false), "redis 6.2.0");
        assert_eq!(floor(&["SET a 1"], true, false), "redis 7.0.0");
        assert_eq!(floor(&["HPEXPIREAT h 5 FIELDS 1 f"], true, false), "redis 7.4.0");
        assert_eq!(floor(&["HSETEX h PXAT 5 FIELDS 1 f v"], true, false), "valkey 9.0.0");
        assert_eq!(floor(&["HSETEX h PXAT 5 FIELDS 1 f v"], true, true), "redis 8.0.0");
        assert_eq!(floor(&["XCFGSET s"], true, true), "redis 8.6.0");
    }
}
