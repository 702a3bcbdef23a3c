//! Which server is assumed to load a file, and whether what is known of it was verified.

use super::allocator::Allocator;
use super::target::{Server, Target, Version};
use super::thresholds::Thresholds;
use crate::aof::version::Floor;
use crate::rdb::FileFacts;
use crate::rdb::codes::Family;
use crate::rdb::header::Header;

/// What the user says instead of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub server: Option<(Server, Version)>,
    pub thresholds: Thresholds,
    pub allocator: Allocator,
    pub cluster: Option<bool>,
}

/// The loading server, and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    pub target: Target,
    /// Why sizes are estimates; none where the version's behaviour was verified.
    pub doubt: Option<String>,
}

impl Assumption {
    /// Whether encodings and sizes of this version were verified against the server itself.
    pub fn is_exact(&self) -> bool {
        self.doubt.is_none()
    }
}

/// A release line whose memory model was verified, up to this patch, and the format version that it writes.
struct Line {
    server: Server,
    last: Version,
    rdb: u32,
}

const fn redis(last: Version, rdb: u32) -> Line {
    Line { server: Server::Redis, last, rdb }
}

const fn valkey(last: Version, rdb: u32) -> Line {
    Line { server: Server::Valkey, last, rdb }
}

const VERIFIED: &[Line] = &[
    redis(Version::new(4, 0, 14), 8),
    redis(Version::new(5, 0, 14), 9),
    redis(Version::new(6, 0, 20), 9),
    redis(Version::new(6, 2, 16), 9),
    redis(Version::new(7, 0, 15), 10),
    redis(Version::new(7, 2, 6), 11),
    redis(Version::new(7, 4, 1), 12),
    redis(Version::new(8, 0, 2), 12),
    redis(Version::new(8, 6, 3), 13),
    redis(Version::new(8, 10, 2), 15),
    valkey(Version::new(7, 2, 7), 11),
    valkey(Version::new(8, 0, 1), 11),
    valkey(Version::new(8, 1, 1), 11),
    valkey(Version::new(9, 1, 2), 80),
];

/// Versions from which on a number is that of a development build (255.255.255).
const DEVELOPMENT: u16 = 100;

/// Aux fields that only cluster nodes write.
const CLUSTER_AUX: [&[u8]; 2] = [b"cluster-asm-task", b"cluster-slot-states"];

impl Target {
    /// The server that loads the file: the one the user names, else the one that wrote it.
    ///
    /// Slot information stands before the first key and a dialect can show later: ask after the first key for the
    /// target, and at the end again for the doubt.
    pub fn from_facts(facts: &FileFacts, overrides: &Overrides) -> Assumption {
        let (server, version, doubt) = match overrides.server {
            Some((server, version)) => (server, version, unverified(server, version)),
            None => writer(facts),
        };
        let cluster = overrides.cluster.unwrap_or_else(|| is_cluster_node(facts));
        let (thresholds, allocator) = (overrides.thresholds, overrides.allocator);
        let doubt = doubt.or_else(|| narrow(facts)).or_else(|| facts.doubt.map(str::to_owned));
        Assumption { target: Self { server, version, thresholds, allocator, cluster }, doubt }
    }

    /// Release lines that were verified, each at its last verified patch.
    pub fn verified() -> impl Iterator<Item = (Server, Version)> {
        VERIFIED.iter().map(|line| (line.server, line.last))
    }

    /// Reads `redis-7.2.6`, `valkey-9.1`; a version without patch is the last one of its line that was verified.
    pub fn parse_server(text: &str) -> Option<(Server, Version)> {
        let (name, digits) = text.trim().split_once(['-', ' ', '='])?;
        let server = Server::parse(&name.to_ascii_lowercase())?;
        let version = Version::parse(digits)?;
        if digits.matches('.').count() >= 2 {
            return Some((server, version));
        }
        let line = VERIFIED
            .iter()
            .find(|l| l.server == server && (l.last.major, l.last.minor) == (version.major, version.minor));
        Some((server, line.map_or(version, |l| l.last)))
    }
}

fn is_cluster_node(facts: &FileFacts) -> bool {
    facts.slot_info_seen
        || !facts.slot_imports.is_empty()
        || CLUSTER_AUX.iter().any(|name| facts.aux_value(name).is_some())
}

