//! The packed value that a server builds out of elements, whichever layout it has.

use super::costs::Costs;
use super::ziplist_size::Ziplist;
use super::{listpack_size, score_text};
use crate::events::Element;

/// A packed value that grows at its end.
#[derive(Debug, Clone, Copy)]
pub enum Built {
    Listpack { bytes: u64, full_back_length: bool },
    Ziplist(Ziplist),
}

impl Default for Built {
    fn default() -> Self {
        Self::Ziplist(Ziplist::default())
    }
}

impl Built {
    /// An empty one in the layout of this version.
    pub fn new(costs: &Costs) -> Self {
        if costs.constants.listpacks {
            Self::Listpack { bytes: listpack_size::EMPTY, full_back_length: costs.constants.full_back_length }
        } else {
            Self::default()
        }
    }

    #[inline]
    pub fn push(&mut self, element: Element<'_>) {
        match self {
            Self::Listpack { bytes, full_back_length } => {
                *bytes = bytes.saturating_add(listpack_size::entry(element, *full_back_length));
            }
            Self::Ziplist(list) => list.push(element),
        }
    }

    /// A score of a sorted set.
    pub fn push_score(&mut self, score: f64, costs: &Costs) {
        match score_text::integral(score) {
            Some(number) if costs.constants.listpacks => self.push(Element::Int(number)),
            _ => {
                let text = score_text::text(score, &costs.constants);
                self.push(Element::Bytes(text.as_bytes()));
            }
        }
    }

    pub fn bytes(&self) -> u64 {
        match self {
            Self::Listpack { bytes, .. } => *bytes,
            Self::Ziplist(list) => list.bytes,
        }
    }
}
