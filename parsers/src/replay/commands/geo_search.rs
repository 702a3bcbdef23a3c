//! The search behind GEORADIUS … STORE and GEOSEARCHSTORE.

use super::geo_cells::Cells;
use super::geohash::Position;
use crate::replay::applied::{Applied, Reason};
use crate::replay::call::{Call, Outcome};
use crate::replay::values::{Typed, ZsetValue};

/// The area that is searched, in metres.
#[derive(Debug, Clone, Copy)]
pub enum Area {
    Radius(f64),
    Box { width: f64, height: f64 },
}

/// A search.
#[derive(Debug)]
pub struct Search {
    pub centre: Position,
    pub area: Area,
    /// Metres of the unit in which distances are stored.
    pub unit: f64,
    pub count: Option<u64>,
    /// Whether any members will do, not the nearest.
    pub any: bool,
    pub descending: bool,
    pub store_distance: bool,
}

/// Metres of a unit.
pub fn unit(word: &[u8]) -> Result<f64, Applied> {
    match word.to_ascii_lowercase().as_slice() {
        b"m" => Ok(1.0),
        b"km" => Ok(1000.0),
        b"ft" => Ok(0.3048),
        b"mi" => Ok(1609.34),
        _ => Err(Applied::Refused),
    }
}

/// Stores what is found under `to`.
pub fn store(call: &mut Call<'_>, from: &[u8], to: &[u8], search: &Search) -> Outcome {
    let target = call.target();
    let mut result = ZsetValue::empty(false, target);
    if let Some(zset) = call.read::<ZsetValue>(from)? {
        let cells = Cells::of(search, target);
        let mut found: Vec<(f64, f64, &[u8])> = zset
            .iter()
            .filter(|(_, score)| cells.contain(*score))
            .filter_map(|(member, score)| Some((search.distance(Position::of_score(score))?, score, member)))
            .collect();
        let limited = search.count.is_some_and(|count| count < found.len() as u64);
        if search.any && limited {
            return Err(Applied::NotReplayable(Reason::Random));
        }
        found.sort_by(|one, other| one.0.total_cmp(&other.0));
        if search.descending {
            found.reverse();
        }
        let most = search.count.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
        for (distance, score, member) in found.into_iter().take(most) {
            result.load(member, if search.store_distance { distance / search.unit } else { score });
        }
    }
    result.pack_if_small(target);
    Ok(call.store_result(to, result.wrap()))
}

impl Search {
    /// Metres to a position; none where that lies outside.
    fn distance(&self, position: Position) -> Option<f64> {
        let distance = self.centre.distance(position);
        match self.area {
            Area::Radius(radius) => (distance <= radius).then_some(distance),
            Area::Box { width, height } => {
                let beside = Position { longitude: self.centre.longitude, latitude: position.latitude };
                let inside =
                    position.latitude_distance(self.centre) <= height / 2.0 && position.distance(beside) <= width / 2.0;
                inside.then_some(distance)
            }
        }
    }
}
