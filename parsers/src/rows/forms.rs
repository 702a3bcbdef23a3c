//! Forms: the few combinations of type, encoding, kind and exactness that a file has. A key row carries a number instead
//! of four columns.

use crate::conversion::Encoding;
use crate::kinds::Kind;

/// One combination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What `TYPE` answers.
    pub type_name: String,
    /// What `OBJECT ENCODING` answers; none where no server told it yet.
    pub encoding: Option<&'static str>,
    pub kind: Option<Kind>,
    /// Whether the memory figure is reproducible to the byte; unknown without a figure.
    pub memory_exact: Option<bool>,
}

/// All combinations met so far; a form's number is its place.
#[derive(Debug, Default)]
pub struct Forms {
    rows: Vec<Form>,
    /// For each row what it was made from, so that the common case compares numbers only.
    codes: Vec<u32>,
    /// Names of module types; their place is part of the code.
    modules: Vec<String>,
    last: usize,
}

/// A type: one of the server's own by its number, or a module's by its place in the list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKey {
    Own(&'static str, u8),
    Module(u16),
}

impl Forms {
    /// Number of a module type's name.
    pub fn module(&mut self, name: &str) -> TypeKey {
        let at = match self.modules.iter().position(|known| known == name) {
            Some(at) => at,
            None => {
                self.modules.push(name.to_owned());
                self.modules.len() - 1
            }
        };
        TypeKey::Module(u16::try_from(at).unwrap_or(u16::MAX))
    }

    /// Name of a type.
    pub fn type_name(&self, key: TypeKey) -> &str {
        match key {
            TypeKey::Own(name, _) => name,
            TypeKey::Module(at) => self.modules.get(usize::from(at)).map_or("module", String::as_str),
        }
    }

    /// Number of this combination.
    #[inline]
    pub fn id(
        &mut self,
        type_key: TypeKey,
        encoding: Encoding,
        encoding_name: Option<&'static str>,
        kind: Option<Kind>,
        exact: Option<bool>,
    ) -> i32 {
        let type_code = match type_key {
            TypeKey::Own(_, code) => u32::from(code),
            TypeKey::Module(at) => 0x8000 | u32::from(at & 0x7fff),
        };
        let rest =
            (encoding as u32) << 8 | kind.map_or(0, |k| k as u32 + 1) << 2 | exact.map_or(0, |e| u32::from(e) + 1);
        let code = type_code << 16 | rest;
        if self.codes.get(self.last) == Some(&code) {
            return self.last as i32;
        }
        self.last = match self.codes.iter().position(|&known| known == code) {
            Some(at) => at,
            None => {
                let type_name = self.type_name(type_key).to_owned();
                self.rows.push(Form { type_name, encoding: encoding_name, kind, memory_exact: exact });
                self.codes.push(code);
                self.codes.len() - 1
            }
        };
        self.last as i32
    }

    /// The combinations met so far, by number.
    pub fn known(&self) -> &[Form] {
        &self.rows
    }

    pub fn into_rows(self) -> Vec<Form> {
        self.rows
    }
}
