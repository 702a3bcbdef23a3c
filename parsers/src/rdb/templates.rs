//! Hash templates (opcode HASH_TEMPLATE, Redis 8.10): field names that hashes share.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::encodings::Damage;
use crate::error::{Error, Result};
use crate::source::Input;

/// Most field names of a template. They are kept in memory, and a name of no bytes costs one byte of the file.
pub const MOST_NAMES: usize = 1 << 20;

/// The templates of a file by the id that the file uses. Ids may have holes, so this is a map.
#[derive(Debug, Default)]
pub struct Templates(HashMap<u64, Template>);

/// A template and its place among those of the file.
#[derive(Debug)]
struct Template {
    place: u64,
    names: Vec<Vec<u8>>,
}

impl Templates {
    /// Field names of a template.
    pub fn names(&self, id: u64) -> Option<&[Vec<u8>]> {
        self.0.get(&id).map(|template| template.names.as_slice())
    }

    /// How many templates stand before this one: the id that a server gives it.
    pub fn place(&self, id: u64) -> Option<u64> {
        self.0.get(&id).map(|template| template.place)
    }

    /// Ids and names of all templates.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[Vec<u8>])> {
        self.0.iter().map(|(id, template)| (*id, template.names.as_slice()))
    }

    /// Reads one HASH_TEMPLATE record behind its opcode. Salvage goes on with names in a wrong order, and with the
    /// first of two templates of one id.
    pub fn read(&mut self, input: &mut Input, damage: &mut Damage) -> Result<()> {
        let start = input.offset();
        let id = input.length()?;
        let count = input.length()?;
        let names = read_names(input, count, damage)?;
        if let Err(e) = check_names(&names, start) {
            damage.absorb(e)?;
        }
        let place = self.0.len() as u64;
        if let Entry::Vacant(free) = self.0.entry(id) {
            free.insert(Template { place, names });
            return Ok(());
        }
        damage.absorb(Error::encoding("hash template", format!("template id {id} occurs twice"), start))
    }
}

/// `count` names one by one; grows only as names arrive, and never past what a template can have.
pub fn read_names(input: &mut Input, count: u64, damage: &mut Damage) -> Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for _ in 0..count {
        let start = input.offset();
        if names.len() == MOST_NAMES {
            return Err(Error::encoding("hash template", format!("a template of {count} field names"), start));
        }
        let mut name = Vec::new();
        damage.name(input, &mut name)?;
        names.push(name);
    }
    Ok(names)
}

/// Names must be there, and strictly ascending by length, then bytes (Redis 8.10 refuses others).
pub fn check_names(names: &[Vec<u8>], offset: u64) -> Result<()> {
    if names.is_empty() {
        return Err(Error::encoding("hash template", "a template without field names", offset));
    }
    let ascending = names.windows(2).all(|pair| (pair[0].len(), &pair[0]) < (pair[1].len(), &pair[1]));
    if ascending {
        Ok(())
    } else {
        Err(Error::encoding("hash template", "its field names are not in ascending order", offset))
    }
}
