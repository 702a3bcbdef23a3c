//! A sink that holds whole values and tells of each key what the truth files tell: length, digest of the content, stream
//! and vector set facts.

use _native::events::{ArrayValue, Element, StreamId, StreamIdempotence, StreamTotals, ValueSink};
use _native::kinds::Beginning;
use _native::rdb::codes::ValueType;
use _native::rdb::{KeyRecord, RecordSink};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

/// What a dump says of one key.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub record: KeyRow,
    /// Length in bytes of a string, else the number of elements.
    pub n: u64,
    /// Digest of the content as the corpus defines it; none for modules.
    pub value_sha1: Option<String>,
    pub fields_with_ttl: u64,
    pub min_field_expire_ms: Option<i64>,
    pub stream: Option<Value>,
    /// Length and next insert of an array.
    pub array: Option<(u64, Option<u64>)>,
    pub template_id: Option<u64>,
    pub module: Option<(String, u16)>,
    pub vector_set: Option<Value>,
    /// Fields with values, members with scores as text, list items with an empty second half.
    pub string: Vec<u8>,
    pub pairs: Vec<(Vec<u8>, Vec<u8>)>,
    pub scores: Vec<f64>,
    pub live_entries: u64,
    pub deleted_entries: u64,
}

/// The head of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRow {
    pub db: u64,
    pub key: Vec<u8>,
    pub value_type: ValueType,
    pub expires_at_ms: Option<i64>,
    pub idle_seconds: Option<u64>,
    pub lfu_frequency: Option<u8>,
    pub offset: u64,
    pub value_offset: u64,
    pub dump_bytes: u64,
}

/// The text of an element as a client sees it.
pub fn text(element: Element<'_>) -> Vec<u8> {
    match element {
        Element::Int(number) => number.to_string().into_bytes(),
        Element::Bytes(bytes) => bytes.to_vec(),
        Element::Opaque { length } => panic!("an element of {length} bytes was not held"),
    }
}

