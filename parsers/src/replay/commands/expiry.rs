//! Expiry of keys.

use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome, done_if};

/// When something expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    pub at_ms: i64,
    /// Whether the log gives a time to live, which counts from the moment of the replay.
    relative: bool,
}

impl Clock {
    /// Reads a number of `unit` milliseconds, relative to now or absolute.
    pub fn read(call: &Call<'_>, at: usize, unit: i64, relative: bool) -> Result<Self, Applied> {
        let base = if relative { call.context.now_ms } else { 0 };
        let at_ms = call.integer(at)?.checked_mul(unit).and_then(|ms| ms.checked_add(base));
        Ok(Self { at_ms: at_ms.ok_or(Applied::Refused)?, relative })
    }

    /// What a command comes to that did all it says.
    pub fn outcome(self) -> Outcome {
        if self.relative { Err(Applied::NotReplayable(Reason::RelativeExpiry)) } else { Ok(Applied::Done) }
    }

    /// Gives a key this expiry.
    pub fn set(self, call: &mut Call<'_>, key: &[u8]) -> Outcome {
        let relative = self.relative;
        call.store.change(call.db, key, |entry| {
            entry.expires_at_ms = Some(self.at_ms);
            entry.approximate |= relative;
        });
        self.outcome()
    }
}

/// Whether the options NX, XX, GT and LT let an expiry in the place of another.
pub fn condition(options: &[&[u8]], before: Option<i64>, after: i64) -> bool {
    options.iter().all(|option| match option.to_ascii_uppercase().as_slice() {
        b"NX" => before.is_none(),
        b"XX" => before.is_some(),
        b"GT" => before.is_some_and(|before| after > before),
        b"LT" => before.is_none_or(|before| after < before),
        _ => true,
    })
}

pub fn expire(call: &mut Call<'_>, unit: i64, relative: bool) -> Outcome {
    let key = call.word(1)?;
    let clock = Clock::read(call, 2, unit, relative)?;
    let Some(entry) = call.store.get(call.db, key) else { return Ok(Applied::NoEffect) };
    if !condition(call.words(3), entry.expires_at_ms, clock.at_ms) {
        return Ok(Applied::NoEffect);
    }
    clock.set(call, key)
}

pub fn persist(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let had = call.store.change(call.db, key, |entry| entry.expires_at_ms.take().is_some());
    Ok(done_if(had == Some(true)))
}
