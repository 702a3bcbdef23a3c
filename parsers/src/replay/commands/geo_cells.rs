//! The cells that a search looks into (geohash_helper.c): the one around its centre and its neighbours, which do not
//! cover very large areas whole. What lies outside is not found, however near it is.

use super::geo_search::{Area, Search};
use super::geohash::{EARTH_RADIUS_METRES, LATITUDES, LONGITUDES, Position, STEP, radians, spread};
use crate::conversion::Target;

/// Half of the equator on the map.
const MERCATOR_MAX: f64 = 20_037_726.37;

/// A cell of a grid with 2^`step` rows and columns.
#[derive(Debug, Clone, Copy)]
struct Cell {
    row: u32,
    column: u32,
    step: u32,
}

impl Cell {
    fn around(position: Position, step: u32) -> Self {
        let place =
            |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low) * f64::from(1u32 << step)) as u32;
        Self { row: place(position.latitude, LATITUDES), column: place(position.longitude, LONGITUDES), step }
    }

    /// The cell some rows up and columns to the right, across the edges of the grid.
    fn moved(self, up: i32, right: i32) -> Self {
        let mask = (1u32 << self.step) - 1;
        let (row, column) = (self.row.wrapping_add_signed(up) & mask, self.column.wrapping_add_signed(right) & mask);
        Self { row, column, step: self.step }
    }

    fn border(self, place: u32, (low, high): (f64, f64)) -> f64 {
        low + f64::from(place) / f64::from(1u32 << self.step) * (high - low)
    }

    fn south(self) -> f64 {
        self.border(self.row, LATITUDES)
    }

    fn north(self) -> f64 {
        self.border(self.row + 1, LATITUDES)
    }

    fn west(self) -> f64 {
        self.border(self.column, LONGITUDES)
    }

    fn east(self) -> f64 {
        self.border(self.column + 1, LONGITUDES)
    }

    /// The scores inside: first and first behind.
    fn scores(self) -> (f64, f64) {
        let shift = 2 * (STEP - self.step);
        let bits = spread(self.row) | spread(self.column) << 1;
        ((bits << shift) as f64, ((bits + 1) << shift) as f64)
    }
}

/// Half the extent of a search, in degrees around its centre.
struct Bounds {
    south: f64,
    north: f64,
    west: f64,
    east: f64,
}

impl Bounds {
    fn of(centre: Position, height: f64, width: f64) -> Self {
        let by_latitude = (height / EARTH_RADIUS_METRES).to_degrees();
        let by_longitude = |latitude: f64| (width / EARTH_RADIUS_METRES / radians(latitude).cos()).to_degrees();
        // Towards a pole degrees of longitude are shorter.
        let wide = if centre.latitude < 0.0 {
            by_longitude(centre.latitude - by_latitude)
        } else {
            by_longitude(centre.latitude + by_latitude)
        };
        Self {
            south: centre.latitude - by_latitude,
            north: centre.latitude + by_latitude,
            west: centre.longitude - wide,
            east: centre.longitude + wide,
        }
    }
}

/// The cells of a search as ranges of scores.
#[derive(Debug)]
pub struct Cells(Vec<(f64, f64)>);

impl Cells {
    pub fn of(search: &Search, target: &Target) -> Self {
        let centre = search.centre;
        let (height, width, reach) = match search.area {
            Area::Radius(radius) => (radius, radius, radius),
            Area::Box { width, height } => {
                let (height, width) = (height / 2.0, width / 2.0);
                (height, width, (width * width + height * height).sqrt())
            }
        };
        let bounds = Bounds::of(centre, height, width);
        let mut step = steps(reach, centre.latitude);
        let cell = Cell::around(centre, step);
        if step > 1 && falls_short(cell, centre, &bounds, reach, target) {
            step -= 1;
        }
        let cell = Cell::around(centre, step);
        let (below, above) = (cell.south() < bounds.south, cell.north() > bounds.north);
        let (left, right) = (cell.west() < bounds.west, cell.east() > bounds.east);
        let mut ranges = Vec::with_capacity(9);
        for up in -1..=1 {
            for to_right in -1..=1 {
                let useless = up < 0 && below || up > 0 && above || to_right < 0 && left || to_right > 0 && right;
                if step < 2 || !useless {
                    ranges.push(cell.moved(up, to_right).scores());
                }
            }
        }
        Self(ranges)
    }

    pub fn contain(&self, score: f64) -> bool {
        self.0.iter().any(|&(first, behind)| (first..behind).contains(&score))
    }
}

/// How fine the grid is for an area of this reach.
fn steps(reach: f64, latitude: f64) -> u32 {
    if reach == 0.0 {
        return STEP;
    }
    let (mut reach, mut step) = (reach, 1i32);
    while reach < MERCATOR_MAX && step < 64 {
        reach *= 2.0;
        step += 1;
    }
    step -= 2;
    step -= i32::from(latitude.abs() > 66.0) + i32::from(latitude.abs() > 80.0);
    step.clamp(1, STEP as i32) as u32
}

/// Whether the neighbours end before the area does.
fn falls_short(cell: Cell, centre: Position, bounds: &Bounds, reach: f64, target: &Target) -> bool {
    let (north, south) = (cell.moved(1, 0).north(), cell.moved(-1, 0).south());
    let (east, west) = (cell.moved(0, 1).east(), cell.moved(0, -1).west());
    if target.is_valkey() || target.redis_from(7, 0, 0) {
        return north < bounds.north || south > bounds.south || east < bounds.east || west > bounds.west;
    }
    let to = |longitude, latitude| centre.distance(Position { longitude, latitude }) < reach;
    to(centre.longitude, north) || to(centre.longitude, south) || to(east, centre.latitude) || to(west, centre.latitude)
}
