//! Agreement with what an engineer calls the keys of real applications. Skipped without the corpus.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use _native::patterns::{PatternMiner, PatternTable, hash_tag, slot};
use fancy_regex::Regex;
use flate2::read::GzDecoder;
use serde_json::Value;

/// Least share of keys whose pattern holds exactly the keys it should, over all applications.
const FLOOR: f64 = 0.97;
/// The same for each application.
const FLOOR_EACH: f64 = 0.90;

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("RDBSCOPE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let corpus = shared.join("corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: no corpus at {}", corpus.display());
        return None;
    }
    Some(corpus)
}

struct Truth {
    key: Vec<u8>,
    type_code: u8,
    slot: Option<u64>,
}

fn truth(path: &Path) -> Vec<Truth> {
    let mut text = String::new();
    GzDecoder::new(File::open(path).expect("truth")).read_to_string(&mut text).expect("gzip of UTF-8");
    text.lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("one JSON object per line");
            let hex = row["key_hex"].as_str().expect("key_hex");
            let types = ["string", "list", "set", "zset", "hash", "stream"];
            let name = row["type"].as_str().expect("type");
            Truth {
                key: hex
                    .as_bytes()
                    .chunks(2)
                    .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
                    .collect(),
                type_code: types.iter().position(|t| *t == name).unwrap_or(types.len()) as u8,
                slot: row["slot"].as_u64(),
            }
        })
        .collect()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(path)
        .expect("corpus folder")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// Mines all keys and checks what must hold of any table. Returns it and the pattern of each key.
fn mine(keys: &[Truth]) -> (PatternTable, Vec<u32>) {
    let mut miner = PatternMiner::new();
    let assigned: Vec<u32> = keys.iter().map(|truth| miner.assign(&truth.key, truth.type_code)).collect();
    let table = miner.finish();
    let patterns: Vec<u32> = assigned.iter().map(|&id| table.assigned[id as usize]).collect();
    let mut counts = vec![0u64; table.patterns.len()];
    for &pattern in &patterns {
        counts[pattern as usize] += 1;
    }
    let stated: Vec<u64> = table.patterns.iter().map(|pattern| pattern.keys).collect();
    assert_eq!(counts, stated);
    let texts: HashSet<&str> = table.patterns.iter().map(|pattern| pattern.text.as_str()).collect();
    assert_eq!(texts.len(), table.patterns.len(), "no two patterns have the same text");
    (table, patterns)
}

