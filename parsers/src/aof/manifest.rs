//! The manifest of a multi-part log: which files, in which order (redis aof.c, aofLoadManifestFromFile).

use crate::error::{Error, ErrorKind, Result};

/// Longest line, its end included (redis aof.c, MANIFEST_MAX_LINE).
const LONGEST_LINE: usize = 1024;

/// Most bytes of a manifest that are read: some ten thousand files.
pub const LONGEST_MANIFEST: u64 = 4 << 20;

/// What a file of the log is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Base,
    Increment,
    /// Superseded and waiting to be deleted: never loaded.
    History,
}

/// A line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestEntry {
    pub name: Vec<u8>,
    pub sequence: i64,
    pub kind: PartKind,
    /// Replication offsets (Redis 8.0 and later); they are no positions in the file.
    pub start_offset: Option<i64>,
    pub end_offset: Option<i64>,
}

/// Reads a manifest. The entries come in the order of replay: base, then increments; history comes last.
///
/// # Errors
/// A line that servers refuse, with its number and the offset of its first byte.
pub fn parse(text: &[u8]) -> Result<Vec<ManifestEntry>> {
    let mut entries: Vec<ManifestEntry> = Vec::new();
    let mut offset = 0;
    let mut number = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        number += 1;
        let bad = |what: &str| Error::new(ErrorKind::BadManifest { line: number, what: what.into() }, offset);
        if !line.ends_with(b"\n") && line.len() >= LONGEST_LINE - 1 || line.len() > LONGEST_LINE {
            return Err(bad("the line is longer than 1023 bytes"));
        }
        if !line.starts_with(b"#") {
            let entry = entry_of(line).map_err(bad)?;
            check_order(&entries, &entry).map_err(bad)?;
            entries.push(entry);
        }
        offset += line.len() as u64;
    }
    if entries.is_empty() {
        let what = "the manifest names no file".into();
        return Err(Error::new(ErrorKind::BadManifest { line: number.max(1), what }, 0));
    }
    entries.sort_by_key(|entry| match entry.kind {
        PartKind::Base => 0,
        PartKind::Increment => 1,
        PartKind::History => 2,
    });
    Ok(entries)
}

fn check_order(before: &[ManifestEntry], entry: &ManifestEntry) -> std::result::Result<(), &'static str> {
    let last = before.iter().rev().find(|known| known.kind == entry.kind);
    match (entry.kind, last) {
        (PartKind::Base, Some(_)) => Err("a second base file"),
        (PartKind::Increment, Some(last)) if last.sequence >= entry.sequence => {
            Err("the sequence numbers of the increments do not ascend")
        }
        _ => Ok(()),
    }
}

fn entry_of(line: &[u8]) -> std::result::Result<ManifestEntry, &'static str> {
    let words = split(line.trim_ascii()).ok_or("unbalanced quotes")?;
    if words.len() < 6 || words.len() % 2 != 0 {
        return Err("not a list of at least three names with their values");
    }
    let (mut name, mut sequence, mut kind) = (None, None, None);
    let (mut start_offset, mut end_offset) = (None, None);
    for [key, value] in words.as_chunks::<2>().0 {
        match key.to_ascii_lowercase().as_slice() {
            b"file" => name = Some(file_name(value)?),
            b"seq" => sequence = Some(integer(value).ok_or("`seq` is no number")?),
            b"startoffset" => start_offset = Some(integer(value).ok_or("`startoffset` is no number")?),
            b"endoffset" => end_offset = Some(integer(value).ok_or("`endoffset` is no number")?),
            b"type" => {
                kind = Some(match value.as_slice() {
                    b"b" => PartKind::Base,
                    b"i" => PartKind::Increment,
                    b"h" => PartKind::History,
                    _ => return Err("the type is none of b, i and h"),
                });
            }
            _ => {}
        }
    }
    let (Some(name), Some(sequence), Some(kind)) = (name, sequence, kind) else {
        return Err("`file`, `seq` or `type` is missing");
    };
    if sequence == 0 {
        return Err("the sequence number is 0");
    }
    Ok(ManifestEntry { name, sequence, kind, start_offset, end_offset })
}

/// A name of a file in the directory of the manifest, and nowhere else.
fn file_name(value: &[u8]) -> std::result::Result<Vec<u8>, &'static str> {
    if value.is_empty() {
        return Err("an empty file name");
    }
    if value.iter().any(|byte| matches!(byte, b'/' | b'\\' | 0)) || matches!(value, b"." | b"..") {
        return Err("the file name leaves the directory of the manifest");
    }
    Ok(value.to_vec())
}

fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Splits a line as the configuration file is split: words, double quotes with C escapes, single quotes with `\'` only
/// (redis sds.c, sdssplitargs). None where quotes are not balanced.
fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return Some(words);
        }
        let mut word = Vec::new();
        loop {
            match rest {
                [] => break,
                [byte, ..] if byte.is_ascii_whitespace() || *byte == 0 => break,
                [b'"', inner @ ..] => {
                    rest = double_quoted(inner, &mut word)?;
                    closed(rest)?;
                    break;
                }
                [b'\'', inner @ ..] => {
                    rest = single_quoted(inner, &mut word)?;
                    closed(rest)?;
                    break;
                }
                [byte, after @ ..] => {
                    word.push(*byte);
                    rest = after;
                }
            }
        }
        words.push(word);
        if rest.first() == Some(&0) {
            return Some(words);
        }
    }
}

/// Behind a closing quote stands a space or nothing.
fn closed(rest: &[u8]) -> Option<()> {
    rest.first().is_none_or(u8::is_ascii_whitespace).then_some(())
}

fn double_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [] => return None,
            [b'"', after @ ..] => return Some(after),
            [b'\\', b'x', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                word.push(hex(*high) << 4 | hex(*low));
                after
            }
            [b'\\', escaped, after @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                after
            }
            [byte, after @ ..] => {
                word.push(*byte);
                after
            }
        }
    }
}

fn single_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [] => return None,
            [b'\'', after @ ..] => return Some(after),
            [b'\\', b'\'', after @ ..] => {
                word.push(b'\'');
                after
            }
            [byte, after @ ..] => {
                word.push(*byte);
                after
            }
        }
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, PartKind)> {
        let entries = parse(text.as_bytes()).unwrap();
        entries.iter().map(|entry| (String::from_utf8_lossy(&entry.name).into_owned(), entry.kind)).collect()
    }

    fn refused(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn base_comes_first_and_history_last() {
        let text =
            "file b.1 seq 1 type h\nfile i.1 seq 1 type i\n# a note\nfile b.2 seq 2 type b\nfile i.2 seq 2 type i\n";
        let order = [
            ("b.2", PartKind::Base),
            ("i.1", PartKind::Increment),
            ("i.2", PartKind::Increment),
            ("b.1", PartKind::History),
        ];
        assert_eq!(names(text), order.map(|(name, kind)| (name.to_owned(), kind)));
    }

    #[test]
    fn any_order_of_keys_and_unknown_ones() {
        let entry = parse(b"TYPE i startoffset 7 seq 3 later thing FILE 'a b' endoffset -1\n").unwrap().remove(0);
        assert_eq!((entry.name.as_slice(), entry.sequence), (b"a b".as_slice(), 3));
        assert_eq!((entry.start_offset, entry.end_offset), (Some(7), Some(-1)));
    }

    #[test]
    fn quoted_names() {
        let text = r#"file "day \"1\" \x41\n\xzz" seq 1 type i"#;
        assert_eq!(names(text)[0].0, "day \"1\" A\nxzz");
        assert_eq!(names("file 'it\\'s' seq 1 type i")[0].0, "it's");
        for open in ["file \"a seq 1 type i", "file 'a seq 1 type i", "file \"a\"b seq 1 type i"] {
            assert!(refused(open).contains("unbalanced quotes"), "{open}");
        }
    }

    #[test]
    fn what_servers_refuse() {
        for (text, what) in [
            ("", "names no file"),
            ("# only a note\n", "names no file"),
            ("\n", "three names"),
            ("file a seq 1\n", "three names"),
            ("file a seq 1 type i more\n", "three names"),
            ("file a seq 0 type i\n", "is 0"),
            ("file a seq x type i\n", "no number"),
            ("file a seq 1 type z\n", "none of"),
            ("file a seq 1 other b\n", "missing"),
            ("file a seq 1 type b\nfile b seq 2 type b\n", "line 2: a second base"),
            ("file a seq 2 type i\nfile b seq 2 type i\n", "ascend"),
            ("file ../a seq 1 type i\n", "leaves the directory"),
            ("file .. seq 1 type i\n", "leaves the directory"),
            ("file \"a\\x00\" seq 1 type i\n", "leaves the directory"),
        ] {
            let said = refused(text);
            assert!(said.contains(what), "{text:?}: {said}");
        }
        let long = format!("file {} seq 1 type i\n", "a".repeat(1100));
        assert!(refused(&long).contains("longer"));
    }
}
