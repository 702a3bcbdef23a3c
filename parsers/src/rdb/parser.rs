//! The record loop: opcodes are noted, keys are handed out one by one, the end is checked.

use std::collections::HashMap;

use super::codes::{Codes, Family, Meaning, Opcode, ValueType, newest_known};
use super::facts::{Anomaly, Checksum, Dialect, FileFacts};
use super::header::{Frame, Header};
use super::opcodes;
use super::record::{KeyRecord, RecordSink};
use super::templates::Templates;
use crate::encodings::{self, Damage};
use crate::error::{Error, ErrorKind, Result};
use crate::source::Input;

/// Bytes of a version text that a message shows.
const SHOWN: usize = 64;

/// What one step of the parser met.
#[derive(Debug)]
pub enum Outcome {
    /// A key, complete and sound.
    Key,
    /// A key whose value is damaged inside an intact frame (salvage only).
    Damaged(Error),
    /// The end of the snapshot.
    End,
}

/// Keys counted since the last change of database or slot, to compare with what the file declares.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub db: u64,
    pub keys: u64,
    pub expires: u64,
    /// Keys and keys with an expiry, as RESIZEDB gives them.
    pub declared: Option<(u64, u64)>,
}

/// A snapshot being read.
#[derive(Debug)]
pub struct Parser {
    pub(super) input: Input,
    codes: Codes,
    pub facts: FileFacts,
    pub(super) record: KeyRecord,
    pub templates: Templates,
    pub(super) damage: Damage,
    pub(super) counted: Vec<Counts>,
    /// Places in `counted` by database.
    pub(super) places: HashMap<u64, usize>,
    /// Place of the current database; none where there are too many databases to count.
    pub(super) current: Option<usize>,
    pub(super) scratch: Vec<u8>,
    pub(super) member_expiry_noted: bool,
    keys_begun: bool,
    ended: bool,
    leave_tail: bool,
}

impl Parser {
    /// Reads the header. With `salvage`, damage inside one value costs that value only.
    pub fn open(mut input: Input, salvage: bool) -> Result<Self> {
        let header = Header::read(&mut input)?;
        let mut facts = FileFacts::new(header);
        if header.version > newest_known(header.family) {
            facts.note(Anomaly {
                kind: "newer-version",
                offset: header.magic_offset,
                db: None,
                key: None,
                message: format!(
                    "{} is newer than known ({}): read as far as its codes are known",
                    header.text(),
                    newest_known(header.family)
                ),
            });
        }
        if !matches!(header.frame, Frame::None) {
            facts.note(Anomaly {
                kind: "replication-framing",
                offset: 0,
                db: None,
                key: None,
                message: format!("replication framing before the snapshot was skipped ({} bytes)", header.magic_offset),
            });
        }
        Ok(Self {
            input,
            codes: Codes::of(header.family, header.version),
            facts,
            record: KeyRecord::default(),
            templates: Templates::default(),
            damage: Damage::new(salvage),
            counted: vec![Counts::default()],
            places: HashMap::from([(0, 0)]),
            current: Some(0),
            scratch: Vec::new(),
            member_expiry_noted: false,
            keys_begun: false,
            ended: false,
            leave_tail: false,
        })
    }

    /// Leaves what stands behind the dump to the caller, who takes it with [`Parser::into_parts`].
    pub fn leave_tail(&mut self) {
        self.leave_tail = true;
    }

    /// What the file said of itself, and the input where reading stopped.
    pub fn into_parts(self) -> (FileFacts, Input) {
        (self.facts, self.input)
    }

