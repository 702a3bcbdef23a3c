//! After the pass: which siblings are one pattern? Few words that are used much stay, many that are used little
//! meet in `{*}`. Only pattern rows are touched.

use std::collections::{HashMap, HashSet};

use super::affix::{affix_groups, many_affixes};
use super::branch::BranchTree;
use super::nodes::ROOT;
use super::position::{Words, median};
use super::table::segment_text;
use super::template::{Class, MARK, Part, from_parts, has_word, is_whole, parts, whole};

/// Words of one kind that meet in `{*}` when each has one key; each doubling of the keys per word asks for one more.
const WORDS: usize = 10;
/// First segments are namespaces: more of them have to look alike.
const NAMESPACES: usize = 24;
/// Different words, each with a number glued to it, that make it a name (`amelie7`, `bogdan12`).
const GLUED_WORDS: usize = 5;

/// A word with this many times the keys of the median stays.
const HEAVY: u64 = 32;

/// Merges siblings from the root down, so that what is joined is compared as a whole.
pub(super) fn merge(tree: &mut BranchTree) {
    let mut queue = vec![ROOT];
    while let Some(parent) = queue.pop() {
        spread_dates(tree, parent);
        absorb_strays(tree, parent);
        if absorb_rare_words(tree, parent) {
            absorb_strays(tree, parent);
        }
        join_glued_words(tree, parent);
        join_words(tree, parent);
        absorb_strays(tree, parent);
        join_equal_texts(tree, parent);
        queue.extend(tree.children(parent));
    }
}

/// Where dates and plain numbers of the same shape stand side by side the dates are chance: `invoice-2026-12-11`
/// beside `invoice-2026-3-7`, order 20261125 beside 20261399.
fn spread_dates(tree: &mut BranchTree, parent: u32) {
    for id in tree.children(parent) {
        let template = &tree.get(id).template;
        let mut spread = Vec::new();
        for part in parts(template) {
            let numbers = match part {
                Part::Var(Class::DateDay) => 3,
                Part::Var(Class::DateMonth) => 2,
                Part::Var(Class::DateCompact) => 1,
                _ => {
                    spread.push(part);
                    continue;
                }
            };
            for number in 0..numbers {
                if number > 0 {
                    spread.push(Part::Byte(b'-'));
                }
                spread.push(Part::Var(Class::Int));
            }
        }
        let spread = from_parts(&spread);
        if spread == *template {
            continue;
        }
        // A year that never varied was put back into the numbers' template.
        let twin = tree.find(parent, &spread).or_else(|| {
            tree.children(parent)
                .into_iter()
                .find(|&other| other != id && with_year(&tree.get(other).template) == Some(spread.clone()))
        });
        if let Some(twin) = twin {
            tree.absorb(twin, id);
        }
    }
}

/// The template with the first literal year 1970–2099 that stands alone as a number, if it has one.
fn with_year(template: &[u8]) -> Option<Vec<u8>> {
    let mut parts = parts(template);
    let byte = |part: Option<&Part>| match part {
        Some(Part::Byte(byte)) => Some(*byte),
        _ => None,
    };
    let at = (0..parts.len()).find(|&at| {
        let year: Vec<u8> = (at..at + 4).map_while(|at| byte(parts.get(at))).collect();
        let alone = |part: Option<&Part>| byte(part).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        year.len() == 4
            && year.iter().all(u8::is_ascii_digit)
            && (year.starts_with(b"20") || year.starts_with(b"19"))
            && alone(at.checked_sub(1).and_then(|at| parts.get(at)))
            && alone(parts.get(at + 4))
    })?;
    parts.splice(at..at + 4, [Part::Var(Class::Int)]);
    Some(from_parts(&parts))
}

