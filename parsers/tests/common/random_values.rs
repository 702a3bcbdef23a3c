//! Random values of every type but streams, in every layout that dumps have.

use _native::rdb::codes::{Family, ValueType as T};
use sha1::{Digest, Sha1};

use super::contents::{hex, netstring};
use super::random::{Expected, Format, Rng, Templates};
use super::random_stream::stream;
use super::writer::{Writer, intset, listpack, module_id, ziplist, zipmap};

/// Writes a value of the type and says what must be read from it.
pub fn value(
    rng: &mut Rng,
    w: &mut Writer,
    format: Format,
    value_type: T,
    templates: &Templates,
    expected: &mut Expected,
) {
    let valkey = format.family == Family::Valkey;
    match value_type {
        T::String => {
            let text = match rng.below(8) {
                0 => vec![0; 5000 + rng.below(5000) as usize],
                1 => rng.bytes(9000),
                _ => rng.text(),
            };
            w.str(&text);
            expected.n = text.len() as u64;
            expected.value_sha1 = Some(hex(&Sha1::digest(&text)));
        }
        T::List | T::ListZiplist | T::ListQuicklist | T::ListQuicklist2 => {
            let items: Vec<_> = (0..=rng.below(30)).map(|_| rng.text()).collect();
            list(rng, w, value_type, &items, valkey);
            expected.pairs = items.into_iter().map(|item| (item, Vec::new())).collect();
        }
        T::Set | T::SetListpack => {
            let members = rng.distinct(30);
            match value_type {
                T::Set => {
                    w.len(members.len() as u64);
                    members.iter().for_each(|member| {
                        w.str(member);
                    });
                }
                _ => {
                    w.str(&listpack(&members, valkey));
                }
            }
            expected.pairs = members.into_iter().map(|member| (member, Vec::new())).collect();
        }
        T::SetIntset => {
            let shift = rng.one_of(&[0, 20, 40, 52]);
            let mut numbers: Vec<_> = (0..=rng.below(40)).map(|_| rng.number() as i64 >> shift).collect();
            numbers.sort_unstable();
            numbers.dedup();
            w.str(&intset(&numbers));
            expected.pairs = numbers.iter().map(|n| (n.to_string().into_bytes(), Vec::new())).collect();
        }
        T::Zset | T::Zset2 | T::ZsetZiplist | T::ZsetListpack => zset(rng, w, value_type, valkey, expected),
        T::HashMetadataPreGa | T::HashListpackExPreGa | T::HashMetadata | T::HashListpackEx | T::Hash2 => {
            hash_with_expiry(rng, w, value_type, expected);
        }
        T::HashTemplateListpack | T::HashTemplateListpackRef | T::HashTemplateArray | T::HashTemplateArrayRef => {
            template_hash(rng, w, value_type, templates, expected);
        }
        T::Hash | T::HashZipmap | T::HashZiplist | T::HashListpack => {
            let pairs = rng.pairs(30);
            let flat: Vec<_> = pairs.iter().flat_map(|(field, value)| [field.clone(), value.clone()]).collect();
            match value_type {
                T::Hash => {
                    w.len(pairs.len() as u64);
                    flat.iter().for_each(|text| {
                        w.str(text);
                    });
                }
                T::HashZipmap => {
                    w.str(&zipmap(&pairs, rng.below(4) as u8));
                }
                T::HashZiplist => {
                    w.str(&ziplist(&flat));
                }
                _ => {
                    w.str(&listpack(&flat, valkey));
                }
            }
            expected.pairs = pairs;
        }
        T::PathHash => {
            let paths = rng.distinct(5);
            w.len(paths.len() as u64);
            for path in &paths {
                let pairs = rng.pairs(6);
                w.str(path).len(pairs.len() as u64);
                pairs.iter().for_each(|(field, value)| {
                    w.str(field).str(value);
                });
                expected.pairs.extend(pairs);
            }
            expected.n = paths.len() as u64;
            return;
        }
        T::Array => array(rng, w, expected),
        T::Module2 => {
            w.len(module_id("wxtally-q", 3)).module_values(rng.number(), &b"module ".repeat(9));
        }
        T::KeyDbCron => {
            w.str(b"return 1").raw(&[7; 16]).len(2).str(b"a").str(b"b").len(1).str(b"argument");
        }
        _ => stream(rng, w, value_type, expected),
    }
    if !expected.pairs.is_empty() {
        expected.n = expected.pairs.len() as u64;
    }
}

fn list(rng: &mut Rng, w: &mut Writer, value_type: T, items: &[Vec<u8>], valkey: bool) {
    match value_type {
        T::List => {
            w.len(items.len() as u64);
            items.iter().for_each(|item| {
                w.str(item);
            });
        }
        T::ListZiplist => {
            w.str(&ziplist(items));
        }
        _ => {
            let nodes: Vec<_> = items.chunks(1 + rng.below(9) as usize).collect();
            let plain: Vec<bool> = nodes.iter().map(|node| node.len() == 1 && rng.chance(2)).collect();
            w.len(nodes.len() as u64);
            for (node, plain) in nodes.into_iter().zip(plain) {
                match value_type {
                    T::ListQuicklist => {
                        w.str(&ziplist(node));
                    }
                    _ if plain => {
                        w.len(1).str(&node[0]);
                    }
                    _ => {
                        w.len(2).str(&listpack(node, valkey));
                    }
                }
            }
        }
    }
}

