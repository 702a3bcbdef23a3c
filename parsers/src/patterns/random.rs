//! Random text or words? Judged by how often the kind of character changes.

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
        let mut counts = Counts { length: run.len(), ..Counts::default() };
        let mut before = 0u8;
        for &byte in run {
            let kind = match byte {
                b'0'..=b'9' => 1,
                b'a'..=b'z' => 2,
                b'A'..=b'Z' => 4,
                _ => 8,
            };
            counts.digits += usize::from(kind == 1);
            counts.lowers += usize::from(kind == 2);
            counts.uppers += usize::from(kind == 4);
            counts.high += usize::from(kind == 8);
            counts.hex_letters += usize::from(matches!(byte | 0x20, b'a'..=b'f') && kind & 6 != 0);
            counts.vowels +=
                usize::from(matches!(byte | 0x20, b'a' | b'e' | b'i' | b'o' | b'u' | b'y') && kind & 6 != 0);
            counts.kinds += usize::from(kind != before);
            counts.stretches += usize::from(before == 0 || (kind == 1) != (before == 1));
            before = kind;
        }
        counts
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
        if self.high > 0 || self.length < 10 || self.length > 512 {
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
        let usual_word = self.digits == 0 && (one_case || self.kinds <= 2 && self.uppers == 1);
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
