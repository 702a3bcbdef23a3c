//! Which keys a command names, and what it does to them: for the keys of a dump that a log touches, and for the write
//! profile.

use super::word::integer;

/// What a command does to a key that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Its value is read for another key's sake.
    Read,
    /// Its value is written in whatever way.
    Write,
    /// Elements are added, none removed.
    Grow,
    /// Elements are removed.
    Shrink,
    /// Only its expiry changes.
    Expire,
    Delete,
    /// The name is a pattern in which `*` stands for elements: every key that matches is read.
    Glob,
}

/// A key that a command names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse<'a> {
    pub name: &'a [u8],
    pub effect: Effect,
    /// Database where it is another than the selected one.
    pub db: Option<u64>,
}

/// Where keys stand among the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    None,
    /// The first argument.
    First,
    /// The second argument (behind a subcommand).
    Second,
    /// Every argument.
    All,
    /// Every argument from the first on, in steps of so many.
    Step(usize),
    /// The first, the rest is read.
    IntoFirst,
    /// The second, the rest is read.
    IntoSecond,
    /// Elements go from the first to the second.
    Between,
    /// Both are written (renames).
    Both,
    /// All but the last argument.
    AllButLast,
    /// A count stands at this place, that many keys behind it.
    Counted(usize),
    /// The same, with pairs behind it.
    CountedPairs(usize),
    /// The first is written; a count at place 2, then sources.
    IntoFirstCounted,
    Renumber,
    Duplicate,
    Sort,
    Migrate,
    GeoRadius,
    ReadGroup,
}

/// A command that may stand in a log.
#[derive(Debug)]
pub struct Command {
    pub name: &'static str,
    keys: Keys,
    effect: Effect,
}

const fn row(name: &'static str, keys: Keys, effect: Effect) -> Command {
    Command { name, keys, effect }
}

use Effect::{Delete, Expire, Grow, Shrink, Write};
use Keys::{
    All, AllButLast, Between, Both, Counted, CountedPairs, Duplicate, First, GeoRadius, IntoFirst, IntoFirstCounted,
    IntoSecond, Migrate, ReadGroup, Renumber, Second, Sort, Step,
};

