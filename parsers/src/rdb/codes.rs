//! One table of all value types and opcodes: what a code means depends on the family and the version of the format.

/// Who wrote the file, by its magic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Magic `REDIS`: Redis, Valkey up to 8.1, and everybody who imitates them.
    Redis,
    /// Magic `VALKEY`: Valkey 9.0 and later.
    Valkey,
}

/// A value type of the file, independent of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    String,
    List,
    Set,
    Zset,
    Hash,
    Zset2,
    ModulePreGa,
    Module2,
    HashZipmap,
    ListZiplist,
    SetIntset,
    ZsetZiplist,
    HashZiplist,
    ListQuicklist,
    StreamListpacks,
    HashListpack,
    ZsetListpack,
    ListQuicklist2,
    StreamListpacks2,
    SetListpack,
    StreamListpacks3,
    HashMetadataPreGa,
    HashListpackExPreGa,
    HashMetadata,
    HashListpackEx,
    StreamListpacks4,
    StreamListpacks5,
    Array,
    HashTemplateListpack,
    HashTemplateListpackRef,
    HashTemplateArray,
    HashTemplateArrayRef,
    Hash2,
    PathHash,
    /// A cron job of KeyDB: no type of Redis.
    KeyDbCron,
}

/// An opcode of the file, independent of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opcode {
    Eof,
    SelectDb,
    ExpireTime,
    ExpireTimeMs,
    ResizeDb,
    Aux,
    Freq,
    Idle,
    ModuleAux,
    FunctionPreGa,
    Function2,
    SlotInfo,
    KeyMeta,
    SlotImport,
    HashTemplate,
    Update,
    /// Redis Enterprise: recency of a key, one length.
    EnterpriseRecency,
    /// Redis Enterprise: slot number, one length.
    EnterpriseSlot,
}

/// Meaning of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Type(ValueType),
    Op(Opcode),
}

/// One row: a code, whose it is, from which format version it is accepted, and what it means.
struct Row {
    code: u8,
    family: Option<Family>,
    from: u32,
    meaning: Meaning,
}

const fn both(code: u8, meaning: Meaning) -> Row {
    Row { code, family: None, from: 0, meaning }
}

const fn redis(code: u8, from: u32, meaning: Meaning) -> Row {
    Row { code, family: Some(Family::Redis), from, meaning }
}

const fn valkey(code: u8, from: u32, meaning: Meaning) -> Row {
    Row { code, family: Some(Family::Valkey), from, meaning }
}

use Meaning::{Op, Type};

/// Every code. Codes that mean one thing in both families are accepted in every version, as the servers do; the rest
/// from the version in which the number got this meaning. Sources: rdb.h of Redis 2.4 … 8.10 and Valkey 7.2 … 9.2.
const TABLE: &[Row] = &[
    both(0, Type(ValueType::String)),
    both(1, Type(ValueType::List)),
    both(2, Type(ValueType::Set)),
    both(3, Type(ValueType::Zset)),
    both(4, Type(ValueType::Hash)),
    both(5, Type(ValueType::Zset2)),
    both(6, Type(ValueType::ModulePreGa)),
    both(7, Type(ValueType::Module2)),
    both(9, Type(ValueType::HashZipmap)),
    both(10, Type(ValueType::ListZiplist)),
    both(11, Type(ValueType::SetIntset)),
    both(12, Type(ValueType::ZsetZiplist)),
    both(13, Type(ValueType::HashZiplist)),
    both(14, Type(ValueType::ListQuicklist)),
    both(15, Type(ValueType::StreamListpacks)),
    both(16, Type(ValueType::HashListpack)),
    both(17, Type(ValueType::ZsetListpack)),
    both(18, Type(ValueType::ListQuicklist2)),
    both(19, Type(ValueType::StreamListpacks2)),
    both(20, Type(ValueType::SetListpack)),
    both(21, Type(ValueType::StreamListpacks3)),
    redis(22, 0, Type(ValueType::HashMetadataPreGa)),
    valkey(22, 80, Type(ValueType::Hash2)),
    redis(23, 0, Type(ValueType::HashListpackExPreGa)),
    valkey(23, 81, Type(ValueType::PathHash)),
    redis(24, 0, Type(ValueType::HashMetadata)),
    redis(25, 0, Type(ValueType::HashListpackEx)),
    redis(26, 12, Type(ValueType::StreamListpacks4)),
    redis(27, 13, Type(ValueType::StreamListpacks5)),
    redis(28, 13, Type(ValueType::Array)),
    redis(29, 13, Type(ValueType::HashTemplateListpack)),
    redis(30, 13, Type(ValueType::HashTemplateListpackRef)),
    redis(31, 13, Type(ValueType::HashTemplateArray)),
    redis(32, 13, Type(ValueType::HashTemplateArrayRef)),
    redis(64, 0, Type(ValueType::KeyDbCron)),
    redis(107, 0, Op(Opcode::EnterpriseRecency)),
    redis(121, 0, Op(Opcode::EnterpriseSlot)),
    redis(242, 13, Op(Opcode::HashTemplate)),
    valkey(242, 81, Op(Opcode::Update)),
    redis(243, 12, Op(Opcode::KeyMeta)),
    valkey(243, 80, Op(Opcode::SlotImport)),
    both(244, Op(Opcode::SlotInfo)),
    both(245, Op(Opcode::Function2)),
    both(246, Op(Opcode::FunctionPreGa)),
    both(247, Op(Opcode::ModuleAux)),
    both(248, Op(Opcode::Idle)),
    both(249, Op(Opcode::Freq)),
    both(250, Op(Opcode::Aux)),
    both(251, Op(Opcode::ResizeDb)),
    both(252, Op(Opcode::ExpireTimeMs)),
    both(253, Op(Opcode::ExpireTime)),
    both(254, Op(Opcode::SelectDb)),
    both(255, Op(Opcode::Eof)),
];

