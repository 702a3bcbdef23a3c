//! What a key costs, term by term.

/// What a term stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The object's header, with the key's name and a short string in it where the version embeds them.
    Object,
    /// The key's name and its entry in the main table.
    Key,
    /// The entry in the table of expiries.
    Expiry,
    /// A string's text.
    Text,
    /// A packed value: ziplist, listpack, intset, zipmap.
    Packed,
    /// Heads of structures: dict, quicklist, skiplist, stream, array …
    Head,
    /// Slots or buckets of a hash table.
    Table,
    /// Child buckets of a hash table, expected value.
    ChildBuckets,
    /// Entries of a hash table.
    Entries,
    /// Elements, members, fields and values.
    Elements,
    /// Nodes of a list or skiplist (expected value), with members where those stand inside.
    Nodes,
    /// Index of fields that expire.
    FieldExpiries,
    /// Radix trees.
    RadixTrees,
    /// Consumer groups, consumers and pending entries.
    Groups,
    /// Idempotent producers.
    Producers,
    /// Vectors, their links and attributes.
    Vectors,
    /// Directory of an array.
    Directory,
    /// What the server's arithmetic loses.
    Rounding,
}

impl Part {
    /// Name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Key => "key",
            Self::Expiry => "expiry",
            Self::Text => "text",
            Self::Packed => "packed value",
            Self::Head => "head",
            Self::Table => "table",
            Self::ChildBuckets => "child buckets",
            Self::Entries => "entries",
            Self::Elements => "elements",
            Self::Nodes => "nodes",
            Self::FieldExpiries => "field expiries",
            Self::RadixTrees => "radix trees",
            Self::Groups => "groups",
            Self::Producers => "producers",
            Self::Vectors => "vectors",
            Self::Directory => "directory",
            Self::Rounding => "rounding",
        }
    }
}

/// One term: what MEMORY USAGE counts for it and what it takes. They differ where the server miscounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    pub part: Part,
    pub counted: i64,
    pub allocated: u64,
}

/// Standard deviations that a spread reaches to each side.
const WIDE: f64 = 4.0;

/// The sum over a key's terms; the terms themselves only where asked for.
#[derive(Debug, Clone, Default)]
pub struct Bill {
    pub counted: u64,
    pub allocated: u64,
    /// Variance of `counted`, 0 where it is certain.
    pub variance: f64,
    /// How much less and more than `counted` it can turn out, but for one time in ten thousand.
    pub less: u64,
    pub more: u64,
    /// The server draws lots for a part.
    pub chance: bool,
    terms: Option<Vec<Term>>,
}

impl Bill {
    /// A bill that keeps its terms.
    pub fn itemised() -> Self {
        Self { terms: Some(Vec::new()), ..Self::default() }
    }

    /// The terms, where they were kept.
    pub fn into_terms(self) -> Vec<Term> {
        self.terms.unwrap_or_default()
    }

    /// Adds a term that is counted as it is.
    #[inline]
    pub fn add(&mut self, part: Part, bytes: u64) {
        self.put(part, bytes, bytes);
    }

    /// Adds a term that is counted otherwise than it is.
    #[inline]
    pub fn put(&mut self, part: Part, counted: u64, allocated: u64) {
        self.counted = self.counted.saturating_add(counted);
        self.allocated = self.allocated.saturating_add(allocated);
        if let Some(terms) = &mut self.terms
            && (counted, allocated) != (0, 0)
        {
            let counted = i64::try_from(counted).unwrap_or(i64::MAX);
            match terms.iter_mut().find(|term| term.part == part) {
                Some(term) => {
                    term.counted = term.counted.saturating_add(counted);
                    term.allocated = term.allocated.saturating_add(allocated);
                }
                None => terms.push(Term { part, counted, allocated }),
            }
        }
    }

    /// Adds a term that the server draws lots for: its expected value, rounded, and its spread. `step`: the smallest
    /// amount that it can be off by.
    pub fn expect(&mut self, part: Part, mean: f64, variance: f64, step: u64) {
        self.add(part, mean.round() as u64);
        self.vary(mean, variance, step);
    }

    /// Says that a term that was added is such an expected value.
    pub fn vary(&mut self, mean: f64, variance: f64, step: u64) {
        if variance <= 0.0 {
            return;
        }
        let wide = WIDE * variance.sqrt();
        self.variance += variance;
        self.less = self.less.saturating_add(wide.min(mean).ceil() as u64);
        self.more = self.more.saturating_add(wide.ceil() as u64).saturating_add(step);
        self.chance = true;
    }

    /// Says that a term that was added is the likelier of two outcomes, `added`, the other being `other`.
    pub fn either(&mut self, added: u64, other: u64, probability: f64) {
        let apart = added.abs_diff(other) as f64;
        self.variance += apart * apart * probability * (1.0 - probability);
        self.less = self.less.saturating_add(added.saturating_sub(other));
        self.more = self.more.saturating_add(other.saturating_sub(added));
        self.chance = true;
    }

    /// Says that a term that was added is an estimate whose spread is not known.
    pub fn estimate(&mut self) {
        self.chance = true;
    }

    /// Repeats what servers do with sums over elements: average in floating point, times the number of elements, cut
    /// to an integer. It can lose a byte of `base` (counted so far) plus `sum`.
    pub fn average(&mut self, base: u64, sum: u64, samples: u64) {
        if samples == 0 {
            return;
        }
        let scaled = sum as f64 / samples as f64 * samples as f64;
        let total = (base as f64 + scaled) as u64;
        let exact = base.saturating_add(sum);
        if total == exact {
            return;
        }
        let lost = exact as i64 - total as i64;
        self.counted = self.counted.saturating_add_signed(-lost);
        if let Some(terms) = &mut self.terms {
            terms.push(Term { part: Part::Rounding, counted: -lost, allocated: 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_lose_a_byte_as_in_the_server() {
        // A quicklist of 180 nodes behind 80 bytes of object and head.
        let mut bill = Bill::itemised();
        bill.add(Part::Head, 80);
        bill.add(Part::Nodes, 1_476_640);
        bill.average(80, 1_476_640, 180);
        assert_eq!(bill.counted, 1_476_719);
        let terms = bill.into_terms();
        assert_eq!(terms.iter().map(|term| term.counted).sum::<i64>(), 1_476_719);
        assert_eq!(terms.last().map(|term| (term.part, term.counted)), Some((Part::Rounding, -1)));
    }

    #[test]
    fn what_cannot_vary_is_exact() {
        let mut bill = Bill::default();
        bill.expect(Part::ChildBuckets, 64.0, 0.0, 64);
        assert!(!bill.chance);
        bill.expect(Part::Nodes, 45.8, 150.0, 8);
        assert!(bill.chance && bill.more > 48);
    }
}