    /// Keys and keys with an expiry of each database so far.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        self.counted.iter().map(|counts| (counts.keys, counts.expires))
    }

    /// Offset of the next byte.
    pub fn offset(&self) -> u64 {
        self.input.offset()
    }

    pub(super) fn current_counts(&mut self) -> Option<&mut Counts> {
        self.counted.get_mut(self.current?)
    }

    /// Reads up to the next key and hands it to `sink`. Behind the end it stays at the end.
    pub fn next<S: RecordSink>(&mut self, sink: &mut S) -> Result<Outcome> {
        if self.ended {
            return Ok(Outcome::End);
        }
        self.record.reset();
        let mut record_open = false;
        loop {
            let start = self.input.offset();
            let code = self.input.u8()?;
            if !record_open {
                self.record.offset = start;
            }
            match self.codes.get(code) {
                Some(Meaning::Type(value_type)) => return self.read_key(value_type, sink),
                Some(Meaning::Op(Opcode::Eof)) => {
                    self.ended = true;
                    self.finish()?;
                    return Ok(Outcome::End);
                }
                Some(Meaning::Op(opcode)) => record_open = opcodes::read(self, opcode, start, record_open)?,
                None => return Err(self.unknown(code, start)),
            }
        }
    }

    fn read_key<S: RecordSink>(&mut self, value_type: ValueType, sink: &mut S) -> Result<Outcome> {
        self.record.value_type = Some(value_type);
        self.damage.name(&mut self.input, &mut self.record.name)?;
        self.record.value_offset = self.input.offset();
        if !self.keys_begun {
            self.keys_begun = true;
            sink.before_first_key(&self.facts);
        }
        sink.key(&self.record);
        let limit = self.input.contiguous_limit();
        if sink.wants_contents() {
            self.input.hold_whole_values();
        }
        let decoded = encodings::decode(value_type, &mut self.input, &self.templates, &mut self.damage, sink);
        self.input.set_contiguous_limit(limit);
        if value_type == ValueType::KeyDbCron {
            self.facts.dialect.get_or_insert(Dialect::KeyDb);
        }
        if let Err(e) = decoded {
            return Err(e.with_key(self.record.db, &self.record.name));
        }
        let expires = u64::from(self.record.expires_at_ms.is_some());
        if let Some(counts) = self.current_counts() {
            counts.keys += 1;
            counts.expires += expires;
        }
        self.facts.eviction_seen.0 |= self.record.lfu_frequency.is_some();
        self.facts.eviction_seen.1 |= self.record.idle_seconds.is_some();
        if let Some(error) = self.damage.take() {
            sink.key_damaged(&self.record);
            return Ok(Outcome::Damaged(error.with_key(self.record.db, &self.record.name)));
        }
        sink.end();
        sink.key_end(&self.record, self.input.offset() - self.record.offset);
        Ok(Outcome::Key)
    }

    /// Behind the EOF opcode: the checksum, and whether anything follows.
    fn finish(&mut self) -> Result<()> {
        self.check_counts();
        let header = self.facts.header;
        if header.family == Family::Valkey || header.version >= 5 {
            let computed = self.input.checksum();
            let start = self.input.offset();
            let stored = match self.input.array() {
                Ok(bytes) => u64::from_le_bytes(bytes),
                Err(e) => {
                    self.facts.checksum = Checksum::Absent;
                    return Err(e);
                }
            };
            self.facts.checksum_stored = Some(stored);
            self.facts.checksum = match stored {
                0 => Checksum::Disabled,
                _ if stored == computed => Checksum::Ok,
                _ => Checksum::Mismatch,
            };
            self.facts.end_offset = self.input.offset();
            if self.facts.checksum == Checksum::Mismatch {
                return Err(Error::new(ErrorKind::ChecksumMismatch { stored, computed }, start));
            }
        } else {
            self.facts.checksum = Checksum::Absent;
            self.facts.end_offset = self.input.offset();
        }
        if self.leave_tail { Ok(()) } else { self.read_tail() }
    }

    /// What stands behind the snapshot: the mark of a replication stream, padding, or something that does not belong.
    fn read_tail(&mut self) -> Result<()> {
        if let Frame::Mark(mark) = self.facts.header.frame
            && self.input.peek_up_to(mark.len())? == mark
        {
            self.input.consume(mark.len());
        }
        let start = self.input.offset();
        let mut only_zeros = true;
        loop {
            let bytes = self.input.peek_up_to(64 << 10)?;
            if bytes.is_empty() {
                break;
            }
            only_zeros &= bytes.iter().all(|&b| b == 0);
            let n = bytes.len();
            self.input.consume(n);
        }
        let behind = self.input.offset() - start;
        // Page blobs pad with zeros to a multiple of 512 bytes; servers ignore them.
        if behind > 0 && !only_zeros {
            let preamble = self.facts.aux_value(b"aof-preamble") == Some(b"1");
            let (kind, what) = if preamble {
                ("log-tail-not-read", "bytes of a command log follow the snapshot and were not read")
            } else {
                ("trailing-bytes", "bytes follow the end of the snapshot")
            };
            self.facts.note(Anomaly { kind, offset: start, db: None, key: None, message: format!("{behind} {what}") });
        }
        Ok(())
    }

    /// Compares the keys of each database with what RESIZEDB declared.
    fn check_counts(&mut self) {
        let end = self.input.offset();
        // Redis 3.2 counted keys that had expired, and left them out (redis rdb.c, rdbSaveKeyValuePair).
        let leaves_out = self.facts.header.family == Family::Redis && self.facts.header.version <= 7;
        for counts in &self.counted {
            let Some((keys, expires)) = counts.declared else { continue };
            if (keys, expires) == (counts.keys, counts.expires)
                || (leaves_out && keys >= counts.keys && expires >= counts.expires)
            {
                continue;
            }
            let message = format!(
                "database {} declares {keys} keys, {expires} with an expiry; it has {} and {}",
                counts.db, counts.keys, counts.expires
            );
            self.facts.note(Anomaly { kind: "count-mismatch", offset: end, db: Some(counts.db), key: None, message });
        }
    }

    /// An unknown code, with the likeliest explanation.
    #[cold]
    fn unknown(&self, code: u8, offset: u64) -> Error {
        let facts = &self.facts;
        let shown = |text: &[u8]| text[..text.len().min(SHOWN)].escape_ascii().to_string();
        let hint = match (facts.dialect, code) {
            (Some(Dialect::Dragonfly), _) | (None, 200..=223) => {
                let version = facts.aux_value(b"df-ver").map(|v| format!(" (df-ver {})", shown(v)));
                format!(
                    "Dragonfly snapshot{}: not supported beyond plain types; save it with SAVE RDB",
                    version.unwrap_or_default()
                )
            }
            (Some(Dialect::KeyDb), _) => "a record of KeyDB".into(),
            (Some(Dialect::RedisEnterprise), _) | (None, 100..=102) => "dump of Redis Enterprise".into(),
            (None, 33) => "written by a Redis pre-release".into(),
            _ => String::new(),
        };
        let (server, version) = facts.server();
        let by = version.map(|v| format!(" written by {server} {}", shown(v.as_bytes()))).unwrap_or_default();
        let format = format!("{}{by}", facts.header.text());
        Error::new(ErrorKind::UnknownCode { code, format, hint }, offset)
    }
}
