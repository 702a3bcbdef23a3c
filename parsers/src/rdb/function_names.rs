//! Names of the functions that a library registers, found in its source text without running it.

/// Longest name that is believed.
const LONGEST: usize = 256;

/// Function names in the order of their registration: `register_function('name', …)` and
/// `register_function{function_name='name', …}`. Names that are computed are not found.
pub fn registered(code: &[u8]) -> Vec<String> {
    const CALL: &[u8] = b"register_function";
    const KEY: &[u8] = b"function_name";
    let mut names = Vec::new();
    let mut rest = code;
    while let Some(at) = find(rest, CALL) {
        rest = &rest[at + CALL.len()..];
        let arguments = rest.trim_ascii_start();
        let name = match arguments.strip_prefix(b"(") {
            Some(inner) if !inner.trim_ascii_start().starts_with(b"{") => quoted(inner),
            // The table may name the function anywhere before it closes.
            _ => {
                let end = find(arguments, CALL).unwrap_or(arguments.len());
                let table = &arguments[..end];
                find(table, KEY).and_then(|at| {
                    let value = table[at + KEY.len()..].trim_ascii_start().strip_prefix(b"=")?;
                    quoted(value)
                })
            }
        };
        names.extend(name);
    }
    names
}

/// The text of a quoted string at the start.
fn quoted(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii_start();
    let (&quote, inner) = text.split_first()?;
    if quote != b'\'' && quote != b'"' {
        return None;
    }
    let end = inner.iter().take(LONGEST).position(|&b| b == quote)?;
    String::from_utf8(inner[..end].to_vec()).ok()
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_registration() {
        let code = b"#!lua name=t\nredis.register_function('a', f)\n\
            server.register_function{ function_name = \"b\", callback = f, flags = {'no-writes'} }\n\
            redis.register_function({callback=f, function_name='c'})\nredis.register_function(n, f)";
        assert_eq!(registered(code), ["a", "b", "c"]);
    }
}
