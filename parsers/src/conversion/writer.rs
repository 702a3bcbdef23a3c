//! The loading server as far as the caller named it, else the one that wrote the dump.

use super::{Allocator, Server, Target, Thresholds, Version};
use crate::rdb::FileFacts;
use crate::rdb::codes::Family;

/// What the caller said about the loading server.
#[derive(Debug, Clone, Default)]
pub struct Assumed {
    pub server: Option<Server>,
    pub version: Option<Version>,
    pub thresholds: Thresholds,
    pub allocator: Allocator,
    pub cluster: Option<bool>,
}

/// Release lines whose sizes were verified byte for byte against the server.
const VERIFIED: [(Server, u16, u16); 14] = [
    (Server::Redis, 4, 0),
    (Server::Redis, 5, 0),
    (Server::Redis, 6, 0),
    (Server::Redis, 6, 2),
    (Server::Redis, 7, 0),
    (Server::Redis, 7, 2),
    (Server::Redis, 7, 4),
    (Server::Redis, 8, 0),
    (Server::Redis, 8, 6),
    (Server::Redis, 8, 10),
    (Server::Valkey, 7, 2),
    (Server::Valkey, 8, 0),
    (Server::Valkey, 8, 1),
    (Server::Valkey, 9, 1),
];

/// Unstable branches number themselves 255.255.255.
const UNSTABLE: u16 = 255;

impl Assumed {
    /// The loading server, and whether its sizes are verified.
    pub fn target(&self, facts: &FileFacts) -> (Target, bool) {
        let (server, version, told) = match (self.server, self.version) {
            (Some(server), Some(version)) => (server, version, true),
            _ => writer(facts),
        };
        let mut target = Target::new(server, version);
        target.thresholds = self.thresholds;
        target.allocator = self.allocator;
        target.cluster = self.cluster.unwrap_or(facts.slot_info_seen);
        let verified = VERIFIED.contains(&(server, version.major, version.minor));
        (target, told && verified)
    }
}

/// The server that wrote the dump; the flag is false where its version is only concluded from the format.
fn writer(facts: &FileFacts) -> (Server, Version, bool) {
    let (name, text) = facts.server();
    let version = text.and_then(|text| Version::parse(&text)).filter(|version| version.major != UNSTABLE);
    match (name, version) {
        ("valkey", Some(version)) => (Server::Valkey, version, true),
        ("redis", Some(version)) => (Server::Redis, version, true),
        _ => {
            let (server, version) = by_format(facts.header.family, facts.header.version, name);
            (server, version, false)
        }
    }
}

/// The most used release that writes this format.
fn by_format(family: Family, rdb_version: u32, name: &str) -> (Server, Version) {
    let redis = |major, minor| (Server::Redis, Version::new(major, minor, 0));
    match (family, rdb_version) {
        (Family::Valkey, 0..=80) => (Server::Valkey, Version::new(9, 1, 0)),
        (Family::Valkey, _) => (Server::Valkey, Version::new(9, 2, 0)),
        (_, 11) if name == "valkey" => (Server::Valkey, Version::new(8, 1, 0)),
        (_, 0..=2) => redis(2, 4),
        (_, 3..=6) => (Server::Redis, Version::new(2, 8, 24)),
        (_, 7) => redis(3, 2),
        (_, 8) => redis(4, 0),
        (_, 9) => (Server::Redis, Version::new(6, 2, 16)),
        (_, 10) => (Server::Redis, Version::new(7, 0, 15)),
        (_, 11) => (Server::Redis, Version::new(7, 2, 6)),
        (_, 12) => (Server::Redis, Version::new(7, 4, 1)),
        (_, 13) => (Server::Redis, Version::new(8, 6, 1)),
        _ => (Server::Redis, Version::new(8, 10, 0)),
    }
}
