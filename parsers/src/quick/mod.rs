//! Quick looks at a dump in one pass and bounded memory: its largest keys, its prefixes.

mod top;
mod tree;

pub use top::{Measure, Ranking, TopKey, TopKeys};
pub use tree::{PrefixTotals, Totals, Tree};