/// The server that wrote the file, with the doubt about it.
fn writer(facts: &FileFacts) -> (Server, Version, Option<String>) {
    let (name, text) = facts.server();
    let header = &facts.header;
    let Some(text) = text else {
        if let Some(floor) = facts.floor {
            return at_least(floor, "the log names no server");
        }
        let (server, version) = newest_writer(header, None);
        let doubt = format!("the file names no server: {} {version} assumed for {}", server.as_str(), header.text());
        return (server, version, Some(doubt));
    };
    let named = if name == "valkey" { Server::Valkey } else { Server::Redis };
    let shown = text.escape_default();
    let Some(version) = Version::parse(&text).filter(|v| v.major < DEVELOPMENT) else {
        let (server, version) = newest_writer(header, Some(named));
        let doubt = format!("{name} {shown} is no release: {} {version} assumed", server.as_str());
        return (server, version, Some(doubt));
    };
    // The dump is older than the server that went on with the log.
    if let Some(floor) = facts.floor.filter(|floor| floor.server != named || floor.earliest > version)
        && floor.earliest >= Version::new(7, 0, 0)
        && (named == Server::Redis || floor.server == named)
    {
        return at_least(floor, &format!("the dump is of {name} {version}, the log of a later server"));
    }
    let doubt = if let Some(dialect) = facts.dialect {
        Some(format!("the file is of {}", dialect.name()))
    } else if version.to_string() != text {
        Some(format!("{name} {shown} is no release of the project"))
    } else if let Some(line) = line_of(named, version)
        && line.rdb != header.version
    {
        Some(format!("{name} {version} does not write {}", header.text()))
    } else {
        unverified(named, version)
    };
    (named, version, doubt)
}

/// The verified version that stands best for those that can have written a log.
fn at_least(floor: Floor, why: &str) -> (Server, Version, Option<String>) {
    let lines = || VERIFIED.iter().filter(|line| line.server == floor.server).map(|line| line.last);
    let version = lines().filter(|&last| last >= floor.typical).min().or_else(|| lines().max());
    let (name, version) = (floor.server.as_str(), version.unwrap_or(floor.typical));
    let doubt = format!("{why}: {name} {version} assumed, it is {name} {} or later by its commands", floor.earliest);
    (floor.server, version, Some(doubt))
}

fn line_of(server: Server, version: Version) -> Option<&'static Line> {
    VERIFIED
        .iter()
        .find(|line| line.server == server && (line.last.major, line.last.minor) == (version.major, version.minor))
}

fn unverified(server: Server, version: Version) -> Option<String> {
    let name = server.as_str();
    match line_of(server, version) {
        Some(line) if version <= line.last => None,
        Some(line) => Some(format!("{name} {version} is newer than verified ({})", line.last)),
        None if server == Server::Redis && version < Version::new(4, 0, 0) => {
            Some(format!("{name} {version} has no MEMORY USAGE to verify sizes with"))
        }
        None => Some(format!("{name} {version} was not verified")),
    }
}

/// 32-bit servers have other sizes, and integers of 32 bits.
fn narrow(facts: &FileFacts) -> Option<String> {
    (facts.aux_value(b"redis-bits") == Some(b"32")).then(|| "the writer was a 32-bit build".to_owned())
}

