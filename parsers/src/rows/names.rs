//! What the names of a pattern have between them, so that rules about single names read few patterns' keys.

use crate::patterns::holds_unsafe;

/// Extremes of the names of one pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameFacts {
    pub shortest: u32,
    pub longest: u32,
    /// Whether a name has a blank, a control character or bytes that are no text.
    pub unsafe_characters: bool,
    /// Whether a name has an opening brace, without which there is no hash tag.
    pub braces: bool,
}

impl Default for NameFacts {
    fn default() -> Self {
        Self { shortest: u32::MAX, longest: 0, unsafe_characters: false, braces: false }
    }
}

impl NameFacts {
    #[inline]
    fn add(&mut self, name: &[u8]) {
        let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
        self.shortest = self.shortest.min(length);
        self.longest = self.longest.max(length);
        let (suspicious, braces) = suspicions(name);
        self.braces |= braces;
        // What is not ASCII is looked at closely, until the pattern is known to need it.
        if suspicious && !self.unsafe_characters {
            self.unsafe_characters = holds_unsafe(name);
        }
    }
}

/// Facts of names by the number that the miner assigned.
#[derive(Debug, Default)]
pub struct Names {
    facts: Vec<NameFacts>,
}

impl Names {
    /// Counts a name in under its pattern.
    #[inline]
    pub fn add(&mut self, pattern: u32, name: &[u8]) {
        let place = pattern as usize;
        if place >= self.facts.len() {
            self.facts.resize(place + 1, NameFacts::default());
        }
        if let Some(facts) = self.facts.get_mut(place) {
            facts.add(name);
        }
    }

    /// Facts of each pattern, by number.
    pub fn into_facts(self) -> Vec<NameFacts> {
        self.facts
    }
}

const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Whether a name may be unsafe (it has a blank, a control character or a byte that is not ASCII), and whether it has
/// an opening brace.
#[inline]
fn suspicions(name: &[u8]) -> (bool, bool) {
    let (mut suspicious, mut braces) = (0, 0);
    let mut look = |word: u64| {
        // Not above a blank; DEL; not ASCII.
        let low = word.wrapping_sub(LOW * 0x21) & !word;
        let delete = word ^ (LOW * 0x7F);
        let brace = word ^ (LOW * 0x7B);
        suspicious |= word | low | (delete.wrapping_sub(LOW) & !delete);
        braces |= brace.wrapping_sub(LOW) & !brace;
    };
    let mut tail = name;
    while let Some((chunk, rest)) = tail.split_first_chunk::<8>() {
        look(u64::from_le_bytes(*chunk));
        tail = rest;
    }
    if !tail.is_empty() {
        let mut padded = [b'.'; 8];
        for (to, &from) in padded.iter_mut().zip(tail) {
            *to = from;
        }
        look(u64::from_le_bytes(padded));
    }
    (suspicious & HIGH != 0, braces & HIGH != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place_is_seen() {
        for byte in 0..=255u8 {
            for place in 0..19 {
                let mut name = b"user:1234:profile:x".to_vec();
                name[place] = byte;
                let mut names = Names::default();
                names.add(2, &name);
                let facts = names.into_facts()[2];
                assert_eq!(facts.unsafe_characters, !(0x21..0x7F).contains(&byte), "{byte}");
                assert_eq!(facts.braces, byte == b'{');
            }
        }
    }

    #[test]
    fn letters_of_other_scripts_are_safe() {
        let mut names = Names::default();
        for name in ["größe:5", "鍵:1", "a\\b"] {
            names.add(0, name.as_bytes());
        }
        let facts = NameFacts { shortest: 3, longest: 9, ..NameFacts::default() };
        assert_eq!(names.into_facts(), [facts]);
        let mut names = Names::default();
        names.add(0, "abc\u{202E}fed".as_bytes());
        assert!(names.into_facts()[0].unsafe_characters);
    }
}