/// Every command of the servers that changes something, in the order of names.
const COMMANDS: &[Command] = &[
    row("APPEND", First, Write),
    row("ARDEL", First, Shrink),
    row("ARDELRANGE", First, Shrink),
    row("ARINSERT", First, Grow),
    row("ARMSET", First, Write),
    row("ARRING", First, Write),
    row("ARSEEK", First, Write),
    row("ARSET", First, Write),
    row("ASKING", Keys::None, Write),
    row("AUTH", Keys::None, Write),
    row("BITFIELD", First, Write),
    row("BITOP", IntoSecond, Write),
    row("BLMOVE", Between, Write),
    row("BLMPOP", Counted(2), Shrink),
    row("BLPOP", AllButLast, Shrink),
    row("BRPOP", AllButLast, Shrink),
    row("BRPOPLPUSH", Between, Write),
    row("BZMPOP", Counted(2), Shrink),
    row("BZPOPMAX", AllButLast, Shrink),
    row("BZPOPMIN", AllButLast, Shrink),
    row("CLUSTER", Keys::None, Write),
    row("COPY", Duplicate, Write),
    row("DECR", First, Write),
    row("DECRBY", First, Write),
    row("DEL", All, Delete),
    row("DELEX", First, Delete),
    row("DELIFEQ", First, Delete),
    row("DISCARD", Keys::None, Write),
    row("EVAL", Counted(2), Write),
    row("EVALSHA", Counted(2), Write),
    row("EXEC", Keys::None, Write),
    row("EXPIRE", First, Expire),
    row("EXPIREAT", First, Expire),
    row("FCALL", Counted(2), Write),
    row("FLUSHALL", Keys::None, Write),
    row("FLUSHDB", Keys::None, Write),
    row("FUNCTION", Keys::None, Write),
    row("GEOADD", First, Write),
    row("GEORADIUS", GeoRadius, Write),
    row("GEORADIUSBYMEMBER", GeoRadius, Write),
    row("GEOSEARCHSTORE", IntoFirst, Write),
    row("GETDEL", First, Delete),
    row("GETEX", First, Expire),
    row("GETSET", First, Write),
    row("HDEL", First, Shrink),
    row("HEXPIRE", First, Write),
    row("HEXPIREAT", First, Write),
    row("HGETDEL", First, Shrink),
    row("HGETEX", First, Write),
    row("HIMPORT", Second, Write),
    row("HINCRBY", First, Write),
    row("HINCRBYFLOAT", First, Write),
    row("HMSET", First, Write),
    row("HPERSIST", First, Write),
    row("HPEXPIRE", First, Write),
    row("HPEXPIREAT", First, Write),
    row("HSET", First, Write),
    row("HSETEX", First, Write),
    row("HSETNX", First, Write),
    row("INCR", First, Write),
    row("INCRBY", First, Write),
    row("INCRBYFLOAT", First, Write),
    row("INCREX", First, Write),
    row("JSON.MSET", Step(3), Write),
    row("LINSERT", First, Grow),
    row("LMOVE", Between, Write),
    row("LMPOP", Counted(1), Shrink),
    row("LPOP", First, Shrink),
    row("LPUSH", First, Grow),
    row("LPUSHX", First, Grow),
    row("LREM", First, Shrink),
    row("LSET", First, Write),
    row("LTRIM", First, Shrink),
    row("MIGRATE", Migrate, Delete),
    row("MOVE", Renumber, Delete),
    row("MSET", Step(2), Write),
    row("MSETEX", CountedPairs(1), Write),
    row("MSETNX", Step(2), Write),
    row("MULTI", Keys::None, Write),
    row("PERSIST", First, Expire),
    row("PEXPIRE", First, Expire),
    row("PEXPIREAT", First, Expire),
    row("PFADD", First, Write),
    row("PFCOUNT", All, Write),
    row("PFMERGE", IntoFirst, Write),
    row("PING", Keys::None, Write),
    row("PSETEX", First, Write),
    row("PUBLISH", Keys::None, Write),
    row("RENAME", Both, Write),
    row("RENAMENX", Both, Write),
    row("REPLCONF", Keys::None, Write),
    row("RESTORE", First, Write),
    row("RESTORE-ASKING", First, Write),
    row("RPOP", First, Shrink),
    row("RPOPLPUSH", Between, Write),
    row("RPUSH", First, Grow),
    row("RPUSHX", First, Grow),
    row("SADD", First, Grow),
    row("SCRIPT", Keys::None, Write),
    row("SDIFFSTORE", IntoFirst, Write),
    row("SELECT", Keys::None, Write),
    row("SET", First, Write),
    row("SETBIT", First, Write),
    row("SETEX", First, Write),
    row("SETNX", First, Write),
    row("SETRANGE", First, Write),
    row("SFLUSH", Keys::None, Write),
    row("SINTERSTORE", IntoFirst, Write),
    row("SMOVE", Between, Write),
    row("SORT", Sort, Write),
    row("SPOP", First, Shrink),
    row("SPUBLISH", Keys::None, Write),
    row("SREM", First, Shrink),
    row("SUNIONSTORE", IntoFirst, Write),
    row("SWAPDB", Keys::None, Write),
    row("TRIMSLOTS", Keys::None, Write),
    row("TS.CREATERULE", Both, Write),
    row("TS.DELETERULE", Both, Write),
    row("TS.MADD", Step(3), Write),
    row("UNLINK", All, Delete),
    row("VADD", First, Grow),
    row("VREM", First, Shrink),
    row("VSETATTR", First, Write),
    row("XACK", First, Write),
    row("XACKDEL", First, Shrink),
    row("XADD", First, Grow),
    row("XAUTOCLAIM", First, Write),
    row("XCFGSET", First, Write),
    row("XCLAIM", First, Write),
    row("XDEL", First, Shrink),
    row("XDELEX", First, Shrink),
    row("XGROUP", Second, Write),
    row("XIDMPRECORD", First, Write),
    row("XNACK", First, Write),
    row("XREADGROUP", ReadGroup, Write),
    row("XSETID", First, Write),
    row("XTRIM", First, Shrink),
    row("ZADD", First, Write),
    row("ZDIFFSTORE", IntoFirstCounted, Write),
    row("ZINCRBY", First, Write),
    row("ZINTERSTORE", IntoFirstCounted, Write),
    row("ZMPOP", Counted(1), Shrink),
    row("ZPOPMAX", First, Shrink),
    row("ZPOPMIN", First, Shrink),
    row("ZRANGESTORE", IntoFirst, Write),
    row("ZREM", First, Shrink),
    row("ZREMRANGEBYLEX", First, Shrink),
    row("ZREMRANGEBYRANK", First, Shrink),
    row("ZREMRANGEBYSCORE", First, Shrink),
    row("ZUNIONSTORE", IntoFirstCounted, Write),
];

