//! Values: one file per encoding, each turning the bytes of the file into the events of [`crate::events`].

mod array;
mod damage;
mod hash;
mod hash_metadata;
mod hash_template;
mod intset;
mod keydb_cron;
mod list;
mod listpack;
mod module;
mod owned;
mod packed;
mod path_hash;
mod quicklist;
mod set;
mod stream;
mod stream_groups;
mod string;
mod ziplist;
mod zipmap;
mod zset;

pub use damage::Damage;
pub use owned::Owned;

use crate::error::Result;
use crate::events::ValueSink;
use crate::rdb::codes::ValueType;
use crate::rdb::templates::Templates;
use crate::source::Input;

/// Reads one value and tells `sink` what is in it.
///
/// # Errors
/// Whatever breaks the frame of the file; damage inside one length-prefixed part too, unless `damage` absorbs it.
pub fn decode<S: ValueSink>(
    value: ValueType,
    input: &mut Input,
    templates: &Templates,
    damage: &mut Damage,
    sink: &mut S,
) -> Result<()> {
    use ValueType as T;
    match value {
        T::String => string::decode(input, damage, sink),
        T::List => list::decode(input, damage, sink),
        T::ListZiplist => list::decode_ziplist(input, damage, sink),
        T::ListQuicklist => quicklist::decode(input, damage, sink),
        T::ListQuicklist2 => quicklist::decode_2(input, damage, sink),
        T::Set => set::decode(input, damage, sink),
        T::SetIntset => set::decode_intset(input, damage, sink),
        T::SetListpack => set::decode_listpack(input, damage, sink),
        T::Zset => zset::decode(input, damage, sink),
        T::Zset2 => zset::decode_2(input, damage, sink),
        T::ZsetZiplist => zset::decode_ziplist(input, damage, sink),
        T::ZsetListpack => zset::decode_listpack(input, damage, sink),
        T::Hash => hash::decode(input, damage, sink),
        T::Hash2 => hash::decode_2(input, damage, sink),
        T::HashZipmap => hash::decode_zipmap(input, damage, sink),
        T::HashZiplist => hash::decode_ziplist(input, damage, sink),
        T::HashListpack => hash::decode_listpack(input, damage, sink),
        T::HashMetadata | T::HashMetadataPreGa => hash_metadata::decode(value, input, damage, sink),
        T::HashListpackEx | T::HashListpackExPreGa => hash_metadata::decode_listpack(value, input, damage, sink),
        T::HashTemplateListpack => hash_template::decode_listpack(input, damage, sink),
        T::HashTemplateListpackRef => hash_template::decode_listpack_ref(input, templates, damage, sink),
        T::HashTemplateArray => hash_template::decode_array(input, damage, sink),
        T::HashTemplateArrayRef => hash_template::decode_array_ref(input, templates, damage, sink),
        T::PathHash => path_hash::decode(input, damage, sink),
        T::StreamListpacks | T::StreamListpacks2 | T::StreamListpacks3 | T::StreamListpacks4 | T::StreamListpacks5 => {
            stream::decode(value, input, damage, sink)
        }
        T::Array => array::decode(input, damage, sink),
        T::Module2 => module::decode(input, damage, sink),
        T::ModulePreGa => module::refuse_pre_ga(input),
        T::KeyDbCron => keydb_cron::decode(input, damage, sink),
    }
}
