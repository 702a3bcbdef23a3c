//! Strings: contents, and whether a command has made them raw.

use std::borrow::Cow;

use super::sparse::Sparse;
use crate::conversion::Encoding;
use crate::events::{Element, ValueSink};
use crate::kinds::{Beginning, PREFIX_BYTES, may_be_bitmap};
use crate::rdb::codes::ValueType;

/// Zeros that are added at once from which on they are not stored.
const HOLE: u64 = 64 << 10;
/// Largest string with holes that is shown whole.
const SHOWN_WHOLE: u64 = 16 << 20;
/// Longest string that any command may make (`proto-max-bulk-len`).
pub const LONGEST: u64 = 512 << 20;

#[derive(Debug, Clone)]
enum Content {
    Dense(Vec<u8>),
    Sparse(Sparse),
}

/// A string.
#[derive(Debug, Clone)]
pub struct StringValue {
    content: Content,
    /// Whether it is raw whatever its content, as after APPEND or SETBIT.
    raw: bool,
}

impl StringValue {
    /// As SET makes it: int, embstr or raw by its content.
    pub fn set(content: &[u8]) -> Self {
        Self { content: Content::Dense(content.to_vec()), raw: false }
    }

    pub fn integer(number: i64) -> Self {
        Self::set(number.to_string().as_bytes())
    }

    /// As commands make it that work on bytes.
    pub fn raw(content: Vec<u8>) -> Self {
        Self { content: Content::Dense(content), raw: true }
    }

    /// Marks it raw, as every change in place does.
    pub fn make_raw(&mut self) {
        self.raw = true;
    }

    pub fn len(&self) -> u64 {
        match &self.content {
            Content::Dense(bytes) => bytes.len() as u64,
            Content::Sparse(sparse) => sparse.len(),
        }
    }

    pub fn held_bytes(&self) -> u64 {
        match &self.content {
            Content::Dense(bytes) => bytes.capacity() as u64,
            Content::Sparse(sparse) => sparse.held_bytes(),
        }
    }

    /// The whole content; none where it has holes and is too large to fill them.
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        match &self.content {
            Content::Dense(bytes) => Some(Cow::Borrowed(bytes)),
            Content::Sparse(sparse) if sparse.len() <= SHOWN_WHOLE => Some(Cow::Owned(sparse.read(0, SHOWN_WHOLE))),
            Content::Sparse(_) => None,
        }
    }

    pub fn byte(&self, at: u64) -> u8 {
        match &self.content {
            Content::Dense(bytes) => usize::try_from(at).ok().and_then(|at| bytes.get(at)).copied().unwrap_or(0),
            Content::Sparse(sparse) => sparse.byte(at),
        }
    }

    /// Whether bytes are left out because they are zero.
    pub fn has_holes(&self) -> bool {
        matches!(self.content, Content::Sparse(_))
    }

    /// Lengthens with zeros.
    pub fn extend_to(&mut self, length: u64) {
        let length = length.min(LONGEST);
        match &mut self.content {
            Content::Sparse(sparse) => sparse.extend_to(length),
            Content::Dense(bytes) => {
                let grows_by = length.saturating_sub(bytes.len() as u64);
                if grows_by >= HOLE {
                    let mut sparse = Sparse::new(bytes);
                    sparse.extend_to(length);
                    self.content = Content::Sparse(sparse);
                } else if grows_by > 0 {
                    bytes.resize(length as usize, 0);
                }
            }
        }
    }

    /// Overwrites, and lengthens where needed.
    pub fn write(&mut self, offset: u64, content: &[u8]) {
        self.extend_to(offset.saturating_add(content.len() as u64));
        match &mut self.content {
            Content::Sparse(sparse) => sparse.write(offset, content),
            Content::Dense(bytes) => {
                let place = usize::try_from(offset).ok().and_then(|at| bytes.get_mut(at..)?.get_mut(..content.len()));
                if let Some(place) = place {
                    place.copy_from_slice(content);
                }
            }
        }
    }

    pub fn append(&mut self, content: &[u8]) {
        match &mut self.content {
            Content::Sparse(sparse) => sparse.write(sparse.len(), content),
            Content::Dense(bytes) => bytes.extend_from_slice(content),
        }
    }

    pub fn encoding(&self) -> Option<Encoding> {
        self.raw.then_some(Encoding::Raw)
    }

    pub fn emit<S: ValueSink>(&self, sink: &mut S) {
        sink.begin(ValueType::String, None);
        if let Some(bytes) = self.bytes() {
            let element = super::plain_element(&bytes);
            let prefix = bytes.get(..PREFIX_BYTES).unwrap_or(&bytes);
            let prefix = if matches!(element, Element::Int(_)) { &[] } else { prefix };
            let counts = bytes.len() >= PREFIX_BYTES && may_be_bitmap(prefix, bytes.len() as u64);
            let nonzero = counts.then(|| bytes.iter().filter(|&&byte| byte != 0).count() as u64);
            sink.string(element, Beginning::Bytes(prefix), nonzero);
        } else if let Content::Sparse(sparse) = &self.content {
            let prefix = sparse.read(0, PREFIX_BYTES as u64);
            let nonzero = may_be_bitmap(&prefix, sparse.len()).then(|| sparse.nonzero());
            sink.string(Element::Opaque { length: sparse.len() }, Beginning::Bytes(&prefix), nonzero);
        }
    }
}
