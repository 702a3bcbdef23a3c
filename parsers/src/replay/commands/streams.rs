//! Commands of streams: the stream does the work, here is the key.

use super::keys::stream_key;
use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome};
use crate::replay::store::Entry;
use crate::replay::stream::{self, Stream};
use crate::replay::values::{Typed, Value};

pub fn apply(name: &[u8], call: &mut Call<'_>) -> Outcome {
    let key = call.word(stream_key(name))?;
    call.read::<Stream>(key)?;
    let before = call.store.take(call.db, key);
    let (mut stream, facts) = match before {
        Some(Entry { value: Value::Stream(stream), expires_at_ms, idle_seconds, lfu_frequency, approximate }) => {
            (Some(*stream), (expires_at_ms, idle_seconds, lfu_frequency, approximate))
        }
        _ => (None, (None, None, None, false)),
    };
    let applied = stream::apply(&mut stream, call.argv, call.context);
    if let Some(stream) = stream {
        let (expires_at_ms, idle_seconds, lfu_frequency, approximate) = facts;
        let value = stream.wrap();
        call.store.put(call.db, key, Entry { value, expires_at_ms, idle_seconds, lfu_frequency, approximate });
    }
    match applied {
        Applied::NotReplayable(_) => Err(applied),
        _ => Ok(applied),
    }
}