fn zset(rng: &mut Rng, w: &mut Writer, value_type: T, valkey: bool, expected: &mut Expected) {
    let members = rng.distinct(30);
    let scores: Vec<f64> = members
        .iter()
        .map(|_| match rng.below(6) {
            0 => rng.one_of(&[f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e300, 5e-324]),
            1..=3 => (rng.number() as i64 >> 40) as f64,
            _ => rng.number() as f64 / 1e9 - 5e8,
        })
        .collect();
    // Integer-valued scores become integer entries, but for the negative zero. Servers print at most 17 digits.
    let text = |score: f64| match score.to_string() {
        long if long.len() > 24 => format!("{score:e}").into_bytes(),
        short => short.into_bytes(),
    };
    let flat: Vec<_> = members.iter().zip(&scores).flat_map(|(member, &score)| [member.clone(), text(score)]).collect();
    match value_type {
        T::ZsetZiplist => {
            w.str(&ziplist(&flat));
        }
        T::ZsetListpack => {
            w.str(&listpack(&flat, valkey));
        }
        _ => {
            w.len(members.len() as u64);
            for (member, &score) in members.iter().zip(&scores) {
                w.str(member);
                match score {
                    _ if value_type == T::Zset2 => {
                        w.raw(&score.to_le_bytes());
                    }
                    f64::INFINITY => {
                        w.u8(254);
                    }
                    f64::NEG_INFINITY => {
                        w.u8(255);
                    }
                    _ => {
                        w.u8(text(score).len() as u8).raw(&text(score));
                    }
                }
            }
        }
    }
    expected.pairs = members.into_iter().zip(scores).map(|(member, s)| (member, s.to_le_bytes().to_vec())).collect();
}

fn hash_with_expiry(rng: &mut Rng, w: &mut Writer, value_type: T, expected: &mut Expected) {
    let pairs = rng.pairs(20);
    let expiries: Vec<_> = pairs.iter().map(|_| rng.chance(2).then(|| 1 + (rng.number() >> 20) as i64)).collect();
    let least = expiries.iter().flatten().min().copied();
    expected.fields_with_ttl = expiries.iter().flatten().count() as u64;
    expected.min_field_expire_ms = least;
    match value_type {
        T::HashListpackEx | T::HashListpackExPreGa => {
            let mut flat = Vec::new();
            for ((field, value), expiry) in pairs.iter().zip(&expiries) {
                flat.extend([field.clone(), value.clone(), expiry.unwrap_or(0).to_string().into_bytes()]);
            }
            if value_type == T::HashListpackEx {
                w.raw(&least.unwrap_or(0).to_le_bytes());
            }
            w.str(&listpack(&flat, false));
        }
        _ => {
            if value_type == T::HashMetadata {
                w.raw(&least.unwrap_or(0).to_le_bytes());
            }
            w.len(pairs.len() as u64);
            for ((field, value), expiry) in pairs.iter().zip(&expiries) {
                match value_type {
                    T::HashMetadata => {
                        w.len(expiry.map_or(0, |at| (at - least.unwrap() + 1) as u64));
                    }
                    T::HashMetadataPreGa => {
                        w.len(expiry.unwrap_or(0) as u64);
                    }
                    _ => {}
                }
                w.str(field).str(value);
                if value_type == T::Hash2 {
                    w.raw(&expiry.unwrap_or(-1).to_le_bytes());
                }
            }
        }
    }
    expected.pairs = pairs;
}

fn template_hash(rng: &mut Rng, w: &mut Writer, value_type: T, templates: &Templates, expected: &mut Expected) {
    let (id, names) = &templates[rng.below(templates.len() as u64) as usize];
    let values: Vec<_> = names.iter().map(|_| rng.text()).collect();
    let with_id = [vec![id.to_string().into_bytes()], values.clone()].concat();
    let own = matches!(value_type, T::HashTemplateListpack | T::HashTemplateArray);
    if own {
        if rng.chance(2) {
            w.len(0).str(&listpack(names, false));
        } else {
            w.len(1).len(names.len() as u64);
            names.iter().for_each(|name| {
                w.str(name);
            });
        }
    } else {
        expected.template_id = Some(*id);
    }
    match value_type {
        T::HashTemplateListpack | T::HashTemplateListpackRef => {
            w.str(&listpack(&with_id, false));
        }
        _ => {
            if !own {
                w.len(*id);
            }
            values.iter().for_each(|value| {
                w.str(value);
            });
        }
    }
    expected.pairs = names.iter().cloned().zip(values).collect();
}

fn array(rng: &mut Rng, w: &mut Writer, expected: &mut Expected) {
    let mut indexes: Vec<_> = (0..=rng.below(20)).map(|_| rng.number() >> (1 + rng.below(62))).collect();
    indexes.sort_unstable();
    indexes.dedup();
    let last = rng.chance(2).then(|| rng.below(1000));
    w.len(indexes.len() as u64).len(u64::from(last.is_some()));
    last.into_iter().for_each(|last| {
        w.len(last);
    });
    let mut hash = Sha1::new();
    for &index in &indexes {
        w.len(index);
        let text = match rng.below(4) {
            0 => {
                let number = rng.number() as i64 >> 3;
                w.len(1).raw(&number.to_le_bytes());
                number.to_string().into_bytes()
            }
            1 => {
                w.len(2).raw(&3.25f64.to_le_bytes());
                b"3.25".to_vec()
            }
            2 => {
                let short = rng.one_of(&["", "x", "-", "1.5e400", "17"]);
                w.len(3).str(short.as_bytes());
                short.into()
            }
            _ => {
                let text = rng.text();
                w.len(0).str(&text);
                text
            }
        };
        netstring(&mut hash, index.to_string().as_bytes());
        netstring(&mut hash, &text);
    }
    expected.n = indexes.len() as u64;
    expected.array = Some((indexes[indexes.len() - 1] + 1, Some(last.map_or(0, |last| last + 1))));
    expected.value_sha1 = Some(hex(&hash.finalize()));
}
