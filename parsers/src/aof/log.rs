//! A log of one or several files as one sequence of commands: transactions, torn ends, and where to stop.

use std::io;

use super::command_keys::number_of;
use super::commands::{CommandReader, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::source::{CancelFlag, Input};

/// The files of a log in the order of replay.
pub trait Parts: Send {
    /// Number of files, at least 1.
    fn count(&self) -> usize;
    /// Name of a file for messages; none where the log is a single file.
    fn name(&self, part: usize) -> Option<&str>;
    /// Opens a file from its start; a log is read more than once.
    fn open(&mut self, part: usize) -> io::Result<Box<dyn io::Read + Send>>;
}

/// A command that takes effect, in the order in which it does.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub argv: &'a [&'a [u8]],
    /// Its place in the table of commands; none for one of a module.
    pub number: Option<usize>,
    pub part: usize,
    /// Offset in its file.
    pub offset: u64,
    pub bytes: u64,
    /// Unix milliseconds of the last annotation before it (of a transaction: before its EXEC).
    pub time_ms: Option<i64>,
    pub in_transaction: bool,
}

impl<'a> Command<'a> {
    /// A command without a place, for tests.
    #[cfg(test)]
    pub fn of(argv: &'a [&'a [u8]], number: Option<usize>) -> Self {
        Self { argv, number, part: 0, offset: 0, bytes: 0, time_ms: None, in_transaction: false }
    }
}

/// Receives the commands of a log. MULTI and EXEC come too, around those of their transaction.
pub trait CommandSink {
    /// A new file begins, with database 0 selected.
    fn begin_part(&mut self, _part: usize) {}
    fn command(&mut self, command: &Command<'_>) -> Result<()>;
}

/// Where to stop before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Before the first annotation of a later second.
    Time(i64),
    /// Before the first command of the last file that ends behind this offset.
    Offset(u64),
}

/// How a log ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    Whole,
    /// The last command is cut; it starts at `offset`.
    Cut {
        offset: u64,
    },
    /// The EXEC of the transaction that starts at `offset` is missing.
    OpenTransaction {
        offset: u64,
    },
    /// Reading stopped where it was told to.
    Stopped {
        offset: u64,
    },
    /// What stands at `offset` is no command (salvage only).
    Broken {
        offset: u64,
    },
}

/// One file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartFacts {
    pub name: Option<String>,
    /// Bytes of the dump that it starts with.
    pub dump_bytes: u64,
    pub commands: u64,
    /// Offset behind the last command that counts.
    pub good_offset: u64,
    /// Bytes behind it that do not count.
    pub dropped_bytes: u64,
}

/// What is known of a log after it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFacts {
    pub parts: Vec<PartFacts>,
    pub commands: u64,
    pub transactions: u64,
    /// First and last annotation, Unix seconds.
    pub times: Option<(i64, i64)>,
    pub tail: Tail,
}

impl Default for LogFacts {
    fn default() -> Self {
        Self { parts: Vec::new(), commands: 0, transactions: 0, times: None, tail: Tail::Whole }
    }
}

/// Commands between MULTI and EXEC.
#[derive(Debug, Default)]
struct Queue {
    /// Offset of the MULTI.
    open: Option<u64>,
    bytes: Vec<u8>,
    /// Ends of the arguments in `bytes`.
    ends: Vec<usize>,
    commands: Vec<Queued>,
}

/// A command that waits for its EXEC.
#[derive(Debug)]
struct Queued {
    /// Place in `ends` behind its last argument.
    end: usize,
    offset: u64,
    bytes: u64,
    number: Option<usize>,
}

/// Reads the commands of a log, file by file.
#[derive(Debug)]
pub struct LogReader {
    pub facts: LogFacts,
    until: Option<Until>,
    salvage: bool,
    queue: Queue,
    time: Option<i64>,
    /// Whether nothing is to be read any more.
    ended: bool,
    /// The damage that salvage stopped at.
    pub damage: Option<Error>,
}