/// Hex and random text of a fixed length looks now and then like a number, a word or both.
fn absorb_strays(tree: &mut BranchTree, parent: u32) {
    let children = tree.children(parent);
    for &host in &children {
        let branch = tree.get(host);
        let (shortest, longest) = branch.lengths;
        let parts_of_host = parts(&branch.template);
        let classes: Vec<Class> = parts_of_host
            .iter()
            .filter_map(|part| match part {
                Part::Var(class) => Some(*class),
                Part::Byte(_) => None,
            })
            .collect();
        let &[class @ (Class::Hex | Class::Token | Class::Any)] = &classes[..] else {
            continue;
        };
        if branch.gone || shortest < 5 || shortest > longest {
            continue;
        }
        let at = parts_of_host.iter().position(|part| matches!(part, Part::Var(_))).unwrap_or(0);
        let (start, end) = (from_parts(&parts_of_host[..at]), from_parts(&parts_of_host[at + 1..]));
        let (keys, types) = (branch.keys, types_below(tree, host));
        for &stray in &children {
            let other = tree.get(stray);
            if stray == host || other.gone || other.template.len() < start.len() + end.len() {
                continue;
            }
            let Some(inner) = other.template.strip_prefix(&start[..]).and_then(|rest| rest.strip_suffix(&end[..]))
            else {
                continue;
            };
            let literal = !inner.contains(&MARK);
            let lengths = if literal {
                let length = other.template.len() as u32;
                (length, length)
            } else {
                other.lengths
            };
            // Random text that looks like words was too much for the miner to keep apart.
            let same_length = shortest == longest && lengths == (shortest, longest);
            let unread = class == Class::Token && inner == whole(Class::Any) && same_length;
            let plain = same_length && !parts(inner).iter().any(|part| part.is_separator());
            let fits = parts(inner).iter().all(|part| match (class, part) {
                (_, Part::Var(Class::Int | Class::Hex | Class::Token | Class::Any)) => true,
                (Class::Hex, Part::Byte(byte)) => byte.is_ascii_hexdigit(),
                (_, Part::Byte(byte)) => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
                _ => false,
            });
            let outweighs = class == Class::Hex && inner == whole(Class::Int)
                || unread && other.keys <= keys
                || other.keys * 5 <= keys;
            let same = types_below(tree, stray) & !types == 0;
            let fixed = longest - shortest <= 2 || class == Class::Token && is_mixed(inner);
            if (fits && (class != Class::Any || plain) || unread)
                && fixed
                && outweighs
                && same
                && shortest <= lengths.0
                && lengths.1 <= longest
            {
                tree.absorb(host, stray);
            }
        }
    }
}

/// Letters and numbers by turns, without separators.
fn is_mixed(inner: &[u8]) -> bool {
    let parts = parts(inner);
    let numbers = parts.iter().filter(|part| matches!(part, Part::Var(_))).count();
    numbers >= 2 && !parts.iter().any(|part| part.is_separator())
}

/// Union of the types below a branch, one level deep: enough to tell an index from the things it lists.
fn types_below(tree: &BranchTree, id: u32) -> u32 {
    let own = tree.get(id).leaf.as_ref().map_or(0, |leaf| leaf.types);
    tree.children(id)
        .into_iter()
        .filter_map(|child| tree.get(child).leaf.as_ref())
        .fold(own, |types, leaf| types | leaf.types)
}

/// Where the miner saw too many words, only those used far more than the others stay.
fn absorb_rare_words(tree: &mut BranchTree, parent: u32) -> bool {
    let branch = tree.get(parent);
    let (full, total) = (branch.full, branch.keys);
    for words in [Words::Plain, Words::Mixed] {
        let Some(usual) = full[words as usize] else {
            continue;
        };
        let any = tree.child(parent, &whole(Class::Any));
        for id in tree.children(parent) {
            let word = tree.get(id);
            if words.includes(&word.template) && has_word(&word.template) && !usual.is_heavy(word.keys, total) {
                tree.absorb(any, id);
            }
        }
    }
    full != [None; 2]
}

fn join_glued_words(tree: &mut BranchTree, parent: u32) {
    let mut groups: HashMap<Vec<u8>, Vec<u32>> = HashMap::new();
    let mut order = Vec::new();
    for id in tree.children(parent) {
        let mut segment = parts(&tree.get(id).template);
        let Some(number) = (1..segment.len()).find(|&at| {
            segment.get(at) == Some(&Part::Var(Class::Int)) && segment.get(at - 1).is_some_and(|part| part.is_letter())
        }) else {
            continue;
        };
        let letters = segment[..number].iter().rev().take_while(|part| part.is_letter()).count();
        segment.splice(number - letters..=number, [Part::Var(Class::Any)]);
        let joined = from_parts(&segment);
        let members = groups.entry(joined.clone()).or_default();
        if members.is_empty() {
            order.push(joined);
        }
        members.push(id);
    }
    for joined in order {
        if let Some(members) = groups.get(&joined)
            && members.len() >= GLUED_WORDS
        {
            join(tree, parent, &joined, members);
        }
    }
}

