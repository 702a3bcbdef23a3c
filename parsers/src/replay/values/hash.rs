//! Hashes: packed while small, else a table; fields can expire (Redis 7.4, Valkey 9.0).

use std::collections::HashMap;

use super::{ELEMENT_COST, packed_element, plain_element};
use crate::conversion::{Encoding, Target};
use crate::events::{Element, Packed, ValueSink};
use crate::memory::built::Built;
use crate::memory::costs::Costs;
use crate::rdb::codes::ValueType;

/// A field's value and expiry; `place` is the field's order in a packed value.
#[derive(Debug, Clone)]
pub struct Field {
    place: u64,
    pub value: Box<[u8]>,
    pub expires_at_ms: Option<i64>,
}

/// How a hash is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Packed,
    /// A listpack with a third entry for each field's expiry.
    PackedWithExpiry,
    Table,
    /// Values in the order of a template's names (Redis 8.10), packed or not.
    TemplatePacked,
    TemplateArray,
}

/// A hash.
#[derive(Debug, Clone)]
pub struct HashValue {
    fields: HashMap<Box<[u8]>, Field, foldhash::fast::RandomState>,
    pub form: Form,
    next: u64,
    expiring: u64,
    content_bytes: u64,
    /// Id and place in the file of the template that it was read with.
    template: Option<(u64, u64)>,
}

impl HashValue {
    pub fn empty(form: Form) -> Self {
        Self { fields: HashMap::default(), form, next: 0, expiring: 0, content_bytes: 0, template: None }
    }

    pub fn encoding(&self, target: &Target) -> Encoding {
        match self.form {
            Form::Table => Encoding::Hashtable,
            Form::PackedWithExpiry => Encoding::ListpackEx,
            Form::TemplatePacked => Encoding::TemplateListpack,
            Form::TemplateArray => Encoding::TemplateArray,
            Form::Packed if target.has_listpacks() => Encoding::Listpack,
            Form::Packed if target.redis_from(2, 6, 0) => Encoding::Ziplist,
            Form::Packed => Encoding::Zipmap,
        }
    }

