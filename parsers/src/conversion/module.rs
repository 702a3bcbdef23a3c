//! Module values: what can be told of them without their module.

/// Type name of the vector sets of Redis 8.
const VECTOR_SET: &str = "vectorset";

/// What is known of a module value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ModuleFacts {
    /// Elements, where the type is known.
    pub elements: Option<u64>,
    is_vector_set: bool,
    unsigned_seen: u64,
}

impl ModuleFacts {
    pub(super) fn named(name: &str) -> Self {
        Self { is_vector_set: name == VECTOR_SET, ..Self::default() }
    }

    pub(super) fn unsigned(&mut self, number: u64) {
        // A vector set begins with its dimensions and its number of elements.
        if self.is_vector_set && self.unsigned_seen == 1 {
            self.elements = Some(number);
        }
        self.unsigned_seen = self.unsigned_seen.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_set_tells_its_elements() {
        let elements = |name| {
            let mut facts = ModuleFacts::named(name);
            [300, 12, 7].into_iter().for_each(|number| facts.unsigned(number));
            facts.elements
        };
        assert_eq!((elements("vectorset"), elements("TSDB-TYPE")), (Some(12), None));
    }
}
