//! Hashes with a template (Redis 8.10): the field names stand once, every hash is charged a share of them.

use std::collections::HashMap;

use super::bill::{Bill, Part};
use super::costs::{Costs, POINTER};
use super::key::KeyFacts;
use super::listpack_size;
use crate::conversion::Encoding;
use crate::events::{Element, Packed};

/// A template besides its names, and what each name adds.
const TEMPLATE: u64 = 80;
/// Head of the array of values.
const ARRAY_HEAD: u64 = 16;

/// What is known of a template after the pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TemplateUse {
    /// Bytes of the template.
    pub bytes: u64,
    /// Keys that use it; each is charged `bytes / keys`.
    pub keys: u64,
}

/// Templates of a file by the id it gives them.
#[derive(Debug, Default)]
pub struct TemplateUses(HashMap<u64, TemplateUse>);

impl TemplateUses {
    /// A key uses a template of these names.
    pub fn note(&mut self, id: u64, names: &[Vec<u8>], costs: &Costs) {
        let template = self.0.entry(id).or_insert_with(|| TemplateUse { bytes: template_bytes(names, costs), keys: 0 });
        template.keys += 1;
    }

    pub fn get(&self, id: u64) -> Option<TemplateUse> {
        self.0.get(&id).copied()
    }

    /// What each of its keys is charged.
    pub fn share(&self, id: u64) -> u64 {
        self.get(id).and_then(|template| template.bytes.checked_div(template.keys)).unwrap_or(0)
    }

    pub fn iter(&self) -> impl Iterator<Item = (u64, TemplateUse)> {
        self.0.iter().map(|(id, template)| (*id, *template))
    }
}

fn template_bytes(names: &[Vec<u8>], costs: &Costs) -> u64 {
    names
        .iter()
        .fold(TEMPLATE, |sum, name| sum.saturating_add(POINTER).saturating_add(costs.sds.allocated(name.len() as u64)))
}

/// What such a hash's memory follows from.
#[derive(Debug, Default)]
pub struct TemplateSums {
    pub id: Option<u64>,
    /// The id that the server gives the template: it counts anew.
    pub place: u64,
    /// Bytes of its own names, where the file gives it no template.
    own: u64,
    file: Option<u64>,
    values: u64,
    counted: u64,
    allocated: u64,
    built: u64,
}

impl TemplateSums {
    pub fn begin(&mut self) {
        *self = Self { built: listpack_size::EMPTY, ..Self::default() };
    }

    /// `uses` counts the keys of each template; a target without templates has none to count.
    pub fn template(&mut self, id: Option<u64>, names: &[Vec<u8>], costs: &Costs, uses: Option<&mut TemplateUses>) {
        self.id = id;
        match (id, uses) {
            (Some(id), Some(uses)) => uses.note(id, names, costs),
            (Some(_), None) => {}
            (None, _) => self.own = template_bytes(names, costs),
        }
    }

    pub fn packed(&mut self, layout: Packed, bytes: u64) {
        if layout == Packed::Listpack {
            self.file = Some(bytes);
        }
    }

    #[inline]
    pub fn value(&mut self, value: Element<'_>, costs: &Costs) {
        let n = value.len();
        self.values += 1;
        self.counted = self.counted.saturating_add(costs.sds.accounted(n));
        self.allocated = self.allocated.saturating_add(costs.sds.allocated(n));
        self.built = self.built.saturating_add(listpack_size::entry(value, false));
    }

    /// Without the share of the template, which is known only after the pass.
    pub fn bill(&self, costs: &Costs, key: &KeyFacts, encoding: Encoding, bill: &mut Bill) {
        costs.bill_object(key, bill);
        if encoding == Encoding::TemplateArray {
            let array = ARRAY_HEAD.saturating_add(self.values.saturating_mul(POINTER));
            bill.put(Part::Head, array, costs.allocated(array));
            bill.put(Part::Elements, self.counted, self.allocated);
        } else {
            let id = listpack_size::integer(i64::try_from(self.place).unwrap_or(i64::MAX));
            let bytes = match (self.file, self.id.and_then(|id| i64::try_from(id).ok())) {
                (Some(bytes), Some(file_id)) => {
                    bytes.saturating_add(id).saturating_sub(listpack_size::integer(file_id))
                }
                _ => self.built.saturating_add(id),
            };
            let (counted, allocated) = costs.packed(bytes);
            bill.put(Part::Packed, counted, allocated);
        }
        if self.own > 0 {
            // Keys with the same names of their own share them too, which the file does not tell before its end.
            bill.add(Part::Head, self.own);
            bill.estimate();
        }
    }
}
