//! What becomes of damage inside a value whose frame is intact: an error, or (salvage) the loss of that value only.

use crate::error::{Error, ErrorKind, Result};
use crate::events::Element;
use crate::rdb::strings::StringHead;
use crate::source::Input;
use crate::source::bytes::PackedDecoder;

/// Collects damage of the value being read.
#[derive(Debug)]
pub struct Damage {
    salvage: bool,
    first: Option<Error>,
}

impl Damage {
    pub fn new(salvage: bool) -> Self {
        Self { salvage, first: None }
    }

    /// Whether damage inside an intact frame is passed over.
    pub fn is_salvaging(&self) -> bool {
        self.salvage
    }

    /// The first damage of the value, if there was any; the next value starts clean.
    pub fn take(&mut self) -> Option<Error> {
        self.first.take()
    }

    /// Keeps the error where salvage allows to go on, else gives it back.
    pub fn absorb(&mut self, error: Error) -> Result<()> {
        if self.salvage && error.kind().is_damage() && !matches!(error.kind(), ErrorKind::Truncated { .. }) {
            self.first.get_or_insert(error);
            return Ok(());
        }
        Err(error)
    }

    /// Reads a packed value whose head was read before; damage inside it is absorbed.
    #[inline]
    pub fn packed_content<D: PackedDecoder>(
        &mut self,
        input: &mut Input,
        head: StringHead,
        decoder: &mut D,
    ) -> Result<()> {
        match input.packed_content(head, decoder) {
            Ok(()) => Ok(()),
            Err(e) => self.absorb(e),
        }
    }

    /// Reads a name; one whose LZF data is damaged is absorbed and seen as empty.
    pub fn name(&mut self, input: &mut Input, out: &mut Vec<u8>) -> Result<()> {
        match input.name(out) {
            Err(e) if matches!(e.kind(), ErrorKind::CorruptLzf { .. }) => {
                out.clear();
                self.absorb(e)
            }
            outcome => outcome,
        }
    }

    /// Reads an element; a damaged LZF string is absorbed and seen as content that is not held.
    #[inline]
    pub fn element<'a>(&mut self, input: &'a mut Input) -> Result<Element<'a>> {
        let head = input.string_head()?;
        self.content(input, head)
    }

    /// The same where the head was read before.
    #[inline]
    pub fn content<'a>(&mut self, input: &'a mut Input, head: StringHead) -> Result<Element<'a>> {
        match input.element_content(head) {
            Err(e) if matches!(e.kind(), ErrorKind::CorruptLzf { .. }) => {
                self.absorb(e)?;
                Ok(Element::Opaque { length: 0 })
            }
            content => content,
        }
    }
}
