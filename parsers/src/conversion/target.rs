//! The server that loads the dump: by default the one that wrote it.

use super::allocator::Allocator;
use super::thresholds::Thresholds;

/// Server families, as far as they differ in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Server {
    Redis,
    Valkey,
}

impl Server {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Valkey => "valkey",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Redis, Self::Valkey].into_iter().find(|server| server.as_str() == name)
    }
}

/// A server version. Ordered; behaviour changes at patch level too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
    pub patch: u16,
}

impl Version {
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Reads the leading `major.minor.patch` of a version text; missing parts are 0.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.').map(|part| {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            part[..digits].parse().ok()
        });
        let major = parts.next().flatten()?;
        Some(Self::new(major, parts.next().flatten().unwrap_or(0), parts.next().flatten().unwrap_or(0)))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Everything about the loading server that decides encodings and sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub server: Server,
    pub version: Version,
    pub thresholds: Thresholds,
    pub allocator: Allocator,
    pub cluster: bool,
}

impl Target {
    /// A server of this version with its default configuration.
    pub fn new(server: Server, version: Version) -> Self {
        Self { server, version, thresholds: Thresholds::default(), allocator: Allocator::default(), cluster: false }
    }

    pub fn is_valkey(&self) -> bool {
        self.server == Server::Valkey
    }

    /// Whether this is Redis of at least this version.
    pub fn redis_from(&self, major: u16, minor: u16, patch: u16) -> bool {
        self.server == Server::Redis && self.version >= Version::new(major, minor, patch)
    }

    /// Whether this is Valkey of at least this version.
    pub fn valkey_from(&self, major: u16, minor: u16, patch: u16) -> bool {
        self.server == Server::Valkey && self.version >= Version::new(major, minor, patch)
    }

    /// Whether lists are quicklists (3.2), before they were ziplists or linked lists.
    pub fn has_quicklists(&self) -> bool {
        self.is_valkey() || self.redis_from(3, 2, 0)
    }

    /// Whether packed hashes, sorted sets and quicklist nodes are listpacks (7.0), before they were ziplists.
    pub fn has_listpacks(&self) -> bool {
        self.is_valkey() || self.redis_from(7, 0, 0)
    }

    /// Whether small lists and sets of texts are single listpacks too (7.2).
    pub fn packs_lists_and_sets(&self) -> bool {
        self.is_valkey() || self.redis_from(7, 2, 0)
    }

    /// Whether fields of Redis hashes can expire (7.4, whose release candidates were numbered 7.3).
    pub fn has_listpackex(&self) -> bool {
        self.redis_from(7, 3, 0)
    }

    /// Whether hashes of Redis can share their field names (8.10, previews 8.9).
    pub fn has_hash_templates(&self) -> bool {
        self.redis_from(8, 9, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_leniently() {
        assert_eq!(Version::parse("7.2.6"), Some(Version::new(7, 2, 6)));
        assert_eq!(Version::parse("8.0-rc1"), Some(Version::new(8, 0, 0)));
        assert_eq!(Version::parse("255.255.255"), Some(Version::new(255, 255, 255)));
        assert_eq!(Version::parse("unstable"), None);
    }
}