/// A command that no server has without a module: its first argument is taken for its key.
const UNKNOWN: Command = row("", First, Write);

/// Families of module commands whose first argument is no key.
const KEYLESS_MODULES: [&str; 2] = ["FT.", "TFUNCTION"];

/// Longest name of a command that is looked for.
const LONGEST_NAME: usize = 24;

/// Number of a command in the table; none for a command of a module.
pub fn number_of(name: &[u8]) -> Option<usize> {
    let mut upper = [0; LONGEST_NAME];
    let upper = upper.get_mut(..name.len())?;
    upper.copy_from_slice(name);
    upper.make_ascii_uppercase();
    COMMANDS.binary_search_by(|command| command.name.as_bytes().cmp(upper)).ok()
}

/// Commands in the table.
pub const KNOWN: usize = COMMANDS.len();

/// Name of the command with this number.
pub fn name_of(number: usize) -> Option<&'static str> {
    Some(COMMANDS.get(number)?.name)
}

/// Whether a command with subcommands is told apart by them.
pub fn has_subcommands(name: &str) -> bool {
    matches!(name, "XGROUP" | "FUNCTION" | "SCRIPT" | "CLUSTER" | "HIMPORT")
}

/// Tells every key that a command names. `command` is what [`number_of`] gave for its name.
pub fn each_key<'a>(command: Option<usize>, argv: &[&'a [u8]], mut found: impl FnMut(KeyUse<'a>)) {
    let command = match command.and_then(|at| COMMANDS.get(at)) {
        Some(command) => command,
        None if is_keyless(argv) => return,
        None => &UNKNOWN,
    };
    let args = argv.get(1..).unwrap_or_default();
    let effect = effect_of(command, args);
    let mut tell = |name: Option<&&'a [u8]>, effect: Effect| {
        if let Some(&name) = name {
            found(KeyUse { name, effect, db: None });
        }
    };
    match command.keys {
        Keys::None => {}
        First => tell(args.first(), effect),
        Second => tell(args.get(1), effect),
        All => args.iter().for_each(|name| tell(Some(name), effect)),
        Step(step) => args.iter().step_by(step).for_each(|name| tell(Some(name), effect)),
        AllButLast => args.iter().rev().skip(1).for_each(|name| tell(Some(name), effect)),
        IntoFirst => {
            tell(args.first(), effect);
            // Options behind the sources of some commands do no harm: a key that is not there is not read.
            args.iter().skip(1).for_each(|name| tell(Some(name), Effect::Read));
        }
        IntoSecond => {
            tell(args.get(1), effect);
            args.iter().skip(2).for_each(|name| tell(Some(name), Effect::Read));
        }
        Between => {
            tell(args.first(), Shrink);
            tell(args.get(1), Grow);
        }
        Both => {
            tell(args.first(), Delete);
            tell(args.get(1), effect);
        }
        Counted(at) => counted(args, at, 1).for_each(|name| tell(Some(name), effect)),
        CountedPairs(at) => counted(args, at, 2).for_each(|name| tell(Some(name), effect)),
        IntoFirstCounted => {
            tell(args.first(), effect);
            counted(args, 2, 1).for_each(|name| tell(Some(name), Effect::Read));
        }
        Renumber => {
            tell(args.first(), Delete);
            if let (Some(&name), Some(db)) = (args.first(), args.get(1).and_then(|text| integer(text))) {
                found(KeyUse { name, effect: Write, db: Some(db) });
            }
        }
        Duplicate => copy(args, found),
        Sort => sort(args, found),
        Migrate => {
            tell(args.get(2).filter(|name| !name.is_empty()), effect);
            let keys = args.iter().position(|word| word.eq_ignore_ascii_case(b"KEYS"));
            args.iter().skip(keys.map_or(args.len(), |at| at + 1)).for_each(|name| tell(Some(name), effect));
        }
        GeoRadius => {
            tell(args.first(), Effect::Read);
            for pair in args.windows(2) {
                if let [word, name] = pair
                    && (word.eq_ignore_ascii_case(b"STORE") || word.eq_ignore_ascii_case(b"STOREDIST"))
                {
                    tell(Some(name), effect);
                }
            }
        }
        ReadGroup => {
            let streams = args.iter().position(|word| word.eq_ignore_ascii_case(b"STREAMS"));
            let names = args.get(streams.map_or(args.len(), |at| at + 1)..).unwrap_or_default();
            names.iter().take(names.len() / 2).for_each(|name| tell(Some(name), effect));
        }
    }
}

