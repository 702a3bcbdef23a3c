//! The records of a command log: RESP arrays of bulk strings, and annotation lines between them (redis aof.c,
//! loadSingleAppendOnlyFile).

use crate::error::{Error, ErrorKind, Result};
use crate::source::Input;

/// Longest line of a header or annotation, its end included (servers from 7.0 on; before them 128).
const LONGEST_LINE: usize = 1024;

/// Place of an argument, counted from the start of its command.
type Span = (usize, usize);

/// What stands at one place of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// A whole command; its arguments are there until the next step.
    Command,
    /// `#TS:` with Unix seconds.
    Timestamp(i64),
    /// Another line that starts with `#`, which servers pass over.
    Remark,
    /// The file ends inside a command: its bytes from `offset` on are no whole command.
    Torn,
    End,
}

/// Reads the records of one file.
#[derive(Debug)]
pub struct CommandReader {
    input: Input,
    /// Arguments of the current command.
    args: Vec<Span>,
    /// Bytes of the current record, not consumed yet.
    length: usize,
    /// Whole commands read, in this file and in those before it.
    commands: u64,
}

/// A number line: the number and the length of the line.
enum Line {
    Number(u64, usize),
    /// The file ends inside the line.
    Cut,
}

impl CommandReader {
    /// Reads from where `input` stands; `commands` were read from files before.
    pub fn new(input: Input, commands: u64) -> Self {
        Self { input, args: Vec::new(), length: 0, commands }
    }

    /// Offset of the current record, or of the next one before the first step.
    pub fn offset(&self) -> u64 {
        self.input.offset()
    }

    /// Offset behind the current record.
    pub fn end_offset(&self) -> u64 {
        self.input.offset() + self.length as u64
    }

    /// Reads to the end of the file, whatever stands there; gives its length.
    pub fn end_of_file(&mut self) -> Result<u64> {
        self.input.consume(self.length);
        self.length = 0;
        loop {
            let there = self.input.peek_up_to(64 << 10)?.len();
            if there == 0 {
                return Ok(self.input.offset());
            }
            self.input.consume(there);
        }
    }

    /// Whole commands so far.
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// Bytes of the current record.
    pub fn bytes(&self) -> u64 {
        self.length as u64
    }

    /// The arguments of the current command, its name first.
    pub fn args(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let there = self.input.buffered();
        self.args.iter().map(move |&(from, to)| there.get(from..to).unwrap_or_default())
    }

    /// Goes to the next record.
    ///
    /// # Errors
    /// Bytes that are no record, with the offset of the record they stand in.
    pub fn step(&mut self) -> Result<Record> {
        self.input.consume(self.length);
        self.length = 0;
        self.args.clear();
        match self.input.peek_up_to(1)?.first() {
            None => Ok(Record::End),
            Some(b'*') => self.command(),
            Some(b'#') => self.annotation(),
            Some(0) => Err(self.zeros(0)),
            Some(other) => {
                let what = format!("a command starts with `*`, not with `{}`", other.escape_ascii());
                Err(self.broken(what))
            }
        }
    }

    fn command(&mut self) -> Result<Record> {
        let Line::Number(count, mut at) = self.number(0, b'*')? else { return Ok(Record::Torn) };
        if count == 0 {
            return Err(self.broken("a command without arguments".into()));
        }
        for _ in 0..count {
            match self.input.window(at.saturating_add(1))?.get(at) {
                None => return Ok(Record::Torn),
                Some(b'$') => {}
                Some(0) => return Err(self.zeros(at)),
                Some(other) => {
                    let what = format!(
                        "an argument starts with `$`, not with `{}` ({at} bytes into the command)",
                        other.escape_ascii()
                    );
                    return Err(self.broken(what));
                }
            }
            let Line::Number(length, from) = self.number(at, b'$')? else { return Ok(Record::Torn) };
            let end = usize::try_from(length).ok().and_then(|length| from.checked_add(length));
            let Some((end, behind)) = end.and_then(|end| Some((end, end.checked_add(2)?))) else {
                return Err(self.broken("an argument longer than any file".into()));
            };
            match self.input.window(behind)?.get(end..behind) {
                None => return Ok(Record::Torn),
                Some(b"\r\n") => {}
                Some(b"\0\0") => return Err(self.zeros(end)),
                Some(other) => {
                    let what = format!(
                        "an argument of {length} bytes is not followed by CRLF but by `{}` ({end} bytes into the command)",
                        other.escape_ascii()
                    );
                    return Err(self.broken(what));
                }
            }
            self.args.push((from, end));
            at = behind;
        }
        self.length = at;
        self.commands += 1;
        Ok(Record::Command)
    }

