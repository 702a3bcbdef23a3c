//! Arrays (Redis 8.8): a directory of slices of 4096 places, sparse or dense (rdb-next; Redis 8.10.2 was asked).

use super::bill::{Bill, Part};
use super::costs::{Costs, POINTER};
use super::key::KeyFacts;
use crate::events::ArrayValue;

/// Places of a slice (`array-slice-size`).
const SLICE: u64 = 4096;
/// struct array.
const HEAD: u64 = 80;
/// A directory is flat below this many slices, else blocks of as many.
const BLOCK: u64 = 2048;
/// An entry of the directory of blocks, which has room for four at least.
const BLOCK_ENTRY: u64 = 24;
const FEWEST_BLOCKS: u64 = 4;
/// Elements up to which a slice is sparse (`array-sparse-kmax`).
const SPARSE: u64 = 10;
/// A dense slice besides its window of places, whose smallest has eight.
const DENSE_HEAD: u64 = 32;
const SMALLEST_WINDOW: u64 = 8;
/// A text's header, by its length.
const SHORT_TEXT: u64 = 16_383;

/// What an array's memory follows from, gathered place by place.
#[derive(Debug, Default)]
pub struct ArraySums {
    texts: u64,
    slices: u64,
    blocks: u64,
    /// The slice that is being filled: its number, elements, first and last place.
    open: Option<(u64, u64, u64, u64)>,
    highest: u64,
    /// An index that was not above the one before: the slices are not known for sure.
    disordered: bool,
    last: Option<u64>,
}

impl ArraySums {
    pub fn begin(&mut self) {
        *self = Self::default();
    }

    pub fn slot(&mut self, index: u64, value: ArrayValue<'_>, costs: &Costs) {
        if self.last.is_some_and(|last| index <= last) {
            self.disordered = true;
        }
        self.last = Some(index);
        if let ArrayValue::Text(text) = value {
            let n = text.len();
            let inside = n <= 7;
            let header = if n <= SHORT_TEXT { 2 } else { 8 };
            let bytes = if inside { 0 } else { costs.allocated(n.saturating_add(header)) };
            self.texts = self.texts.saturating_add(bytes);
        }
        let (slice, place) = (index / SLICE, index % SLICE);
        match &mut self.open {
            Some((open, count, _, last)) if *open == slice => {
                *count += 1;
                *last = (*last).max(place);
            }
            _ => {
                self.close(costs);
                let open_block = self.open.map(|(open, ..)| open / BLOCK);
                self.blocks += u64::from(open_block != Some(slice / BLOCK));
                self.open = Some((slice, 1, place, place));
                self.highest = self.highest.max(slice);
            }
        }
    }

    fn close(&mut self, costs: &Costs) {
        let Some((_, count, first, last)) = self.open else { return };
        let bytes = match count {
            0..=4 => 80,
            5..=8 => 112,
            9..=SPARSE => 160,
            _ => {
                let window = (last - first + 1).next_power_of_two().max(SMALLEST_WINDOW);
                costs.allocated(DENSE_HEAD + POINTER * window)
            }
        };
        self.slices = self.slices.saturating_add(bytes);
    }

    pub fn bill(&mut self, costs: &Costs, key: &KeyFacts, bill: &mut Bill) {
        costs.bill_object(key, bill);
        self.close(costs);
        self.open = None;
        bill.add(Part::Head, HEAD);
        let directory = if self.highest < BLOCK {
            POINTER * (self.highest + 1).next_power_of_two()
        } else {
            let entries = self.blocks.max(FEWEST_BLOCKS).checked_next_power_of_two().unwrap_or(u64::MAX);
            self.blocks.saturating_mul(POINTER * BLOCK).saturating_add(entries.saturating_mul(BLOCK_ENTRY))
        };
        bill.add(Part::Directory, directory);
        bill.add(Part::Nodes, self.slices);
        bill.add(Part::Elements, self.texts);
        if self.disordered {
            bill.estimate();
        }
    }
}
