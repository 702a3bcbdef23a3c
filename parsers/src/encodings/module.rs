//! Module values, walked by their framing.

use super::damage::Damage;
use crate::error::{Error, ErrorKind, Result};
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;
use crate::rdb::modules;
use crate::source::Input;

pub fn decode<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let (name, version) = modules::type_name(input.length()?);
    sink.begin(ValueType::Module2, None);
    sink.module(&name, version);
    modules::values(input, damage, sink)
}

/// MODULE_PRE_GA (release candidates of Redis 4.0) has no framing: only the module itself knows where it ends.
pub fn refuse_pre_ga(input: &mut Input) -> Result<()> {
    let start = input.offset();
    let (name, _) = modules::type_name(input.length()?);
    let what = format!("a value of module {name} as release candidates of Redis 4.0 wrote it has no known end");
    Err(Error::new(ErrorKind::Foreign { dialect: "Redis 4.0 release candidate", what }, start))
}
