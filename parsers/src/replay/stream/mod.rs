//! Streams, as they were read.

use super::context::Context;
use super::values::Recorded;
use super::{Effect, Reason};
use crate::conversion::Target;
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;

/// A stream.
#[derive(Debug, Clone)]
pub struct Stream(Recorded);

impl Stream {
    pub fn of(recorded: Recorded) -> Self {
        Self(recorded)
    }

    pub fn held_bytes(&self) -> u64 {
        self.0.held_bytes()
    }

    pub fn value_type(&self, _: &Target) -> ValueType {
        self.0.value_type()
    }

    pub fn emit(&self, sink: &mut impl ValueSink) {
        self.0.emit(sink);
    }
}

pub fn apply(_: &mut Option<Stream>, _: &[&[u8]], _: &Context) -> Effect {
    Effect::NotReplayable(Reason::ValueNotHeld)
}