/// XADD that trims, and PEXPIREAT of fields: what the table cannot say.
fn effect_of(command: &Command, args: &[&[u8]]) -> Effect {
    let trims = |word: &&[u8]| word.eq_ignore_ascii_case(b"MAXLEN") || word.eq_ignore_ascii_case(b"MINID");
    // Options stand before the id; at most NOMKSTREAM, KEEPREF, IDMP with its two words and the threshold.
    if command.name == "XADD" && args.iter().skip(1).take(6).any(trims) { Write } else { command.effect }
}

fn is_keyless(argv: &[&[u8]]) -> bool {
    let name = argv.first().copied().unwrap_or_default();
    KEYLESS_MODULES
        .iter()
        .any(|family| name.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family.as_bytes())))
}

/// The names behind the count that stands at place `at` (from 1).
fn counted<'s, 'a>(args: &'s [&'a [u8]], at: usize, step: usize) -> impl Iterator<Item = &'s &'a [u8]> {
    let count = at.checked_sub(1).and_then(|at| args.get(at)).and_then(|text| integer(text)).unwrap_or(0);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    args.iter().skip(at).step_by(step).take(count)
}

fn copy<'a>(args: &[&'a [u8]], mut found: impl FnMut(KeyUse<'a>)) {
    let [from, to, options @ ..] = args else { return };
    let db = options.windows(2).find(|pair| pair.first().is_some_and(|word| word.eq_ignore_ascii_case(b"DB")));
    let db = db.and_then(|pair| integer(pair.get(1)?));
    found(KeyUse { name: from, effect: Effect::Read, db: None });
    found(KeyUse { name: to, effect: Write, db });
}

/// SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC|DESC] [ALPHA] [STORE destination].
fn sort<'a>(args: &[&'a [u8]], mut found: impl FnMut(KeyUse<'a>)) {
    let Some((key, mut rest)) = args.split_first() else { return };
    found(KeyUse { name: key, effect: Effect::Read, db: None });
    loop {
        rest = match rest {
            [word, pattern, after @ ..] if word.eq_ignore_ascii_case(b"BY") || word.eq_ignore_ascii_case(b"GET") => {
                if pattern.contains(&b'*') {
                    found(KeyUse { name: key_of_pattern(pattern), effect: Effect::Glob, db: None });
                }
                after
            }
            [word, name, after @ ..] if word.eq_ignore_ascii_case(b"STORE") => {
                found(KeyUse { name, effect: Write, db: None });
                after
            }
            [word, _, _, after @ ..] if word.eq_ignore_ascii_case(b"LIMIT") => after,
            [_, after @ ..] => after,
            [] => return,
        };
    }
}

