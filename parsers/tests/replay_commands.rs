//! What single commands do, by the documented behaviour of the servers.

mod common;

use std::collections::HashMap;

use _native::conversion::{Encoding, Target};
use _native::replay::{Applied, Keyspace, Options, Reason};
use common::contents::Row;
use common::logs::Seen;

/// Unix milliseconds that stand for the time of loading.
const NOW: i64 = 1_700_000_000_000;

type Rows = HashMap<(u64, Vec<u8>), (Row, Encoding, bool)>;

/// Runs commands, words parted by blanks, on a server; gives the last outcome and the keys.
fn run(server: &str, commands: &[&str]) -> (Applied, Rows) {
    let (family, version) = Target::parse_server(server).unwrap();
    let target = Target::new(family, version);
    let mut keyspace = Keyspace::new(&Options::new(target.clone(), NOW));
    let mut last = Applied::NoEffect;
    for command in commands {
        let argv: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
        last = keyspace.apply(&argv, None);
    }
    (last, Seen::of(keyspace, &target).by_key())
}

fn last(commands: &[&str]) -> Applied {
    run("redis-7.2", commands).0
}

/// A key of database 0 as text: elements in order, pairs joined by `=`.
fn shown(rows: &Rows, key: &str) -> Option<String> {
    let (row, _, _) = rows.get(&(0, key.as_bytes().to_vec()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut scores = row.scores.iter();
    let parts: Vec<String> = row
        .pairs
        .iter()
        .map(|(name, value)| match scores.next() {
            Some(score) => format!("{}={score}", text(name)),
            None if value.is_empty() => text(name),
            None => format!("{}={}", text(name), text(value)),
        })
        .collect();
    Some(parts.join(" "))
}

/// What a key holds after commands on Redis 7.2.
fn holds(commands: &[&str], key: &str) -> Option<String> {
    shown(&run("redis-7.2", commands).1, key)
}

fn encoding(server: &str, commands: &[&str]) -> &'static str {
    let (family, version) = Target::parse_server(server).unwrap();
    let (_, rows) = run(server, commands);
    rows[&(0, b"k".to_vec())].1.name(&Target::new(family, version)).unwrap()
}

fn expiry(commands: &[&str]) -> Option<i64> {
    run("redis-7.2", commands).1[&(0, b"k".to_vec())].0.record.expires_at_ms
}

/// A command with numbered words behind it.
fn many(head: &str, count: u32, each: impl Fn(u32) -> String) -> String {
    let words: Vec<String> = (0..count).map(each).collect();
    format!("{head} {}", words.join(" "))
}

#[test]
fn strings_by_their_history() {
    for (commands, expected) in [
        (&["SET k 12"][..], "int"),
        (&["SET k abc"], "embstr"),
        (&["APPEND k 12"], "int"),
        (&["SET k 12", "APPEND k 3"], "raw"),
        (&["SET k 12", "APPEND k 3", "INCR k"], "int"),
        (&["SETRANGE k 0 abc"], "raw"),
        (&["SETBIT k 7 1"], "raw"),
        (&["SET k 1", "BITOP NOT k k"], "raw"),
        (&["PFADD k a"], "raw"),
        (&["SET k abc", "SETRANGE k 1 x", "RENAME k j", "COPY j k"], "raw"),
    ] {
        assert_eq!(encoding("redis-7.2", commands), expected, "{commands:?}");
    }
}

#[test]
fn conditions_are_worked_out() {
    assert_eq!(last(&["SET k a NX", "SET k b NX"]), Applied::NoEffect);
    assert_eq!(last(&["SET k a XX"]), Applied::NoEffect);
    assert_eq!(last(&["SET k a", "MSETNX j 1 k 2"]), Applied::NoEffect);
    assert_eq!(last(&["SET k 9223372036854775807", "INCR k"]), Applied::Refused);
    assert_eq!(last(&["SET k x", "LPUSH k 1"]), Applied::WrongType);
    assert_eq!(last(&["NOSUCHCOMMAND k"]), Applied::Unknown);
    assert_eq!(last(&["EVAL return 1 k"]), Applied::NotReplayable(Reason::Script));
    assert_eq!(last(&["JSON.SET k $ 1"]), Applied::NotReplayable(Reason::Module));
    assert_eq!(last(&["SET k a", "RENAMENX k k"]), Applied::NoEffect);
    assert_eq!(last(&["RENAME k j"]), Applied::Refused);
}

#[test]
fn expiries() {
    assert_eq!(expiry(&["SET k a PXAT 5000000000000"]), Some(5_000_000_000_000));
    assert_eq!(expiry(&["SET k a PXAT 5000000000000", "SET k b"]), None);
    assert_eq!(expiry(&["SET k a PXAT 5000000000000", "SET k b KEEPTTL"]), Some(5_000_000_000_000));
    assert_eq!(expiry(&["SET k 1 PXAT 5000000000000", "INCR k"]), Some(5_000_000_000_000));
    assert_eq!(expiry(&["SET k 1 PXAT 5000000000000", "PERSIST k"]), None);
    assert_eq!(expiry(&["SET k 1 PXAT 5000", "PEXPIREAT k 4000 GT"]), Some(5000));
    assert_eq!(expiry(&["SET k 1", "PEXPIREAT k 4000 GT"]), None);
    assert_eq!(expiry(&["SET k 1", "PEXPIREAT k 4000 LT"]), Some(4000));
    assert_eq!(expiry(&["SET k 1", "EXPIRE k 10"]), Some(NOW + 10_000));
    assert_eq!(last(&["SET k 1", "EXPIRE k 10"]), Applied::NotReplayable(Reason::RelativeExpiry));
    assert_eq!(last(&["SET k 1", "EXPIRE k 9223372036854775807"]), Applied::Refused);
    let (_, rows) = run("redis-7.2", &["SET k 1 EX 10"]);
    assert!(rows[&(0, b"k".to_vec())].2, "a relative time makes a key approximate");
}

#[test]
fn lists() {
    let commands = ["RPUSH k a b c b d b", "LREM k -2 b", "LINSERT k AFTER c x", "LSET k 0 A", "LTRIM k 0 -2"];
    assert_eq!(holds(&commands, "k").unwrap(), "A b c x");
    assert_eq!(holds(&["RPUSH k a b c", "LMOVE k k LEFT RIGHT"], "k").unwrap(), "b c a");
    assert_eq!(holds(&["RPUSH k a", "RPOPLPUSH k j"], "k"), None);
    assert_eq!(holds(&["RPUSH k a b", "LPOP k 5"], "k"), None);
    assert_eq!(last(&["RPUSHX k a"]), Applied::NoEffect);
    assert_eq!(last(&["LSET k 0 a"]), Applied::Refused);
}

#[test]
fn lists_are_listpacks_until_a_push_is_too_much_and_again_once_they_are_half_full() {
    let long = "x".repeat(1000);
    let push = format!("RPUSH k {}", [long.as_str(); 8].join(" "));
    assert_eq!(encoding("redis-7.0", &[&push]), "quicklist");
    assert_eq!(encoding("redis-7.2", &[&push]), "listpack");
    let more = format!("RPUSH k {long}");
    assert_eq!(encoding("redis-7.2", &[&push, &more]), "quicklist");
    // Eight elements fit a listpack, but only half a node's size brings it back.
    assert_eq!(encoding("redis-7.2", &[&push, &more, "LPOP k", "LPOP k"]), "quicklist");
    assert_eq!(encoding("redis-7.2", &[&push, &more, "LTRIM k 0 2"]), "listpack");
}

#[test]
fn sets() {
    assert_eq!(encoding("redis-7.0", &["SADD k 1 2"]), "intset");
    assert_eq!(encoding("redis-7.0", &["SADD k 1 a"]), "hashtable");
    assert_eq!(encoding("redis-7.2", &["SADD k 1 a"]), "listpack");
    assert_eq!(encoding("redis-7.2", &["SADD k 1 a", "SREM k a"]), "listpack");
    let numbers = many("SADD k", 513, |n| n.to_string());
    assert_eq!(encoding("redis-7.2", &[&numbers, "SREM k 1", "SREM k 2"]), "hashtable");
    let (first, second) = (many("SADD k", 128, |n| format!("m{n}")), "SADD k one");
    assert_eq!(encoding("redis-7.2", &[&first]), "listpack");
    assert_eq!(encoding("redis-7.2", &[&first, second]), "hashtable");
    // An intersection of integers out of tables is an intset again, from 7.2 on.
    let commands = ["SADD a 1 x", "SADD b 1 y", "SINTERSTORE k a b"];
    assert_eq!(encoding("redis-7.2", &commands), "intset");
    assert_eq!(holds(&["SADD a 1 2 3", "SADD b 2", "SDIFFSTORE k a b"], "k").unwrap(), "1 3");
    assert_eq!(holds(&["SADD k 1", "SADD a 1", "SADD b 2", "SINTERSTORE k a b"], "k"), None);
    assert_eq!(last(&["SADD k 1 2 3", "SPOP k"]), Applied::NotReplayable(Reason::Random));
    assert_eq!(holds(&["SADD k 1 2", "SMOVE k j 1", "SMOVE k j 2"], "k"), None);
}

#[test]
fn sorted_sets() {
    let base = "ZADD k 1 a 2 b 3 c 4 d";
    assert_eq!(holds(&[base, "ZREMRANGEBYSCORE k (1 3"], "k").unwrap(), "a=1 d=4");
    assert_eq!(holds(&[base, "ZREMRANGEBYRANK k 0 -2"], "k").unwrap(), "d=4");
    assert_eq!(holds(&[base, "ZPOPMAX k 2"], "k").unwrap(), "a=1 b=2");
    assert_eq!(holds(&[base, "ZADD k GT 0 a 9 b"], "k").unwrap(), "a=1 c=3 d=4 b=9");
    assert_eq!(holds(&[base, "ZRANGESTORE j k +inf -inf BYSCORE REV LIMIT 1 2"], "j").unwrap(), "b=2 c=3");
    assert_eq!(holds(&["ZADD k 0 a 0 b 0 c", "ZREMRANGEBYLEX k [b +"], "k").unwrap(), "a=0");
    let union = ["ZADD a 1 x 2 y", "SADD b y z", "ZUNIONSTORE k 2 a b WEIGHTS 10 1"];
    assert_eq!(holds(&union, "k").unwrap(), "z=1 x=10 y=21");
    assert_eq!(holds(&["ZADD a 1 x 2 y", "ZADD b 5 y", "ZDIFFSTORE k 2 a b"], "k").unwrap(), "x=1");
    assert_eq!(last(&["ZADD k inf a", "ZINCRBY k -inf a"]), Applied::Refused);
    let many = many("ZADD k", 129, |n| format!("{n} m{n}"));
    assert_eq!(encoding("redis-6.2", &[&many, "ZREMRANGEBYRANK k 0 100"]), "skiplist");
    assert_eq!(encoding("redis-6.2", &[&many, "ZREMRANGEBYRANK k 0 100", "ZUNIONSTORE k 1 k"]), "ziplist");
    assert_eq!(encoding("redis-7.2", &["ZADD k 1 a", "SORT k BY nosort STORE j"]), "skiplist");
}

/// A listpack holds whole scores as integers: the sign of a zero is gone. A ziplist holds its text.
#[test]
fn negative_zeros() {
    let sign = |server| run(server, &["ZADD k -0 a"]).1[&(0, b"k".to_vec())].0.scores[0].is_sign_negative();
    assert_eq!((sign("redis-6.2"), sign("redis-7.2")), (true, false));
}

#[test]
fn hashes() {
    assert_eq!(encoding("redis-6.2", &["HSET k f v"]), "ziplist");
    let long = format!("HSET k f {}", "x".repeat(65));
    assert_eq!(encoding("redis-7.2", &[&long, "HSET k f v"]), "hashtable");
    let many = many("HSET k", 513, |n| format!("f{n} v"));
    assert_eq!(encoding("redis-7.2", &[&many, "HDEL k f1 f2 f3"]), "hashtable");
    assert_eq!(holds(&["HSET k a 1 b 2", "HINCRBY k a 5", "HDEL k b", "HSETNX k a 9"], "k").unwrap(), "a=6");
    let expire = "HPEXPIREAT k 5000000000000 FIELDS 1 f";
    assert_eq!(encoding("redis-7.4", &["HSET k f v", expire, "HPERSIST k FIELDS 1 f"]), "listpackex");
    assert_eq!(encoding("valkey-9.1", &["HSET k f v", expire]), "hashtable");
    let fields = |commands: &[&str]| run("redis-8.6", commands).1[&(0, b"k".to_vec())].0.fields_with_ttl;
    assert_eq!(fields(&["HSET k f v", expire]), 1);
    assert_eq!(fields(&["HSET k f v", expire, "HSET k f w"]), 0);
    assert_eq!(fields(&["HSET k f 1", expire, "HINCRBY k f 1"]), 1);
    assert_eq!(fields(&["HSETEX k PXAT 5000000000000 FIELDS 2 f v g w", "HSETEX k KEEPTTL FIELDS 1 f x"]), 2);
}

#[test]
fn databases_and_slots() {
    let (_, rows) = run("redis-7.2", &["SET a 1", "SELECT 1", "SET b 2", "SWAPDB 0 1", "SET c 3", "MOVE c 0"]);
    let mut keys: Vec<_> = rows.into_keys().map(|(db, key)| (db, String::from_utf8(key).unwrap())).collect();
    keys.sort();
    assert_eq!(keys, [(0, "b".into()), (0, "c".into()), (1, "a".into())]);
    assert!(run("redis-7.2", &["SET a 1", "SELECT 1", "SET b 2", "FLUSHALL"]).1.is_empty());
    // The slot of "foo" is 12182.
    assert!(run("valkey-9.1", &["SET foo 1", "CLUSTER FLUSHSLOT 12182"]).1.is_empty());
    assert_eq!(run("redis-8.0", &["SET foo 1", "SFLUSH 0 100"]).1.len(), 1);
}

#[test]
fn sorting() {
    let sorted = |command: &str| holds(&["RPUSH l 3 10 2", "MSET w3 1 w10 0 w2 5", command], "k").unwrap();
    assert_eq!(sorted("SORT l STORE k"), "2 3 10");
    assert_eq!(sorted("SORT l ALPHA DESC STORE k"), "3 2 10");
    assert_eq!(sorted("SORT l BY w* STORE k"), "10 3 2");
    assert_eq!(sorted("SORT l LIMIT 1 1 GET # GET w* STORE k"), "3 1");
    assert_eq!(sorted("SORT l BY nosort GET none* LIMIT 0 1 STORE k"), "");
    let both = ["SADD s a b", "MSET wa 1 wb 1", "SORT s BY w* ALPHA STORE k"];
    assert_eq!(last(&both), Applied::NotReplayable(Reason::Random));
}

#[test]
fn bits_and_bytes() {
    let bytes = |commands: &[&str]| run("redis-7.2", commands).1[&(0, b"k".to_vec())].0.n;
    assert_eq!(bytes(&["SETBIT k 23 1"]), 3);
    assert_eq!(bytes(&["SET k abc", "SETRANGE k 5 x"]), 6);
    assert_eq!(bytes(&["SET a abcdef", "SET b x", "BITOP AND k a b"]), 6);
    assert_eq!(bytes(&["BITFIELD k SET u8 #2 200"]), 3);
    let same = |commands: &[&str], value: &str| {
        let digest = |commands: &[&str]| run("redis-7.2", commands).1[&(0, b"k".to_vec())].0.value_sha1.clone();
        assert_eq!(digest(commands), digest(&[&format!("SET k {value}")]), "{commands:?}");
    };
    same(&["BITFIELD k SET u8 0 97 SET u8 8 98 INCRBY u8 8 1"], "ac");
    same(&["BITFIELD k SET u8 0 65 OVERFLOW FAIL INCRBY u8 0 250"], "A");
    same(&["BITFIELD k OVERFLOW SAT INCRBY i8 0 500"], "\u{7f}");
    same(&["SET a abc", "BITOP NOT b a", "BITOP NOT k b"], "abc");
}

/// Far offsets cost what is written, not the zeros before it.
#[test]
fn holes_are_not_held() {
    let target = Target::parse_server("redis-7.2").unwrap();
    let mut keyspace = Keyspace::new(&Options::new(Target::new(target.0, target.1), NOW));
    for n in 0..50 {
        let key = format!("k{n}");
        let commands: [&[&[u8]]; 3] = [
            &[b"SETRANGE", key.as_bytes(), b"536870900", b"x"],
            &[b"SETBIT", key.as_bytes(), b"4294967295", b"1"],
            &[b"BITFIELD", key.as_bytes(), b"SET", b"u8", b"4294967280", b"1"],
        ];
        for command in commands {
            assert_eq!(keyspace.apply(command, None), Applied::Done);
        }
    }
    assert!(keyspace.held_bytes() < 2 << 20, "{}", keyspace.held_bytes());
    assert_eq!(keyspace.apply(&[b"SETRANGE", b"k", b"536870912", b"x"], None), Applied::Refused);
    assert_eq!(keyspace.apply(&[b"BITOP", b"NOT", b"k", b"k1"], None), Applied::NotReplayable(Reason::TooLarge));
}

#[test]
fn geo_stores() {
    let sicily = "GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania";
    let near = holds(&[sicily, "GEORADIUS s 15 37 100 km STORE k"], "k").unwrap();
    assert_eq!(near, "Catania=3479447370796909");
    let box_of = holds(&[sicily, "GEOSEARCHSTORE k s FROMLONLAT 15 37 BYBOX 400 400 km ASC COUNT 1"], "k").unwrap();
    assert_eq!(box_of, near);
    let distance = holds(&[sicily, "GEORADIUS s 15 37 200 km STOREDIST k"], "k").unwrap();
    assert!(distance.starts_with("Catania=56.441") && distance.contains("Palermo=190.442"), "{distance}");
}

#[test]
fn libraries() {
    let target = Target::parse_server("redis-7.2").unwrap();
    let mut keyspace = Keyspace::new(&Options::new(Target::new(target.0, target.1), NOW));
    let code = b"#!lua name=tally\nredis.register_function('f', function() end)";
    assert_eq!(keyspace.apply(&[b"FUNCTION", b"LOAD", code], None), Applied::Done);
    assert_eq!(keyspace.apply(&[b"FUNCTION", b"LOAD", code], None), Applied::Refused);
    assert_eq!(keyspace.apply(&[b"function", b"load", b"replace", code], None), Applied::Done);
    assert_eq!(keyspace.libraries().iter().count(), 1);
    assert_eq!(keyspace.apply(&[b"FUNCTION", b"DELETE", b"tally"], None), Applied::Done);
    assert_eq!(keyspace.libraries().iter().count(), 0);
}

/// Facts of a stream at key `k`, as the truth files name them.
fn stream(server: &str, commands: &[&str]) -> serde_json::Value {
    run(server, commands).1[&(0, b"k".to_vec())].0.stream.clone().unwrap()
}

#[test]
fn streams_are_trimmed_and_counted() {
    let add = ["XADD k 1-1 f v", "XADD k 2-0 f v", "XADD k 3-0 g w"];
    let facts = stream("redis-7.2", &[add[0], add[1], add[2], "XDEL k 2-0", "XTRIM k MAXLEN = 1"]);
    assert_eq!(facts["length"], 1);
    assert_eq!(facts["first_id"], "3-0");
    assert_eq!(facts["max_deleted_id"], "2-0");
    assert_eq!(facts["entries_added"], 3);
    let facts = stream("redis-7.2", &[add[0], add[1], "XADD k MINID = 2-0 LIMIT 9 4-0 f v"]);
    assert_eq!((&facts["length"], &facts["first_id"]), (&2.into(), &"2-0".into()));
    assert_eq!(last(&[add[1], "XADD k 1-1 f v"]), Applied::Refused);
    assert_eq!(last(&["XADD k NOMKSTREAM 1-1 f v"]), Applied::NoEffect);
    assert_eq!(last(&["XADD k * f v"]), Applied::NotReplayable(Reason::Random));
    assert_eq!(stream("redis-7.2", &["XADD k MAXLEN 0 1-1 x y", "XSETID k 9-9 ENTRIESADDED 7"])["last_id"], "9-9");
}

#[test]
fn groups_hold_what_readers_took() {
    let base = ["XADD k 1-0 f v", "XADD k 2-0 f v", "XGROUP CREATE k g 0 ENTRIESREAD 0"];
    let claim = "XCLAIM k g ann 0 1-0 TIME 1600000000000 RETRYCOUNT 3 FORCE JUSTID LASTID 1-0";
    let after = |more: &[&str]| {
        let commands: Vec<&str> = base.iter().copied().chain([claim]).chain(more.iter().copied()).collect();
        stream("redis-7.2", &commands)
    };
    let group = &after(&[])["group_list"][0];
    assert_eq!((&group["pel"], &group["last_id"], &group["entries_read"]), (&1.into(), &"1-0".into(), &0.into()));
    assert_eq!(group["pending"][0]["delivery_count"], 3);
    let moved = after(&["XCLAIM k g bob 0 1-0 TIME 1600000000001 RETRYCOUNT 4 FORCE JUSTID"]);
    assert_eq!(moved["group_list"][0]["consumers"][0]["pel"], 0);
    assert_eq!(moved["group_list"][0]["consumers"][1]["pel"], 1);
    assert_eq!(after(&["XACK k g 1-0"])["pel"], 0);
    assert_eq!(after(&["XGROUP DELCONSUMER k g ann"])["pel"], 0);
    assert_eq!(after(&["XGROUP DESTROY k g"])["groups"], 0);
    // An entry that is gone leaves the pending ones when it is claimed, from 7.0 on.
    assert_eq!(after(&["XDEL k 1-0", "XCLAIM k g ann 0 1-0 FORCE JUSTID"])["pel"], 0);
    assert_eq!(after(&["XGROUP SETID k g 2-0 ENTRIESREAD 2"])["group_list"][0]["entries_read"], 2);
}

#[test]
fn newer_ways_to_remove_and_release() {
    let base = ["XADD k 1-0 f v", "XGROUP CREATE k g 0", "XCLAIM k g ann 0 1-0 FORCE JUSTID LASTID 1-0"];
    let after = |more: &str| stream("redis-8.10", &[base[0], base[1], base[2], more]);
    assert_eq!(after("XDELEX k KEEPREF IDS 1 1-0")["pel"], 1);
    assert_eq!(after("XDELEX k DELREF IDS 1 1-0")["pel"], 0);
    assert_eq!(after("XDELEX k ACKED IDS 1 1-0")["length"], 1);
    assert_eq!(after("XACKDEL k g ACKED IDS 1 1-0")["length"], 0);
    let released = &after("XNACK k g SILENT IDS 1 1-0")["group_list"][0];
    assert_eq!((&released["nacked"], &released["pel"]), (&1.into(), &1.into()));
}

#[test]
fn servers_differ_over_streams() {
    let read = ["XADD k 1-0 f v", "XADD k 2-0 f v", "XGROUP CREATE k g 0 ENTRIESREAD 9", "XDEL k 1-0"];
    let after = |server: &str, more: &str| stream(server, &[read[0], read[1], read[2], read[3], more]);
    let consumers =
        |server: &str| after(server, "XCLAIM k g ann 0 1-0 FORCE JUSTID")["group_list"][0]["consumers"].clone();
    assert_eq!(consumers("redis-7.0").as_array().unwrap().len(), 0);
    assert_eq!(consumers("redis-7.2").as_array().unwrap().len(), 1);
    for (server, entries_read) in [("redis-7.2", 9), ("valkey-9.1", 9), ("redis-8.10", 2)] {
        assert_eq!(after(server, "XDEL k 9-9")["group_list"][0]["entries_read"], entries_read, "{server}");
    }
    // An id below what was deleted is refused from 7.2 on; one that is no id spoils the whole command everywhere.
    for (server, last_id) in [("redis-6.2", "2-1"), ("redis-7.2", "9-0")] {
        let facts = stream(server, &["XADD k 2-0 f v", "XADD k 9-0 f v", "XDEL k 9-0", "XSETID k 2-1"]);
        assert_eq!(facts["last_id"], last_id, "{server}");
    }
    assert_eq!(after("redis-7.2", "XDEL k 2-0 two")["length"], 1);
    assert_eq!(after("redis-7.2", "XADD k 2-* f v")["last_id"], "2-1");
    // Entries that a group waits for stay, whatever the node.
    let claimed = ["XADD k 1-0 f v", "XADD k 2-0 f v", "XGROUP CREATE k g 2-0", "XCLAIM k g ann 0 1-0 FORCE JUSTID"];
    let trimmed = |how: &str| stream("redis-8.10", &[claimed[0], claimed[1], claimed[2], claimed[3], how]);
    let facts = trimmed("XTRIM k MAXLEN = 0 ACKED");
    assert_eq!((&facts["length"], &facts["first_id"], &facts["pel"]), (&1.into(), &"1-0".into(), &1.into()));
    let facts = trimmed("XTRIM k MAXLEN = 0 DELREF");
    assert_eq!((&facts["length"], &facts["pel"]), (&0.into(), &0.into()));
}

#[test]
fn producers_are_remembered() {
    let base = ["XADD k 1-0 f v", "XADD k IDMP p one 2-0 f v"];
    let after = |more: &str| stream("redis-8.10", &[base[0], base[1], more]);
    let facts = after("XADD k IDMP p one * f v");
    assert_eq!((&facts["length"], &facts["idmp_added"], &facts["idmp_duplicates"]), (&2.into(), &1.into(), &1.into()));
    assert_eq!(after("XIDMPRECORD k p two 1-0")["idmp_entries"], 2);
    assert_eq!(after("XIDMPRECORD k p two 7-7")["idmp_entries"], 1);
    assert_eq!(after("XCFGSET k IDMP-DURATION 100 IDMP-MAXSIZE 9")["idmp_entries"], 0);
    assert_eq!(
        run("redis-8.10", &[base[0], base[1], "XADD k IDMP p two * f v"]).0,
        Applied::NotReplayable(Reason::Random)
    );
}
