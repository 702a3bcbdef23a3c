//! RESTORE: a value out of the payload of DUMP.

use super::expiry::Clock;
use crate::conversion::KeyHead;
use crate::encodings::{self, Damage};
use crate::rdb::codes::{Codes, Family, Meaning, Opcode};
use crate::rdb::templates::Templates;
use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome};
use crate::replay::load::Loader;
use crate::replay::store::Entry;
use crate::replay::values::Value;
use crate::source::{CancelFlag, Input};

/// Checksum behind the version, which stands behind the value.
const CHECKSUM: usize = 8;
/// First version of Valkey's own format.
const VALKEY: u16 = 80;

pub fn restore(call: &mut Call<'_>) -> Outcome {
    let (key, payload) = (call.word(1)?, call.word(3)?);
    let (mut replace, mut absolute, mut idle, mut frequency) = (false, false, None, None);
    let mut at = 4;
    while at < call.argv.len() {
        if call.is(at, "REPLACE") {
            replace = true;
        } else if call.is(at, "ABSTTL") {
            absolute = true;
        } else if call.is(at, "IDLETIME") {
            idle = Some(call.unsigned(at + 1)?);
            at += 1;
        } else if call.is(at, "FREQ") {
            frequency = u8::try_from(call.unsigned(at + 1)?).ok();
            at += 1;
        } else {
            return Err(Applied::Refused);
        }
        at += 1;
    }
    let clock = match call.unsigned(2)? {
        0 => None,
        _ => Some(Clock::read(call, 2, 1, !absolute)?),
    };
    if !replace && call.exists(key) {
        return Err(Applied::Refused);
    }
    let head = KeyHead { length: key.len() as u64, has_expiry: clock.is_some() };
    let value = read(payload, head, call)?;
    let entry = Entry {
        idle_seconds: idle,
        lfu_frequency: frequency,
        expires_at_ms: clock.map(|clock| clock.at_ms),
        ..Entry::new(value)
    };
    call.store.put(call.db, key, entry);
    clock.map_or(Ok(Applied::Done), Clock::outcome)
}

/// The value in a payload: type, value, version, checksum.
fn read(payload: &[u8], head: KeyHead, call: &Call<'_>) -> Result<Value, Applied> {
    let body = payload.len().checked_sub(CHECKSUM).and_then(|end| payload.get(..end)).ok_or(Applied::Refused)?;
    let (content, version) = body.split_last_chunk::<2>().ok_or(Applied::Refused)?;
    let version = u16::from_le_bytes(*version);
    let family = if version >= VALKEY { Family::Valkey } else { Family::Redis };
    let codes = Codes::of(family, u32::from(version));
    let mut input = Input::new(Box::new(std::io::Cursor::new(content.to_vec())), CancelFlag::default());
    input.hold_whole_values();
    let code = input.u8().map_err(|_| Applied::Refused)?;
    let value_type = match codes.get(code) {
        Some(Meaning::Type(value_type)) => value_type,
        // Metadata of modules stands before the value.
        Some(Meaning::Op(Opcode::KeyMeta)) => return Err(Applied::NotReplayable(Reason::Module)),
        _ => return Err(Applied::Refused),
    };
    let mut loader = Loader::new(call.target());
    let mut damage = Damage::new(false);
    encodings::decode(value_type, &mut input, &Templates::default(), &mut damage, &mut loader)
        .map_err(|_| Applied::Refused)?;
    if input.at_end().ok() == Some(true) { Ok(loader.finish(head, call.target())) } else { Err(Applied::Refused) }
}
