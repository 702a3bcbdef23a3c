//! Keys that a Lua script names itself, and whether it calls KEYS: found in its text without running it.

/// Longest key name that is believed.
const LONGEST: usize = 512;

/// What a script does with keys beside those that it is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptKeys {
    /// Names that stand literally where a command takes its key, in the order of the text, each once.
    pub literal: Vec<String>,
    /// Whether the command KEYS is called, which walks the whole keyspace.
    pub calls_keys: bool,
}

/// Commands whose first argument is no key.
const WITHOUT_KEY: [&str; 22] = [
    "ping",
    "echo",
    "time",
    "select",
    "publish",
    "spublish",
    "eval",
    "evalsha",
    "fcall",
    "script",
    "info",
    "config",
    "dbsize",
    "flushdb",
    "flushall",
    "randomkey",
    "scan",
    "cluster",
    "command",
    "lolwut",
    "keys",
    "replicate_commands",
];

/// Looks at every `redis.call`, `redis.pcall`, `server.call` and `server.pcall` with a literal command.
pub fn scan(code: &[u8]) -> ScriptKeys {
    let mut found = ScriptKeys::default();
    let mut rest = code;
    while let Some(at) = next_call(rest) {
        rest = &rest[at..];
        let Some((command, behind)) = literal(rest.trim_ascii_start()) else { continue };
        let command = command.to_ascii_lowercase();
        found.calls_keys |= command == "keys";
        let Some(argument) = behind.trim_ascii_start().strip_prefix(b",") else { continue };
        if WITHOUT_KEY.contains(&command.as_str()) {
            continue;
        }
        if let Some((key, _)) = literal(argument.trim_ascii_start())
            && !found.literal.contains(&key)
        {
            found.literal.push(key);
        }
    }
    found
}

/// The place behind the opening parenthesis of the next call.
fn next_call(code: &[u8]) -> Option<usize> {
    const CALLS: [&[u8]; 2] = [b".call", b".pcall"];
    let mut from = 0;
    loop {
        let rest = code.get(from..)?;
        let (at, length) = CALLS
            .iter()
            .filter_map(|call| rest.windows(call.len()).position(|w| w == *call).map(|at| (at, call.len())))
            .min()?;
        from += at + length;
        let behind = &code[from..];
        let blanks = behind.len() - behind.trim_ascii_start().len();
        if behind.get(blanks) == Some(&b'(') {
            return Some(from + blanks + 1);
        }
    }
}

/// A quoted text at the start, with what follows it.
fn literal(text: &[u8]) -> Option<(String, &[u8])> {
    let (&quote, inner) = text.split_first()?;
    if quote != b'\'' && quote != b'"' {
        return None;
    }
    let end = inner.iter().take(LONGEST).position(|&b| b == quote)?;
    Some((String::from_utf8_lossy(&inner[..end]).into_owned(), &inner[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_keys_are_found_and_given_ones_are_not() {
        let found = scan(
            b"local a = redis.call('GET', KEYS[1])\nredis.pcall ( \"hset\", 'app:stats', 'n', 1)\n\
              redis.call('PUBLISH', 'news', 'x') server.call('incr', 'app:stats') redis.call(cmd, 'x')",
        );
        assert_eq!(found, ScriptKeys { literal: vec!["app:stats".into()], calls_keys: false });
        assert!(scan(b"return redis.call('KEYS', '*')").calls_keys);
        assert_eq!(scan(b"return 1"), ScriptKeys::default());
    }
}
