//! Positions as 52-bit integers, and distances on the sphere (geohash.c, geohash_helper.c).

pub const LONGITUDES: (f64, f64) = (-180.0, 180.0);
pub const LATITUDES: (f64, f64) = (-85.051_128_78, 85.051_128_78);
/// Bits per coordinate.
pub const STEP: u32 = 26;
pub const EARTH_RADIUS_METRES: f64 = 6_372_797.560_856;

/// A position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    pub longitude: f64,
    pub latitude: f64,
}

/// Spreads the low 32 bits over the even ones.
pub fn spread(bits: u32) -> u64 {
    (0..32).fold(0, |all, bit| all | u64::from(bits >> bit & 1) << (2 * bit))
}

fn gather(bits: u64) -> u32 {
    (0..32).fold(0, |all, bit| all | ((bits >> (2 * bit) & 1) as u32) << bit)
}

impl Position {
    pub fn new(longitude: f64, latitude: f64) -> Option<Self> {
        let within = |value: f64, (low, high): (f64, f64)| (low..=high).contains(&value);
        (within(longitude, LONGITUDES) && within(latitude, LATITUDES)).then_some(Self { longitude, latitude })
    }

    /// The score under which it is stored.
    pub fn score(self) -> f64 {
        let place = |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low) * f64::from(1 << STEP)) as u32;
        let bits = spread(place(self.latitude, LATITUDES)) | spread(place(self.longitude, LONGITUDES)) << 1;
        bits as f64
    }

    /// The middle of the cell that a score names.
    pub fn of_score(score: f64) -> Self {
        let bits = score as u64;
        let middle = |place: u32, (low, high): (f64, f64)| {
            let border = |place: f64| low + (place / f64::from(1 << STEP)) * (high - low);
            ((border(f64::from(place)) + border(f64::from(place) + 1.0)) / 2.0).clamp(low, high)
        };
        Self { longitude: middle(gather(bits >> 1), LONGITUDES), latitude: middle(gather(bits), LATITUDES) }
    }

    /// Metres along a meridian.
    pub fn latitude_distance(self, other: Self) -> f64 {
        EARTH_RADIUS_METRES * (radians(other.latitude) - radians(self.latitude)).abs()
    }

    /// Metres by the haversine formula.
    pub fn distance(self, other: Self) -> f64 {
        let half = |one: f64, other: f64| ((radians(other) - radians(one)) / 2.0).sin();
        let (v, u) = (half(self.longitude, other.longitude), half(self.latitude, other.latitude));
        if v == 0.0 {
            return self.latitude_distance(other);
        }
        let a = u * u + radians(self.latitude).cos() * radians(other.latitude).cos() * v * v;
        2.0 * EARTH_RADIUS_METRES * a.sqrt().asin()
    }
}

/// As the servers convert: by a constant that is rounded first.
pub fn radians(degrees: f64) -> f64 {
    degrees * (std::f64::consts::PI / 180.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_documentation() {
        let palermo = Position::new(13.361389, 38.115556).unwrap();
        let catania = Position::new(15.087269, 37.502669).unwrap();
        assert_eq!((palermo.score(), catania.score()), (3_479_099_956_230_698.0, 3_479_447_370_796_909.0));
        let (palermo, catania) = (Position::of_score(palermo.score()), Position::of_score(catania.score()));
        assert!((palermo.distance(catania) - 166_274.15).abs() < 0.01);
        assert_eq!(Position::new(0.0, 86.0), None);
    }
}
