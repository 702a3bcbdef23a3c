//! Function libraries and cached scripts.

use std::collections::BTreeMap;

use sha1::{Digest, Sha1};

use crate::encodings::Damage;
use crate::rdb::functions::{self, Function};
use crate::replay::applied::Applied;
use crate::replay::call::{Call, Outcome, done_if};
use crate::source::{CancelFlag, Input};

/// Version and checksum behind a dump payload.
const FOOTER: usize = 10;
const FUNCTION2: u8 = 245;

/// Libraries by name, script bodies by their SHA-1.
#[derive(Debug, Default)]
pub struct Libraries {
    libraries: BTreeMap<Vec<u8>, Function>,
    scripts: BTreeMap<[u8; 20], Vec<u8>>,
}

impl Libraries {
    pub fn held_bytes(&self) -> u64 {
        let libraries = self.libraries.values().map(|library| library.code.len() as u64 + 200);
        libraries.chain(self.scripts.values().map(|body| body.len() as u64 + 100)).sum()
    }

    /// Libraries by name.
    pub fn iter(&self) -> impl Iterator<Item = &Function> {
        self.libraries.values()
    }

    /// Bodies of cached scripts.
    pub fn scripts(&self) -> impl Iterator<Item = &[u8]> {
        self.scripts.values().map(Vec::as_slice)
    }

    /// Adds a library, in the place of one of its name.
    pub fn insert(&mut self, function: Function) {
        self.libraries.insert(function.library.clone(), function);
    }

    /// Adds the body of a script.
    pub fn insert_script(&mut self, body: &[u8]) {
        self.scripts.insert(Sha1::digest(body).into(), body.to_vec());
    }

    fn load(&mut self, call: &Call<'_>) -> Outcome {
        let replace = call.is(2, "REPLACE");
        let code = call.word(if replace { 3 } else { 2 })?;
        let function = functions::of_code(code.to_vec(), 0);
        if function.library.is_empty() || !replace && self.libraries.contains_key(&function.library) {
            return Err(Applied::Refused);
        }
        self.insert(function);
        Ok(Applied::Done)
    }

    fn restore(&mut self, call: &Call<'_>) -> Outcome {
        let payload = call.word(2)?;
        let body = payload.len().checked_sub(FOOTER).and_then(|end| payload.get(..end)).ok_or(Applied::Refused)?;
        let restored = read_payload(body).ok_or(Applied::Refused)?;
        let replace = call.is(3, "REPLACE");
        if call.is(3, "FLUSH") {
            self.libraries.clear();
        } else if !replace && restored.iter().any(|function| self.libraries.contains_key(&function.library)) {
            return Err(Applied::Refused);
        }
        restored.into_iter().for_each(|function| self.insert(function));
        Ok(Applied::Done)
    }
}

fn read_payload(body: &[u8]) -> Option<Vec<Function>> {
    let mut input = Input::new(Box::new(std::io::Cursor::new(body.to_vec())), CancelFlag::default());
    let mut damage = Damage::new(false);
    let mut found = Vec::new();
    while !input.at_end().ok()? {
        if input.u8().ok()? != FUNCTION2 {
            return None;
        }
        found.push(functions::read(&mut input, &mut damage, 0).ok()?);
    }
    Some(found)
}

/// Applies FUNCTION and SCRIPT; none where it is another command.
pub fn apply(name: &[u8], libraries: &mut Libraries, call: &Call<'_>) -> Option<Outcome> {
    match name {
        b"FUNCTION" if call.is(1, "LOAD") => Some(libraries.load(call)),
        b"FUNCTION" if call.is(1, "RESTORE") => Some(libraries.restore(call)),
        b"FUNCTION" if call.is(1, "DELETE") => {
            Some(call.word(2).map(|library| done_if(libraries.libraries.remove(library).is_some())))
        }
        b"FUNCTION" if call.is(1, "FLUSH") => {
            libraries.libraries.clear();
            Some(Ok(Applied::Done))
        }
        b"SCRIPT" if call.is(1, "LOAD") => Some(call.word(2).map(|body| {
            libraries.insert_script(body);
            Applied::Done
        })),
        b"SCRIPT" if call.is(1, "FLUSH") => {
            libraries.scripts.clear();
            Some(Ok(Applied::Done))
        }
        b"EVAL" => {
            if let Ok(body) = call.word(1) {
                libraries.insert_script(body);
            }
            None
        }
        b"FUNCTION" | b"SCRIPT" => Some(Err(Applied::Refused)),
        _ => None,
    }
}
