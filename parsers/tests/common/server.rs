//! A real server in a folder of its own: what it logs, and what its dumps say.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use _native::conversion::{Server, Target, Version};

/// Programs to ask: `RDBSCOPE_SERVERS` (paths with colons between), else the distribution's. They must know logs of
/// several files, as Redis 7.0 and later do.
pub fn programs() -> Vec<PathBuf> {
    let named = std::env::var_os("RDBSCOPE_SERVERS").unwrap_or_else(|| "/usr/bin/redis-server".into());
    let knows = |path: &PathBuf| {
        let told = Command::new(path).arg("--version").output().ok()?.stdout;
        let text = String::from_utf8(told).ok()?;
        Some(Version::parse(text.split("v=").nth(1)?)?.major >= 7)
    };
    let found: Vec<_> = std::env::split_paths(&named).filter(|path| knows(path) == Some(true)).collect();
    if found.is_empty() {
        writeln!(std::io::stderr(), "skipped: no server of 7.0 or later at {}", named.to_string_lossy()).ok();
    }
    found
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Nil,
    Status(String),
    Error(String),
    Integer(i64),
    Bytes(Vec<u8>),
    List(Vec<Reply>),
}

impl Reply {
    pub fn bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            other => panic!("a string was expected, not {other:?}"),
        }
    }

    pub fn list(self) -> Vec<Self> {
        match self {
            Self::List(items) => items,
            other => panic!("a list was expected, not {other:?}"),
        }
    }
}

/// A running server with one connection to it. It ends with this value.
pub struct Running {
    child: Child,
    folder: PathBuf,
    wire: BufReader<UnixStream>,
}

impl Running {
    /// Starts a server that logs; `settings` are words of its configuration.
    pub fn start(program: &Path, name: &str, settings: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("rdbscope-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let socket = folder.join("socket");
        let child = Command::new(program)
            .current_dir(&folder)
            .args(["--port", "0", "--unixsocket", socket.to_str().unwrap(), "--dir", folder.to_str().unwrap()])
            .args(["--appendonly", "yes", "--appendfsync", "no", "--save", "", "--enable-debug-command", "yes"])
            .args(["--auto-aof-rewrite-percentage", "0"])
            .args(settings)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let connected = (0..200).find_map(|_| {
            std::thread::sleep(Duration::from_millis(25));
            UnixStream::connect(&socket).ok()
        });
        let wire = BufReader::new(connected.unwrap_or_else(|| panic!("{} does not answer", program.display())));
        Self { child, folder, wire }
    }

    pub fn ask<W: AsRef<[u8]>>(&mut self, words: &[W]) -> Reply {
        let mut text = format!("*{}\r\n", words.len()).into_bytes();
        for word in words.iter().map(AsRef::as_ref) {
            text.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            text.extend_from_slice(word);
            text.extend_from_slice(b"\r\n");
        }
        self.wire.get_mut().write_all(&text).unwrap();
        self.reply()
    }

    fn reply(&mut self) -> Reply {
        let mut line = String::new();
        if self.wire.read_line(&mut line).unwrap() == 0 {
            return Reply::Error("the server ended".into());
        }
        let (mark, rest) = line.trim_end().split_at(1);
        let number = || rest.parse::<i64>().unwrap();
        match mark {
            "+" => Reply::Status(rest.into()),
            "-" => Reply::Error(rest.into()),
            ":" => Reply::Integer(number()),
            "$" | "*" if number() < 0 => Reply::Nil,
            "$" => {
                let mut bytes = vec![0; number() as usize + 2];
                self.wire.read_exact(&mut bytes).unwrap();
                bytes.truncate(number() as usize);
                Reply::Bytes(bytes)
            }
            "*" => Reply::List((0..number()).map(|_| self.reply()).collect()),
            _ => panic!("no reply: {line}"),
        }
    }

    fn info(&mut self) -> String {
        String::from_utf8(self.ask(&["INFO", "everything"]).bytes()).unwrap()
    }

    pub fn target(&mut self) -> Target {
        let info = self.info();
        let version = |name: &str| info.lines().find_map(|line| Version::parse(line.strip_prefix(name)?));
        match version("valkey_version:") {
            Some(version) => Target::new(Server::Valkey, version),
            None => Target::new(Server::Redis, version("redis_version:").unwrap()),
        }
    }

    /// Rewrites the log and waits for it.
    pub fn rewrite(&mut self) {
        self.ask(&["BGREWRITEAOF"]);
        while self
            .info()
            .lines()
            .any(|line| line.starts_with("aof_rewrite_in_progress:1") || line.starts_with("aof_rewrite_scheduled:1"))
        {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Loads its own log; what it knows afterwards is what the log says. False where it cannot load what it wrote.
    pub fn reload(&mut self) -> bool {
        self.ask(&["DEBUG", "LOADAOF"]) == Reply::Status("OK".into())
    }

    /// The files of the log, in the order of replay.
    pub fn files(&self) -> Vec<Vec<u8>> {
        let folder = self.folder.join("appendonlydir");
        let manifest = std::fs::read_to_string(folder.join("appendonly.aof.manifest")).unwrap();
        let name = |line: &str| line.split(' ').nth(1).map(str::to_owned);
        let wanted = manifest.lines().filter(|line| !line.contains(" type h")).filter_map(name);
        wanted.map(|name| std::fs::read(folder.join(name)).unwrap()).collect()
    }

    /// A snapshot with this key and nothing else, out of its DUMP.
    pub fn snapshot_of(&mut self, key: &[u8]) -> Vec<u8> {
        let payload = self.ask(&[b"DUMP".as_slice(), key]).bytes();
        let (value, footer) = payload.split_at(payload.len() - 10);
        let version = u16::from_le_bytes([footer[0], footer[1]]);
        let magic = if version >= 80 { format!("VALKEY{version:03}") } else { format!("REDIS{version:04}") };
        let name = [&(key.len() as u32).to_be_bytes()[..], key].concat();
        let head = [magic.as_bytes(), &[0xfe, 0, value[0], 0x80], &name].concat();
        [&head, &value[1..], &[0xff], &[0; 8]].concat()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}
