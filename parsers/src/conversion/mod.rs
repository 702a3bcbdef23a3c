//! What the loading server makes of the values of a dump: the encodings that `OBJECT ENCODING` tells after the load.
//!
//! A [`Tracker`] follows the events of a value and keeps facts that are the same for every server; the rules of a
//! [`Target`] stand in one file per type and are asked at the end, so that one pass answers for several targets.

pub mod allocator;
pub mod assumption;
pub mod encoding;
pub mod hash;
pub mod holds;
pub mod list;
pub mod listpack;
pub mod module;
pub mod quicklist;
pub mod set;
pub mod setting;
pub mod string;
pub mod target;
pub mod thresholds;
pub mod tracker;
pub mod zset;

pub use allocator::Allocator;
pub use assumption::{Assumption, Overrides};
pub use encoding::Encoding;
pub use setting::SettingError;
pub use target::{Server, Target, Version};
pub use thresholds::Thresholds;
pub use tracker::{KeyHead, Tracker};
