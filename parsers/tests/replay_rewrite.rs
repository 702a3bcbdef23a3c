//! Replaying a rewrite of a keyspace gives the keyspace; and no words of any command do harm.

mod common;

use _native::conversion::Target;
use _native::replay::{Keyspace, Options};
use common::contents::Row;
use common::logs::{Seen, logs, replay};
use common::random::Rng;

const NOW: i64 = 1_700_000_000_000;
/// Elements that a rewrite puts into one command.
const ELEMENTS: usize = 64;

/// The commands that write a key anew; none for types whose rewrite is not a list of its elements.
fn rewrite(row: &Row, value: &[u8]) -> Option<Vec<Vec<Vec<u8>>>> {
    let key = row.record.key.clone();
    let name: &[u8] = match row.record.value_type.type_name() {
        "string" => return Some(vec![vec![b"SET".to_vec(), key, value.to_vec()]]),
        "list" => b"RPUSH",
        "set" => b"SADD",
        "hash" => b"HMSET",
        "zset" => b"ZADD",
        _ => return None,
    };
    let mut scores = row.scores.iter();
    let elements: Vec<Vec<Vec<u8>>> = row
        .pairs
        .iter()
        .map(|(first, second)| match name {
            b"ZADD" => vec![format!("{:?}", scores.next().unwrap()).into_bytes(), first.clone()],
            b"HMSET" => vec![first.clone(), second.clone()],
            _ => vec![first.clone()],
        })
        .collect();
    let command = |part: &[Vec<Vec<u8>>]| {
        let head = vec![name.to_vec(), key.clone()];
        head.into_iter().chain(part.iter().flatten().cloned()).collect()
    };
    Some(elements.chunks(ELEMENTS).map(command).collect())
}

#[test]
fn a_rewrite_gives_the_same_keyspace() {
    for log in logs() {
        let target = log.target();
        let options = Options::new(target.clone(), NOW);
        let mut first = Keyspace::new(&options);
        replay(&log.files(), &mut first, |_, _| {});
        let before = Seen::of(first, &target).by_key();
        let mut second = Keyspace::new(&options);
        for ((db, _), (row, ..)) in &before {
            let Some(commands) = rewrite(row, &row.string) else { continue };
            second.select(*db);
            let expire = row
                .record
                .expires_at_ms
                .map(|at| vec![b"PEXPIREAT".to_vec(), row.record.key.clone(), at.to_string().into_bytes()]);
            for command in commands.iter().chain(&expire) {
                let argv: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
                second.apply(&argv, None);
            }
        }
        let after = Seen::of(second, &target).by_key();
        for (key, (row, ..)) in &before {
            if rewrite(row, &[]).is_none() {
                continue;
            }
            let (again, ..) = &after[key];
            assert_eq!(row.n, again.n, "{} {}", log.name, key.1.escape_ascii());
            // A listpack that was a ziplist keeps the text of a negative zero, which no command puts into one.
            let negative_zero = row.scores.iter().any(|score| *score == 0.0 && score.is_sign_negative());
            if !negative_zero {
                assert_eq!(row.value_sha1, again.value_sha1, "{} {}", log.name, key.1.escape_ascii());
            }
            assert_eq!(row.record.expires_at_ms, again.record.expires_at_ms);
        }
    }
}

/// Names of commands with words that they might take.
const NAMES: &str = "SET SETNX SETEX PSETEX GETSET GETDEL GETEX MSET MSETNX MSETEX APPEND SETRANGE INCR DECR INCRBY DECRBY \
    INCRBYFLOAT SETBIT BITFIELD BITOP PFADD PFMERGE PFCOUNT DEL UNLINK DELEX DELIFEQ RENAME RENAMENX COPY MOVE EXPIRE \
    PEXPIRE EXPIREAT PEXPIREAT PERSIST SORT RESTORE LPUSH RPUSH LPUSHX RPUSHX LPOP RPOP BLPOP LMPOP LSET LINSERT LREM LTRIM \
    RPOPLPUSH LMOVE SADD SREM SMOVE SPOP SINTERSTORE SUNIONSTORE SDIFFSTORE ZADD ZINCRBY ZREM ZPOPMIN ZPOPMAX ZMPOP \
    ZREMRANGEBYSCORE ZREMRANGEBYRANK ZREMRANGEBYLEX ZRANGESTORE ZUNIONSTORE ZINTERSTORE ZDIFFSTORE GEOADD GEORADIUS \
    GEORADIUSBYMEMBER GEOSEARCHSTORE HSET HSETNX HINCRBY HINCRBYFLOAT HDEL HGETDEL HSETEX HGETEX HEXPIRE HPEXPIREAT HPERSIST \
    SWAPDB SELECT FLUSHDB CLUSTER SFLUSH TRIMSLOTS FUNCTION SCRIPT EVAL XADD XTRIM XSETID XDEL XDELEX XACK XACKDEL XNACK XGROUP XCLAIM XCFGSET XIDMPRECORD ARMSET ARSET ARINSERT ARRING ARSEEK ARDEL \
    ARDELRANGE VADD VREM VSETATTR JSON.SET";
const WORDS: &str = "a b c 0 1 -1 2 3 7 64 -9223372036854775808 9223372036854775807 18446744073709551615 1e308 -inf inf nan 0.1 -0 \
    (1 [a + - * FIELDS COUNT STORE BY GET # w* w*->f ALPHA DESC LIMIT NX XX GT LT EX PX PXAT KEEPTTL WEIGHTS AGGREGATE SUM \
    BYSCORE BYLEX REV LEFT RIGHT BEFORE AFTER u8 i64 u63 #1 SET INCRBY OVERFLOW SAT FAIL AND NOT XOR DIFF ONE REPLACE ABSTTL DB \
    FROMLONLAT FROMMEMBER BYRADIUS BYBOX km m STOREDIST LOAD DELETE FLUSH FLUSHSLOT RANGES VALUES FP32 SETATTR Q8 REDUCE INCR CREATE MKSTREAM \
    SETID DESTROY CREATECONSUMER DELCONSUMER ENTRIESREAD IDS FORCE JUSTID LASTID MAXLEN MINID ~ = 1-1 2-0 5-5 $ DELREF ACKED IDMP SILENT";

#[test]
fn no_words_do_harm() {
    let mut rng = Rng(99);
    let names: Vec<&str> = NAMES.split_whitespace().collect();
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    for server in ["redis-2.8.24", "redis-4.0", "redis-6.2", "redis-7.2", "redis-8.10", "valkey-9.1"] {
        let (family, version) = Target::parse_server(server).unwrap();
        let mut target = Target::new(family, version);
        target.thresholds.list_max_listpack_size = 3;
        target.thresholds.set_max_listpack_entries = 3;
        target.thresholds.set_max_intset_entries = 4;
        target.thresholds.zset_max_listpack_entries = 3;
        target.thresholds.hash_max_listpack_entries = 3;
        let mut keyspace = Keyspace::new(&Options::new(target.clone(), NOW));
        for _ in 0..60_000 {
            let mut command = vec![names[rng.below(names.len() as u64) as usize]];
            for _ in 0..rng.below(9) {
                command.push(words[rng.below(words.len() as u64) as usize]);
            }
            let argv: Vec<&[u8]> = command.iter().map(|word| word.as_bytes()).collect();
            keyspace.apply(&argv, None);
            assert!(keyspace.held_bytes() < 64 << 20, "{command:?}");
        }
        let rows = Seen::of(keyspace, &target).by_key();
        assert!(!rows.is_empty());
    }
}