    pub fn len(&self) -> u64 {
        self.fields.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn held_bytes(&self) -> u64 {
        self.content_bytes + self.len() * (ELEMENT_COST + 32)
    }

    pub fn get(&self, field: &[u8]) -> Option<&Field> {
        self.fields.get(field)
    }

    /// A table from now on where one of the texts is too long to be packed, or too many fields are about to come.
    pub fn convert_before(&mut self, texts: &[&[u8]], target: &Target) {
        let thresholds = &target.thresholds;
        if matches!(self.form, Form::TemplatePacked | Form::TemplateArray) {
            // Names are shared and not measured.
            if texts.iter().skip(1).step_by(2).any(|text| text.len() as u64 > thresholds.hash_max_listpack_value) {
                self.form = Form::TemplateArray;
            }
            return;
        }
        let too_many = target.packs_lists_and_sets() && texts.len() as u64 / 2 > thresholds.hash_max_listpack_entries;
        if too_many || texts.iter().any(|text| text.len() as u64 > thresholds.hash_max_listpack_value) {
            self.form = Form::Table;
        }
    }

    /// Takes the template that a dump reads it with.
    pub fn set_template(&mut self, id: u64, place: u64) {
        self.template = Some((id, place));
    }

    /// Sets a field without a look at the encoding, as a load does.
    pub fn load(&mut self, field: &[u8], value: &[u8], expires_at_ms: Option<i64>) {
        self.put(field, value, expires_at_ms);
    }

    fn put(&mut self, field: &[u8], value: &[u8], expires_at_ms: Option<i64>) {
        self.expiring += u64::from(expires_at_ms.is_some());
        self.content_bytes += value.len() as u64;
        if let Some(there) = self.fields.get_mut(field) {
            self.expiring = self.expiring.saturating_sub(u64::from(there.expires_at_ms.is_some()));
            self.content_bytes = self.content_bytes.saturating_sub(there.value.len() as u64);
            there.value = value.into();
            there.expires_at_ms = expires_at_ms;
            return;
        }
        self.content_bytes += field.len() as u64;
        let place = self.next;
        self.next += 1;
        self.fields.insert(field.into(), Field { place, value: value.into(), expires_at_ms });
    }

    /// Sets a field; its expiry becomes `expires_at_ms`.
    pub fn set(&mut self, field: &[u8], value: &[u8], expires_at_ms: Option<i64>, target: &Target) {
        let long = |text: &[u8]| text.len() as u64 > target.thresholds.hash_max_listpack_value;
        let has_template = matches!(self.form, Form::TemplatePacked | Form::TemplateArray);
        if !has_template && measures_every_pair(target) && (long(field) || long(value)) {
            self.form = Form::Table;
        }
        let before = self.len();
        self.put(field, value, expires_at_ms);
        if self.len() > before {
            self.template = None;
        }
        if self.len() > target.thresholds.hash_max_listpack_entries {
            self.form = if has_template { Form::TemplateArray } else { Form::Table };
        }
    }

    /// Gives a field another expiry; whether the field is there.
    pub fn expire(&mut self, field: &[u8], expires_at_ms: Option<i64>) -> bool {
        let Some(there) = self.fields.get_mut(field) else { return false };
        self.expiring += u64::from(expires_at_ms.is_some());
        self.expiring = self.expiring.saturating_sub(u64::from(there.expires_at_ms.is_some()));
        there.expires_at_ms = expires_at_ms;
        true
    }

    /// Takes the form that a hash has once a command has to do with expiry of its fields.
    pub fn allow_expiry(&mut self, target: &Target) {
        if target.is_valkey() {
            if !target.valkey_from(9, 2, 0) {
                self.form = Form::Table;
            }
        } else {
            self.form = match self.form {
                Form::Packed | Form::TemplatePacked => Form::PackedWithExpiry,
                Form::TemplateArray | Form::Table => Form::Table,
                Form::PackedWithExpiry => Form::PackedWithExpiry,
            };
        }
    }

    pub fn remove(&mut self, field: &[u8]) -> bool {
        let Some(there) = self.fields.remove(field) else { return false };
        self.template = None;
        self.expiring = self.expiring.saturating_sub(u64::from(there.expires_at_ms.is_some()));
        self.content_bytes = self.content_bytes.saturating_sub((field.len() + there.value.len()) as u64);
        true
    }

    /// Fields in the order in which they came.
    fn in_order(&self) -> Vec<(&[u8], &Field)> {
        let mut fields: Vec<_> = self.fields.iter().map(|(name, field)| (&**name, field)).collect();
        fields.sort_unstable_by_key(|(_, field)| field.place);
        fields
    }

    pub fn value_type(&self, target: &Target) -> ValueType {
        match self.form {
            Form::Packed if target.has_listpacks() => ValueType::HashListpack,
            Form::Packed if target.redis_from(2, 6, 0) => ValueType::HashZiplist,
            Form::Packed => ValueType::HashZipmap,
            Form::PackedWithExpiry => ValueType::HashListpackEx,
            Form::TemplatePacked if self.template.is_some() => ValueType::HashTemplateListpackRef,
            Form::TemplatePacked => ValueType::HashTemplateListpack,
            Form::TemplateArray if self.template.is_some() => ValueType::HashTemplateArrayRef,
            Form::TemplateArray => ValueType::HashTemplateArray,
            Form::Table if self.expiring == 0 => ValueType::Hash,
            Form::Table if target.is_valkey() => ValueType::Hash2,
            Form::Table => ValueType::HashMetadata,
        }
    }

    pub fn emit<S: ValueSink>(&self, target: &Target, costs: &Costs, sink: &mut S) {
        let value_type = self.value_type(target);
        let mut fields = self.in_order();
        let earliest = self.fields.values().filter_map(|field| field.expires_at_ms).min();
        let packed = !matches!(self.form, Form::Table | Form::TemplateArray);
        sink.begin(value_type, (!packed).then_some(self.len()));
        if matches!(value_type, ValueType::HashMetadata | ValueType::HashListpackEx) {
            sink.min_field_expiry(earliest.unwrap_or(0));
        }
        if self.form == Form::PackedWithExpiry {
            fields.sort_by_key(|(_, field)| field.expires_at_ms.unwrap_or(i64::MAX));
        }
        if packed {
            let bytes = self.packed_bytes(&fields, value_type, costs);
            let layout = match value_type {
                ValueType::HashZiplist => Packed::Ziplist,
                ValueType::HashZipmap => Packed::Zipmap,
                _ => Packed::Listpack,
            };
            sink.packed(layout, bytes, bytes);
        }
        if matches!(self.form, Form::TemplatePacked | Form::TemplateArray) {
            let names: Vec<Vec<u8>> = fields.iter().map(|(name, _)| name.to_vec()).collect();
            if let Some((_, place)) = self.template {
                sink.template_place(place);
            }
            sink.template(self.template.map(|(id, _)| id), &names);
        }
        let element = if packed { packed_element } else { plain_element };
        for (name, field) in fields {
            sink.field(element(name));
            sink.value(element(&field.value));
            sink.pair_end(field.expires_at_ms);
        }
        if packed {
            sink.packed_end();
        }
    }

    fn packed_bytes(&self, fields: &[(&[u8], &Field)], value_type: ValueType, costs: &Costs) -> u64 {
        if value_type == ValueType::HashZipmap {
            let length = |n: usize| n as u64 + if n < 254 { 1 } else { 5 };
            let pairs = fields.iter().map(|(name, field)| length(name.len()) + length(field.value.len()) + 1);
            return 2 + pairs.sum::<u64>();
        }
        let mut built = Built::new(costs);
        if self.form == Form::TemplatePacked {
            let id = self.template.map_or(0, |(id, _)| id);
            built.push(Element::Int(i64::try_from(id).unwrap_or(i64::MAX)));
        }
        for (name, field) in fields {
            if self.form != Form::TemplatePacked {
                built.push(packed_element(name));
            }
            built.push(packed_element(&field.value));
            if self.form == Form::PackedWithExpiry {
                built.push(Element::Int(field.expires_at_ms.unwrap_or(0)));
            }
        }
        built.bytes()
    }
}

/// Whether HINCRBY and its kind measure the field too (a fix of late 2021).
fn measures_every_pair(target: &Target) -> bool {
    let line = (target.version.major, target.version.minor);
    target.is_valkey()
        || match line {
            (5, 0) => target.redis_from(5, 0, 14),
            (6, 0) => target.redis_from(6, 0, 16),
            (6, 1..) => target.redis_from(6, 2, 6),
            (major, _) => major > 6,
        }
}
