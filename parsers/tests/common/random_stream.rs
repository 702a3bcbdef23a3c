//! Random streams: nodes with shared and own field names, deleted entries, groups, idempotent producers.

use _native::events::StreamId;
use _native::rdb::codes::ValueType as T;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::contents::{hex, netstring};
use super::random::{Expected, Rng};
use super::writer::{Writer, listpack};

/// Writes a stream and says what must be read from it.
pub fn stream(rng: &mut Rng, w: &mut Writer, value_type: T, expected: &mut Expected) {
    let level = match value_type {
        T::StreamListpacks => 1,
        T::StreamListpacks2 => 2,
        T::StreamListpacks3 => 3,
        T::StreamListpacks4 => 4,
        _ => 5,
    };
    let (mut hash, mut live, mut deleted) = (Sha1::new(), 0u64, 0u64);
    let nodes = rng.below(4);
    w.len(nodes);
    for node in 0..nodes {
        let master = StreamId { ms: 1_700_000_000_000 + node * 1000, seq: rng.below(3) };
        let (packed, of_node, gone) = entries(rng, master, &mut hash);
        w.str(&master.to_raw()).str(&packed);
        live += of_node;
        deleted += gone;
    }
    let last = StreamId { ms: 1_700_000_009_000, seq: rng.number() >> rng.below(64) };
    w.len(live).len(last.ms).len(last.seq);
    let mut facts = json!({"length": live, "last_id": last.to_string()});
    if level >= 2 {
        w.len(5).len(6).len(7).len(8).len(live + deleted);
        facts["first_id"] = json!("5-6");
        facts["max_deleted_id"] = json!("7-8");
        facts["entries_added"] = json!(live + deleted);
    }
    let groups: Vec<Value> = {
        let count = rng.below(3);
        w.len(count);
        (0..count).map(|number| group(rng, w, level, number)).collect()
    };
    facts["groups"] = json!(groups.len());
    facts["pel"] = json!(groups.iter().map(|g| g["pel"].as_u64().unwrap()).sum::<u64>());
    facts["group_list"] = json!(groups);
    if level >= 4 {
        let producers = rng.below(3);
        w.len(100).len(64).len(producers);
        for producer in 0..producers {
            w.str(format!("producer-{producer}").as_bytes()).len(2);
            w.str(b"first").len(5).len(6).str(b"17").len(7).len(8);
        }
        w.len(9).len(1);
        facts["idmp_duration"] = json!(100);
        facts["idmp_maxsize"] = json!(64);
        facts["idmp_producers"] = json!(producers);
        facts["idmp_entries"] = json!(2 * producers);
        facts["idmp_added"] = json!(9);
        facts["idmp_duplicates"] = json!(1);
    }
    expected.n = live;
    expected.deleted_entries = deleted;
    expected.stream = Some(facts);
    expected.value_sha1 = Some(hex(&hash.finalize()));
}

/// A node's listpack, and the numbers of its live and deleted entries.
fn entries(rng: &mut Rng, master: StreamId, hash: &mut Sha1) -> (Vec<u8>, u64, u64) {
    let number = |n: i64| n.to_string().into_bytes();
    let names = rng.distinct(5);
    let (mut body, mut live, mut deleted) = (Vec::new(), 0, 0);
    for entry in 0..1 + rng.below(12) as i64 {
        let (ms, seq) = (entry * 3, if entry == 0 { 0 } else { -(rng.below(master.seq + 1) as i64) });
        let id = StreamId { ms: master.ms + ms as u64, seq: master.seq.wrapping_add_signed(seq) };
        let (is_deleted, same) = (rng.chance(4), rng.chance(2));
        let fields = if same { names.clone() } else { rng.distinct(5) };
        let values: Vec<_> = fields.iter().map(|_| rng.text()).collect();
        body.extend([number(i64::from(is_deleted) | i64::from(same) << 1), number(ms), number(seq)]);
        let parts = if same {
            body.extend(values.iter().cloned());
            fields.len() + 3
        } else {
            body.push(number(fields.len() as i64));
            body.extend(fields.iter().zip(&values).flat_map(|(field, value)| [field.clone(), value.clone()]));
            2 * fields.len() + 4
        };
        body.push(number(parts as i64));
        if is_deleted {
            deleted += 1;
            continue;
        }
        live += 1;
        netstring(hash, id.to_string().as_bytes());
        for (field, value) in fields.iter().zip(&values) {
            netstring(hash, field);
            netstring(hash, value);
        }
    }
    let head = [number(live as i64), number(deleted as i64), number(names.len() as i64)];
    let all = [head.to_vec(), names, vec![number(0)], body].concat();
    (listpack(&all, false), live, deleted)
}

fn group(rng: &mut Rng, w: &mut Writer, level: u8, number: u64) -> Value {
    let name = format!("group-{number}");
    let read = (!rng.chance(3)).then(|| rng.below(100));
    w.str(name.as_bytes()).len(77).len(number);
    if level >= 2 {
        w.len(read.unwrap_or(u64::MAX));
    }
    let pending = rng.below(12);
    w.len(pending);
    let id = |i: u64| StreamId { ms: 1_700_000_000_000, seq: i };
    for i in 0..pending {
        w.raw(&id(i).to_raw()).raw(&(1_700_000_000_000 + i as i64).to_le_bytes()).len(1 + i);
    }
    // The first consumer has the even entries, the second the odd ones but the last, which is released.
    let released = u64::from(level >= 5 && pending > 0);
    let of = |consumer: u64| (0..pending - released).filter(move |i| i % 2 == consumer).collect::<Vec<_>>();
    w.len(2);
    let mut consumers = Vec::new();
    for consumer in 0..2 {
        let name = format!("consumer-{consumer}");
        w.str(name.as_bytes()).raw(&1_700_000_000_001i64.to_le_bytes());
        if level >= 3 {
            w.raw(&(-1i64).to_le_bytes());
        }
        w.len(of(consumer).len() as u64);
        of(consumer).into_iter().for_each(|i| {
            w.raw(&id(i).to_raw());
        });
        let active = (level >= 3).then_some(-1);
        consumers.push(json!({
            "name_hex": hex(name.as_bytes()), "pel": of(consumer).len(), "seen_time": 1_700_000_000_001i64,
            "active_time": active,
        }));
    }
    if level >= 5 {
        w.len(released);
        (0..released).for_each(|_| {
            w.raw(&id(pending - 1).to_raw());
        });
    }
    let list: Vec<_> = (0..pending)
        .map(|i| {
            let consumer = (i < pending - released).then(|| hex(format!("consumer-{}", i % 2).as_bytes()));
            json!({
                "id": id(i).to_string(), "consumer_hex": consumer, "delivery_time": 1_700_000_000_000 + i,
                "delivery_count": 1 + i,
            })
        })
        .collect();
    json!({
        "name_hex": hex(name.as_bytes()), "last_id": format!("77-{number}"), "pel": pending,
        "entries_read": read.filter(|_| level >= 2), "consumers": consumers, "pending": list, "nacked": released,
    })
}
