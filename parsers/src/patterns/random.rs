//! Random text or words? Judged by how often the kind of character changes.

const DIGIT: u8 = 1;
/// Bytes of a run that are looked at.
const MAX_RUN: usize = 512;

/// Per byte: one in each counter it belongs to, ten bits apart, and its kind.
static FACTS: [(u64, u8); 256] = {
    let mut facts = [(0, 0); 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        let (field, kind) = match byte {
            b'0'..=b'9' => (0, DIGIT),
            b'a'..=b'z' => (1, 2),
            b'A'..=b'Z' => (2, 4),
            _ => (4, 8),
        };
        let mut counters = 1 << (field * 10);
        if matches!(byte, b'a'..=b'f' | b'A'..=b'F') {
            counters |= 1 << 30;
        }
        if matches!(byte | 0x20, b'a' | b'e' | b'i' | b'o' | b'u' | b'y') && byte < 0x80 {
            counters |= 1 << 50;
        }
        facts[index] = (counters, kind);
        index += 1;
    }
    facts
};

/// Counts over one run of letters and digits.
#[derive(Default, Clone, Copy)]
pub(super) struct Counts {
    pub length: usize,
    pub digits: usize,
    pub lowers: usize,
    pub uppers: usize,
    /// Letters that are hex digits
    pub hex_letters: usize,
    /// Bytes beyond ASCII
    pub high: usize,
    vowels: usize,
    /// Stretches of letters or of digits
    pub stretches: usize,
    /// Stretches of lower case, upper case or digits
    kinds: usize,
}

impl Counts {
    pub(super) fn of(run: &[u8]) -> Counts {
        let mut packed = 0u64;
        let mut before = 0u8;
        let (mut stretches, mut kinds) = (0, 0);
        // Only the first bytes of a run count: the fields hold ten bits.
        for &byte in run.iter().take(MAX_RUN) {
            let (fields, kind) = FACTS[usize::from(byte)];
            packed += fields;
            kinds += usize::from(kind != before);
            stretches += usize::from((kind ^ before) & DIGIT != 0);
            before = kind;
        }
        let field = |index: u32| (packed >> (index * 10) & 0x3FF) as usize;
        let starts_with_letter = run.first().is_some_and(|byte| !byte.is_ascii_digit());
        Counts {
            length: run.len(),
            digits: field(0),
            lowers: field(1),
            uppers: field(2),
            hex_letters: field(3),
            high: field(4),
            vowels: field(5),
            stretches: stretches + usize::from(starts_with_letter),
            kinds,
        }
    }

    /// Adds a run that follows.
    pub(super) fn join(&mut self, next: &Counts) {
        self.length += next.length;
        self.digits += next.digits;
        self.lowers += next.lowers;
        self.uppers += next.uppers;
        self.hex_letters += next.hex_letters;
        self.high += next.high;
        self.vowels += next.vowels;
        self.stretches += next.stretches;
        self.kinds += next.kinds;
    }

    pub(super) fn letters(&self) -> usize {
        self.lowers + self.uppers
    }

    /// Digits and letters a–f of one case, both present and, where short, well mixed.
    pub(super) fn is_hex(&self) -> bool {
        self.digits + self.hex_letters == self.length
            && self.digits > 0
            && self.hex_letters > 0
            && (self.lowers == 0 || self.uppers == 0)
            && (self.length >= 16 || self.length >= 8 && self.stretches >= 3)
    }

    /// Random text: no word or number of this length changes so often between letters and digits, or between
    /// cases without the vowels that words have.
    pub(super) fn is_random(&self) -> bool {
        if self.high > 0 || self.length < 10 || self.length > MAX_RUN {
            return false;
        }
        let long = self.length >= 16;
        let mixed = if long {
            self.stretches >= 4 && self.stretches * 12 >= self.length
        } else {
            self.stretches >= 5 && self.stretches * 5 >= self.length * 2
        };
        if mixed {
            return true;
        }
        let both_cases = self.lowers > 0 && self.uppers > 0;
        if !both_cases || self.kinds * 5 < self.length * 2 {
            return false;
        }
        let few_vowels = self.vowels * 100 < self.letters() * 27;
        if long { self.stretches >= 3 || few_vowels } else { self.stretches >= 3 && few_vowels }
    }

    /// Neither a word in a usual spelling nor a number nor one after the other: a piece of random text, perhaps.
    pub(super) fn is_odd(&self) -> bool {
        let one_case = self.uppers == 0 || self.lowers == 0;
        // Each capital begins a word: as many stretches of capitals as capitals, words of three letters and more.
        let words =
            self.kinds / 2 == self.uppers && self.kinds <= 2 * self.uppers + 1 && self.lowers >= 2 * self.uppers;
        let usual_word = self.digits == 0 && (one_case || words);
        let word_and_number = one_case && self.stretches <= 2;
        self.high == 0 && !usual_word && !word_and_number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(run: &str) -> bool {
        Counts::of(run.as_bytes()).is_random()
    }

    #[test]
    fn identifiers_of_libraries_are_random() {
        for run in [
            "01M88ETBCXP0EMYAEGVAT2DT92",
            "CMoHM7Fd6Cd7hw2zGBlxmBvcd",
            "cachecxcx9z6kbx4rtym34899o6pdqyxggbc5",
            "cjld2cjxh0000qzrmn831i7rn",
            "V1StGXR8Z5jdHi6BmyTKfq",
            "dQw4w9WgXcQ",
            "KXqbTzWnJdGhLpRsVfMk",
        ] {
            assert!(random(run), "{run}");
        }
    }

    #[test]
    fn words_are_not() {
        for run in [
            "FindByIndexNameSessionRepository",
            "getUserByIdOrNull",
            "Base64Encoder",
            "customer1234567890",
            "AT333200000000000624",
            "verylonglowercaseword",
            "PRINCIPALNAMEINDEX",
            "utf8mb4general",
            "1234567890123456",
        ] {
            assert!(!random(run), "{run}");
        }
    }

    #[test]
    fn hex_needs_both_kinds() {
        let hex = |run: &str| Counts::of(run.as_bytes()).is_hex();
        assert!(hex("0000b99a") && hex("6f0a1c20d367180e390c5a590a9d") && hex("6F0A1C20D367"));
        assert!(!hex("00019223") && !hex("deadbeef") && !hex("b9") && !hex("aB3c4d5e") && !hex("decade2020"));
    }
}
