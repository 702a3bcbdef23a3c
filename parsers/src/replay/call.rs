//! One command while it is applied: its words, the databases, the server.

use super::applied::{Applied, Reason};
use super::context::Context;
use super::store::{Entry, Store};
use super::values::list::Rules;
use super::values::{StringValue, Typed, Value};
use crate::conversion::Target;
use crate::events::canonical_integer;

/// What a command comes to: an error of the server is one too.
pub type Outcome = Result<Applied, Applied>;

/// A command being applied.
pub struct Call<'k> {
    pub store: &'k mut Store,
    pub context: &'k Context,
    pub list_rules: &'k Rules,
    pub argv: &'k [&'k [u8]],
    pub db: u64,
}

impl<'k> Call<'k> {
    pub fn target(&self) -> &'k Target {
        &self.context.target
    }

    /// A word of the command; a missing one is an error of the server.
    pub fn word(&self, at: usize) -> Result<&'k [u8], Applied> {
        self.argv.get(at).copied().ok_or(Applied::Refused)
    }

    /// The words from `at` on.
    pub fn words(&self, at: usize) -> &'k [&'k [u8]] {
        self.argv.get(at..).unwrap_or_default()
    }

    /// Whether a word is this option, in any case.
    pub fn is(&self, at: usize, option: &str) -> bool {
        self.argv.get(at).is_some_and(|word| word.eq_ignore_ascii_case(option.as_bytes()))
    }

    pub fn integer(&self, at: usize) -> Result<i64, Applied> {
        integer(self.word(at)?)
    }

    pub fn unsigned(&self, at: usize) -> Result<u64, Applied> {
        u64::try_from(self.integer(at)?).map_err(|_| Applied::Refused)
    }

    pub fn double(&self, at: usize) -> Result<f64, Applied> {
        double(self.word(at)?).ok_or(Applied::Refused)
    }

    /// The value of a key; none where there is no such key, an error where it has another type.
    pub fn read<T: Typed>(&self, key: &[u8]) -> Result<Option<&T>, Applied> {
        self.read_in(self.db, key)
    }

    pub fn read_in<T: Typed>(&self, db: u64, key: &[u8]) -> Result<Option<&T>, Applied> {
        let Some(entry) = self.store.get(db, key) else { return Ok(None) };
        T::of(&entry.value).map(Some).ok_or_else(|| mismatch::<T>(&entry.value))
    }

    /// Changes a key's value in place and keeps its expiry; none where there is no such key.
    pub fn update<T: Typed, R>(&mut self, key: &[u8], change: impl FnOnce(&mut T) -> R) -> Result<Option<R>, Applied> {
        let outcome = self.store.change(self.db, key, |entry| match T::of_mut(&mut entry.value) {
            Some(value) => Ok(change(value)),
            None => Err(mismatch::<T>(&entry.value)),
        });
        outcome.transpose()
    }

    /// The same, with a new value where there is no such key.
    pub fn upsert<T: Typed, R>(
        &mut self,
        key: &[u8],
        make: impl FnOnce() -> T,
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<R, Applied> {
        if self.store.contains(self.db, key) {
            return self.update(key, change)?.ok_or(Applied::NoEffect);
        }
        let mut value = make();
        let outcome = change(&mut value);
        self.store.put(self.db, key, Entry::new(value.wrap()));
        Ok(outcome)
    }

    /// Puts a new value in the place of whatever is there, expiry included.
    pub fn replace(&mut self, key: &[u8], value: Value) {
        self.store.put(self.db, key, Entry::new(value));
    }

    /// The same, with the expiry that is there.
    pub fn replace_keeping_expiry(&mut self, key: &[u8], value: Value) {
        let before = self.store.take(self.db, key);
        let mut entry = Entry::new(value);
        entry.expires_at_ms = before.as_ref().and_then(|entry| entry.expires_at_ms);
        self.store.put(self.db, key, entry);
    }

    /// Deletes a key; whether it was there.
    pub fn delete(&mut self, key: &[u8]) -> bool {
        self.store.take(self.db, key).is_some()
    }

    pub fn exists(&self, key: &[u8]) -> bool {
        self.store.contains(self.db, key)
    }

    /// A result that replaces a key, or deletes it where it is empty.
    pub fn store_result(&mut self, key: &[u8], value: Value) -> Applied {
        if value.is_gone() {
            return if self.delete(key) { Applied::Done } else { Applied::NoEffect };
        }
        self.replace(key, value);
        Applied::Done
    }

    /// A string's whole content.
    pub fn string_bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Applied> {
        let Some(string) = self.read::<StringValue>(key)? else { return Ok(None) };
        string.bytes().map(|bytes| Some(bytes.into_owned())).ok_or(Applied::NotReplayable(Reason::TooLarge))
    }
}

/// A value of another type, or one of this type that was not held.
fn mismatch<T: Typed>(value: &Value) -> Applied {
    match value {
        Value::Recorded(recorded) if recorded.value_type().type_name() == T::TYPE => {
            Applied::NotReplayable(Reason::ValueNotHeld)
        }
        _ => Applied::WrongType,
    }
}

/// Whether something changed.
pub fn done_if(changed: bool) -> Applied {
    if changed { Applied::Done } else { Applied::NoEffect }
}

pub fn integer(text: &[u8]) -> Result<i64, Applied> {
    canonical_integer(text).ok_or(Applied::Refused)
}

/// A number as the servers read scores: decimal or hexadecimal, with infinities, never NaN, no blanks around it.
pub fn double(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let number = match text.parse::<f64>() {
        Ok(number) => number,
        Err(_) => hexadecimal(text)?,
    };
    (!number.is_nan()).then_some(number)
}

/// A hexadecimal integer, as strtod takes it.
fn hexadecimal(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"))?;
    u64::from_str_radix(digits, 16).ok().map(|number| sign * number as f64)
}
