//! Function libraries (opcodes FUNCTION2 and FUNCTION_PRE_GA).

use crate::encodings::Damage;
use crate::error::Result;
use crate::source::Input;

/// A function library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub library: Vec<u8>,
    pub engine: Vec<u8>,
    /// Source text; needed for the digest and the function names, never shown unasked.
    pub code: Vec<u8>,
    pub offset: u64,
}

/// FUNCTION2: one string, whose first line `#!<engine> name=<library>` names the library.
pub fn read(input: &mut Input, damage: &mut Damage, offset: u64) -> Result<Function> {
    let mut code = Vec::new();
    damage.name(input, &mut code)?;
    Ok(of_code(code, offset))
}

/// A library by its source text.
pub fn of_code(code: Vec<u8>, offset: u64) -> Function {
    let (engine, library) = shebang(&code);
    Function { library, engine, code, offset }
}

/// FUNCTION_PRE_GA (release candidates of Redis 7.0): name, engine, optional description, code.
pub fn read_pre_ga(input: &mut Input, damage: &mut Damage, offset: u64) -> Result<Function> {
    let (mut library, mut engine, mut code) = (Vec::new(), Vec::new(), Vec::new());
    damage.name(input, &mut library)?;
    damage.name(input, &mut engine)?;
    if input.length()? != 0 {
        damage.name(input, &mut code)?;
    }
    damage.name(input, &mut code)?;
    Ok(Function { library, engine, code, offset })
}

/// Engine and library name from the first line.
fn shebang(code: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let line = code.split(|&b| b == b'\n').next().unwrap_or_default();
    let Some(line) = line.strip_prefix(b"#!") else { return (Vec::new(), Vec::new()) };
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let engine = words.next().unwrap_or_default().to_vec();
    let library = words.find_map(|word| word.strip_prefix(b"name=")).unwrap_or_default().to_vec();
    (engine, library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_names_engine_and_library() {
        assert_eq!(shebang(b"#!lua name=tally\nredis.register_function()"), (b"lua".to_vec(), b"tally".to_vec()));
        assert_eq!(shebang(b"no shebang"), (Vec::new(), Vec::new()));
    }
}
