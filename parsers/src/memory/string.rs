//! Strings: integers, texts inside their object, texts of their own.

use super::bill::{Bill, Part};
use super::costs::{Costs, OBJECT};
use super::key::KeyFacts;
use super::rules::{EmbstrRule, Style};
use crate::conversion::Encoding;
use crate::events::Element;

/// Numbers below this are shared objects where the key is not part of the object.
const SHARED_INTEGERS: i64 = 10_000;

/// What a string's memory follows from.
#[derive(Debug, Clone, Copy, Default)]
pub struct StringSums {
    bytes: u64,
    shareable: bool,
}

impl StringSums {
    #[inline]
    pub fn of(content: Element<'_>) -> Self {
        let shareable = content.len() <= 4 && content.integer().is_some_and(|n| (0..SHARED_INTEGERS).contains(&n));
        Self { bytes: content.len(), shareable }
    }

    pub fn bill(&self, costs: &Costs, key: &KeyFacts, encoding: Encoding, bill: &mut Bill) {
        let constants = &costs.constants;
        match encoding {
            Encoding::Int => {
                let dict_era = matches!(constants.style, Style::Estimate | Style::Dict);
                if dict_era && self.shareable && !key.evictable {
                    bill.put(Part::Object, if constants.style == Style::Estimate { 0 } else { OBJECT }, 0);
                } else {
                    costs.bill_object(key, bill);
                }
            }
            Encoding::Embstr => match constants.style {
                Style::Estimate | Style::Dict => {
                    let allocated = costs.embedded_object(self.bytes);
                    let counted = match constants.embstr {
                        EmbstrRule::LengthPlusTwo => self.bytes.saturating_add(OBJECT + 2),
                        EmbstrRule::Allocated | EmbstrRule::None => allocated,
                    };
                    bill.put(Part::Object, counted, allocated);
                }
                _ => costs.bill_key_object(costs.text_object(key, self.bytes), bill),
            },
            _ => {
                costs.bill_object(key, bill);
                let allocated = costs.sds.allocated(self.bytes);
                let counted = match constants.style {
                    Style::Kvobj | Style::Accounted => costs.sds.accounted(self.bytes),
                    _ => costs.text(self.bytes).0,
                };
                bill.put(Part::Text, counted, allocated);
            }
        }
    }
}
