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

    /// A score of a sorted set; `from_ziplist`: its text is taken over from a ziplist.
    pub fn push_score(&mut self, score: f64, from_ziplist: bool, costs: &Costs) {
        if from_ziplist {
            return self.push(Element::Bytes(score_text::in_ziplist(score).as_bytes()));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Target, Version};

    #[test]
    fn scores_out_of_ziplists_keep_their_text() {
        let costs = Costs::of(&Target::new(Server::Redis, Version::new(7, 2, 6)));
        let bytes = |score, from_ziplist| {
            let mut built = Built::new(&costs);
            built.push_score(score, from_ziplist, &costs);
            built.bytes()
        };
        // `0.1` anew, `0.10000000000000001` as 6.2 wrote it; each with a byte before and behind.
        assert_eq!((bytes(0.1, false), bytes(0.1, true)), (7 + 5, 7 + 21));
        // Whole numbers are integers either way, unless they were printed with an exponent.
        assert_eq!((bytes(7.0, false), bytes(7.0, true)), (7 + 2, 7 + 2));
        assert_eq!((bytes(1e18, false), bytes(1e18, true)), (7 + 10, 7 + 7));
    }
}