    /// Reads the decimal number behind the mark at `at`, and where its line ends.
    #[inline]
    fn number(&mut self, at: usize, mark: u8) -> Result<Line> {
        let there = self.input.buffered();
        if let Some(line) = there.get(at..)
            && let Some((number, length)) = plain_number(line)
        {
            return Ok(Line::Number(number, at + length));
        }
        self.number_with_refill(at, mark)
    }

    #[cold]
    fn number_with_refill(&mut self, at: usize, mark: u8) -> Result<Line> {
        let there = self.input.window(at.saturating_add(LONGEST_LINE))?;
        let line = there.get(at..).unwrap_or_default();
        if let Some((number, length)) = plain_number(line) {
            return Ok(Line::Number(number, at + length));
        }
        let digits = line.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        let rest = line.get(1 + digits..).unwrap_or_default();
        let ended = line.len() < LONGEST_LINE;
        if digits < LONGEST_LINE / 2 && ended && (rest.is_empty() || rest == b"\r") {
            return Ok(Line::Cut);
        }
        if rest.first() == Some(&0) {
            return Err(self.zeros(at + 1 + digits));
        }
        let what = if digits == 0 {
            format!("no number behind `{}` ({at} bytes into the command)", char::from(mark))
        } else {
            format!(
                "the number behind `{}` is too large or its line does not end ({at} bytes into the command)",
                char::from(mark)
            )
        };
        Err(self.broken(what))
    }

    fn annotation(&mut self) -> Result<Record> {
        let line = self.input.window(LONGEST_LINE)?;
        let line = line.get(..LONGEST_LINE).unwrap_or(line);
        let Some(end) = line.iter().position(|&byte| byte == b'\n') else {
            if line.len() < LONGEST_LINE {
                return Ok(Record::Torn);
            }
            return Err(self.broken("an annotation whose line does not end".into()));
        };
        let text = line.get(..end).unwrap_or_default().trim_ascii_end();
        let seconds = text.strip_prefix(b"#TS:").and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        self.length = end + 1;
        Ok(seconds.map_or(Record::Remark, Record::Timestamp))
    }

    #[cold]
    fn broken(&self, what: String) -> Error {
        Error::new(ErrorKind::AofProtocol { what, commands: self.commands }, self.input.offset())
    }

    /// Zero bytes where a record goes on: to the end of the file, or damage in the middle.
    #[cold]
    fn zeros(&mut self, at: usize) -> Error {
        let start = self.input.offset();
        let (what, commands) = (String::new(), self.commands);
        let mut error = Error::new(ErrorKind::AofProtocol { what, commands }, start);
        self.input.consume(at.min(self.input.buffered().len()));
        let mut zeros: u64 = 0;
        let only_zeros = loop {
            let there = match self.input.peek_up_to(64 << 10) {
                Ok(there) => there,
                Err(failed) => return failed,
            };
            if there.is_empty() {
                break true;
            }
            let run = there.iter().take_while(|&&byte| byte == 0).count();
            let ends = run < there.len();
            zeros += run as u64;
            self.input.consume(run);
            if ends {
                break false;
            }
        };
        let what = if only_zeros {
            format!("the rest of the file is {zeros} zero bytes, as power loss leaves it")
        } else {
            format!("{zeros} zero bytes where a command goes on ({at} bytes into it)")
        };
        error.replace_kind(ErrorKind::AofProtocol { what, commands });
        error
    }
}

