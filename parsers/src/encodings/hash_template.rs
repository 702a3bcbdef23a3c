//! Template hashes (Redis 8.10): values in the order of field names that stand in a template, or beside them.

use super::damage::Damage;
use super::listpack::Listpack;
use super::packed::{Entries, Walk};
use crate::error::{Error, Result};
use crate::events::{Element, ValueSink};
use crate::rdb::codes::ValueType;
use crate::rdb::templates::{Templates, check_names, read_names};
use crate::source::Input;

const NAME: &str = "template hash";

/// HASH_TMPL_LP: own names, then a listpack of an id without meaning and the values.
pub fn decode_listpack<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let names = own_names(input, damage)?;
    sink.begin(ValueType::HashTemplateListpack, names.as_ref().map(|n| n.len() as u64));
    values_listpack(input, damage, sink, Names::Own(names.unwrap_or_default()))
}

/// HASH_TMPL_LP_REF: a listpack of the template's id and the values.
pub fn decode_listpack_ref<S: ValueSink>(
    input: &mut Input,
    templates: &Templates,
    damage: &mut Damage,
    sink: &mut S,
) -> Result<()> {
    sink.begin(ValueType::HashTemplateListpackRef, None);
    values_listpack(input, damage, sink, Names::Of(templates))
}

/// HASH_TMPL_ARRAY: own names, then the values one by one.
pub fn decode_array<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let start = input.offset();
    let names = own_names(input, damage)?
        .ok_or_else(|| Error::encoding(NAME, "without its names its values cannot be counted", start))?;
    sink.begin(ValueType::HashTemplateArray, Some(names.len() as u64));
    sink.template(None, &names);
    values(input, damage, sink, &names)
}

/// HASH_TMPL_ARRAY_REF: the template's id, then as many values as it has names.
pub fn decode_array_ref<S: ValueSink>(
    input: &mut Input,
    templates: &Templates,
    damage: &mut Damage,
    sink: &mut S,
) -> Result<()> {
    let start = input.offset();
    let id = input.length()?;
    let names = templates.names(id).ok_or_else(|| unknown_template(id, start))?;
    sink.begin(ValueType::HashTemplateArrayRef, Some(names.len() as u64));
    if let Some(place) = templates.place(id) {
        sink.template_place(place);
    }
    sink.template(Some(id), names);
    values(input, damage, sink, names)
}

fn values<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S, names: &[Vec<u8>]) -> Result<()> {
    for name in names {
        sink.field(Element::Bytes(name));
        let value = damage.element(input)?;
        sink.value(value);
        sink.pair_end(None);
    }
    Ok(())
}

/// Names beside the values: a listpack (form 0) or one by one (form 1). None where they are damaged and salvage goes on.
fn own_names(input: &mut Input, damage: &mut Damage) -> Result<Option<Vec<Vec<u8>>>> {
    let start = input.offset();
    let names = match input.length()? {
        0 => {
            let mut names = NameSink::default();
            let head = input.string_head()?;
            damage.packed_content(
                input,
                head,
                &mut Walk::<_, Listpack, _>::new(&mut names, super::packed::Items, head.file_bytes()),
            )?;
            names.0
        }
        1 => {
            let count = input.length()?;
            read_names(input, count)?
        }
        form => return Err(Error::encoding(NAME, format!("unknown form {form} of its names"), start)),
    };
    match check_names(&names, start) {
        Ok(()) => Ok(Some(names)),
        Err(e) => damage.absorb(e).map(|()| None),
    }
}

fn unknown_template(id: u64, offset: u64) -> Error {
    Error::encoding(NAME, format!("template {id} is not defined in this file"), offset)
}

/// Collects the names of a listpack.
#[derive(Default)]
struct NameSink(Vec<Vec<u8>>);

impl ValueSink for NameSink {
    fn item(&mut self, name: Element<'_>) {
        self.0.push(match name {
            Element::Bytes(bytes) => bytes.to_vec(),
            Element::Int(number) => number.to_string().into_bytes(),
            Element::Opaque { .. } => Vec::new(),
        });
    }
}

/// Where the names of a listpack of values come from.
enum Names<'t> {
    Own(Vec<Vec<u8>>),
    Of(&'t Templates),
}

fn values_listpack<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S, names: Names<'_>) -> Result<()> {
    let head = input.string_head()?;
    let start = input.offset();
    let mut entries = TemplateValues { names, id: None, next: 0 };
    let mut walk = Walk::<_, Listpack, _>::new(sink, &mut entries, head.file_bytes());
    damage.packed_content(input, head, &mut walk)?;
    let expected = entries.names().map_or(0, <[_]>::len);
    if entries.id.is_some() && entries.next != expected {
        let what = format!("{} values for {expected} field names", entries.next);
        damage.absorb(Error::encoding(NAME, what, start))?;
    }
    Ok(())
}

/// Entries of a listpack of values: an id first, then the values in the order of the names.
struct TemplateValues<'t> {
    names: Names<'t>,
    id: Option<i64>,
    next: usize,
}

impl TemplateValues<'_> {
    fn names(&self) -> Option<&[Vec<u8>]> {
        match &self.names {
            Names::Own(names) => Some(names),
            Names::Of(templates) => templates.names(u64::try_from(self.id?).ok()?),
        }
    }
}

impl<S: ValueSink> Entries<S> for &mut TemplateValues<'_> {
    const GROUP: u64 = 1;

    fn entry(&mut self, sink: &mut S, _: u64, element: Element<'_>) -> std::result::Result<(), &'static str> {
        let Some(id) = self.id else {
            self.id = Some(match (&self.names, element) {
                (_, Element::Int(id)) => id,
                (Names::Own(_), _) => 0,
                (Names::Of(_), _) => return Err("its first entry is no template id"),
            });
            let names = self.names().ok_or("its template is not defined in this file")?;
            let file_id = matches!(self.names, Names::Of(_)).then(|| self.id.and_then(|id| u64::try_from(id).ok()));
            if let (Names::Of(templates), Some(id)) = (&self.names, file_id.flatten())
                && let Some(place) = templates.place(id)
            {
                sink.template_place(place);
            }
            sink.template(file_id.flatten(), names);
            return Ok(());
        };
        debug_assert_eq!(Some(id), self.id);
        let name = self.names().and_then(|names| names.get(self.next)).ok_or("more values than field names")?;
        sink.field(Element::Bytes(name));
        sink.value(element);
        sink.pair_end(None);
        self.next += 1;
        Ok(())
    }
}
