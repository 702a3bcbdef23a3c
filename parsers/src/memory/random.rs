//! The random parts: expected values and variances of what servers draw lots for.

/// A skiplist node has one more level with this probability (ZSKIPLIST_P).
const ANOTHER_LEVEL: f64 = 0.25;
const MOST_LEVELS: u64 = 32;

/// Expected value and variance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Expected {
    pub mean: f64,
    pub variance: f64,
}

/// Size of a skiplist node whose allocation of `i` levels is `size(i)`.
pub fn skiplist_node(size: impl Fn(u64) -> u64) -> Expected {
    let (mut mean, mut square, mut reach) = (0.0, 0.0, 1.0);
    for level in 1..=MOST_LEVELS {
        let here = if level == MOST_LEVELS { reach } else { reach * (1.0 - ANOTHER_LEVEL) };
        let bytes = size(level) as f64;
        mean += here * bytes;
        square += here * bytes * bytes;
        reach *= ANOTHER_LEVEL;
    }
    Expected { mean, variance: (square - mean * mean).max(0.0) }
}

/// Entries that share their slot with an earlier one, of `n` entries in `slots` slots.
pub fn chained(n: u64, slots: u64) -> Expected {
    if n < 2 || slots == 0 {
        return Expected::default();
    }
    let occupied = occupancy(n as f64, slots as f64);
    Expected { mean: n as f64 - occupied.mean, variance: occupied.variance }
}

/// Slots that are not empty after `n` entries.
fn occupancy(n: f64, slots: f64) -> Expected {
    let empty = (n * (-1.0 / slots).ln_1p()).exp();
    let pair = (n * (-2.0 / slots).ln_1p()).exp();
    let pair = if slots <= 2.0 { 0.0 } else { pair };
    let mean = slots * (1.0 - empty);
    let variance = slots * empty + slots * (slots - 1.0) * pair - slots * slots * empty * empty;
    Expected { mean, variance: variance.max(0.0) }
}

/// Entries up to which the distribution is computed, beyond which the normal one stands for it.
const COMPUTED: u64 = 64;

/// Probability that `n` entries occupy at most `limit` of `slots` slots.
pub fn occupied_at_most(n: u64, slots: u64, limit: u64) -> f64 {
    if n == 0 || limit >= n.min(slots) {
        return 1.0;
    }
    if limit == 0 {
        return 0.0;
    }
    if n <= COMPUTED {
        let mut probability = vec![0.0; limit as usize + 2];
        probability[0] = 1.0;
        for _ in 0..n {
            for occupied in (0..probability.len()).rev() {
                let stays = probability[occupied] * occupied as f64 / slots as f64;
                let comes = match occupied {
                    0 => 0.0,
                    _ => probability[occupied - 1] * (slots as f64 - occupied as f64 + 1.0) / slots as f64,
                };
                probability[occupied] = stays + comes;
            }
        }
        return probability[..=limit as usize].iter().sum::<f64>().clamp(0.0, 1.0);
    }
    let expected = occupancy(n as f64, slots as f64);
    normal_at_most((limit as f64 + 0.5 - expected.mean) / expected.variance.sqrt().max(1e-9))
}

/// Distribution function of the normal distribution; 0 and 1 from six standard deviations on.
fn normal_at_most(z: f64) -> f64 {
    if z.abs() > 6.0 {
        return f64::from(z > 0.0);
    }
    // Logistic approximation by Bowling et al. (2009), error below 1.5e-4.
    1.0 / (1.0 + (-0.07056 * z * z * z - 1.5976 * z).exp())
}

/// Entries of a bucket of Valkey's hashtable, and those of each child: its last place links to the next child.
const IN_BUCKET: u64 = 7;
const IN_CHILD: u64 = 6;

/// Child buckets of a hashtable of `buckets` buckets with `n` entries.
pub fn child_buckets(n: u64, buckets: u64) -> Expected {
    if n <= IN_BUCKET {
        return Expected::default();
    }
    if buckets <= 1 {
        return Expected { mean: (n - IN_BUCKET).div_ceil(IN_CHILD) as f64, variance: 0.0 };
    }
    let (entries, share) = (n as f64, 1.0 / buckets as f64);
    let odds = share / (1.0 - share);
    let mut probability = (entries * (-share).ln_1p()).exp();
    let (mut mean, mut square) = (0.0, 0.0);
    let usual = entries * share;
    for count in 0..=n {
        if count > IN_BUCKET {
            let children = (count - IN_BUCKET).div_ceil(IN_CHILD) as f64;
            mean += probability * children;
            square += probability * children * children;
            if count as f64 > usual && probability < 1e-12 {
                break;
            }
        }
        probability *= (entries - count as f64) / (count as f64 + 1.0) * odds;
    }
    let all = buckets as f64;
    // The buckets share the entries, which takes a fifth off the spread of independent ones.
    Expected { mean: all * mean, variance: 0.64 * all * (square - mean * mean).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_without_member_have_the_known_mean_and_spread() {
        let jemalloc = crate::conversion::Allocator::Jemalloc;
        let node = skiplist_node(|level| jemalloc.class(24 + 16 * level));
        assert!((node.mean - 45.836).abs() < 0.001, "{}", node.mean);
        assert!((node.variance.sqrt() - 12.256).abs() < 0.01, "{}", node.variance.sqrt());
    }

    #[test]
    fn occupancy_agrees_with_the_normal_distribution_where_it_takes_over() {
        let (n, slots) = (64, 64);
        let expected = occupancy(n as f64, slots as f64);
        for limit in 34..48 {
            let exact = occupied_at_most(n, slots, limit);
            let normal = normal_at_most((limit as f64 + 0.5 - expected.mean) / expected.variance.sqrt());
            assert!((exact - normal).abs() < 0.02, "{limit}: {exact} {normal}");
        }
        assert!((occupied_at_most(4, 4, 2) - 0.343_75).abs() < 1e-9);
        assert_eq!(occupied_at_most(5, 8, 5), 1.0);
        assert_eq!(occupied_at_most(5, 8, 0), 0.0);
    }

    #[test]
    fn child_buckets_come_with_load() {
        assert_eq!(child_buckets(7, 2).mean, 0.0);
        assert_eq!(child_buckets(8, 1).mean, 1.0);
        let few = child_buckets(320, 64);
        assert!(few.mean > 5.0 && few.mean < 20.0, "{}", few.mean);
        assert!(child_buckets(1 << 20, 1 << 18).mean / f64::from(1 << 18) < 0.1);
    }
}
