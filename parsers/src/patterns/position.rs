//! What is known of a position that has more words than the miner keeps.

use super::affix::AffixGroup;
use super::template::{Class, MARK, is_variable, is_whole};

/// Rounds in which a position may find common beginnings: names often come database by database.
const ROUNDS: u8 = 8;

/// The two sorts of children that are limited, each for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// `profile`
    Plain = 0,
    /// `amelie{int}`
    Mixed = 1,
}

impl Words {
    pub(super) fn of(template: &[u8]) -> Words {
        if is_variable(template) { Words::Mixed } else { Words::Plain }
    }

    /// Whether a child is of this sort and stands for itself.
    pub(super) fn includes(self, template: &[u8]) -> bool {
        let any = template.windows(2).any(|pair| pair == [MARK, Class::Any as u8]);
        !any && !is_whole(template) && Words::of(template) == self
    }
}

/// A `{*}` child and what its segments begin or end with.
struct Catch {
    words: Words,
    fixed: Vec<u8>,
    at_start: bool,
    child: u32,
}

#[derive(Default)]
pub(super) struct Position {
    catches: Vec<Catch>,
    closed: [Option<Usual>; 2],
    rounds: u8,
}

/// How much the words of a position were used when it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usual {
    /// Keys of the median word
    median: u64,
    /// Keys of all
    keys: u64,
}

impl Usual {
    /// Whether a word has far more keys than its position's usual word, now that all have `total`.
    pub(super) fn is_heavy(self, keys: u64, total: u64) -> bool {
        const TIMES: u128 = 16;
        let usual = u128::from(self.median.max(1)) * u128::from(total.max(self.keys));
        u128::from(keys) * u128::from(self.keys.max(1)) >= TIMES * usual
    }
}

impl Position {
    /// The `{*}` child for a segment that begins or ends like others; the longest beginning decides.
    pub(super) fn caught(&self, words: Words, template: &[u8]) -> Option<u32> {
        let fits = |catch: &&Catch| {
            let affix =
                if catch.at_start { template.starts_with(&catch.fixed) } else { template.ends_with(&catch.fixed) };
            catch.words == words && affix && template.len() > catch.fixed.len()
        };
        self.catches.iter().find(fits).map(|catch| catch.child)
    }

    pub(super) fn add(&mut self, words: Words, group: AffixGroup, child: u32) {
        self.catches.push(Catch { words, fixed: group.fixed, at_start: group.at_start, child });
        self.catches.sort_by_key(|catch| (!catch.at_start, usize::MAX - catch.fixed.len()));
    }

    /// Counts a round. Whether another may follow.
    pub(super) fn next_round(&mut self) -> bool {
        self.rounds += 1;
        self.rounds < ROUNDS
    }

    pub(super) fn close(&mut self, words: Words, median: u64, keys: u64) {
        self.closed[words as usize] = Some(Usual { median, keys });
    }

    /// Set once new words of this sort are `{*}`.
    pub(super) fn closed(&self, words: Words) -> Option<Usual> {
        self.closed[words as usize]
    }
}

pub(super) fn median(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_catches() {
        let mut position = Position::default();
        for (child, (fixed, at_start)) in
            [("app_", true), (".stats", false), ("app_user_", true)].into_iter().enumerate()
        {
            let group = AffixGroup { fixed: fixed.as_bytes().to_vec(), at_start, members: Vec::new() };
            position.add(Words::Plain, group, child as u32);
        }
        let caught = |name: &str| position.caught(Words::Plain, name.as_bytes());
        assert_eq!(caught("app_user_bob"), Some(2));
        assert_eq!(caught("app_cart"), Some(0));
        assert_eq!(caught("load.stats"), Some(1));
        assert_eq!(caught(".stats"), None);
        assert_eq!(position.caught(Words::Mixed, b"app_user_bob"), None);
    }

    #[test]
    fn heavy_is_relative_to_growth() {
        let usual = Usual { median: 2, keys: 1_000 };
        assert!(usual.is_heavy(32, 1_000));
        assert!(!usual.is_heavy(31, 1_000));
        assert!(!usual.is_heavy(32, 100_000));
        assert!(usual.is_heavy(3_200, 100_000));
    }
}
