//! Template hashes (Redis 8.10): values in the order of field names that stand in a template, or beside them.

use super::damage::Damage;
use super::listpack::Listpack;
use super::packed::{Entries, Walk};
use crate::error::{Error, Result};
use crate::events::{Discard, Element, ValueSink};
use crate::rdb::codes::ValueType;
use crate::rdb::templates::{MOST_NAMES, Templates, check_names, read_names};
use crate::source::Input;

const NAME: &str = "template hash";

/// Most bytes of field names in a listpack: a compressed one can claim more than memory holds.
const MOST_NAME_BYTES: u64 = 16 << 20;

/// HASH_TMPL_LP: own names, then a listpack of an id without meaning and the values.
pub fn decode_listpack<S: ValueSink>(input: &mut Input, damage: &mut Damage, sink: &mut S) -> Result<()> {
    let names = own_names(input, damage, true)?;
    sink.begin(ValueType::HashTemplateListpack, Some(names.len() as u64));
    values_listpack(input, damage, sink, Names::Own(names))
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
    let names = own_names(input, damage, false)?;
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

/// Names beside the values: a listpack (form 0) or one by one (form 1). Where they cannot be walked, nothing tells how
/// many values follow, unless those are `framed`.
fn own_names(input: &mut Input, damage: &mut Damage, framed: bool) -> Result<Vec<Vec<u8>>> {
    let start = input.offset();
    let names = match input.length()? {
        0 => {
            let mut names = PackedNames::default();
            let head = input.string_head()?;
            let mut nothing = Discard;
            let mut walk = Walk::<_, Listpack, _>::new(&mut nothing, &mut names, head.file_bytes());
            // Names must be seen whole, however little is held of values.
            let limit = input.contiguous_limit();
            input.set_contiguous_limit(limit.max(MOST_NAME_BYTES));
            let outcome = input.packed_content(head, &mut walk);
            input.set_contiguous_limit(limit);
            match outcome {
                Err(e) if framed => damage.absorb(e)?,
                outcome => outcome?,
            }
            names.names
        }
        1 => {
            let count = input.length()?;
            read_names(input, count, damage)?
        }
        form => return Err(Error::encoding(NAME, format!("unknown form {form} of its names"), start)),
    };
    if let Err(e) = check_names(&names, start) {
        damage.absorb(e)?;
    }
    Ok(names)
}

fn unknown_template(id: u64, offset: u64) -> Error {
    Error::encoding(NAME, format!("template {id} is not defined in this file"), offset)
}

/// Collects the names of a listpack.
#[derive(Default)]
struct PackedNames {
    names: Vec<Vec<u8>>,
    bytes: u64,
}

impl<S: ValueSink> Entries<S> for &mut PackedNames {
    const GROUP: u64 = 1;

    fn entry(&mut self, _: &mut S, _: u64, name: Element<'_>) -> std::result::Result<(), &'static str> {
        self.bytes = self.bytes.saturating_add(name.len());
        if self.names.len() == MOST_NAMES || self.bytes > MOST_NAME_BYTES {
            return Err("more field names than a template can have");
        }
        self.names.push(match name {
            Element::Bytes(bytes) => bytes.to_vec(),
            Element::Int(number) => number.to_string().into_bytes(),
            Element::Opaque { .. } => return Err("a field name that is too long"),
        });
        Ok(())
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
    if entries.id.is_none() || entries.next != expected {
        let what = match entries.id {
            Some(_) => format!("{} values for {expected} field names", entries.next),
            None => "it has no template id".to_owned(),
        };
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
