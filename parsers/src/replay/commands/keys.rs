//! Keys of commands, as far as it takes to mark them approximate.

const STREAM: &[&[u8]] = &[
    b"XADD",
    b"XDEL",
    b"XTRIM",
    b"XACK",
    b"XACKDEL",
    b"XDELEX",
    b"XCLAIM",
    b"XAUTOCLAIM",
    b"XSETID",
    b"XGROUP",
    b"XCFGSET",
    b"XIDMPRECORD",
    b"XNACK",
    b"XREADGROUP",
];

pub fn is_stream_command(name: &[u8]) -> bool {
    STREAM.contains(&name)
}

/// Whether a module has this command.
pub fn is_module_command(name: &[u8]) -> bool {
    name.contains(&b'.')
}

/// The place of the key of a stream command.
pub fn stream_key(name: &[u8]) -> usize {
    if name == b"XGROUP" { 2 } else { 1 }
}

/// Commands whose result depends on other keys than the one it is stored under.
const FROM_OTHERS: &[&[u8]] = &[
    b"BITOP",
    b"PFMERGE",
    b"SORT",
    b"RPOPLPUSH",
    b"BRPOPLPUSH",
    b"LMOVE",
    b"BLMOVE",
    b"SMOVE",
    b"SINTERSTORE",
    b"SUNIONSTORE",
    b"SDIFFSTORE",
    b"ZRANGESTORE",
    b"ZUNIONSTORE",
    b"ZINTERSTORE",
    b"ZDIFFSTORE",
    b"GEORADIUS",
    b"GEORADIUSBYMEMBER",
    b"GEOSEARCHSTORE",
];

/// Whether doubt about one key that the command names passes over to the key it changes.
pub fn passes_doubt_on(name: &[u8]) -> bool {
    FROM_OTHERS.contains(&name)
}

/// Keys that a command may have changed.
pub fn of<'w>(name: &[u8], argv: &[&'w [u8]]) -> Vec<&'w [u8]> {
    let at = |place: usize| argv.get(place).copied().into_iter().collect::<Vec<_>>();
    match name {
        b"EVAL" | b"EVALSHA" | b"FCALL" => {
            let count = argv.get(2).and_then(|text| std::str::from_utf8(text).ok()?.parse().ok()).unwrap_or(0);
            argv.iter().skip(3).take(count).copied().collect()
        }
        b"XGROUP" => at(2),
        b"SORT" | b"GEORADIUS" | b"GEORADIUSBYMEMBER" => {
            let store = argv
                .iter()
                .position(|word| word.eq_ignore_ascii_case(b"STORE") || word.eq_ignore_ascii_case(b"STOREDIST"));
            store.map_or_else(Vec::new, |place| at(place + 1))
        }
        b"BITOP" | b"RPOPLPUSH" | b"BRPOPLPUSH" | b"LMOVE" | b"BLMOVE" | b"SMOVE" => at(2),
        b"MSETEX" => argv.iter().skip(2).step_by(2).copied().collect(),
        _ => at(1),
    }
}
