//! Which beginnings or endings do many names of one position share? `user_alice`, `user_bob` … meet in `user_{*}`.

use std::collections::HashMap;

use super::nodes::ROOT;
use super::template::{Class, Part, from_parts, parts};

/// Separators of one name that are tried as the border between its fixed and its varying part.
const CUTS: usize = 12;

/// Beginnings at one position that are words of the application; more are values. First segments hold more of them,
/// since names that are split by other separators have nothing else.
pub(super) fn many_affixes(parent: u32) -> usize {
    if parent == ROOT { 24 } else { 8 }
}

/// Names with a common beginning or ending; the rest varies.
pub(super) struct AffixGroup {
    pub fixed: Vec<u8>,
    pub at_start: bool,
    /// Indices of the names
    pub members: Vec<usize>,
}

impl AffixGroup {
    pub(super) fn template(&self) -> Vec<u8> {
        let mut whole = parts(&self.fixed);
        let at = if self.at_start { whole.len() } else { 0 };
        whole.insert(at, Part::Var(Class::Any));
        from_parts(&whole)
    }
}

/// Groups of at least `least` names that share a beginning, then among the others those that share an ending.
/// From `many` groups on it is the affix that varies, and a shorter one or none is right.
///
/// The longest affix wins unless a shorter one holds more than a quarter more names that no longer one covers.
pub(super) fn affix_groups(names: &[&[u8]], least: usize, many: usize) -> Vec<AffixGroup> {
    let names: Vec<Vec<Part>> = names.iter().map(|name| parts(name)).collect();
    let mut free = vec![true; names.len()];
    let mut groups = groups_of(&names, &mut free, least, many, true);
    let rest = free.iter().filter(|&&free| free).count();
    let endings = groups_of(&names, &mut free, least, many, false);
    // A few values of a varying ending are no endings.
    let covered: usize = endings.iter().map(|group| group.members.len()).sum();
    if covered * 2 >= rest {
        groups.extend(endings);
    }
    groups
}

fn groups_of(names: &[Vec<Part>], free: &mut [bool], least: usize, many: usize, at_start: bool) -> Vec<AffixGroup> {
    let mut by_affix: HashMap<&[Part], Vec<usize>> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        if free.get(index) != Some(&true) {
            continue;
        }
        let affixes: Vec<&[Part]> = if at_start {
            (1..name.len()).filter(|&at| name[at - 1].is_separator()).map(|at| &name[..at]).take(CUTS).collect()
        } else {
            (1..name.len()).rev().filter(|&at| name[at].is_separator()).map(|at| &name[at..]).take(CUTS).collect()
        };
        for affix in affixes {
            if affix.iter().any(|part| part.is_letter()) {
                by_affix.entry(affix).or_default().push(index);
            }
        }
    }
    let mut affixes: Vec<(&[Part], Vec<usize>)> =
        by_affix.into_iter().filter(|(_, members)| members.len() >= least).collect();
    // Longest first; the text breaks ties, so that the outcome does not depend on the map's order.
    affixes.sort_by_cached_key(|(affix, _)| (usize::MAX - affix.len(), from_parts(affix)));
    let mut kept: Vec<(&[Part], Vec<usize>)> = Vec::new();
    for (affix, members) in affixes {
        let inner = |other: &[Part]| {
            if at_start { other.starts_with(affix) } else { other.ends_with(affix) }
        };
        let below = kept.iter().filter(|(other, _)| inner(other));
        let (groups, covered) =
            below.fold((0, 0), |(groups, covered), (_, members)| (groups + 1, covered + members.len()));
        if covered * 5 < members.len() * 4 || groups >= many {
            kept.retain(|(other, _)| !inner(other));
            kept.push((affix, members));
        }
    }
    if kept.len() >= many {
        return Vec::new();
    }
    let mut groups = Vec::new();
    for (affix, members) in kept {
        for &index in &members {
            if let Some(free) = free.get_mut(index) {
                *free = false;
            }
        }
        groups.push(AffixGroup { fixed: from_parts(affix), at_start, members });
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &[String], least: usize) -> Vec<(String, usize)> {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
        let mut groups: Vec<_> = affix_groups(&names, least, 8)
            .iter()
            .map(|group| (crate::patterns::template::render(&group.template()).0, group.members.len()))
            .collect();
        groups.sort();
        groups
    }

    fn words() -> impl Iterator<Item = char> {
        'a'..='t'
    }

    #[test]
    fn longest_common_beginning_or_ending() {
        let mut names: Vec<String> = words().map(|w| format!("app_user_{w}")).collect();
        names.extend(words().map(|w| format!("app_cart_{w}")));
        names.extend(words().map(|w| format!("{w}{w}.stats")));
        names.push("lonely".to_owned());
        let expected = [("app_cart_{*}", 20), ("app_user_{*}", 20), ("{*}.stats", 20)]
            .map(|(text, count)| (text.to_owned(), count));
        assert_eq!(groups(&names, 10), expected);
        assert!(groups(&names, 41).is_empty());
    }

    #[test]
    fn beginnings_that_vary_are_none() {
        let pairs = || words().flat_map(|a| words().map(move |b| format!("{a}_{b}")));
        assert!(groups(&pairs().collect::<Vec<_>>(), 10).is_empty());
        let names: Vec<String> = pairs().map(|pair| format!("profile_{pair}")).collect();
        assert_eq!(groups(&names, 10), [("profile_{*}".to_owned(), 400)]);
    }

    #[test]
    fn slugs_meet_at_their_common_beginning() {
        let mut names: Vec<String> = words().map(|w| format!("post-my-{w}")).collect();
        names.extend(words().map(|w| format!("post-{w}{w}-x{w}")));
        assert_eq!(groups(&names, 10), [("post-{*}".to_owned(), 40)]);
    }
}
