//! An element kept beyond the place where it was read.

use crate::events::Element;

/// The owned counterpart of [`Element`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owned {
    Int(i64),
    Bytes(Vec<u8>),
    Opaque { length: u64 },
}

impl Owned {
    pub fn of(element: Element<'_>) -> Self {
        match element {
            Element::Int(number) => Self::Int(number),
            Element::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Element::Opaque { length } => Self::Opaque { length },
        }
    }

    pub fn element(&self) -> Element<'_> {
        match self {
            Self::Int(number) => Element::Int(*number),
            Self::Bytes(bytes) => Element::Bytes(bytes),
            Self::Opaque { length } => Element::Opaque { length: *length },
        }
    }
}
