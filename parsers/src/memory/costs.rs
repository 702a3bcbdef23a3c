//! The constants of a target together with its allocator and its sizes of strings.

use super::allocator::SizeClasses;
use super::constants::Constants;
use super::sds::Sds;
use crate::conversion::Target;
use crate::events::Element;

/// Size of an object's header (robj, kvobj).
pub const OBJECT: u64 = 16;
/// An entry of a dict.
pub const ENTRY: u64 = 24;
/// An entry without value that is not the first in its bucket.
pub const CHAINED_ENTRY: u64 = 16;
/// A pointer.
pub const POINTER: u64 = 8;

/// What a target's sizes follow from.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    pub constants: Constants,
    pub sds: Sds,
}

impl Costs {
    pub fn of(target: &Target) -> Self {
        let constants = Constants::of(target);
        Self { sds: Sds::new(constants.sds, SizeClasses::of(target)), constants }
    }

    /// Bytes that an allocation of `n` takes.
    #[inline]
    pub fn allocated(&self, n: u64) -> u64 {
        self.sds.classes.size(n)
    }

    /// Counted and allocated bytes of a string inside a value.
    #[inline]
    pub fn text(&self, n: u64) -> (u64, u64) {
        let allocated = self.sds.allocated(n);
        (if self.constants.sds_rounded { allocated } else { self.sds.bytes(n) }, allocated)
    }

    /// Counted and allocated bytes of a packed value of `n` bytes.
    #[inline]
    pub fn packed(&self, n: u64) -> (u64, u64) {
        let allocated = self.sds.classes.size(n);
        (if self.constants.packed_rounded { allocated } else { n }, allocated)
    }

    /// Bytes of an object with a text of `n` bytes inside, whose header is at least of three bytes.
    pub fn embedded_object(&self, n: u64) -> u64 {
        self.allocated(n.saturating_add(OBJECT + self.sds.header(n).max(3) + 1))
    }

    /// Bytes of the object that an element is, where elements are objects (up to 3.2). Small integers are shared.
    pub fn element_object(&self, element: Element<'_>) -> u64 {
        let n = element.len();
        match element.integer() {
            Some(0..=9999) => 0,
            Some(_) => self.allocated(OBJECT),
            None if self.constants.embedded_text.is_some_and(|limit| n <= limit) => self.embedded_object(n),
            None => self.allocated(OBJECT).saturating_add(self.sds.allocated(n)),
        }
    }
}