/// Newest format version of a family whose codes are all known.
pub const fn newest_known(family: Family) -> u32 {
    match family {
        Family::Redis => 15,
        Family::Valkey => 81,
    }
}

/// The codes of one format version.
#[derive(Debug, Clone)]
pub struct Codes([Option<Meaning>; 256]);

impl Codes {
    /// Codes of `version`; a newer version than known has those of the newest known one.
    pub fn of(family: Family, version: u32) -> Self {
        let mut codes = [None; 256];
        for row in TABLE {
            if row.family.is_none_or(|owner| owner == family) && version >= row.from {
                codes[usize::from(row.code)] = Some(row.meaning);
            }
        }
        Self(codes)
    }

    #[inline]
    pub fn get(&self, code: u8) -> Option<Meaning> {
        self.0[usize::from(code)]
    }
}

impl ValueType {
    /// What `TYPE` answers (the module types excepted, which name themselves).
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::List | Self::ListZiplist | Self::ListQuicklist | Self::ListQuicklist2 => "list",
            Self::Set | Self::SetIntset | Self::SetListpack => "set",
            Self::Zset | Self::Zset2 | Self::ZsetZiplist | Self::ZsetListpack => "zset",
            Self::ModulePreGa | Self::Module2 => "module",
            Self::StreamListpacks
            | Self::StreamListpacks2
            | Self::StreamListpacks3
            | Self::StreamListpacks4
            | Self::StreamListpacks5 => "stream",
            Self::Array => "array",
            Self::PathHash => "path-hash",
            Self::KeyDbCron => "keydb-cron",
            Self::Hash
            | Self::HashZipmap
            | Self::HashZiplist
            | Self::HashListpack
            | Self::HashMetadataPreGa
            | Self::HashListpackExPreGa
            | Self::HashMetadata
            | Self::HashListpackEx
            | Self::HashTemplateListpack
            | Self::HashTemplateListpackRef
            | Self::HashTemplateArray
            | Self::HashTemplateArrayRef
            | Self::Hash2 => "hash",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_numbers_follow_family_and_version() {
        let meaning = |family, version, code| Codes::of(family, version).get(code);
        assert_eq!(meaning(Family::Redis, 12, 22), Some(Type(ValueType::HashMetadataPreGa)));
        assert_eq!(meaning(Family::Valkey, 80, 22), Some(Type(ValueType::Hash2)));
        assert_eq!(meaning(Family::Valkey, 80, 23), None);
        assert_eq!(meaning(Family::Valkey, 81, 23), Some(Type(ValueType::PathHash)));
        assert_eq!(meaning(Family::Redis, 13, 243), Some(Op(Opcode::KeyMeta)));
        assert_eq!(meaning(Family::Valkey, 80, 243), Some(Op(Opcode::SlotImport)));
        assert_eq!(meaning(Family::Redis, 9, 242), None);
        assert_eq!(meaning(Family::Valkey, 81, 242), Some(Op(Opcode::Update)));
        assert_eq!(meaning(Family::Redis, 9, 31), None);
        assert_eq!(meaning(Family::Redis, 15, 8), None);
        assert_eq!(meaning(Family::Redis, 99, 32), Some(Type(ValueType::HashTemplateArrayRef)));
    }

    #[test]
    fn no_code_has_two_meanings_in_one_version() {
        for (family, version) in [(Family::Redis, 15), (Family::Valkey, 81)] {
            for code in 0..=255u8 {
                let rows = TABLE
                    .iter()
                    .filter(|r| r.code == code && r.family.is_none_or(|f| f == family) && version >= r.from);
                assert!(rows.count() <= 1, "code {code}");
            }
        }
    }
}
