//! The nodes of the miner's tree and the table that finds a child by its template.

pub(super) const NONE: u32 = u32::MAX;
pub(super) const ROOT: u32 = 0;

pub(super) struct Node {
    pub parent: u32,
    text_start: u32,
    text_length: u32,
    /// Child whose template is `{int}`
    pub int_child: u32,
    pub pattern: u32,
    /// Where the names of this word go since its position is `{*}`
    pub redirect: u32,
    /// Words and templates with words that stand for themselves below this node, see [`super::position::Words`]
    pub literals: [u16; 2],
    /// Index of what is known of the position below this node, once it was full
    pub position: u32,
    /// Shortest and longest segment
    pub shortest: u32,
    pub longest: u32,
    /// Letters that every random text of this node began with
    pub lead_start: u32,
    pub lead_length: u32,
}

/// All nodes. The root has no parent and no template; a parent precedes its children.
pub(super) struct Nodes {
    nodes: Vec<Node>,
    texts: Vec<u8>,
    /// Open addressing: upper half of the hash, node + 1; 0 is free
    table: Vec<u64>,
}

impl Nodes {
    pub(super) fn new() -> Self {
        let mut nodes = Nodes { nodes: Vec::new(), texts: Vec::new(), table: vec![0; 1024] };
        nodes.add(NONE, b"");
        nodes
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Bytes of all templates.
    pub(super) fn text_bytes(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn store_text(&mut self, text: &[u8]) -> u32 {
        let start = self.texts.len() as u32;
        self.texts.extend_from_slice(text);
        start
    }

    pub(super) fn add(&mut self, parent: u32, template: &[u8]) -> u32 {
        let text_start = self.store_text(template);
        let id = self.nodes.len() as u32;
        self.nodes.push(Node {
            parent,
            text_start,
            text_length: template.len() as u32,
            int_child: NONE,
            pattern: NONE,
            redirect: NONE,
            literals: [0; 2],
            position: NONE,
            shortest: u32::MAX,
            longest: 0,
            lead_start: NONE,
            lead_length: 0,
        });
        if self.nodes.len() * 2 > self.table.len() {
            self.rehash();
        } else {
            self.insert(hash(parent, template), id);
        }
        id
    }

    fn rehash(&mut self) {
        self.table = vec![0; self.table.len() * 2];
        for id in 0..self.nodes.len() as u32 {
            let hash = hash(self.get(id).parent, self.template(id));
            self.insert(hash, id);
        }
    }

    fn insert(&mut self, hash: u64, id: u32) {
        let mask = self.table.len() - 1;
        let mut slot = hash as usize & mask;
        while self.table[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.table[slot] = hash >> 32 << 32 | (u64::from(id) + 1);
    }

    /// The child with this template, or where its names go now; [`NONE`] if there is none.
    #[inline]
    pub(super) fn lookup(&self, parent: u32, template: &[u8]) -> u32 {
        let hash = hash(parent, template);
        let mask = self.table.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let entry = self.table[slot];
            if entry == 0 {
                return NONE;
            }
            if entry >> 32 == hash >> 32 {
                let id = (entry as u32) - 1;
                let node = self.get(id);
                if node.parent == parent && self.text(node.text_start, node.text_length) == template {
                    return if node.redirect == NONE { id } else { node.redirect };
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    pub(super) fn template(&self, id: u32) -> &[u8] {
        let node = self.get(id);
        self.text(node.text_start, node.text_length)
    }

    #[inline]
    pub(super) fn text(&self, start: u32, length: u32) -> &[u8] {
        let (start, length) = (start as usize, length as usize);
        self.texts.get(start..start + length).unwrap_or_default()
    }

    #[inline]
    pub(super) fn get(&self, id: u32) -> &Node {
        &self.nodes[id as usize]
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: u32) -> &mut Node {
        &mut self.nodes[id as usize]
    }
}

/// Multiply and fold, eight bytes at a time.
#[inline]
fn hash(parent: u32, bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |state: u64, word: u64| {
        let product = u128::from(state ^ word) * u128::from(FACTOR);
        (product as u64) ^ (product >> 64) as u64
    };
    let mut state = (u64::from(parent) << 32 | 0xA076_1D64) ^ bytes.len() as u64;
    let mut tail = bytes;
    while let Some((chunk, rest)) = tail.split_first_chunk::<8>() {
        state = mix(state, u64::from_le_bytes(*chunk));
        tail = rest;
    }
    let word = match *tail {
        [] => 0,
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c] => u64::from(u32::from_le_bytes([a, b, c, 0])),
        [a, b, c, d, ref rest @ ..] => {
            let high = rest.iter().rev().fold(0, |high, &byte| high << 8 | u64::from(byte));
            u64::from(u32::from_le_bytes([a, b, c, d])) | high << 32
        }
    };
    mix(mix(state, word), FACTOR)
}
