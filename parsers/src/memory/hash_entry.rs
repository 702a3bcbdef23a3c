//! A field and its value in a hash's table.

use super::costs::{Costs, OBJECT, POINTER};
use super::rules::Style;

/// Pairs up to this size are one allocation (Redis 8.6, Valkey 8.1).
const EMBEDDED_PAIR: u64 = 128;

/// Counted and allocated bytes of a field and its value in a table.
#[inline]
pub fn pair(field: u64, value: u64, expires: bool, costs: &Costs) -> (u64, u64) {
    match costs.constants.style {
        Style::Estimate => (0, 0),
        Style::Dict | Style::Kvobj => {
            let name = if costs.constants.field_mstr {
                let allocated = costs.allocated(mstr(field, expires));
                (allocated, allocated)
            } else {
                costs.text(field)
            };
            let text = costs.text(value);
            (name.0.saturating_add(text.0), name.1.saturating_add(text.1))
        }
        Style::Accounted | Style::Hashtable | Style::Embedded => entry(field, value, expires, costs),
    }
}

/// A field's name with the room for its expiry (mstr.c).
fn mstr(n: u64, expires: bool) -> u64 {
    let header = match n {
        0..=31 => 1,
        32..=65_535 => 3,
        _ => 9,
    };
    n.saturating_add(header + 1 + if expires { OBJECT + 2 } else { 0 })
}

/// A field with its value embedded, or with a value of its own (Redis entry.c, Valkey entry.c).
#[inline]
fn entry(field: u64, value: u64, expires: bool, costs: &Costs) -> (u64, u64) {
    let accounted = costs.constants.style == Style::Accounted;
    let extra = match (expires, accounted) {
        (false, _) => 0,
        (true, true) => 2 * POINTER,
        (true, false) => POINTER,
    };
    let mut name = costs.sds.embedded(field);
    if expires && costs.sds.header(field) == 1 {
        name += 2;
    }
    let together = name.saturating_add(value).saturating_add(4 + extra);
    if together <= EMBEDDED_PAIR {
        let allocated = costs.allocated(together);
        return (if accounted { together } else { allocated }, allocated);
    }
    if !expires && costs.sds.header(field) == 1 {
        name += 2;
    }
    let head = name.saturating_add(POINTER + extra);
    let allocated = costs.allocated(head).saturating_add(costs.sds.allocated(value));
    if accounted { (head.saturating_add(costs.sds.accounted(value)), allocated) } else { (allocated, allocated) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Target, Version};

    fn costs(server: Server, version: Version) -> Costs {
        Costs::of(&Target::new(server, version))
    }

    #[test]
    fn pairs_are_one_allocation_up_to_128_bytes() {
        let redis = costs(Server::Redis, Version::new(8, 6, 3));
        // Header 1, text 5, end 1; text 116, 4 for its header and end: 127.
        assert_eq!(pair(5, 116, false, &redis), (127, 128));
        // Apart: header 3, text 5, end 1, pointer 8; the value counts as allocated.
        assert_eq!(pair(5, 118, false, &redis), (17 + 128, 24 + 128));
        let valkey = costs(Server::Valkey, Version::new(9, 1, 2));
        assert_eq!(pair(5, 116, false, &valkey), (128, 128));
        assert_eq!(pair(5, 106, true, &valkey), (128, 128));
    }

    #[test]
    fn names_with_an_expiry_carry_its_metadata() {
        let redis = costs(Server::Redis, Version::new(7, 4, 1));
        assert_eq!(pair(4, 3, false, &redis), (8 + 8, 8 + 8));
        assert_eq!(pair(4, 3, true, &redis), (24 + 8, 24 + 8));
    }
}
