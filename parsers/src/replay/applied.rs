//! What a command did to the keyspace.

/// The outcome of one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The keyspace changed, or the command was one that a server logs as a change.
    Done,
    /// Nothing changed: a condition did not hold, a key was missing, a value was the same.
    NoEffect,
    /// A key holds another type: the server answers an error and loading goes on.
    WrongType,
    /// The server answers another error (syntax, range, no such key), and loading goes on.
    Refused,
    /// What the command did cannot be known from the log.
    NotReplayable(Reason),
    /// No command of any server that is known: a loading server stops here.
    Unknown,
}

/// Why a command cannot be replayed exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A script whose effects are not in the log (EVAL and EVALSHA up to 4.0).
    Script,
    /// A command of a module.
    Module,
    /// A time to live that counts from the moment of the replay.
    RelativeExpiry,
    /// The value that is worked on was not held: too large, still compressed or of a type without replay.
    ValueNotHeld,
    /// The server chooses at random, or by the order of a hash table.
    Random,
    /// The result is larger than what a log may ask for.
    TooLarge,
    /// Arithmetic of 80-bit floating point numbers.
    LongDouble,
}

impl Reason {
    /// Stable identifier, for tables and messages.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Module => "module-command",
            Self::RelativeExpiry => "relative-expiry",
            Self::ValueNotHeld => "value-not-held",
            Self::Random => "random",
            Self::TooLarge => "too-large",
            Self::LongDouble => "long-double",
        }
    }
}
