//! Cron jobs of KeyDB (type 64): walked, so that the keys behind them are read.

use super::damage::Damage;
use crate::error::Result;
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;
use crate::source::Input;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    sink.begin(ValueType::KeyDbCron, None);
    damage.element(input)?;
    // First run and interval, milliseconds each.
    input.array::<16>()?;
    // Keys, then arguments.
    for _ in 0..2 {
        for _ in 0..input.length()? {
            damage.element(input)?;
        }
    }
    Ok(())
}
