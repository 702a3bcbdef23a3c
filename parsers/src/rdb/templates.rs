//! Hash templates (opcode HASH_TEMPLATE, Redis 8.10): field names that hashes share.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::source::Input;

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

    /// Reads one HASH_TEMPLATE record behind its opcode.
    pub fn read(&mut self, input: &mut Input) -> Result<()> {
        let start = input.offset();
        let id = input.length()?;
        let count = input.length()?;
        let names = read_names(input, count)?;
        check_names(&names, start)?;
        let place = self.0.len() as u64;
        if self.0.insert(id, Template { place, names }).is_some() {
            return Err(Error::encoding("hash template", format!("template id {id} occurs twice"), start));
        }
        Ok(())
    }
}

/// `count` names one by one; grows only as names arrive.
pub fn read_names(input: &mut Input, count: u64) -> Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for _ in 0..count {
        let mut name = Vec::new();
        input.name(&mut name)?;
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