impl LogReader {
    pub fn new(until: Option<Until>, salvage: bool) -> Self {
        Self {
            facts: LogFacts::default(),
            until,
            salvage,
            queue: Queue::default(),
            time: None,
            ended: false,
            damage: None,
        }
    }

    /// Reads every file from `first` on. The first one to be read may be given as an input behind its dump.
    pub fn read<S: CommandSink>(
        &mut self,
        parts: &mut dyn Parts,
        behind_dump: Option<Input>,
        cancel: &CancelFlag,
        sink: &mut S,
    ) -> Result<()> {
        let mut behind_dump = behind_dump;
        for part in 0..parts.count() {
            if self.ended {
                break;
            }
            let input = match behind_dump.take() {
                Some(input) => input,
                None => {
                    let opened = parts.open(part).map_err(|e| Error::new(ErrorKind::Io(e), 0));
                    Input::new(opened.map_err(|e| named(e, parts, part))?, cancel.clone())
                }
            };
            let is_last = part + 1 == parts.count();
            self.read_part(input, part, is_last, parts, sink)?;
        }
        Ok(())
    }

    fn read_part<S: CommandSink>(
        &mut self,
        input: Input,
        part: usize,
        is_last: bool,
        parts: &dyn Parts,
        sink: &mut S,
    ) -> Result<()> {
        let dump_bytes = input.offset();
        let before = self.facts.commands;
        let mut reader = CommandReader::new(input, before);
        self.queue = Queue::default();
        sink.begin_part(part);
        let ended = self.commands(&mut reader, part, is_last, sink);
        let mut good_offset = reader.offset();
        let tail = match ended {
            Ok(reached) => reached,
            Err(error) if self.salvage && error.kind().is_damage() => {
                let offset = self.queue.open.unwrap_or(error.offset());
                self.damage = Some(named(error, parts, part));
                Tail::Broken { offset }
            }
            Err(error) => return Err(named(error, parts, part)),
        };
        if let Tail::Cut { offset } | Tail::OpenTransaction { offset } = tail
            && !is_last
        {
            let torn = named(Error::new(ErrorKind::TornPart { commands: self.facts.commands }, offset), parts, part);
            if !self.salvage {
                return Err(torn);
            }
            self.damage = Some(torn);
        }
        if let Tail::Cut { offset }
        | Tail::OpenTransaction { offset }
        | Tail::Stopped { offset }
        | Tail::Broken { offset } = tail
        {
            good_offset = offset;
            self.facts.tail = tail;
            self.ended = true;
        }
        let dropped_bytes = if self.ended { reader.end_of_file()?.saturating_sub(good_offset) } else { 0 };
        let (name, commands) = (parts.name(part).map(str::to_owned), self.facts.commands - before);
        self.facts.parts.push(PartFacts { name, dump_bytes, commands, good_offset, dropped_bytes });
        Ok(())
    }

    fn commands<S: CommandSink>(
        &mut self,
        reader: &mut CommandReader,
        part: usize,
        is_last: bool,
        sink: &mut S,
    ) -> Result<Tail> {
        let stop_offset = match self.until {
            Some(Until::Offset(offset)) if is_last => offset,
            _ => u64::MAX,
        };
        loop {
            let record = reader.step()?;
            let start = self.queue.open.unwrap_or(reader.offset());
            match record {
                Record::Command if reader.end_offset() > stop_offset => return Ok(Tail::Stopped { offset: start }),
                Record::Command => self.command(reader, part, sink)?,
                Record::Timestamp(seconds) => {
                    if matches!(self.until, Some(Until::Time(last)) if seconds > last) {
                        return Ok(Tail::Stopped { offset: start });
                    }
                    self.time = Some(seconds);
                    let first = self.facts.times.map_or(seconds, |(first, _)| first);
                    self.facts.times = Some((first, seconds));
                }
                Record::Remark => {}
                Record::Torn => return Ok(Tail::Cut { offset: start }),
                Record::End => {
                    let open = self.queue.open;
                    return Ok(open.map_or(Tail::Whole, |offset| Tail::OpenTransaction { offset }));
                }
            }
        }
    }