/// The newest version known to write this format. Version 6 was written by 2.6, 2.8 and 3.0, which only differ in
/// short strings (embstr from 3.0 on): 2.8 is right about two of the three, and 2.6 knows no HyperLogLog.
fn newest_writer(header: &Header, named: Option<Server>) -> (Server, Version) {
    let server = match (header.family, named) {
        (Family::Valkey, _) => Server::Valkey,
        (Family::Redis, named) => named.unwrap_or(Server::Redis),
    };
    let version = match (server, header.version) {
        (Server::Redis, ..=2) => Version::new(2, 4, 18),
        (Server::Redis, 3..=5) => Version::new(2, 6, 17),
        (Server::Redis, 6) => Version::new(2, 8, 24),
        (Server::Redis, 7) => Version::new(3, 2, 13),
        (Server::Redis, 14) => Version::new(8, 8, 0),
        (Server::Valkey, 81..) => Version::new(9, 2, 0),
        (_, rdb) => {
            let lines = || VERIFIED.iter().filter(|line| line.server == server).map(|line| (line.rdb, line.last));
            let writes = lines().filter(|(writes, _)| *writes <= rdb).map(|(_, last)| last).max();
            writes.or_else(|| lines().map(|(_, last)| last).min()).unwrap_or(Version::new(7, 2, 6))
        }
    };
    (server, version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdb::facts::{Aux, Dialect};
    use crate::rdb::header::Frame;

    fn facts(family: Family, version: u32, aux: &[(&str, &str)]) -> FileFacts {
        let mut facts = FileFacts::new(Header { family, version, frame: Frame::None, magic_offset: 0 });
        for (name, value) in aux {
            let (name, value) = (name.as_bytes().to_vec(), value.as_bytes().to_vec());
            facts.aux.push(Aux { name, value, offset: 0 });
        }
        facts
    }

    fn assume(facts: &FileFacts) -> (Server, String, bool) {
        let assumption = Target::from_facts(facts, &Overrides::default());
        (assumption.target.server, assumption.target.version.to_string(), assumption.is_exact())
    }

    #[test]
    fn writers_that_name_themselves() {
        for (rdb, name, text, version, exact) in [
            (11, "redis-ver", "7.2.6", "7.2.6", true),
            (10, "redis-ver", "7.0.1", "7.0.1", true),
            (11, "redis-ver", "7.2.7", "7.2.7", false),
            (9, "redis-ver", "7.2.6", "7.2.6", false),
            (12, "redis-ver", "8.2.3", "8.2.3", false),
            (7, "redis-ver", "3.2.13", "3.2.13", false),
            (12, "redis-ver", "255.255.255", "8.0.2", false),
            (10, "redis-ver", "unstable", "7.0.15", false),
            (10, "redis-ver", "7.0.15-cloud", "7.0.15", false),
            (99, "redis-ver", "9.9.0", "9.9.0", false),
        ] {
            let assumed = assume(&facts(Family::Redis, rdb, &[(name, text)]));
            assert_eq!(assumed, (Server::Redis, version.to_owned(), exact), "{rdb} {text}");
        }
        let valkey = |family, rdb, text| assume(&facts(family, rdb, &[("valkey-ver", text)]));
        assert_eq!(valkey(Family::Redis, 11, "8.1.1"), (Server::Valkey, "8.1.1".to_owned(), true));
        assert_eq!(valkey(Family::Valkey, 80, "9.0.0"), (Server::Valkey, "9.0.0".to_owned(), false));
        assert_eq!(valkey(Family::Valkey, 80, "255.255.255"), (Server::Valkey, "9.1.2".to_owned(), false));
        assert_eq!(valkey(Family::Redis, 11, "255.255.255"), (Server::Valkey, "8.1.1".to_owned(), false));
    }

    #[test]
    fn nameless_files_by_their_format() {
        for (rdb, version) in
            [(2, "2.4.18"), (4, "2.6.17"), (6, "2.8.24"), (7, "3.2.13"), (8, "4.0.14"), (9, "6.2.16"), (14, "8.8.0")]
        {
            assert_eq!(assume(&facts(Family::Redis, rdb, &[])), (Server::Redis, version.to_owned(), false));
        }
        assert_eq!(assume(&facts(Family::Valkey, 81, &[])), (Server::Valkey, "9.2.0".to_owned(), false));
    }

    #[test]
    fn dialects_and_32_bits_are_estimates() {
        let mut dialect = facts(Family::Redis, 9, &[("redis-ver", "6.2.16")]);
        assert!(assume(&dialect).2);
        dialect.dialect = Some(Dialect::KeyDb);
        assert!(!assume(&dialect).2);
        assert!(!assume(&facts(Family::Redis, 11, &[("redis-ver", "7.2.6"), ("redis-bits", "32")])).2);
        assert!(assume(&facts(Family::Redis, 11, &[("redis-ver", "7.2.6"), ("redis-bits", "64")])).2);
    }

    #[test]
    fn what_the_user_says_counts() {
        let mut node = facts(Family::Redis, 11, &[("redis-ver", "7.2.6")]);
        node.slot_info_seen = true;
        assert!(Target::from_facts(&node, &Overrides::default()).target.cluster);
        let overrides =
            Overrides { server: Target::parse_server("valkey-9.1"), cluster: Some(false), ..Overrides::default() };
        let assumption = Target::from_facts(&node, &overrides);
        assert!(!assumption.target.cluster && assumption.is_exact());
        assert_eq!(assumption.target.version, Version::new(9, 1, 2));
    }

    #[test]
    fn servers_by_name() {
        assert_eq!(Target::parse_server("redis-8.6"), Some((Server::Redis, Version::new(8, 6, 3))));
        assert_eq!(Target::parse_server("Redis 8.6.0"), Some((Server::Redis, Version::new(8, 6, 0))));
        assert_eq!(Target::parse_server("redis-8.4"), Some((Server::Redis, Version::new(8, 4, 0))));
        assert_eq!(Target::parse_server("keydb-6.3"), None);
        assert_eq!(Target::parse_server("redis"), None);
    }
}
