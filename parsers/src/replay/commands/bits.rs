//! SETBIT.

use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome};
use crate::replay::values::StringValue;
use crate::replay::values::string::LONGEST;

pub fn setbit(call: &mut Call<'_>) -> Outcome {
    let (key, offset, bit) = (call.word(1)?, call.unsigned(2)?, call.unsigned(3)?);
    if offset / 8 >= LONGEST || bit > 1 {
        return Err(Applied::Refused);
    }
    call.upsert(
        key,
        || StringValue::raw(Vec::new()),
        |string| {
            let byte = string.byte(offset / 8);
            let mask = 0x80u8 >> (offset % 8);
            string.write(offset / 8, &[if bit == 1 { byte | mask } else { byte & !mask }]);
            string.make_raw();
        },
    )?;
    Ok(Applied::Done)
}
