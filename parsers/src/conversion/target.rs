//! The server that loads the dump: by default the one that wrote it.

use super::encoding::Encoding;
use super::thresholds::Thresholds;

/// Server families, as far as they differ in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Server {
    Redis,
    Valkey,
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

/// The allocator that the server is linked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Allocator {
    /// The jemalloc that comes with the server's source.
    #[default]
    Jemalloc,
    /// A system's jemalloc: classes in steps of 16.
    Jemalloc16,
    Glibc,
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

    /// The packed layout of this server.
    pub fn packed(&self) -> Encoding {
        if self.is_valkey() || self.redis_from(7, 0, 0) { Encoding::Listpack } else { Encoding::Ziplist }
    }

    /// What `OBJECT ENCODING` answers. Redis 5.0 has no name for streams.
    pub fn encoding_name(&self, encoding: Encoding) -> &'static str {
        match encoding {
            Encoding::Stream if self.server == Server::Redis && self.version < Version::new(6, 0, 0) => "unknown",
            _ => encoding.as_str(),
        }
    }

    /// Whether this is Redis of at least this version.
    pub fn redis_from(&self, major: u16, minor: u16, patch: u16) -> bool {
        self.server == Server::Redis && self.version >= Version::new(major, minor, patch)
    }

    /// Whether this is Valkey of at least this version.
    pub fn valkey_from(&self, major: u16, minor: u16, patch: u16) -> bool {
        self.server == Server::Valkey && self.version >= Version::new(major, minor, patch)
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
