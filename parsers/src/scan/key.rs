//! A key with its figures, and who wants it.

use std::io;

use crate::rdb::KeyRecord;
use crate::rows::streams::StreamRows;
use crate::rows::{Form, KeyFacts};

/// A key that passed the filter, complete with its figures.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    pub record: &'a KeyRecord,
    pub facts: &'a KeyFacts,
    /// Groups and consumers, where it is a stream.
    pub streams: &'a StreamRows,
    /// Place of `form` among the forms of the pass.
    pub form_id: i32,
    pub form: &'a Form,
    /// Its type as patterns number types.
    pub type_code: u8,
    pub elements: Option<u64>,
    /// Without the share of a hash template, unless the pass was told it.
    pub memory_bytes: Option<u64>,
    pub allocated_bytes: Option<u64>,
    pub dump_bytes: u64,
}

impl Key<'_> {
    /// Largest element, where the value has elements.
    #[inline]
    pub fn largest_element_bytes(&self) -> Option<u64> {
        self.elements.map(|_| self.facts.largest_element)
    }

    /// Hash template that the key uses, by the id of the file.
    #[inline]
    pub fn template(&self) -> Option<u64> {
        self.facts.rare().and_then(|rare| rare.template_id)
    }
}

/// Takes the keys of a pass one by one.
pub trait KeyTaker {
    /// # Errors
    /// A failure of our own storage.
    fn take(&mut self, key: &Key<'_>) -> io::Result<()>;
}
