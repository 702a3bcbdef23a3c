//! Numbers that look random and depend on the seed and the place only, so that any part can be drawn again.

/// The number of `place` in the stream of `seed` (splitmix64).
pub fn draw(seed: u64, place: u64) -> u64 {
    let mut z = seed.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Visits 0 to `count - 1` each once, in a scattered order as a hash table would.
pub fn scattered(count: u64) -> impl Iterator<Item = u64> {
    let mut stride = (count as f64 * 0.618) as u64 | 1;
    while gcd(stride, count) != 1 {
        stride += 2;
    }
    (0..count).scan(0, move |at, _| {
        let place = *at;
        *at = (place + stride) % count;
        Some(place)
    })
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