/// A pattern without the field of a hash behind `->` (redis sort.c, lookupKeyByPattern).
fn key_of_pattern(pattern: &[u8]) -> &[u8] {
    let star = pattern.iter().position(|&byte| byte == b'*').unwrap_or(0);
    let behind = pattern.get(star + 1..).unwrap_or_default();
    match behind.windows(2).position(|pair| pair == b"->") {
        // A name of a field that is empty makes the arrow part of the key.
        Some(arrow) if arrow + 2 < behind.len() => pattern.get(..star + 1 + arrow).unwrap_or(pattern),
        _ => pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(line: &str) -> Vec<String> {
        let argv: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        let mut found = Vec::new();
        each_key(number_of(argv[0]), &argv, |key| {
            let db = key.db.map(|db| format!("@{db}")).unwrap_or_default();
            found.push(format!("{}{db} {:?}", String::from_utf8_lossy(key.name), key.effect));
        });
        found
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(COMMANDS.is_sorted_by(|a, b| a.name < b.name));
        assert!(COMMANDS.iter().all(|command| command.name.len() <= LONGEST_NAME));
        assert_eq!(number_of(b"sEt"), number_of(b"SET"));
        assert_eq!(number_of(&[b'A'; 100]), None);
    }

    #[test]
    fn keys_of_commands() {
        for (line, expected) in [
            ("SET a b EX 1", vec!["a Write"]),
            ("del a b", vec!["a Delete", "b Delete"]),
            ("MSET a 1 b 2", vec!["a Write", "b Write"]),
            ("MSETEX 2 a 1 b 2 PX 5", vec!["a Write", "b Write"]),
            ("BITOP AND d a b", vec!["d Write", "a Read", "b Read"]),
            ("RENAME a b", vec!["a Delete", "b Write"]),
            ("MOVE a 3", vec!["a Delete", "a@3 Write"]),
            ("COPY a b DB 2 REPLACE", vec!["a Read", "b@2 Write"]),
            ("COPY a b", vec!["a Read", "b Write"]),
            ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", vec!["d Write", "a Read", "b Read"]),
            ("SINTERSTORE d a b", vec!["d Write", "a Read", "b Read"]),
            ("LMOVE a b LEFT RIGHT", vec!["a Shrink", "b Grow"]),
            ("BLPOP a b 0", vec!["b Shrink", "a Shrink"]),
            ("LMPOP 2 a b LEFT", vec!["a Shrink", "b Shrink"]),
            ("EVAL body 2 a b c", vec!["a Write", "b Write"]),
            ("XADD s MAXLEN = 5 * f v", vec!["s Write"]),
            ("XADD s 1-1 f v", vec!["s Grow"]),
            ("XGROUP CREATE s g $", vec!["s Write"]),
            ("XREADGROUP GROUP g c STREAMS a b > >", vec!["a Write", "b Write"]),
            ("GEORADIUS a 1 2 3 km STORE b", vec!["a Read", "b Write"]),
            ("MIGRATE h 1 a 0 1", vec!["a Delete"]),
            ("MIGRATE h 1  0 1 COPY KEYS a b", vec!["a Delete", "b Delete"]),
            ("SORT l BY w_*->f GET o_* GET # STORE d", vec!["l Read", "w_* Glob", "o_* Glob", "d Write"]),
            ("SORT l BY nosort LIMIT 0 5 STORE d", vec!["l Read", "d Write"]),
            ("JSON.SET j $ 1", vec!["j Write"]),
            ("FT.CREATE i", vec![]),
            ("SELECT 3", vec![]),
            ("EVAL", vec![]),
            ("COPY a", vec![]),
        ] {
            assert_eq!(keys(line), expected, "{line}");
        }
    }
}
