//! What can be wrong with an input: one type, each kind with the offset where reading stopped and the open key.

use std::fmt;
use std::io;

/// Result of everything that reads input.
pub type Result<T> = std::result::Result<T, Error>;

/// A problem of the input, boxed so that the `Ok` path of the parser stays small.
#[derive(Debug)]
pub struct Error(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: ErrorKind,
    offset: u64,
    key: Option<OpenKey>,
    part: Option<String>,
}

/// The key whose record was being read when the problem was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenKey {
    pub db: u64,
    pub name: Vec<u8>,
}

/// The kinds of problems. Offsets count unpacked bytes from the start of the source.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The source has no bytes at all.
    Empty,
    /// The source ends inside a field: bytes wanted and bytes still there.
    Truncated { wanted: u64, available: u64 },
    /// The first bytes are no snapshot; `found` holds at most 16 of them.
    BadMagic { found: Vec<u8>, hint: String },
    /// A version, envelope or codec that cannot be read at all.
    UnsupportedVersion { what: String },
    /// A type or opcode that the format version does not define.
    UnknownCode { code: u8, format: String, hint: String },
    /// A length field that is no legal length, or claims more than can be.
    CorruptLength { what: &'static str },
    /// An LZF string that does not unpack to what it declares.
    CorruptLzf { what: &'static str },
    /// A value whose inner structure breaks the rules of its encoding.
    CorruptEncoding { encoding: &'static str, what: String },
    /// The CRC-64 at the end does not match the bytes before it.
    ChecksumMismatch { stored: u64, computed: u64 },
    /// A record of another server's dialect that cannot be walked.
    Foreign { dialect: &'static str, what: String },
    /// A command log that breaks its syntax; `commands` stand whole before it.
    AofProtocol { what: String, commands: u64 },
    /// A file of a multi-part log that ends inside a command and is not the last one.
    TornPart { commands: u64 },
    /// A manifest that breaks its rules.
    BadManifest { line: u64, what: String },
    /// More has to be held in memory than is allowed.
    LimitExceeded { what: String },
    /// The source itself could not be read.
    Io(io::Error),
    /// The run was cancelled.
    Cancelled,
}

impl ErrorKind {
    /// Stable lower-case identifier, used by the Python exceptions and the `damage` column.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Truncated { .. } => "truncated",
            Self::BadMagic { .. } => "bad_magic",
            Self::UnsupportedVersion { .. } => "unsupported_version",
            Self::UnknownCode { .. } => "unknown_type",
            Self::CorruptLength { .. } => "corrupt_length",
            Self::CorruptLzf { .. } => "corrupt_lzf",
            Self::CorruptEncoding { .. } => "corrupt_encoding",
            Self::ChecksumMismatch { .. } => "checksum_mismatch",
            Self::Foreign { .. } => "foreign_dialect",
            Self::AofProtocol { .. } => "aof_protocol",
            Self::TornPart { .. } => "truncated",
            Self::BadManifest { .. } => "bad_manifest",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::Io(_) => "io",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the problem lies in the bytes (true) or in reading them (false: I/O, cancelled).
    pub fn is_damage(&self) -> bool {
        !matches!(self, Self::Io(_) | Self::Cancelled | Self::LimitExceeded { .. })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the source is empty"),
            Self::Truncated { wanted, available } => {
                write!(f, "the file ends too early: {wanted} bytes wanted, {available} there")
            }
            Self::BadMagic { found, hint } => {
                write!(f, "not a snapshot: it starts with \"{}\"", found.escape_ascii())?;
                if hint.is_empty() { Ok(()) } else { write!(f, " ({hint})") }
            }
            Self::UnsupportedVersion { what } => write!(f, "{what}"),
            Self::UnknownCode { code, format, hint } => {
                write!(f, "unknown type or opcode {code} (0x{code:02X}) in {format}")?;
                if hint.is_empty() { Ok(()) } else { write!(f, ": {hint}") }
            }
            Self::CorruptLength { what } => write!(f, "corrupt length: {what}"),
            Self::CorruptLzf { what } => write!(f, "corrupt LZF string: {what}"),
            Self::CorruptEncoding { encoding, what } => write!(f, "corrupt {encoding}: {what}"),
            Self::ChecksumMismatch { stored, computed } => {
                write!(f, "checksum mismatch: the file says {stored:016x}, its bytes give {computed:016x}")
            }
            Self::Foreign { dialect, what } => write!(f, "{dialect}: {what}"),
            Self::AofProtocol { what, commands } => write!(f, "{what}; {commands} whole commands stand before it"),
            Self::TornPart { commands } => {
                write!(f, "the file ends inside a command and is not the last of the log; {commands} stand before it")
            }
            Self::BadManifest { line, what } => write!(f, "manifest, line {line}: {what}"),
            Self::LimitExceeded { what } => write!(f, "{what}"),
            Self::Io(e) => write!(f, "cannot read: {e}"),
            Self::Cancelled => write!(f, "cancelled"),
        }
    }
}

impl Error {
    #[cold]
    pub fn new(kind: ErrorKind, offset: u64) -> Self {
        Self(Box::new(Details { kind, offset, key: None, part: None }))
    }

    /// Shorthand for a broken inner structure.
    #[cold]
    pub fn encoding(encoding: &'static str, what: impl Into<String>, offset: u64) -> Self {
        Self::new(ErrorKind::CorruptEncoding { encoding, what: what.into() }, offset)
    }

    /// Names the key whose record was open, unless one is named already.
    pub fn with_key(mut self, db: u64, name: &[u8]) -> Self {
        if self.0.key.is_none() {
            self.0.key = Some(OpenKey { db, name: name.to_vec() });
        }
        self
    }

    /// Names the file of a multi-part log that the offset counts in.
    pub fn with_part(mut self, part: &str) -> Self {
        self.0.part.get_or_insert_with(|| part.to_owned());
        self
    }

    /// Says more about the problem, once more is known.
    pub(crate) fn replace_kind(&mut self, kind: ErrorKind) {
        self.0.kind = kind;
    }

    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Byte offset in the unpacked source at which reading stopped.
    pub fn offset(&self) -> u64 {
        self.0.offset
    }

    pub fn key(&self) -> Option<&OpenKey> {
        self.0.key.as_ref()
    }

    /// The file of a multi-part log, where there are several.
    pub fn part(&self) -> Option<&str> {
        self.0.part.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {}", self.0.kind, self.0.offset)?;
        match &self.0.part {
            Some(part) => write!(f, " of {part})"),
            None => write!(f, ")"),
        }
    }
}

impl std::error::Error for Error {}