    fn command<S: CommandSink>(&mut self, reader: &CommandReader, part: usize, sink: &mut S) -> Result<()> {
        let argv: Vec<&[u8]> = reader.args().collect();
        let Some(&name) = argv.first() else { return Ok(()) };
        let (offset, bytes) = (reader.offset(), reader.bytes());
        let number = number_of(name);
        let time_ms = self.time.and_then(|seconds| seconds.checked_mul(1000));
        let is = |word: &[u8]| name.eq_ignore_ascii_case(word);
        let command = Command { argv: &argv, number, part, offset, bytes, time_ms, in_transaction: false };
        let misplaced = |what: &str| {
            let what = what.into();
            Error::new(ErrorKind::AofProtocol { what, commands: reader.commands().saturating_sub(1) }, offset)
        };
        match self.queue.open {
            None if is(b"MULTI") => self.queue.begin(&command),
            None if is(b"EXEC") => return Err(misplaced("EXEC without MULTI")),
            None => {
                self.facts.commands += 1;
                sink.command(&command)?;
            }
            Some(_) if is(b"MULTI") => return Err(misplaced("MULTI inside a transaction")),
            Some(_) if is(b"EXEC") => {
                self.queue.push(&command);
                self.facts.commands += self.queue.commands.len() as u64;
                self.facts.transactions += 1;
                self.queue.deliver(part, time_ms, sink)?;
            }
            Some(_) => self.queue.push(&command),
        }
        Ok(())
    }
}

impl Queue {
    fn begin(&mut self, multi: &Command<'_>) {
        self.open = Some(multi.offset);
        self.push(multi);
    }

    fn push(&mut self, command: &Command<'_>) {
        for word in command.argv {
            self.bytes.extend_from_slice(word);
            self.ends.push(self.bytes.len());
        }
        let (end, offset, bytes, number) = (self.ends.len(), command.offset, command.bytes, command.number);
        self.commands.push(Queued { end, offset, bytes, number });
    }

    /// Hands out MULTI, the commands and EXEC.
    fn deliver<S: CommandSink>(&mut self, part: usize, time_ms: Option<i64>, sink: &mut S) -> Result<()> {
        let (mut first, mut from) = (0, 0);
        for queued in &self.commands {
            let mut argv: Vec<&[u8]> = Vec::with_capacity(queued.end - first);
            for &end in self.ends.get(first..queued.end).unwrap_or_default() {
                argv.push(self.bytes.get(from..end).unwrap_or_default());
                from = end;
            }
            first = queued.end;
            let (number, offset, bytes) = (queued.number, queued.offset, queued.bytes);
            sink.command(&Command { argv: &argv, number, part, offset, bytes, time_ms, in_transaction: true })?;
        }
        self.open = None;
        self.bytes.clear();
        self.ends.clear();
        self.commands.clear();
        Ok(())
    }
}

