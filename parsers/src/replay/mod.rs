//! Replay of command logs: an in-memory keyspace that does what a server does with each command.
//!
//! Base keys come in as records of a dump, commands are applied to them, and every key that is left goes out as the
//! record that a dump of that state would have. Conditions of commands are worked out from the state; what cannot be
//! known from the log marks its keys approximate.

mod applied;
mod call;
mod commands;
mod context;
mod keyspace;
mod load;
mod store;
pub mod stream;
mod values;

pub use applied::{Applied, Reason};
pub use commands::functions::Libraries;
pub use context::{Context, Limits, Options};
pub use keyspace::{Keyspace, Live};

/// The name that value types use for what one of their commands did.
pub use applied::Applied as Effect;
