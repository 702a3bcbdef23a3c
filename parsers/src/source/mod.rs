//! Bytes: one forward pass over a reader, with the running checksum, and views of parts of it.

pub mod bytes;
pub mod cancel;
pub mod input;
pub mod lzf;
pub mod read_ahead;

pub use bytes::{Bounded, Bytes, Slice};
pub use cancel::CancelFlag;
pub use input::Input;
pub use read_ahead::ReadAhead;
