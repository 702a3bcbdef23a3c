//! The first bytes: magic and version, replication framing before them, and a name for what is no snapshot.

use super::codes::Family;
use crate::error::{Error, ErrorKind, Result};
use crate::source::Input;

/// Bytes that are looked at to decide what the source is.
const LOOK: usize = 16;

/// Longest replication frame before the magic: `$EOF:`, 40 characters, CRLF.
const LONGEST_FRAME: usize = 47;

/// Magic and version of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub family: Family,
    pub version: u32,
    /// Framing that stood before the magic.
    pub frame: Frame,
    /// Offset of the magic in the source.
    pub magic_offset: u64,
}

/// Framing of a replication stream around a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    None,
    /// `$<bytes>` and CRLF.
    Length(u64),
    /// `$EOF:` and a mark of 40 bytes, which stands again behind the snapshot.
    Mark([u8; 40]),
}

impl Header {
    /// Reads the header; the checksum starts at the magic.
    pub fn read(input: &mut Input) -> Result<Self> {
        if input.at_end()? {
            return Err(Error::new(ErrorKind::Empty, 0));
        }
        let frame = read_frame(input)?;
        input.restart_checksum();
        let magic_offset = input.offset();
        let look = input.peek_up_to(LOOK)?;
        let (family, digits, size) = if look.starts_with(b"REDIS") {
            (Family::Redis, look.get(5..9), 9)
        } else if look.starts_with(b"VALKEY") {
            (Family::Valkey, look.get(6..9), 9)
        } else {
            return Err(not_a_snapshot(look, magic_offset));
        };
        let available = look.len() as u64;
        let Some(digits) = digits else {
            return Err(Error::new(ErrorKind::Truncated { wanted: size, available }, magic_offset));
        };
        let version = std::str::from_utf8(digits)
            .ok()
            .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse().ok());
        let Some(version) = version else {
            let hint = "the version behind the magic is no number".into();
            return Err(Error::new(ErrorKind::BadMagic { found: look.to_vec(), hint }, magic_offset));
        };
        let header = Self { family, version, frame, magic_offset };
        header.check_pair()?;
        input.consume(size as usize);
        input.loose_lengths = family == Family::Redis && version < 7;
        Ok(header)
    }

    /// `REDIS0011`, `VALKEY080`.
    pub fn text(&self) -> String {
        match self.family {
            Family::Redis => format!("REDIS{:04}", self.version),
            Family::Valkey => format!("VALKEY{:03}", self.version),
        }
    }

    /// Versions that no server ever wrote under this magic (Valkey 9 refuses the same pairs).
    fn check_pair(&self) -> Result<()> {
        let impossible = match self.family {
            Family::Redis => self.version == 0,
            Family::Valkey => self.version < 80,
        };
        if impossible {
            let what = format!("{} is a version that no server writes under this magic", self.text());
            return Err(Error::new(ErrorKind::UnsupportedVersion { what }, self.magic_offset));
        }
        Ok(())
    }
}

/// Consumes replication framing, where there is some.
fn read_frame(input: &mut Input) -> Result<Frame> {
    let look = input.peek_up_to(LONGEST_FRAME + 1)?;
    if !look.starts_with(b"$") {
        return Ok(Frame::None);
    }
    let Some(line_end) = look.windows(2).position(|pair| pair == b"\r\n") else { return Ok(Frame::None) };
    let line = &look[1..line_end];
    let frame = if let Some(mark) = line.strip_prefix(b"EOF:") {
        <[u8; 40]>::try_from(mark).ok().map(Frame::Mark)
    } else {
        std::str::from_utf8(line).ok().and_then(|text| text.parse().ok()).map(Frame::Length)
    };
    match frame {
        Some(frame) => {
            input.consume(line_end + 2);
            Ok(frame)
        }
        None => Ok(Frame::None),
    }
}

/// Names what the first bytes are, as far as they tell.
fn not_a_snapshot(look: &[u8], offset: u64) -> Error {
    let unsupported = |what: String| Error::new(ErrorKind::UnsupportedVersion { what }, offset);
    if let [b'V', b'C', b'S', version, codec, reserved, kind, ..] = *look {
        return unsupported(vcs(version, codec, reserved, kind));
    }
    if look.starts_with(b"VKCS") {
        return unsupported("compressed dump of a Valkey pre-release: no release writes this envelope".into());
    }
    let hint = match look {
        [0x1f, 0x8b, ..] => "gzip data",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd data",
        [0x04, 0x22, 0x4d, 0x18, ..] => "lz4 data",
        [b'B', b'Z', b'h', ..] => "bzip2 data",
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "xz data",
        [b'*', b'0'..=b'9', ..] => "a command log (AOF), not a snapshot",
        [b'f', b'i', b'l', b'e', b' ', ..] => "a manifest of a multi-part AOF, not a snapshot",
        [b'P', b'K', 3, 4, ..] => "a zip archive",
        _ if look.iter().all(|&b| b == 0) => "zero bytes only",
        _ if look.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) => "a text file",
        _ => "",
    };
    Error::new(ErrorKind::BadMagic { found: look.to_vec(), hint: hint.into() }, offset)
}

/// Message for the compression envelope of Valkey 9.2 where it was not unpacked before.
fn vcs(version: u8, codec: u8, reserved: u8, kind: u8) -> String {
    let plain = "for a plain dump run CONFIG SET rdbcompression yes and save again";
    let codec_name = match codec {
        1 => "LZ4".to_owned(),
        2 => "Zstandard".to_owned(),
        other => format!("unknown codec {other}"),
    };
    match (version, reserved, kind) {
        (1, 0, 1) => format!("compressed dump of Valkey 9.2 ({codec_name}) that cannot be unpacked; {plain}"),
        (1, 0, 2) => "compressed replication stream of Valkey 9.2, not a dump".into(),
        _ => format!(
            "compressed file of Valkey (VCS version {version}, {codec_name}, reserved byte {reserved}, kind {kind}) newer than known; {plain}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::CancelFlag;

    fn read(bytes: &[u8]) -> Result<Header> {
        Header::read(&mut Input::new(Box::new(std::io::Cursor::new(bytes.to_vec())), CancelFlag::default()))
    }

    #[test]
    fn magics_and_frames() {
        assert_eq!(read(b"REDIS0011\xff").unwrap().version, 11);
        assert_eq!(read(b"VALKEY080\xff").unwrap().family, Family::Valkey);
        let framed = read(b"$176\r\nREDIS0009\xff").unwrap();
        assert_eq!((framed.frame, framed.magic_offset), (Frame::Length(176), 6));
        let mark = [b'a'; 40];
        let bytes = [b"$EOF:".as_slice(), &mark, b"\r\nREDIS0009"].concat();
        assert_eq!(read(&bytes).unwrap().frame, Frame::Mark(mark));
    }

    #[test]
    fn what_is_no_snapshot_is_named() {
        for (bytes, id, says) in [
            (b"".as_slice(), "empty", "empty"),
            (b"REDI", "bad_magic", "text"),
            (b"REDIS00", "truncated", "too early"),
            (b"REDISabcd", "bad_magic", "no number"),
            (b"*2\r\n$6\r\nSELECT\r\n", "bad_magic", "command log"),
            (b"\x1f\x8b\x08\0\0\0\0\0", "bad_magic", "gzip"),
            (b"VCS\x01\x7f\0\x01", "unsupported_version", "codec 127"),
            (b"VALKEY011", "unsupported_version", "no server"),
        ] {
            let error = read(bytes).unwrap_err();
            assert_eq!(error.kind().id(), id, "{bytes:?}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
