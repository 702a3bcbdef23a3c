//! SORT … STORE.

use std::cmp::Ordering;

use crate::conversion::Encoding;
use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome, double};
use crate::replay::values::list::End;
use crate::replay::values::{HashValue, ListValue, StringValue, Typed, Value, ZsetValue};

/// Most elements of a result: options of a few bytes each can ask for any number of copies.
const MOST: usize = 1 << 24;

/// What the command asks for.
#[derive(Default)]
struct Options<'w> {
    by: Option<&'w [u8]>,
    unsorted: bool,
    limit: Option<(i64, i64)>,
    get: Vec<&'w [u8]>,
    alpha: bool,
    descending: bool,
    store: Option<&'w [u8]>,
}

impl<'w> Options<'w> {
    fn read(call: &Call<'w>) -> Result<Self, Applied> {
        let mut options = Self::default();
        let mut at = 2;
        while at < call.argv.len() {
            let mut words = 1;
            match call.word(at)?.to_ascii_uppercase().as_slice() {
                b"ASC" => options.descending = false,
                b"DESC" => options.descending = true,
                b"ALPHA" => options.alpha = true,
                b"LIMIT" => {
                    options.limit = Some((call.integer(at + 1)?, call.integer(at + 2)?));
                    words = 3;
                }
                b"STORE" => {
                    options.store = Some(call.word(at + 1)?);
                    words = 2;
                }
                b"BY" => {
                    let pattern = call.word(at + 1)?;
                    options.by = Some(pattern);
                    options.unsorted = !pattern.contains(&b'*');
                    words = 2;
                }
                b"GET" => {
                    options.get.push(call.word(at + 1)?);
                    words = 2;
                }
                _ => return Err(Applied::Refused),
            }
            at += words;
        }
        Ok(options)
    }
}

/// What is sorted: an element and what it is compared by.
struct Sorted {
    element: Vec<u8>,
    weight: Weight,
}

impl Sorted {
    fn compare(&self, other: &Self) -> Ordering {
        match (&self.weight, &other.weight) {
            (Weight::Text(one), Weight::Text(other)) => one.cmp(other),
            (Weight::Number(one), Weight::Number(two)) => {
                let by_number = one.partial_cmp(two).unwrap_or(Ordering::Equal);
                by_number.then_with(|| self.element.cmp(&other.element))
            }
            _ => Ordering::Equal,
        }
    }
}

enum Weight {
    Number(f64),
    Text(Option<Vec<u8>>),
}

pub fn sort(call: &mut Call<'_>) -> Outcome {
    let key = call.word(1)?;
    let mut options = Options::read(call)?;
    let Some(to) = options.store else { return Ok(Applied::NoEffect) };
    let mut is_zset = false;
    let elements: Vec<Vec<u8>> = match call.store.get(call.db, key).map(|entry| &entry.value) {
        None => Vec::new(),
        Some(Value::List(list)) => list.iter().map(<[u8]>::to_vec).collect(),
        Some(Value::Set(set)) => {
            if options.unsorted {
                // The order of a table is no order to store: servers sort by text instead.
                (options.unsorted, options.alpha, options.by) = (false, true, None);
            }
            set.in_order().into_iter().map(<[u8]>::to_vec).collect()
        }
        Some(Value::Zset(zset)) => {
            is_zset = true;
            let members = zset.iter().map(|(member, _)| member.to_vec());
            if options.unsorted && options.descending { members.rev().collect() } else { members.collect() }
        }
        Some(Value::Recorded(_)) => return Err(Applied::NotReplayable(Reason::ValueNotHeld)),
        Some(_) => return Err(Applied::WrongType),
    };
    if is_zset {
        // Sorting converts the source for good.
        call.update(key, ZsetValue::make_skiplist)?;
    }
    let (elements, certain) = if options.unsorted { (elements, true) } else { ordered(call, elements, &options)? };
    let elements = limited(elements, options.limit);
    if elements.len().saturating_mul(options.get.len().max(1)) > MOST {
        return Err(Applied::NotReplayable(Reason::TooLarge));
    }
    let rules = call.list_rules;
    let new = ListValue::new(rules).encoding();
    let mut list = ListValue::empty(if new == Encoding::Listpack { Encoding::Quicklist } else { new });
    for element in &elements {
        if options.get.is_empty() {
            list.push(element, End::Tail, rules);
        }
        for pattern in &options.get {
            let found = look_up(call, pattern, element)?.unwrap_or_default();
            list.push(&found, End::Tail, rules);
        }
    }
    list.convert_after(false, rules);
    let applied = call.store_result(to, list.wrap());
    if certain { Ok(applied) } else { Err(Applied::NotReplayable(Reason::Random)) }
}

fn limited(elements: Vec<Vec<u8>>, limit: Option<(i64, i64)>) -> Vec<Vec<u8>> {
    let Some((start, count)) = limit else { return elements };
    let start = usize::try_from(start).unwrap_or(0);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    elements.into_iter().skip(start).take(count).collect()
}

/// Elements in order, and whether a server must come to the same: it leaves open how equal texts of a pattern stand.
fn ordered(call: &Call<'_>, elements: Vec<Vec<u8>>, options: &Options<'_>) -> Result<(Vec<Vec<u8>>, bool), Applied> {
    let mut all = Vec::with_capacity(elements.len());
    for element in elements {
        let text = match options.by {
            Some(pattern) => look_up(call, pattern, &element)?,
            None => Some(element.clone()),
        };
        let weight = if options.alpha {
            Weight::Text(text)
        } else {
            Weight::Number(text.map_or(Some(0.0), |text| double(&text)).ok_or(Applied::Refused)?)
        };
        all.push(Sorted { element, weight });
    }
    all.sort_by(|one, other| {
        let order = one.compare(other);
        if options.descending { order.reverse() } else { order }
    });
    let open = all.windows(2).any(|pair| match pair {
        [one, other] => one.element != other.element && one.compare(other) == Ordering::Equal,
        _ => false,
    });
    Ok((all.into_iter().map(|sorted| sorted.element).collect(), !open))
}

/// The value that a pattern means for an element: `#` the element, `key*` a string, `key*->field` a field.
fn look_up(call: &Call<'_>, pattern: &[u8], element: &[u8]) -> Result<Option<Vec<u8>>, Applied> {
    if pattern == b"#" {
        return Ok(Some(element.to_vec()));
    }
    let Some(star) = pattern.iter().position(|&byte| byte == b'*') else { return Ok(None) };
    let (prefix, rest) = pattern.split_at(star);
    let rest = rest.get(1..).unwrap_or_default();
    let arrow = rest.windows(2).position(|pair| pair == b"->").filter(|arrow| arrow + 2 < rest.len());
    let (postfix, field) = match arrow {
        Some(arrow) => (rest.get(..arrow).unwrap_or_default(), rest.get(arrow + 2..)),
        None => (rest, None),
    };
    let key = [prefix, element, postfix].concat();
    let Some(entry) = call.store.get(call.db, &key) else { return Ok(None) };
    Ok(match (&entry.value, field) {
        (Value::Hash(hash), Some(field)) => hash.get(field).map(|field| field.value.to_vec()),
        (Value::String(_), None) => call.string_bytes(&key)?,
        (Value::Recorded(recorded), _)
            if recorded.value_type().type_name()
                == if field.is_some() { HashValue::TYPE } else { StringValue::TYPE } =>
        {
            return Err(Applied::NotReplayable(Reason::ValueNotHeld));
        }
        _ => None,
    })
}
