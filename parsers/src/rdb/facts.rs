//! What a file says of itself besides its keys.

use super::functions::Function;
use super::header::Header;
use crate::aof::version::Floor;

/// Most anomalies of one kind that are kept one by one; more are only counted.
const KEPT_PER_KIND: u64 = 1000;

/// Most bytes of aux fields, functions and scripts that are kept together: a dump of a few megabytes can unpack to
/// gigabytes of them.
const KEPT_BYTES: u64 = 64 << 20;

/// An aux field in file order. Both parts are bytes: a writer may put anything there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aux {
    pub name: Vec<u8>,
    pub value: Vec<u8>,
    pub offset: u64,
}

/// Auxiliary data of a module (MODULE_AUX).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleAux {
    pub module: String,
    pub version: u16,
    /// 1 before the keys, 2 behind them.
    pub when: u64,
    pub file_bytes: u64,
    pub offset: u64,
}

/// A migration of slots that was going on (SLOT_IMPORT, Valkey 9): job name, ranges of first and last slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotImport {
    pub job: Vec<u8>,
    pub ranges: Vec<(u64, u64)>,
}

/// A statement of the file about its own counts, kept as a cross-check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeclaredCounts {
    pub db: u64,
    /// None for RESIZEDB, which speaks of the whole database.
    pub slot: Option<u64>,
    pub keys: u64,
    pub expires: u64,
}

/// Something that is not as it should be but did not stop the parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// Stable identifier, for example `count-mismatch`.
    pub kind: &'static str,
    pub offset: u64,
    pub db: Option<u64>,
    pub key: Option<Vec<u8>>,
    pub message: String,
}

/// Dialects of other servers, recognised by their marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    KeyDb,
    Dragonfly,
    RedisEnterprise,
}

impl Dialect {
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyDb => "KeyDB",
            Self::Dragonfly => "Dragonfly",
            Self::RedisEnterprise => "Redis Enterprise",
        }
    }
}

/// State of the checksum behind the EOF opcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checksum {
    /// Not reached yet.
    #[default]
    Unknown,
    Ok,
    Mismatch,
    /// The version has none, or the file ends before it.
    Absent,
    /// Eight zero bytes: the writer had `rdbchecksum no`.
    Disabled,
}

impl Checksum {
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Ok => Some("ok"),
            Self::Mismatch => Some("mismatch"),
            Self::Absent => Some("absent"),
            Self::Disabled => Some("disabled"),
        }
    }
}

/// Everything a file says besides its keys, filled while it is read.
#[derive(Debug)]
pub struct FileFacts {
    pub header: Header,
    pub aux: Vec<Aux>,
    pub module_aux: Vec<ModuleAux>,
    pub functions: Vec<Function>,
    /// Bodies of cached EVAL scripts (aux field `lua`, Redis 4.0 to 6.2).
    pub scripts: Vec<Vec<u8>>,
    pub declared: Vec<DeclaredCounts>,
    pub anomalies: Vec<Anomaly>,
    /// Anomalies beyond those that are kept, per kind.
    pub anomalies_not_kept: Vec<(&'static str, u64)>,
    /// Aux fields, functions and the like beyond those that are kept, by what they are.
    pub not_kept: Vec<(&'static str, u64)>,
    pub dialect: Option<Dialect>,
    /// The earliest server that writes what a log without a dump shows.
    pub floor: Option<Floor>,
    /// Why figures of memory are estimates whatever the server, where they are.
    pub doubt: Option<&'static str>,
    /// Commands inside the dump (UPDATE of Valkey 9.2) that were not applied.
    pub updates: u64,
    pub checksum: Checksum,
    pub checksum_stored: Option<u64>,
    pub slot_info_seen: bool,
    pub slot_imports: Vec<SlotImport>,
    /// Whether a key carried FREQ (true, _) or IDLE (_, true).
    pub eviction_seen: (bool, bool),
    pub end_offset: u64,
    /// Anomalies by kind, kept or not.
    noted: Vec<(&'static str, u64)>,
    kept_bytes: u64,
}

/// Adds 1 to the count under a name; gives the count before.
fn count(counts: &mut Vec<(&'static str, u64)>, name: &'static str) -> u64 {
    match counts.iter_mut().find(|(known, _)| *known == name) {
        Some((_, count)) => {
            *count += 1;
            *count - 1
        }
        None => {
            counts.push((name, 1));
            0
        }
    }
}

impl FileFacts {
    pub fn new(header: Header) -> Self {
        Self {
            header,
            aux: Vec::new(),
            module_aux: Vec::new(),
            functions: Vec::new(),
            scripts: Vec::new(),
            declared: Vec::new(),
            anomalies: Vec::new(),
            anomalies_not_kept: Vec::new(),
            not_kept: Vec::new(),
            dialect: None,
            floor: None,
            doubt: None,
            updates: 0,
            checksum: Checksum::Unknown,
            checksum_stored: None,
            slot_info_seen: false,
            slot_imports: Vec::new(),
            eviction_seen: (false, false),
            end_offset: 0,
            noted: Vec::new(),
            kept_bytes: 0,
        }
    }

    /// Value of the first aux field of this name.
    pub fn aux_value(&self, name: &[u8]) -> Option<&[u8]> {
        self.aux.iter().find(|aux| aux.name == name).map(|aux| aux.value.as_slice())
    }

    /// Notes an anomaly; beyond a thousand of one kind they are only counted.
    pub fn note(&mut self, anomaly: Anomaly) {
        if count(&mut self.noted, anomaly.kind) < KEPT_PER_KIND {
            self.anomalies.push(anomaly);
        } else {
            count(&mut self.anomalies_not_kept, anomaly.kind);
        }
    }

    /// Whether there is room for one more fact of `bytes` content where `kept` of at most `most` are there; if not, it is
    /// counted, and the first one of its kind is an anomaly.
    pub(super) fn has_room(&mut self, what: &'static str, kept: usize, most: usize, bytes: u64, offset: u64) -> bool {
        let total = self.kept_bytes.saturating_add(bytes);
        if kept < most && total <= KEPT_BYTES {
            self.kept_bytes = total;
            return true;
        }
        if count(&mut self.not_kept, what) == 0 {
            let message = format!("more {what} than are kept: from here on they are only counted");
            self.note(Anomaly { kind: "not-kept", offset, db: None, key: None, message });
        }
        false
    }

    /// Server family and version text as the aux fields tell them: `redis`, `valkey` or `unknown`.
    pub fn server(&self) -> (&'static str, Option<String>) {
        for (name, server) in [(b"valkey-ver".as_slice(), "valkey"), (b"redis-ver", "redis")] {
            if let Some(version) = self.aux_value(name) {
                return (server, Some(String::from_utf8_lossy(version).into_owned()));
            }
        }
        ("unknown", None)
    }
}
