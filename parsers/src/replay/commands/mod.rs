//! Commands by family. Each takes the command's words and does to the databases what a server that loads the log does:
//! nothing expires by itself, conditions are worked out from the state.

mod array;
mod bitfield;
mod bitop;
mod bits;
mod expiry;
pub mod functions;
mod generic;
mod geo;
mod geo_cells;
mod geo_search;
mod geohash;
mod hash;
mod hash_expiry;
mod hyperloglog;
pub mod keys;
mod list;
mod range;
mod restore;
pub mod server;
mod set;
mod sort;
mod streams;
mod string;
mod vector_set;
mod zset;
mod zset_store;

use super::applied::{Applied, Reason};
use super::call::{Call, Outcome};

/// Applies a command by its name in capitals.
pub fn apply(name: &[u8], call: &mut Call<'_>) -> Outcome {
    match name {
        b"SET" => string::set(call),
        b"SETNX" => string::setnx(call),
        b"SETEX" => string::setex(call, 1000),
        b"PSETEX" => string::setex(call, 1),
        b"GETSET" => string::getset(call),
        b"GETDEL" => string::getdel(call),
        b"GETEX" => string::getex(call),
        b"MSET" => string::mset(call, false),
        b"MSETNX" => string::mset(call, true),
        b"MSETEX" => string::msetex(call),
        b"APPEND" => string::append(call),
        b"SETRANGE" => string::setrange(call),
        b"INCR" => string::increment(call, Some(1)),
        b"DECR" => string::increment(call, Some(-1)),
        b"INCRBY" => string::increment(call, None),
        b"DECRBY" => string::decrement(call),
        b"INCRBYFLOAT" => string::increment_float(call),
        b"SETBIT" => bits::setbit(call),
        b"BITFIELD" => bitfield::bitfield(call),
        b"BITOP" => bitop::bitop(call),
        b"PFADD" => hyperloglog::pfadd(call),
        b"PFMERGE" => hyperloglog::pfmerge(call),
        b"PFCOUNT" => hyperloglog::pfcount(call),
        b"DEL" | b"UNLINK" => generic::del(call),
        b"DELEX" | b"DELIFEQ" => generic::del_if_equal(call),
        b"RENAME" => generic::rename(call, false),
        b"RENAMENX" => generic::rename(call, true),
        b"COPY" => generic::copy(call),
        b"MOVE" => generic::move_key(call),
        b"EXPIRE" => expiry::expire(call, 1000, true),
        b"PEXPIRE" => expiry::expire(call, 1, true),
        b"EXPIREAT" => expiry::expire(call, 1000, false),
        b"PEXPIREAT" => expiry::expire(call, 1, false),
        b"PERSIST" => expiry::persist(call),
        b"SORT" => sort::sort(call),
        b"RESTORE" | b"RESTORE-ASKING" => restore::restore(call),
        b"LPUSH" | b"RPUSH" | b"LPUSHX" | b"RPUSHX" => list::push(name, call),
        b"LPOP" | b"RPOP" => list::pop(name, call),
        b"BLPOP" | b"BRPOP" => list::blocking_pop(name, call),
        b"LMPOP" => list::lmpop(call),
        b"LSET" => list::lset(call),
        b"LINSERT" => list::linsert(call),
        b"LREM" => list::lrem(call),
        b"LTRIM" => list::ltrim(call),
        b"RPOPLPUSH" | b"BRPOPLPUSH" => list::rpoplpush(call),
        b"LMOVE" | b"BLMOVE" => list::lmove(call),
        b"SADD" => set::sadd(call),
        b"SREM" => set::srem(call),
        b"SMOVE" => set::smove(call),
        b"SPOP" => set::spop(call),
        b"SINTERSTORE" => set::sinterstore(call),
        b"SUNIONSTORE" => set::sunionstore(call),
        b"SDIFFSTORE" => set::sdiffstore(call),
        b"ZADD" => zset::zadd(call),
        b"ZINCRBY" => zset::zincrby(call),
        b"ZREM" => zset::zrem(call),
        b"ZPOPMIN" => zset::zpop(call, false),
        b"ZPOPMAX" => zset::zpop(call, true),
        b"ZMPOP" => zset::zmpop(call),
        b"ZREMRANGEBYSCORE" => zset::remove_range(call, range::By::Score),
        b"ZREMRANGEBYRANK" => zset::remove_range(call, range::By::Rank),
        b"ZREMRANGEBYLEX" => zset::remove_range(call, range::By::Lex),
        b"ZRANGESTORE" => zset_store::zrangestore(call),
        b"ZUNIONSTORE" | b"ZINTERSTORE" => zset_store::combine(name, call),
        b"ZDIFFSTORE" => zset_store::zdiffstore(call),
        b"GEOADD" => geo::geoadd(call),
        b"GEORADIUS" => geo::georadius(call, false),
        b"GEORADIUSBYMEMBER" => geo::georadius(call, true),
        b"GEOSEARCHSTORE" => geo::geosearchstore(call),
        b"HSET" | b"HMSET" => hash::hset(call),
        b"HSETNX" => hash::hsetnx(call),
        b"HINCRBY" => hash::hincrby(call),
        b"HINCRBYFLOAT" => hash::hincrbyfloat(call),
        b"HDEL" => hash::hdel(call),
        b"HGETDEL" => hash_expiry::hgetdel(call),
        b"HSETEX" => hash_expiry::hsetex(call),
        b"HGETEX" => hash_expiry::hgetex(call),
        b"HEXPIRE" => hash_expiry::hexpire(call, 1000, true),
        b"HPEXPIRE" => hash_expiry::hexpire(call, 1, true),
        b"HEXPIREAT" => hash_expiry::hexpire(call, 1000, false),
        b"HPEXPIREAT" => hash_expiry::hexpire(call, 1, false),
        b"HPERSIST" => hash_expiry::hpersist(call),
        b"ARMSET" => array::armset(call),
        b"ARSET" => array::arset(call),
        b"ARINSERT" => array::insert(call, false),
        b"ARRING" => array::insert(call, true),
        b"ARSEEK" => array::arseek(call),
        b"ARDEL" => array::remove(call, false),
        b"ARDELRANGE" => array::remove(call, true),
        b"VADD" => vector_set::vadd(call),
        b"VREM" => vector_set::vrem(call),
        b"VSETATTR" => vector_set::vsetattr(call),
        b"SWAPDB" => server::swapdb(call),
        b"FLUSHDB" => server::flush(call, false),
        b"FLUSHALL" => server::flush(call, true),
        b"SFLUSH" | b"TRIMSLOTS" | b"CLUSTER" => server::slots(name, call),
        b"EVAL" | b"EVALSHA" | b"EVAL_RO" | b"EVALSHA_RO" | b"FCALL" | b"FCALL_RO" => {
            Err(Applied::NotReplayable(Reason::Script))
        }
        b"MIGRATE" | b"MULTI" | b"EXEC" | b"PING" | b"PUBLISH" | b"SPUBLISH" | b"REPLCONF" => Ok(Applied::NoEffect),
        _ if keys::is_stream_command(name) => streams::apply(name, call),
        _ if keys::is_module_command(name) => Err(Applied::NotReplayable(Reason::Module)),
        _ => Err(Applied::Unknown),
    }
}
