//! Rules of pattern mining: what merges, what stays apart, and the limits that hold for any names.

use std::collections::{BTreeMap, HashMap};

use _native::patterns::{MAX_DEPTH, MAX_LITERALS, MAX_NODES, MAX_PATTERNS, PatternMiner, PatternTable};

const STRING: u8 = 0;
const ZSET: u8 = 3;

/// Mines the keys and checks what holds of any table.
fn mine<K: AsRef<[u8]>>(keys: &[(K, u8)]) -> PatternTable {
    let mut miner = PatternMiner::new();
    let assigned: Vec<u32> = keys.iter().map(|(key, kind)| miner.assign(key.as_ref(), *kind)).collect();
    let table = miner.finish();
    let mut counts = vec![0u64; table.patterns.len()];
    for id in assigned {
        counts[table.assigned[id as usize] as usize] += 1;
    }
    check(&table, &counts);
    table
}

fn check(table: &PatternTable, counts: &[u64]) {
    assert!(table.patterns.len() <= MAX_PATTERNS);
    assert!(table.nodes.len() <= MAX_PATTERNS + MAX_NODES);
    let mut leaves = 0;
    let mut at_depth: HashMap<(u32, u32), u64> = HashMap::new();
    let mut texts: HashMap<&str, usize> = HashMap::new();
    for (id, node) in table.nodes.iter().enumerate() {
        match node.parent {
            Some(parent) => {
                assert!((parent as usize) < id, "parents come first");
                let parent = &table.nodes[parent as usize];
                assert_eq!(parent.depth + 1, node.depth);
                assert!(parent.pattern.is_none() && parent.prefix.ends_with(':'));
                assert!(node.prefix.starts_with(&parent.prefix));
            }
            None => assert_eq!(node.depth, 1),
        }
        if let Some(pattern) = node.pattern {
            leaves += 1;
            let found = &table.patterns[pattern as usize];
            assert_eq!(found.node as usize, id);
            assert_eq!(found.text, node.prefix);
            assert_eq!(found.depth, node.depth);
            let mut at = Some(id as u32);
            while let Some(node) = at {
                *at_depth.entry((table.nodes[node as usize].depth, node)).or_default() += found.keys;
                at = table.nodes[node as usize].parent;
            }
        }
    }
    assert_eq!(leaves, table.patterns.len());
    let mut per_depth: BTreeMap<u32, u64> = BTreeMap::new();
    for ((depth, _), keys) in at_depth {
        *per_depth.entry(depth).or_default() += keys;
    }
    let total: u64 = counts.iter().sum();
    assert_eq!(per_depth.get(&1).copied().unwrap_or(0), total);
    assert!(per_depth.values().all(|&keys| keys <= total));
    for (pattern, &keys) in table.patterns.iter().zip(counts) {
        assert_eq!(pattern.keys, keys, "{}", pattern.text);
        assert!(keys > 0 && pattern.text.starts_with(&pattern.prefix));
        *texts.entry(&pattern.text).or_default() += 1;
    }
    assert!(texts.values().all(|&count| count == 1), "texts are unique");
}

fn texts(table: &PatternTable) -> Vec<(&str, u64)> {
    let mut texts: Vec<(&str, u64)> = table.patterns.iter().map(|p| (p.text.as_str(), p.keys)).collect();
    texts.sort_unstable();
    texts
}

fn strings<K: Into<Vec<u8>>>(keys: impl IntoIterator<Item = K>) -> Vec<(Vec<u8>, u8)> {
    keys.into_iter().map(|key| (key.into(), STRING)).collect()
}