fn named(error: Error, parts: &dyn Parts, part: usize) -> Error {
    match parts.name(part) {
        Some(name) => error.with_part(name),
        None => error,
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Files in memory.
    pub struct InMemory(pub Vec<Vec<u8>>);

    impl Parts for InMemory {
        fn count(&self) -> usize {
            self.0.len()
        }
        fn name(&self, part: usize) -> Option<&str> {
            (self.0.len() > 1).then_some(["a", "b", "c"][part])
        }
        fn open(&mut self, part: usize) -> io::Result<Box<dyn io::Read + Send>> {
            Ok(Box::new(io::Cursor::new(self.0[part].clone())))
        }
    }

    #[derive(Default)]
    struct Names(Vec<String>);

    impl CommandSink for Names {
        fn command(&mut self, command: &Command<'_>) -> Result<()> {
            self.0.push(String::from_utf8_lossy(&command.argv.join(&b' ')).into_owned());
            Ok(())
        }
    }

    /// Commands as a server writes them; a line that starts with `#` stays as it is.
    pub fn log(lines: &[&str]) -> Vec<u8> {
        let mut out = Vec::new();
        for line in lines {
            if line.starts_with('#') {
                out.extend_from_slice(format!("{line}\r\n").as_bytes());
                continue;
            }
            let words: Vec<&str> = line.split(' ').collect();
            out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
            for word in words {
                out.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
            }
        }
        out
    }

    fn read(files: Vec<Vec<u8>>, until: Option<Until>) -> (Result<()>, LogReader, Vec<String>) {
        let mut names = Names::default();
        let mut reader = LogReader::new(until, false);
        let done = reader.read(&mut InMemory(files), None, &CancelFlag::default(), &mut names);
        (done, reader, names.0)
    }

    #[test]
    fn transactions_take_effect_at_their_end() {
        let (done, reader, names) = read(vec![log(&["SET a 1", "MULTI", "SET b 2", "EXEC", "DEL a"])], None);
        done.unwrap();
        assert_eq!(names, ["SET a 1", "MULTI", "SET b 2", "EXEC", "DEL a"]);
        assert_eq!((reader.facts.commands, reader.facts.transactions, reader.facts.tail), (5, 1, Tail::Whole));
    }

    #[test]
    fn an_open_transaction_is_undone() {
        let sound = log(&["SET a 1"]);
        let mut bytes = [sound.clone(), log(&["MULTI", "SET b 2"])].concat();
        for cut in [0, 3] {
            bytes.truncate(bytes.len() - cut);
            let (done, reader, names) = read(vec![bytes.clone()], None);
            done.unwrap();
            assert_eq!(names, ["SET a 1"]);
            let part = &reader.facts.parts[0];
            assert_eq!(
                (part.good_offset, part.dropped_bytes),
                (sound.len() as u64, (bytes.len() - sound.len()) as u64)
            );
            assert_ne!(reader.facts.tail, Tail::Whole);
        }
    }

    #[test]
    fn misplaced_words_of_transactions() {
        let (done, ..) = read(vec![log(&["SET a 1", "EXEC"])], None);
        let error = done.unwrap_err();
        assert!(error.to_string().starts_with("EXEC without MULTI; 1 whole"), "{error}");
        let (done, ..) = read(vec![log(&["MULTI", "MULTI"])], None);
        assert!(done.unwrap_err().to_string().contains("MULTI inside"));
    }

    #[test]
    fn only_the_last_file_may_be_torn() {
        let (whole, mut cut) = (log(&["SET a 1"]), log(&["SET b 1", "SET c 1"]));
        cut.truncate(cut.len() - 1);
        let (done, reader, names) = read(vec![whole.clone(), cut.clone()], None);
        done.unwrap();
        assert_eq!((names.len(), reader.facts.tail), (2, Tail::Cut { offset: 27 }));
        let error = read(vec![cut, whole], None).0.unwrap_err();
        assert_eq!((error.kind().id(), error.offset(), error.part()), ("truncated", 27, Some("a")));
    }

    #[test]
    fn stopping_before_the_end() {
        let lines = ["#TS:10", "SET a 1", "#TS:20", "MULTI", "SET b 1", "EXEC", "#TS:30", "SET c 1"];
        let (_, reader, names) = read(vec![log(&lines)], Some(Until::Time(20)));
        assert_eq!(names, ["SET a 1", "MULTI", "SET b 1", "EXEC"]);
        assert_eq!(reader.facts.times, Some((10, 20)));
        let (_, reader, names) = read(vec![log(&lines)], Some(Until::Offset(8 + 27 + 8 + 15 + 27)));
        assert_eq!(names, ["SET a 1"]);
        assert_eq!(reader.facts.tail, Tail::Stopped { offset: 43 });
    }
}
