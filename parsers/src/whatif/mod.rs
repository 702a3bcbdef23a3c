//! What the same data would cost elsewhere: several servers asked in one pass, and the bill of single keys.

mod bills;
mod comparison;

pub use bills::{KeyBill, bills};
pub use comparison::{Comparison, Group, GroupSums, compare};
