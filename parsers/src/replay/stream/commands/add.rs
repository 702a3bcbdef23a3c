//! Entries and what a stream says of itself: XADD, XTRIM, XSETID, and idempotent producers (Redis 8.6).

use super::super::change::{NO_ID, References, Trim};
use super::super::{Pair, Stream};
use super::{Outcome, Words, done_if};
use crate::events::StreamId;
use crate::replay::applied::{Applied, Reason};

/// A trim as the options of XADD and XTRIM give it.
#[derive(Default)]
struct TrimOption {
    trim: Option<Trim>,
    approximate: bool,
}

impl TrimOption {
    /// Reads one option; gives the number of its words.
    fn read(&mut self, words: &Words<'_>, at: usize) -> Result<usize, Applied> {
        if words.is(at, "LIMIT") {
            words.unsigned(at + 1)?;
            return Ok(2);
        }
        let by_length = words.is(at, "MAXLEN");
        if !by_length && !words.is(at, "MINID") {
            return Ok(0);
        }
        let mark = words.at(at + 1)?;
        self.approximate = mark == b"~";
        let value = if mark == b"~" || mark == b"=" { at + 2 } else { at + 1 };
        self.trim = Some(if by_length { Trim::Length(words.unsigned(value)?) } else { Trim::MinId(words.id(value)?) });
        Ok(value + 1 - at)
    }

    /// Trims; whether anything went.
    fn apply(&self, stream: &mut Stream, references: References) -> bool {
        self.trim.is_some_and(|trim| !stream.trim(trim, self.approximate, references).is_empty())
    }
}

pub fn xadd(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let mut trim = TrimOption::default();
    let (mut creates, mut at, mut references, mut producer) = (true, 2, References::Keep, None);
    loop {
        let read = trim.read(words, at)?;
        if read > 0 {
            at += read;
        } else if words.is(at, "NOMKSTREAM") {
            creates = false;
            at += 1;
        } else if let Some(option) = References::read(words, at) {
            references = option;
            at += 1;
        } else if words.is(at, "IDMP") {
            producer = Some((words.at(at + 1)?, Some(words.at(at + 2)?)));
            at += 3;
        } else if words.is(at, "IDMPAUTO") {
            producer = Some((words.at(at + 1)?, None));
            at += 2;
        } else {
            break;
        }
    }
    let wanted = WantedId::read(words, at)?;
    let fields = words.from(at + 1);
    if fields.is_empty() || !fields.len().is_multiple_of(2) || wanted == WantedId::Whole(NO_ID) {
        return Err(Applied::Refused);
    }
    if stream.is_none() && !creates {
        return Ok(Applied::NoEffect);
    }
    let last_id = stream.as_ref().map_or(NO_ID, |stream| stream.last_id);
    let now_ms = u64::try_from(words.context.now_ms).unwrap_or(0);
    let id = wanted.resolve(last_id, now_ms).filter(|id| *id > last_id).ok_or(Applied::Refused)?;
    let stream = stream.get_or_insert_with(|| new_stream(words));
    if let Some((producer, iid)) = producer {
        let sent = stream.producers.get(producer);
        // A server logs `*` where the producer had sent the entry before. Of an id that the server makes of the content
        // it is believed: any other of its size does here.
        let sent_before = match iid {
            Some(iid) => sent.is_some_and(|sent| sent.iter().any(|(own, _)| **own == *iid)),
            None => wanted == WantedId::Any && sent.is_some_and(|sent| !sent.is_empty()),
        };
        if sent_before {
            stream.iids_duplicates = stream.iids_duplicates.saturating_add(1);
            return Ok(Applied::Done);
        }
        record(stream, producer, iid.map_or_else(|| id.to_raw().to_vec(), <[u8]>::to_vec), id);
        stream.iids_added = stream.iids_added.saturating_add(1);
    }
    let pairs =
        fields.chunks_exact(2).filter_map(|pair| if let [field, value] = pair { Some((*field, *value)) } else { None });
    stream.append(id, &pairs.collect::<Vec<Pair<'_>>>(), words.context);
    trim.apply(stream, references);
    if wanted == WantedId::Any && id.ms != last_id.ms {
        // The clock of the load decided.
        return Err(Applied::NotReplayable(Reason::Random));
    }
    Ok(Applied::Done)
}

/// The id that XADD asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WantedId {
    Whole(StreamId),
    /// `ms-*`
    Milliseconds(u64),
    /// `*`
    Any,
}