/// Pronounceable words, all different.
fn word(index: usize) -> String {
    let syllables = ["ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "vo", "wi", "xe", "yu", "zo"];
    let mut text = String::new();
    let mut rest = index;
    for _ in 0..3 {
        text.push_str(syllables[rest % 16]);
        rest /= 16;
    }
    text
}

#[test]
fn many_names_meet_few_words_stay() {
    let mut keys = Vec::new();
    for index in 0..400 {
        keys.push((format!("user:{}:profile", word(index)), STRING));
        if index % 2 == 0 {
            keys.push((format!("user:{}:cart", word(index)), ZSET));
        }
        keys.push((format!("cache:product:{index}"), STRING));
        keys.push((format!("cache:report:{index}"), STRING));
    }
    let table = mine(&keys);
    assert_eq!(
        texts(&table),
        [("cache:product:{int}", 400), ("cache:report:{int}", 400), ("user:{*}:cart", 200), ("user:{*}:profile", 400)]
    );
}

#[test]
fn parts_of_a_pattern() {
    let table = mine(&strings([
        "plain",
        "celery-task-2eb9469b-f96c-4c58-8754-1144edcf46c5",
        "user:1",
        "user:1:cart:2",
        "{tenant:42}:user:7",
        ":1:views",
        "a::b",
        "a:",
        "",
        "say:\x1b[2J",
    ]));
    let facts: Vec<_> = table
        .patterns
        .iter()
        .map(|p| (p.text.as_str(), (p.namespace.as_deref(), p.prefix.as_str(), p.depth)))
        .collect();
    let facts: BTreeMap<_, _> = facts.into_iter().collect();
    assert_eq!(
        facts,
        BTreeMap::from([
            ("plain", (None, "plain", 1)),
            ("celery-task-{uuid}", (None, "celery-task-", 1)),
            ("user:{int}", (Some("user"), "user:", 2)),
            ("user:{int}:cart:{int}", (Some("user"), "user:", 4)),
            ("{tenant:{int}}:user:{int}", (Some("{tenant:{int}}"), "", 3)),
            (":{int}:views", (Some(""), ":", 3)),
            ("a::b", (Some("a"), "a::b", 3)),
            ("a:", (Some("a"), "a:", 2)),
            ("", (None, "", 1)),
            ("say:\\x1b[{int}J", (Some("say"), "say:", 2)),
        ])
    );
}

#[test]
fn a_name_and_what_lies_below_it_are_two_leaves() {
    let table = mine(&strings((0..50).flat_map(|i| [format!("job:{i}"), format!("job:{i}:logs")])));
    assert_eq!(texts(&table), [("job:{int}", 50), ("job:{int}:logs", 50)]);
    let prefixes: Vec<&str> = table.nodes.iter().map(|node| node.prefix.as_str()).collect();
    assert_eq!(prefixes, ["job:", "job:{int}", "job:{int}:", "job:{int}:logs"]);
}

#[test]
fn numbers_that_never_vary_are_literal() {
    let mut keys = strings((0..100).map(|i| format!("app:v2:page:{i}")));
    keys.extend(strings((0..100).map(|i| format!(":1:view{i}"))));
    keys.extend(strings((0..100).map(|i| format!(":3:feed/{i}"))));
    keys.extend(strings((0..100).map(|i| format!("bill-2026-{}-{}", i % 12, i))));
    assert_eq!(
        texts(&mine(&keys)),
        [(":1:view{int}", 100), (":3:feed/{int}", 100), ("app:v2:page:{int}", 100), ("bill-2026-{int}-{int}", 100)]
    );
}

#[test]
fn chance_looks_do_not_split_a_pattern() {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut keys = Vec::new();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for index in 0..5000 {
        keys.push(format!("short:{:08x}", next() << 2 & 0xFFFF_FFFF));
        let token: Vec<u8> = (0..21).map(|_| letters[next() as usize % 64]).collect();
        keys.push(format!("sess:{}", String::from_utf8(token).expect("ASCII")));
        let token: Vec<u8> = (0..32).map(|_| b"abcdefghijklmnopqrstuvwxyz0123456789"[next() as usize % 36]).collect();
        keys.push(format!("store.session{}", String::from_utf8(token).expect("ASCII")));
        keys.push(format!("order:{}", 20_250_000 + index));
    }
    assert_eq!(
        texts(&mine(&strings(keys))),
        [("order:{int}", 5000), ("sess:{token}", 5000), ("short:{hex}", 5000), ("store.session{token}", 5000)]
    );
}

#[test]
fn names_without_colons_keep_their_common_beginning() {
    // As in a dump with several databases: one sort of name after the other.
    let mut keys = strings((0..600).map(|i| format!("app_user_{}", word(i))));
    keys.extend(strings((0..600).map(|i| format!("app_cart_{}", word(i)))));
    keys.extend(strings((0..600).map(|i| format!("session-{i}"))));
    assert_eq!(texts(&mine(&keys)), [("app_cart_{*}", 600), ("app_user_{*}", 600), ("session-{int}", 600)]);
}

#[test]
fn a_position_keeps_its_heavy_words() {
    let mut keys = Vec::new();
    for index in 0..4000 {
        keys.push(format!("{}:{index}", ["user", "cart", "page"][index % 3]));
        if index % 4 == 0 {
            keys.push(format!("{}:note", word(index)));
        }
    }
    let table = mine(&strings(keys));
    let texts = texts(&table);
    assert_eq!(texts, [("cart:{int}", 1333), ("page:{int}", 1333), ("user:{int}", 1334), ("{*}:note", 1000)]);
}

#[test]
fn limits_hold_for_any_names() {
    let mut keys = Vec::new();
    for index in 0..200_000usize {
        let (a, b) = (word(index), word(index.wrapping_mul(2_654_435_761) >> 7));
        let tail = index % 5;
        keys.push(match tail {
            0 => format!("{a}:{b}:{}:{}", index % 97, word(index / 3)),
            1 => format!("{a}-{b}:{{{}}}:{}", word(index % 700), index % 13),
            2 => format!("{a}{b}:x"),
            3 => format!("{}:{}:{}:{}", word(index % 250), word(index / 250 % 250), word(index / 977 % 250), index),
            _ => format!("x:{}", format!("{a}:").repeat(index % 40)),
        });
    }
    let table = mine(&strings(keys));
    assert!(table.patterns.len() < 5_000, "{} patterns", table.patterns.len());
}

#[test]
fn distinct_classes_cannot_fill_the_table() {
    // 4^9 combinations of classes, none of which is a word that could be counted.
    let classes = ["1", "1.2.3.4", "2026-11-25", "0123456789abcdef0123"];
    let keys = (0..4usize.pow(9))
        .map(|index| (0..9).map(|place| classes[index >> (2 * place) & 3]).collect::<Vec<_>>().join(":"));
    let table = mine(&strings(keys));
    assert!(table.patterns.len() <= MAX_PATTERNS);
    assert!(table.patterns.iter().any(|pattern| pattern.text == "{*}"));
}

#[test]
fn odd_names_are_names() {
    let long = vec![b'z'; 100_000];
    let deep = ":".repeat(100_000);
    let braces = "{".repeat(50_000);
    let mixed: Vec<u8> = (0..=255u8).cycle().take(70_000).collect();
    let keys: Vec<(&[u8], u8)> = vec![
        (b"", 0),
        (b":", 0),
        (b"::", 31),
        (b"{", 200),
        (b"}", 0),
        (b"{}:{}", 0),
        (b"\xff\xff\x00:\xff", 0),
        (b"{int}", 0),
        (b"7", 0),
        (&long, 0),
        (deep.as_bytes(), 0),
        (braces.as_bytes(), 0),
        (&mixed, 0),
    ];
    let table = mine(&keys);
    assert!(table.patterns.iter().all(|pattern| pattern.depth as usize <= MAX_DEPTH + 1));
    assert!(texts(&table).contains(&("{int}", 2)), "a tag that reads like a class is no second pattern");
    assert_eq!(mine::<&[u8]>(&[]), PatternTable::default());
}

#[test]
fn the_same_keys_give_the_same_table() {
    let keys = strings((0..3000).map(|i| format!("{}:{}:{}", word(i % 300), word(i % 7), word(i))));
    assert_eq!(mine(&keys), mine(&keys));
    assert!(mine(&keys).patterns.len() <= MAX_LITERALS);
}
