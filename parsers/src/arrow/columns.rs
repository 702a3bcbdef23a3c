//! Columns being filled, plainer than arrow's builders: a row costs a store per column and a bit where it can be null.

use std::sync::Arc;

use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{ArrayRef, BinaryArray, PrimitiveArray, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;

/// Bits of validity.
#[derive(Debug, Default)]
struct Validity {
    words: Vec<u64>,
    word: u64,
    length: usize,
    nulls: usize,
}

impl Validity {
    #[inline]
    fn push(&mut self, valid: bool) {
        self.word |= u64::from(valid) << (self.length % 64);
        self.nulls += usize::from(!valid);
        self.length += 1;
        if self.length.is_multiple_of(64) {
            self.words.push(self.word);
            self.word = 0;
        }
    }

    fn finish(&mut self) -> Option<NullBuffer> {
        let done = std::mem::take(self);
        if done.nulls == 0 {
            return None;
        }
        let mut words = done.words;
        words.push(done.word);
        Some(NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(words), 0, done.length)))
    }
}

/// A column of numbers.
#[derive(Debug)]
pub struct Numbers<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    rows: usize,
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    /// Room for `rows` numbers, again after each batch.
    pub fn new(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), rows }
    }

    #[inline]
    pub fn push(&mut self, value: T::Native) {
        self.values.push(value);
    }

    fn take(&mut self) -> ScalarBuffer<T::Native> {
        std::mem::replace(&mut self.values, Vec::with_capacity(self.rows)).into()
    }

    pub fn finish(&mut self) -> ArrayRef {
        Arc::new(PrimitiveArray::<T>::new(self.take(), None))
    }
}

/// A column of numbers that may be missing.
#[derive(Debug)]
pub struct Optional<T: ArrowPrimitiveType> {
    numbers: Numbers<T>,
    validity: Validity,
}

impl<T: ArrowPrimitiveType> Optional<T> {
    pub fn new(rows: usize) -> Self {
        Self { numbers: Numbers::new(rows), validity: Validity::default() }
    }

    #[inline]
    pub fn push(&mut self, value: Option<T::Native>) {
        self.validity.push(value.is_some());
        self.numbers.push(value.unwrap_or_default());
    }

    pub fn finish(&mut self) -> ArrayRef {
        Arc::new(PrimitiveArray::<T>::new(self.numbers.take(), self.validity.finish()))
    }
}

/// Bytes of variable length, one run after the other.
#[derive(Debug)]
struct Runs {
    bytes: Vec<u8>,
    offsets: Vec<i32>,
}

impl Runs {
    fn new(rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { bytes: Vec::new(), offsets }
    }

    #[inline]
    fn end(&mut self) {
        // A batch ends long before 2 GiB; a single name cannot be longer than 512 MiB, four times that when escaped.
        self.offsets.push(i32::try_from(self.bytes.len()).unwrap_or(i32::MAX));
    }

    fn take(&mut self) -> (OffsetBuffer<i32>, Buffer) {
        let rows = self.offsets.capacity().saturating_sub(1);
        let room = self.bytes.len();
        let done = std::mem::replace(self, Self::new(rows));
        self.bytes.reserve(room);
        (OffsetBuffer::new(done.offsets.into()), Buffer::from_vec(done.bytes))
    }
}

/// A column of texts.
#[derive(Debug)]
pub struct Texts(Runs);

impl Texts {
    pub fn new(rows: usize) -> Self {
        Self(Runs::new(rows))
    }

    /// Appends a text that `write` adds to the bytes before it.
    #[inline]
    pub fn push_with<R>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let written = write(&mut self.0.bytes);
        self.0.end();
        written
    }

    pub fn bytes(&self) -> usize {
        self.0.bytes.len()
    }

    /// # Errors
    /// Where something was appended that is no UTF-8.
    pub fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let (offsets, bytes) = self.0.take();
        Ok(Arc::new(StringArray::try_new(offsets, bytes, None)?))
    }
}

/// A column of bytes that may be missing.
#[derive(Debug)]
pub struct OptionalBytes {
    runs: Runs,
    validity: Validity,
}

impl OptionalBytes {
    pub fn new(rows: usize) -> Self {
        Self { runs: Runs::new(rows), validity: Validity::default() }
    }

    #[inline]
    pub fn push(&mut self, bytes: Option<&[u8]>) {
        if let Some(bytes) = bytes {
            self.runs.bytes.extend_from_slice(bytes);
        }
        self.runs.end();
        self.validity.push(bytes.is_some());
    }

    pub fn bytes(&self) -> usize {
        self.runs.bytes.len()
    }

    pub fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let (offsets, bytes) = self.runs.take();
        Ok(Arc::new(BinaryArray::try_new(offsets, bytes, self.validity.finish())?))
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::types::Int64Type;

    use super::*;

    #[test]
    fn nulls_stand_where_they_were_put() {
        let mut column = Optional::<Int64Type>::new(10);
        for i in 0..130 {
            column.push((i % 3 != 0).then_some(i));
        }
        let array = column.finish();
        assert_eq!(array.len(), 130);
        assert_eq!(array.null_count(), 44);
        assert!((0..130).all(|i| array.is_null(i) == (i % 3 == 0)));
        column.push(Some(1));
        assert_eq!(column.finish().null_count(), 0);
    }

    #[test]
    fn texts_and_bytes_keep_their_borders() {
        let mut texts = Texts::new(2);
        texts.push_with(|out| out.extend_from_slice(b"ab"));
        texts.push_with(|_| ());
        let array = texts.finish().unwrap();
        let array = array.as_any().downcast_ref::<StringArray>().unwrap();
        assert_eq!((array.value(0), array.value(1)), ("ab", ""));
        let mut bytes = OptionalBytes::new(2);
        bytes.push(None);
        bytes.push(Some(b"\xff"));
        let array = bytes.finish().unwrap();
        assert!(array.is_null(0) && array.is_valid(1));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let mut texts = Texts::new(1);
        texts.push_with(|out| out.push(0xff));
        assert!(texts.finish().is_err());
    }
}