/// A number line without anything unusual: mark, up to 18 digits, CRLF. Gives the number and the length of the line.
#[inline]
fn plain_number(line: &[u8]) -> Option<(u64, usize)> {
    let mut number: u64 = 0;
    for (at, &byte) in line.iter().enumerate().skip(1).take(19) {
        match byte {
            b'0'..=b'9' if at <= 18 => number = number * 10 + u64::from(byte - b'0'),
            b'\r' if at > 1 => return (line.get(at + 1) == Some(&b'\n')).then_some((number, at + 2)),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::source::CancelFlag;

    fn reader(bytes: &[u8]) -> CommandReader {
        CommandReader::new(Input::new(Box::new(Cursor::new(bytes.to_vec())), CancelFlag::default()), 0)
    }

    fn last(bytes: &[u8]) -> (Result<Record>, u64, u64) {
        let mut reader = reader(bytes);
        loop {
            let record = reader.step();
            if !matches!(record, Ok(Record::Command | Record::Timestamp(_) | Record::Remark)) {
                return (record, reader.offset(), reader.commands());
            }
        }
    }

    const TWO: &[u8] = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$4\r\n*1\r\n\r\n$0\r\n\r\n";

    #[test]
    fn values_may_look_like_protocol() {
        let mut reader = reader(TWO);
        assert_eq!(reader.step().unwrap(), Record::Command);
        assert_eq!(reader.args().collect::<Vec<_>>(), [b"SELECT".as_slice(), b"0"]);
        assert_eq!(reader.step().unwrap(), Record::Command);
        assert_eq!(reader.args().collect::<Vec<_>>(), [b"SET".as_slice(), b"*1\r\n", b""]);
        assert_eq!((reader.offset(), reader.bytes()), (23, 29));
        assert_eq!(reader.step().unwrap(), Record::End);
    }

    #[test]
    fn every_cut_is_torn_at_the_last_whole_command() {
        for length in 0..TWO.len() {
            let (record, offset, commands) = last(&TWO[..length]);
            let expected = match length {
                0 | 23 => Record::End,
                _ => Record::Torn,
            };
            assert_eq!(record.unwrap(), expected, "{length}");
            assert_eq!((offset, commands), if length < 23 { (0, 0) } else { (23, 1) }, "{length}");
        }
    }

    #[test]
    fn annotations_stand_between_commands() {
        let bytes = [b"#TS:1700000000\r\n#other\n".as_slice(), TWO].concat();
        let mut reader = reader(&bytes);
        assert_eq!(reader.step().unwrap(), Record::Timestamp(1_700_000_000));
        assert_eq!(reader.step().unwrap(), Record::Remark);
        assert_eq!(reader.step().unwrap(), Record::Command);
        assert_eq!(last(b"#TS:17").0.unwrap(), Record::Torn);
    }

    #[test]
    fn what_is_no_record_is_an_error_at_its_start() {
        for (bytes, what) in [
            (b"SET a b\r\n".as_slice(), "starts with `*`"),
            (b"*0\r\n", "without arguments"),
            (b"*-1\r\n", "no number"),
            (b"*x\r\n", "no number"),
            (b"*1\r\n:1\r\n", "starts with `$`"),
            (b"*1\r\n$-1\r\n", "no number"),
            (b"*1\r\n$3\r\nabcd\r\n", "not followed by CRLF"),
            (b"*1\r\n$99999999999999999999\r\n", "too large"),
            (b"\0\0\0", "the rest of the file is 3 zero bytes"),
            (b"\0\0*1\r\n", "2 zero bytes where"),
            (b"*2\r\n$3\r\nabc\r\n\0\0\0\0", "the rest of the file is 4 zero bytes"),
            (b"*1\r\n$3\r\nabc\0\0\0", "the rest of the file is 3 zero bytes"),
            (b"*1\r\n$0\0", "the rest of the file is 1 zero bytes"),
        ] {
            let (record, _, commands) = last(&[TWO, bytes].concat());
            let error = record.unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
            assert_eq!((error.offset(), commands), (52, 2), "{error}");
        }
    }

    #[test]
    fn a_length_that_nothing_backs_allocates_nothing() {
        assert_eq!(last(b"*2\r\n$900000000000000000\r\nab").0.unwrap(), Record::Torn);
        assert_eq!(last(b"*900000000000000000\r\n$1\r\na\r\n").0.unwrap(), Record::Torn);
    }
}