impl WantedId {
    fn read(words: &Words<'_>, at: usize) -> Result<Self, Applied> {
        let text = words.at(at)?;
        if text == b"*" {
            return Ok(Self::Any);
        }
        match text.strip_suffix(b"-*") {
            Some(ms) => super::id(ms).map(|id| Self::Milliseconds(id.ms)).ok_or(Applied::Refused),
            None => words.id(at).map(Self::Whole),
        }
    }

    /// The id it gets behind the last one; none where there is none left.
    fn resolve(self, last_id: StreamId, now_ms: u64) -> Option<StreamId> {
        let next = last_id.seq.checked_add(1).map(|seq| StreamId { ms: last_id.ms, seq });
        match self {
            Self::Whole(id) => Some(id),
            Self::Milliseconds(ms) if ms == last_id.ms => next,
            Self::Milliseconds(ms) => Some(StreamId { ms, seq: 0 }),
            Self::Any if now_ms > last_id.ms => Some(StreamId { ms: now_ms, seq: 0 }),
            Self::Any => next.or_else(|| Some(StreamId { ms: last_id.ms.checked_add(1)?, seq: 0 })),
        }
    }
}

pub fn new_stream(words: &Words<'_>) -> Stream {
    Stream { idempotence: Stream::default_idempotence(&words.context.target), ..Stream::default() }
}

/// Remembers what a producer sent; whether it is new.
fn record(stream: &mut Stream, producer: &[u8], iid: Vec<u8>, id: StreamId) -> bool {
    let most = usize::try_from(stream.idempotence.1).unwrap_or(usize::MAX).max(1);
    let sent = stream.producers.entry(producer.into()).or_default();
    if sent.iter().any(|(own, _)| **own == *iid) {
        return false;
    }
    if sent.len() >= most {
        sent.remove(0);
    }
    sent.push((iid.into(), id));
    true
}

pub fn xidmprecord(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let Some(stream) = stream else { return Err(Applied::Refused) };
    let id = words.id(4)?;
    if !stream.has(id) {
        return Err(Applied::Refused);
    }
    let new = record(stream, words.at(2)?, words.at(3)?.to_vec(), id);
    stream.iids_added = stream.iids_added.saturating_add(u64::from(new));
    done_if(new)
}

pub fn xcfgset(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let Some(stream) = stream else { return Err(Applied::Refused) };
    let before = stream.idempotence;
    let mut at = 2;
    while at < words.argv.len() {
        if words.is(at, "IDMP-DURATION") {
            stream.idempotence.0 = words.unsigned(at + 1)?;
        } else if words.is(at, "IDMP-MAXSIZE") {
            stream.idempotence.1 = words.unsigned(at + 1)?;
        } else {
            return Err(Applied::Refused);
        }
        at += 2;
    }
    if before != stream.idempotence {
        // Another configuration forgets what was sent.
        stream.producers.clear();
    }
    Ok(Applied::Done)
}

pub fn xtrim(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let Some(stream) = stream else { return Ok(Applied::NoEffect) };
    let mut trim = TrimOption::default();
    let (mut at, mut references) = (2, References::Keep);
    while at < words.argv.len() {
        let read = trim.read(words, at)?;
        if read == 0 {
            references = References::read(words, at).ok_or(Applied::Refused)?;
        }
        at += read.max(1);
    }
    done_if(trim.apply(stream, references))
}

pub fn xsetid(stream: &mut Option<Stream>, words: &Words<'_>) -> Outcome {
    let id = words.id(2)?;
    let Some(stream) = stream else { return Err(Applied::Refused) };
    let (mut added, mut deleted, mut at) = (None, None, 3);
    while at < words.argv.len() {
        if words.is(at, "ENTRIESADDED") {
            added = Some(words.unsigned(at + 1)?);
        } else if words.is(at, "MAXDELETEDID") {
            deleted = Some(words.id(at + 1)?).filter(|id| *id != NO_ID);
        } else {
            return Err(Applied::Refused);
        }
        at += 2;
    }
    let below_deleted = words.since(7, 2) && id < stream.max_deleted_id || deleted.is_some_and(|deleted| id < deleted);
    let below_top = stream.length > 0 && (id < stream.top() || added.is_some_and(|added| added < stream.length));
    if below_deleted || below_top {
        return Err(Applied::Refused);
    }
    stream.last_id = id;
    stream.entries_added = added.unwrap_or(stream.entries_added);
    stream.max_deleted_id = deleted.unwrap_or(stream.max_deleted_id);
    Ok(Applied::Done)
}
