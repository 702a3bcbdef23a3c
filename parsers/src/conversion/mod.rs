//! What the loading server makes of the values of a dump: the encodings that `OBJECT ENCODING` tells after the load.

pub mod encoding;
pub mod target;
pub mod thresholds;

pub use encoding::Encoding;
pub use target::{Allocator, Server, Target, Version};
pub use thresholds::Thresholds;
#[cfg(feature = "python")]
mod tracker;
#[cfg(feature = "python")]
pub use tracker::Tracker;