fn decode(key: &[u8]) -> String {
    let mut text = String::new();
    for chunk in key.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// A pattern of the corpus as a regular expression: a name in braces stands for text without a colon, unless it
/// is a hash tag (its own braces are literal) or has a form of its own.
fn expression(pattern: &str) -> Regex {
    let forms: HashMap<&str, &str> = HashMap::from([
        ("int", r"\d+"),
        ("hex", "[0-9a-f]+"),
        ("uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        ("date", r"\d{4}-(?:\d\d-\d\d|W\d\d)|\d{6}|\d{8}"),
        ("ip", r"\d+\.\d+\.\d+\.\d+"),
        ("token", "[^:]+"),
        ("email", "[^:]+"),
        ("name", "[^:]+"),
    ]);
    let mut text = String::from("^");
    let mut rest = pattern;
    while !rest.is_empty() {
        let known =
            forms.iter().find_map(|(name, form)| rest.strip_prefix(&format!("{{{name}}}")).map(|rest| (rest, form)));
        if let Some((after, form)) = known {
            text.push_str(&format!("(?:{form})"));
            rest = after;
        } else {
            let character = rest.chars().next().expect("not empty");
            text.push_str(&fancy_regex::escape(&character.to_string()));
            rest = &rest[character.len_utf8()..];
        }
    }
    text.push('$');
    regex(&text)
}

fn regex(text: &str) -> Regex {
    Regex::new(&format!("(?s){text}")).expect("regex")
}

struct Expectation {
    pattern: String,
    regex: Regex,
    also: Vec<String>,
}

fn expectations(folder: &Path) -> Vec<Expectation> {
    let text = std::fs::read_to_string(folder.join("patterns.json")).expect("patterns.json");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("a list");
    rows.iter()
        .map(|row| Expectation {
            pattern: row["pattern"].as_str().expect("pattern").to_owned(),
            regex: regex(row["regex"].as_str().expect("regex")),
            also: row["also_accept"]
                .as_array()
                .map(|also| also.iter().filter_map(|text| Some(text.as_str()?.to_owned())).collect())
                .unwrap_or_default(),
        })
        .collect()
}

/// The groups that are right for some key: a row's keys, those of one of its alternatives, or several rows that
/// the same alternative joins, the row that it is the pattern of among them.
fn accepted(rows: &[Expectation], names: &[String]) -> HashSet<Vec<usize>> {
    let matches = |regex: &Regex, keys: &[usize]| -> Vec<usize> {
        keys.iter().copied().filter(|&key| regex.is_match(&names[key]).expect("match")).collect()
    };
    let all: Vec<usize> = (0..names.len()).collect();
    let mut groups = HashSet::new();
    let mut joined: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in rows {
        let own = matches(&row.regex, &all);
        for also in &row.also {
            if also == "literal" {
                groups.extend(own.iter().map(|&key| vec![key]));
                continue;
            }
            groups.insert(matches(&expression(also), &own));
            joined.entry(also).or_default().extend(&own);
        }
        groups.insert(own);
    }
    for (also, mut keys) in joined {
        if let Some(row) = rows.iter().find(|row| row.pattern == also) {
            keys.extend(matches(&row.regex, &all));
        }
        keys.sort_unstable();
        groups.insert(keys);
    }
    groups
}

#[test]
fn groups_agree_with_the_applications() {
    let Some(corpus) = corpus() else { return };
    let (mut right, mut all) = (0, 0);
    let mut report = String::new();
    let mut worst: f64 = 1.0;
    for folder in folders(&corpus.join("apps")) {
        let keys = truth(&folder.join("truth.jsonl.gz"));
        let names: Vec<String> = keys.iter().map(|truth| decode(&truth.key)).collect();
        let rows = expectations(&folder);
        let accepted = accepted(&rows, &names);
        let (table, patterns) = mine(&keys);
        let mut mined: Vec<Vec<usize>> = vec![Vec::new(); table.patterns.len()];
        for (key, &pattern) in patterns.iter().enumerate() {
            mined[pattern as usize].push(key);
        }
        let mut good = 0;
        let mut wrong = Vec::new();
        for (pattern, group) in table.patterns.iter().zip(&mined) {
            if accepted.contains(group) {
                good += group.len();
            } else {
                wrong.push(format!("    {} ({})", pattern.text, group.len()));
            }
        }
        let share = good as f64 / keys.len() as f64;
        let name = folder.file_name().expect("name").to_string_lossy();
        report.push_str(&format!(
            "{name:20} {good:5} of {:5} keys  {:6.2} %  {:3} patterns for {:3} rows\n",
            keys.len(),
            share * 100.0,
            table.patterns.len(),
            rows.len()
        ));
        if std::env::var_os("PATTERNS_SHOW").is_some() {
            for pattern in &table.patterns {
                report.push_str(&format!("    = {} ({}) prefix {:?}\n", pattern.text, pattern.keys, pattern.prefix));
            }
        }
        for line in wrong.iter().take(12) {
            report.push_str(line);
            report.push('\n');
        }
        right += good;
        all += keys.len();
        worst = worst.min(share);
    }
    let share = right as f64 / all as f64;
    report.push_str(&format!("all {right} of {all} keys, {:.2} %\n", share * 100.0));
    eprint!("{report}");
    assert!(share >= FLOOR && worst >= FLOOR_EACH, "{report}");
}

#[test]
fn slots_agree_with_the_cluster_nodes() {
    let Some(corpus) = corpus() else { return };
    let mut checked = 0;
    for folder in folders(&corpus.join("cluster")) {
        let truths = std::fs::read_dir(&folder).expect("folder").map(|entry| entry.expect("entry").path());
        for path in truths.filter(|path| path.to_string_lossy().ends_with("truth.jsonl.gz")) {
            for row in truth(&path) {
                assert_eq!(Some(u64::from(slot(&row.key))), row.slot, "{:?} tag {:?}", row.key, hash_tag(&row.key));
                checked += 1;
            }
        }
    }
    eprintln!("{checked} slots");
    assert!(checked >= 20_000);
}

#[test]
fn large_keyspaces_have_few_patterns() {
    let Some(corpus) = corpus() else { return };
    for (kind, most) in [("policy", 150), ("cluster", 20)] {
        for folder in folders(&corpus.join(kind)) {
            let path = std::fs::read_dir(&folder)
                .expect("folder")
                .map(|entry| entry.expect("entry").path())
                .find(|path| path.to_string_lossy().ends_with("truth.jsonl.gz"))
                .expect("truth");
            let (table, _) = mine(&truth(&path));
            let mut patterns: Vec<_> = table.patterns.iter().map(|p| (p.keys, &p.text)).collect();
            patterns.sort_by(|a, b| b.cmp(a));
            if std::env::var_os("PATTERNS_SHOW").is_some() {
                for (keys, text) in &patterns {
                    eprintln!("    = {text} ({keys})");
                }
            }
            eprintln!("{}: {} patterns", folder.display(), patterns.len());
            assert!(patterns.len() <= most, "{patterns:?}");
        }
    }
}
