//! Valkey's index of fields that expire (vset.c of 9.1): a vector, or a radix tree of time windows with a vector each.

use std::collections::BTreeMap;

use super::bill::{Bill, Part};
use super::costs::{Costs, POINTER};
use super::hashtable;
use super::rax::RaxSize;

/// Entries of a vector.
const FULL: usize = 127;
/// Windows are this long at least and at most, in milliseconds.
const SHORTEST_WINDOW: i64 = 16;
const LONGEST_WINDOW: i64 = 8192;
/// Expiries that are kept of one hash; those beyond are taken to be like them.
const KEPT: usize = 1 << 20;

/// Expiries of a hash's fields in the order of the file.
#[derive(Debug, Default)]
pub struct FieldExpiries {
    kept: Vec<i64>,
    count: u64,
}

/// A time window's entries; a hashtable where more than a vector's fall into the shortest window.
enum Window {
    Vector(Vec<i64>),
    Hashtable(u64),
}

impl FieldExpiries {
    /// The same allocation without content.
    pub fn cleared(mut self) -> Self {
        self.kept.clear();
        self.count = 0;
        self
    }

    #[inline]
    pub fn push(&mut self, expiry: i64) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push(expiry);
        }
    }

    /// Adds the index.
    pub fn bill(&self, costs: &Costs, bill: &mut Bill) {
        let vector = |n: usize| if n < 2 { 0 } else { costs.allocated(POINTER + POINTER * n as u64) };
        if self.kept.len() <= FULL {
            bill.add(Part::FieldExpiries, vector(self.kept.len()));
            return;
        }
        let mut bytes = 0;
        let mut tree = RaxSize::default();
        let mut by_chance = false;
        for (end, window) in windows(&self.kept) {
            tree.insert(&end.to_be_bytes(), costs);
            bytes += match window {
                Window::Vector(entries) => vector(entries.len()),
                Window::Hashtable(entries) => {
                    by_chance = true;
                    hashtable::bytes(entries, costs)
                }
            };
        }
        bytes += costs.constants.rax + tree.finish(costs).allocated;
        if self.count > self.kept.len() as u64 {
            bytes = (bytes as f64 / self.kept.len() as f64 * self.count as f64) as u64;
            by_chance = true;
        }
        bill.add(Part::FieldExpiries, bytes);
        if by_chance {
            bill.estimate();
        }
    }
}

/// End of the shortest and of the longest window that an expiry falls into.
fn shortest_end(expiry: i64) -> i64 {
    (expiry & !(SHORTEST_WINDOW - 1)).saturating_add(SHORTEST_WINDOW)
}

fn longest_end(expiry: i64) -> i64 {
    (expiry & !(LONGEST_WINDOW - 1)).saturating_add(LONGEST_WINDOW)
}

/// The windows of a hash with more expiring fields than a vector holds: the first vector is sorted when it becomes a
/// tree, the rest comes in the order of the file.
fn windows(expiries: &[i64]) -> BTreeMap<i64, Window> {
    let mut windows = BTreeMap::new();
    let (first, rest) = expiries.split_at(FULL.min(expiries.len()));
    let mut first = first.to_vec();
    first.sort_unstable();
    for &expiry in first.iter().chain(rest) {
        insert(&mut windows, expiry);
    }
    windows
}

fn insert(windows: &mut BTreeMap<i64, Window>, expiry: i64) {
    // Each round splits or moves a window into a shorter one, which can happen a bounded number of times.
    loop {
        let after = expiry.saturating_add(1);
        let found = windows.range_mut(after..).next().filter(|(end, _)| **end <= longest_end(expiry));
        let Some((&end, window)) = found else {
            windows.insert(longest_end(expiry), Window::Vector(vec![expiry]));
            return;
        };
        let entries = match window {
            Window::Vector(entries) if entries.len() < FULL => {
                entries.push(expiry);
                return;
            }
            Window::Hashtable(count) => {
                *count += 1;
                return;
            }
            Window::Vector(entries) => entries,
        };
        entries.sort_unstable();
        let (first, last) = (shortest_end(entries[0]), shortest_end(entries[FULL - 1]));
        if last < end {
            let moved = std::mem::take(entries);
            windows.remove(&end);
            windows.insert(last, Window::Vector(moved));
        } else if let Some(at) = split_place(entries).filter(|_| first != last) {
            let upper = entries.split_off(at);
            let lower = std::mem::replace(entries, upper);
            windows.insert(shortest_end(lower[at - 1]), Window::Vector(lower));
        } else {
            *window = Window::Hashtable(FULL as u64 + 1);
            return;
        }
    }
}

/// The place nearest to the middle where one shortest window ends and another begins, the left one first.
fn split_place(entries: &[i64]) -> Option<usize> {
    let middle = entries.len() / 2;
    let borders =
        |at: &usize| *at > 0 && *at < entries.len() && shortest_end(entries[at - 1]) < shortest_end(entries[*at]);
    (0..=middle).flat_map(|offset| [middle.checked_sub(offset), middle.checked_add(offset)]).flatten().find(borders)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(expiries: &[i64]) -> Vec<usize> {
        windows(expiries)
            .into_values()
            .map(|window| match window {
                Window::Vector(entries) => entries.len(),
                Window::Hashtable(entries) => entries as usize,
            })
            .collect()
    }

    #[test]
    fn a_full_window_splits_in_the_middle() {
        let spread: Vec<i64> = (0..128).map(|i| 1_000_000 * LONGEST_WINDOW + 64 * i).collect();
        assert_eq!(sizes(&spread), [127, 1]);
        let spread: Vec<i64> = (0..200).map(|i| 1_000_000 * LONGEST_WINDOW + 32 * i).collect();
        let parts = sizes(&spread);
        assert_eq!(parts.iter().sum::<usize>(), 200);
        assert!(parts.len() >= 2 && parts.iter().all(|&n| n <= FULL), "{parts:?}");
    }

    #[test]
    fn entries_of_one_moment_make_a_hashtable() {
        assert_eq!(sizes(&[5_000; 300]), [300]);
        assert!(sizes(&(0..300).map(|i| i * 100_000).collect::<Vec<_>>()).iter().all(|&n| n == 1));
    }
}