pub fn netstring(hash: &mut Sha1, bytes: &[u8]) {
    hash.update(format!("{}:", bytes.len()));
    hash.update(bytes);
    hash.update(",");
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

enum Token {
    Number(u64),
    Text(u64),
}

struct Consumer {
    name: Vec<u8>,
    seen_ms: i64,
    active_ms: Option<i64>,
    pending: Vec<StreamId>,
}

struct Group {
    name: Vec<u8>,
    last_id: StreamId,
    entries_read: Option<u64>,
    pending: Vec<(StreamId, i64, u64)>,
    consumers: Vec<Consumer>,
    released: Vec<StreamId>,
}

/// What is gathered of the value being read.
#[derive(Default)]
struct Gathered {
    value_type: Option<ValueType>,
    string: Option<Vec<u8>>,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    scores: Vec<f64>,
    fields_with_ttl: u64,
    min_field_expire_ms: Option<i64>,
    array: Option<(u64, Option<u64>)>,
    slots: Vec<(u64, Vec<u8>)>,
    template_id: Option<u64>,
    module: Option<(String, u16)>,
    tokens: Vec<Token>,
    paths: u64,
    entries: Sha1,
    live: u64,
    deleted: u64,
    in_deleted: bool,
    in_stream: bool,
    totals: Option<StreamTotals>,
    groups: Vec<Group>,
    idempotence: Option<StreamIdempotence>,
    producer_entries: u64,
    idempotence_totals: (u64, u64),
}

/// Gathers the rows of a dump.
#[derive(Default)]
pub struct Contents {
    pub rows: Vec<Row>,
    /// Keys whose value was passed over as damaged.
    pub damaged: Vec<(u64, Vec<u8>)>,
    now: Gathered,
}

impl ValueSink for Contents {
    fn begin(&mut self, value: ValueType, _: Option<u64>) {
        self.now = Gathered { value_type: Some(value), ..Gathered::default() };
        self.now.in_stream = value.type_name() == "stream";
    }
    fn string(&mut self, content: Element<'_>, beginning: Beginning<'_>, nonzero: Option<u64>) {
        let bytes = text(content);
        if !matches!(content, Element::Int(_)) {
            assert_eq!(beginning, Beginning::Bytes(&bytes[..bytes.len().min(4096)]));
        }
        if let Some(nonzero) = nonzero {
            assert_eq!(nonzero, bytes.iter().filter(|&&b| b != 0).count() as u64);
        }
        self.now.string = Some(bytes);
    }
    fn item(&mut self, element: Element<'_>) {
        self.now.pairs.push((text(element), Vec::new()));
    }
    fn member(&mut self, member: Element<'_>) {
        self.now.pairs.push((text(member), Vec::new()));
    }
    fn score(&mut self, score: f64) {
        self.now.pairs.last_mut().unwrap().1 = score.to_le_bytes().to_vec();
        self.now.scores.push(score);
    }
    fn field(&mut self, field: Element<'_>) {
        if !self.now.in_stream {
            self.now.pairs.push((text(field), Vec::new()));
        } else if !self.now.in_deleted {
            netstring(&mut self.now.entries, &text(field));
        }
    }
    fn value(&mut self, value: Element<'_>) {
        if !self.now.in_stream {
            self.now.pairs.last_mut().unwrap().1 = text(value);
        } else if !self.now.in_deleted {
            netstring(&mut self.now.entries, &text(value));
        }
    }
    fn pair_end(&mut self, expires_at_ms: Option<i64>) {
        if let Some(expiry) = expires_at_ms {
            self.now.fields_with_ttl += 1;
            self.now.min_field_expire_ms = Some(self.now.min_field_expire_ms.map_or(expiry, |least| least.min(expiry)));
        }
    }
    fn template(&mut self, id: Option<u64>, _: &[Vec<u8>]) {
        self.now.template_id = id;
    }
    fn path(&mut self, _: Element<'_>, _: u64) {
        self.now.paths += 1;
    }
    fn stream_entry(&mut self, id: StreamId, deleted: bool, _: u64) {
        self.now.in_deleted = deleted;
        if deleted {
            self.now.deleted += 1;
        } else {
            self.now.live += 1;
            netstring(&mut self.now.entries, id.to_string().as_bytes());
        }
    }
    fn stream_totals(&mut self, totals: StreamTotals) {
        self.now.totals = Some(totals);
    }
    fn stream_group(&mut self, name: Element<'_>, last_id: StreamId, entries_read: Option<u64>, _: u64) {
        let name = text(name);
        self.now.groups.push(Group {
            name,
            last_id,
            entries_read,
            pending: vec![],
            consumers: vec![],
            released: vec![],
        });
    }
    fn stream_pending(&mut self, id: StreamId, delivered_at_ms: i64, deliveries: u64) {
        self.now.groups.last_mut().unwrap().pending.push((id, delivered_at_ms, deliveries));
    }
    fn stream_consumer(&mut self, name: Element<'_>, seen_ms: i64, active_ms: Option<i64>, _: u64) {
        let consumer = Consumer { name: text(name), seen_ms, active_ms, pending: vec![] };
        self.now.groups.last_mut().unwrap().consumers.push(consumer);
    }
    fn stream_consumer_pending(&mut self, id: StreamId) {
        self.now.groups.last_mut().unwrap().consumers.last_mut().unwrap().pending.push(id);
    }
    fn stream_released(&mut self, id: StreamId) {
        self.now.groups.last_mut().unwrap().released.push(id);
    }
    fn stream_idempotence(&mut self, facts: StreamIdempotence) {
        self.now.idempotence = Some(facts);
    }
    fn stream_producer_entry(&mut self, _: Element<'_>, _: StreamId) {
        self.now.producer_entries += 1;
    }
    fn stream_idempotence_totals(&mut self, added: u64, duplicates: u64) {
        self.now.idempotence_totals = (added, duplicates);
    }
    fn module(&mut self, name: &str, version: u16) {
        self.now.module = Some((name.to_owned(), version));
    }
    fn module_unsigned(&mut self, number: u64) {
        self.now.tokens.push(Token::Number(number));
    }
    fn module_string(&mut self, content: Element<'_>) {
        self.now.tokens.push(Token::Text(content.len()));
    }
    fn array(&mut self, _: u64, last_insert: Option<u64>) {
        // The insert behind the largest index is none; without an insert it is the first index.
        let next = last_insert.map_or(Some(0), |last| Some(last + 1).filter(|&next| next != u64::MAX));
        self.now.array = Some((0, next));
    }
    fn array_slot(&mut self, index: u64, value: ArrayValue<'_>) {
        let bytes = match value {
            ArrayValue::Text(element) => text(element),
            ArrayValue::Integer(number) => number.to_string().into_bytes(),
            // A whole number keeps its fraction: -0.0.
            ArrayValue::Double(number) => format!("{number:?}").into_bytes(),
            ArrayValue::Short(bytes) => bytes.to_vec(),
        };
        self.now.slots.push((index, bytes));
        if let Some((length, _)) = &mut self.now.array {
            *length = index + 1;
        }
    }
}

impl RecordSink for Contents {
    fn key(&mut self, _: &KeyRecord) {
        self.now = Gathered::default();
    }

    fn key_end(&mut self, record: &KeyRecord, dump_bytes: u64) {
        let value_type = self.now.value_type.expect("a value was told");
        assert_eq!(record.value_type, Some(value_type));
        let record = KeyRow {
            db: record.db,
            key: record.name.clone(),
            value_type,
            expires_at_ms: record.expires_at_ms,
            idle_seconds: record.idle_seconds,
            lfu_frequency: record.lfu_frequency,
            offset: record.offset,
            value_offset: record.value_offset,
            dump_bytes,
        };
        let row = std::mem::take(&mut self.now).row(record);
        self.rows.push(row);
    }

    fn key_damaged(&mut self, record: &KeyRecord) {
        self.damaged.push((record.db, record.name.clone()));
    }
}

impl Gathered {
    fn row(mut self, record: KeyRow) -> Row {
        let type_name = record.value_type.type_name();
        let mut hash = Sha1::new();
        let mut has_digest = true;
        let n = match type_name {
            "string" => {
                hash.update(self.string.as_ref().unwrap());
                self.string.as_ref().unwrap().len() as u64
            }
            "list" => {
                self.pairs.iter().for_each(|(item, _)| netstring(&mut hash, item));
                self.pairs.len() as u64
            }
            "set" => {
                let mut members: Vec<_> = self.pairs.iter().map(|(member, _)| member).collect();
                members.sort_unstable();
                members.into_iter().for_each(|member| netstring(&mut hash, member));
                self.pairs.len() as u64
            }
            "hash" | "zset" => {
                let mut pairs: Vec<_> = self.pairs.iter().collect();
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
                for (first, second) in pairs {
                    netstring(&mut hash, first);
                    netstring(&mut hash, second);
                }
                self.pairs.len() as u64
            }
            "stream" => {
                hash = std::mem::take(&mut self.entries);
                // What `XLEN` answers: as stored, whatever the nodes hold.
                self.totals.unwrap().length
            }
            "array" => {
                for (index, value) in &self.slots {
                    netstring(&mut hash, index.to_string().as_bytes());
                    netstring(&mut hash, value);
                }
                self.slots.len() as u64
            }
            "path-hash" => {
                has_digest = false;
                self.paths
            }
            _ => {
                has_digest = false;
                0
            }
        };
        let stream = (type_name == "stream").then(|| self.stream());
        let vector_set = self.module.as_ref().filter(|m| m.0 == "vectorset").map(|_| vector_set(&self.tokens));
        Row {
            n,
            value_sha1: has_digest.then(|| hex(&hash.finalize())),
            fields_with_ttl: self.fields_with_ttl,
            min_field_expire_ms: self.min_field_expire_ms,
            stream,
            array: self.array,
            template_id: self.template_id,
            module: self.module,
            vector_set,
            string: self.string.unwrap_or_default(),
            pairs: self.pairs,
            scores: self.scores,
            live_entries: self.live,
            deleted_entries: self.deleted,
            record,
        }
    }

    /// The facts of a stream under the names of the truth files.
    fn stream(&self) -> Value {
        let totals = self.totals.unwrap();
        let mut facts = json!({
            "length": totals.length,
            "last_id": totals.last_id.to_string(),
            "groups": self.groups.len(),
            "pel": self.groups.iter().map(|g| g.pending.len()).sum::<usize>(),
            "group_list": self.groups.iter().map(Group::facts).collect::<Vec<_>>(),
        });
        if let (Some(first), Some(deleted), Some(added)) =
            (totals.first_id, totals.max_deleted_id, totals.entries_added)
        {
            facts["first_id"] = json!(first.to_string());
            facts["max_deleted_id"] = json!(deleted.to_string());
            facts["entries_added"] = json!(added);
        }
        if let Some(idempotence) = self.idempotence {
            facts["idmp_duration"] = json!(idempotence.duration_seconds);
            facts["idmp_maxsize"] = json!(idempotence.max_entries);
            facts["idmp_producers"] = json!(idempotence.producers);
            facts["idmp_entries"] = json!(self.producer_entries);
            facts["idmp_added"] = json!(self.idempotence_totals.0);
            facts["idmp_duplicates"] = json!(self.idempotence_totals.1);
        }
        facts
    }
}

impl Group {
    fn facts(&self) -> Value {
        let consumer_of = |id: &StreamId| self.consumers.iter().find(|c| c.pending.contains(id)).map(|c| hex(&c.name));
        let pending: Vec<_> = self
            .pending
            .iter()
            .take(40)
            .map(|(id, time, count)| {
                json!({"id": id.to_string(), "consumer_hex": consumer_of(id), "delivery_time": time, "delivery_count": count})
            })
            .collect();
        let consumers: Vec<_> = self
            .consumers
            .iter()
            .map(|c| {
                json!({"name_hex": hex(&c.name), "pel": c.pending.len(), "seen_time": c.seen_ms, "active_time": c.active_ms})
            })
            .collect();
        json!({
            "name_hex": hex(&self.name),
            "last_id": self.last_id.to_string(),
            "pel": self.pending.len(),
            "entries_read": self.entries_read,
            "consumers": consumers,
            "pending": pending,
            "nacked": self.released.len(),
        })
    }
}

/// The facts of a vector set under the names of `VINFO`.
fn vector_set(tokens: &[Token]) -> Value {
    let mut tokens = tokens.iter();
    let number = |tokens: &mut std::slice::Iter<'_, Token>| match tokens.next() {
        Some(Token::Number(number)) => *number,
        _ => panic!("a number must stand here"),
    };
    let length = |tokens: &mut std::slice::Iter<'_, Token>| match tokens.next() {
        Some(Token::Text(length)) => *length,
        _ => panic!("a text must stand here"),
    };
    let (dimensions, count, config) = (number(&mut tokens), number(&mut tokens), number(&mut tokens));
    let flags = number(&mut tokens);
    let mut input_dimensions = 0;
    if flags & 1 != 0 {
        input_dimensions = number(&mut tokens);
        assert_eq!(length(&mut tokens), 4 * input_dimensions * dimensions);
    }
    let (mut top, mut attributes) = (0, 0);
    for _ in 0..count {
        length(&mut tokens);
        attributes += u64::from(flags & 2 != 0 && length(&mut tokens) > 0);
        length(&mut tokens);
        let parameters: Vec<_> = (0..number(&mut tokens)).map(|_| number(&mut tokens)).collect();
        top = top.max(parameters[1] & 0xff);
    }
    assert!(tokens.next().is_none(), "a vector set ends with its last node");
    let quantisation = ["f32", "int8", "bin"][(config & 0xff) as usize];
    json!({
        "quant-type": quantisation,
        "hnsw-m": if config >> 8 & 0xffff == 0 { 16 } else { config >> 8 & 0xffff },
        "vector-dim": dimensions,
        "projection-input-dim": input_dimensions,
        "size": count,
        "max-level": top,
        "attributes-count": attributes,
    })
}