/// Joins words whose values and subtrees are alike, by what their names share.
fn join_words(tree: &mut BranchTree, parent: u32) {
    let words: Vec<u32> = tree
        .children(parent)
        .into_iter()
        .filter(|&id| has_word(&tree.get(id).template) && !is_whole(&tree.get(id).template))
        .collect();
    if words.len() < WORDS {
        return;
    }
    for mut alike in alike(tree, &words) {
        drop_heavy(tree, &mut alike);
        let templates: Vec<Vec<u8>> = alike.iter().map(|&id| tree.get(id).template.clone()).collect();
        let names: Vec<&[u8]> = templates.iter().map(Vec::as_slice).collect();
        let least = WORDS + keys_per_word(tree, &alike);
        let mut joined = HashSet::new();
        for group in affix_groups(&names, least, many_affixes(parent)) {
            let members: Vec<u32> = group.members.iter().filter_map(|&index| alike.get(index).copied()).collect();
            join(tree, parent, &group.template(), &members);
            joined.extend(members);
        }
        let left: Vec<u32> = alike.into_iter().filter(|id| !joined.contains(id)).collect();
        let base = if parent == ROOT { NAMESPACES } else { WORDS };
        if left.len() >= base + keys_per_word(tree, &left) {
            join(tree, parent, &whole(Class::Any), &left);
        }
    }
}

/// Takes out the words that are used far more than the others: those are no values of one variable.
fn drop_heavy(tree: &BranchTree, words: &mut Vec<u32>) {
    let median = median(words.iter().map(|&id| tree.get(id).keys).collect());
    words.retain(|&id| tree.get(id).keys <= HEAVY * median);
}

/// Binary logarithm of the keys per word.
fn keys_per_word(tree: &BranchTree, words: &[u32]) -> usize {
    let keys: u64 = words.iter().map(|&id| tree.get(id).keys).sum();
    (keys / (words.len() as u64).max(1)).max(1).ilog2() as usize
}

fn join(tree: &mut BranchTree, parent: u32, template: &[u8], members: &[u32]) {
    let into = tree.child(parent, template);
    for &id in members {
        tree.absorb(into, id);
    }
}

/// A brace in a name may look like a class: `{int}` as a hash tag beside numbers.
fn join_equal_texts(tree: &mut BranchTree, parent: u32) {
    let children = tree.children(parent);
    let literal = |id: u32| tree.get(id).template.windows(2).any(|pair| pair[0] == b'{' && pair[1] != MARK);
    if !children.iter().any(|&id| literal(id)) {
        return;
    }
    let mut first: HashMap<String, u32> = HashMap::new();
    for id in children {
        let text = segment_text(tree.get(id)).0;
        let into = *first.entry(text).or_insert(id);
        tree.absorb(into, id);
    }
}

/// Groups of words that hold the same things: names that end here by type, others by what follows.
fn alike(tree: &BranchTree, words: &[u32]) -> Vec<Vec<u32>> {
    let mut ends: Vec<(u32, Vec<u32>)> = Vec::new();
    let mut inner = Vec::new();
    for &id in words {
        let children = tree.children(id);
        match &tree.get(id).leaf {
            Some(leaf) if children.is_empty() => match ends.iter_mut().find(|(types, _)| *types == leaf.types) {
                Some((_, group)) => group.push(id),
                None => ends.push((leaf.types, vec![id])),
            },
            _ => inner.push((id, features(tree, id, &children))),
        }
    }
    let mut shared: HashMap<&Feature, usize> = HashMap::new();
    for (_, features) in &inner {
        for feature in features {
            *shared.entry(feature).or_default() += 1;
        }
    }
    let common = 4.max(inner.len() / 5);
    let typical = inner
        .iter()
        .filter(|(_, features)| {
            let known =
                features.iter().filter(|feature| shared.get(feature).is_some_and(|&count| count >= common)).count();
            known * 2 >= features.len() && known > 0
        })
        .map(|(id, _)| *id)
        .collect();
    let mut groups: Vec<Vec<u32>> = ends.into_iter().map(|(_, group)| group).collect();
    groups.push(typical);
    groups.retain(|group| group.len() >= WORDS);
    groups
}

/// One thing that follows a word: its template, the types that end there, whether more follows.
type Feature = (Vec<u8>, u32, bool);

fn features(tree: &BranchTree, id: u32, children: &[u32]) -> HashSet<Feature> {
    let own = tree.get(id).leaf.iter().map(|leaf| (Vec::new(), leaf.types, false));
    let below = children.iter().map(|&child| {
        let branch = tree.get(child);
        let types = branch.leaf.as_ref().map_or(0, |leaf| leaf.types);
        (branch.template.clone(), types, !tree.children(child).is_empty())
    });
    own.chain(below).collect()
}
