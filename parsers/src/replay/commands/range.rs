//! Ranges: of indexes, ranks, scores and texts.

use crate::replay::applied::Applied;
use crate::replay::call::double;
use crate::replay::values::ZsetValue;

/// What a range counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Rank,
    Score,
    Lex,
}

/// First index and length of a range of `length` elements; negative indexes count from the end.
pub fn clamp(first: i64, last: i64, length: u64) -> (u64, u64) {
    let place = |index: i64| match u64::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => length.checked_sub(index.unsigned_abs()),
    };
    let start = place(first).unwrap_or(0);
    let Some(end) = place(last) else { return (0, 0) };
    let end = end.min(length.saturating_sub(1));
    if length == 0 || start > end || start >= length { (0, 0) } else { (start, end - start + 1) }
}

/// A border of scores.
#[derive(Debug, Clone, Copy)]
pub struct ScoreBorder {
    pub score: f64,
    open: bool,
}

impl ScoreBorder {
    pub fn read(text: &[u8]) -> Result<Self, Applied> {
        let (open, number) = match text.strip_prefix(b"(") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        Ok(Self { score: double(number).ok_or(Applied::Refused)?, open })
    }

    pub fn is_below(self, score: f64) -> bool {
        if self.open { self.score < score } else { self.score <= score }
    }

    pub fn is_above(self, score: f64) -> bool {
        if self.open { self.score > score } else { self.score >= score }
    }
}

/// A border of texts.
#[derive(Debug, Clone, Copy)]
enum LexBorder<'w> {
    Lowest,
    Highest,
    Text(&'w [u8], bool),
}

impl<'w> LexBorder<'w> {
    fn read(text: &'w [u8]) -> Result<Self, Applied> {
        match text {
            b"-" => Ok(Self::Lowest),
            b"+" => Ok(Self::Highest),
            [b'(', rest @ ..] => Ok(Self::Text(rest, true)),
            [b'[', rest @ ..] => Ok(Self::Text(rest, false)),
            _ => Err(Applied::Refused),
        }
    }

    fn is_below(self, member: &[u8]) -> bool {
        match self {
            Self::Lowest => true,
            Self::Highest => false,
            Self::Text(text, open) => text < member || !open && text == member,
        }
    }

    fn is_above(self, member: &[u8]) -> bool {
        match self {
            Self::Lowest => false,
            Self::Highest => true,
            Self::Text(text, open) => text > member || !open && text == member,
        }
    }
}

/// Members of a range with their scores, from the lowest (`reverse`: highest) up.
pub fn members(
    zset: &ZsetValue,
    by: By,
    low: &[u8],
    high: &[u8],
    reverse: bool,
) -> Result<Vec<(Vec<u8>, f64)>, Applied> {
    let owned = |(member, score): (&[u8], f64)| (member.to_vec(), score);
    match by {
        By::Rank => {
            let integer = crate::replay::call::integer;
            let (start, count) = clamp(integer(low)?, integer(high)?, zset.len());
            let (start, count) = (start as usize, count as usize);
            Ok(match reverse {
                false => zset.iter().skip(start).take(count).map(owned).collect(),
                true => zset.iter().rev().skip(start).take(count).map(owned).collect(),
            })
        }
        By::Score => {
            let (low, high) = (ScoreBorder::read(low)?, ScoreBorder::read(high)?);
            let found = zset.at_least(low.score).take_while(|(_, score)| high.is_above(*score));
            Ok(ordered(found.filter(|(_, score)| low.is_below(*score)).map(owned).collect(), reverse))
        }
        By::Lex => {
            let (low, high) = (LexBorder::read(low)?, LexBorder::read(high)?);
            // As in the servers, where scores differ the first member outside ends the range.
            let found = zset.iter().skip_while(|(member, _)| !low.is_below(member));
            Ok(ordered(found.take_while(|(member, _)| high.is_above(member)).map(owned).collect(), reverse))
        }
    }
}

fn ordered(mut members: Vec<(Vec<u8>, f64)>, reverse: bool) -> Vec<(Vec<u8>, f64)> {
    if reverse {
        members.reverse();
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_from_both_ends() {
        for (first, last, expected) in [
            (0, -1, (0, 5)),
            (1, 2, (1, 2)),
            (-2, -1, (3, 2)),
            (-9, 1, (0, 2)),
            (3, 99, (3, 2)),
            (5, 9, (0, 0)),
            (2, 1, (0, 0)),
            (0, -6, (0, 0)),
        ] {
            assert_eq!(clamp(first, last, 5), expected, "{first} {last}");
        }
        assert_eq!(clamp(0, -1, 0), (0, 0));
    }
}
