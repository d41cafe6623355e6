//! Boxes and polygons on the map.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Smallest box that is still divided, degrees: about ten centimetres.
const SMALLEST: f64 = 1e-6;
/// Most corners of a geometry.
const MOST_CORNERS: usize = 100_000;

/// A box: west, south, east, north in degrees. West is greater than east where it crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BBox(pub [f64; 4]);

impl BBox {
    /// The whole world.
    pub const WORLD: Self = Self([-180.0, -90.0, 180.0, 90.0]);

    /// Reads `W,S,E,N`.
    ///
    /// # Errors
    /// A sentence that says what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refuse =
            || format!("`{text}` has to be a box west,south,east,north in degrees, such as 2.25,48.81,2.42,48.91");
        let numbers: Vec<f64> =
            text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map_err(|_| refuse())?;
        let [west, south, east, north] = numbers[..] else { return Err(refuse()) };
        let lon = |value: f64| (-180.0..=180.0).contains(&value);
        let lat = |value: f64| (-90.0..=90.0).contains(&value);
        if !(lon(west) && lon(east) && lat(south) && lat(north)) || south > north {
            return Err(refuse());
        }
        Ok(Self([west, south, east, north]))
    }

    /// As it stands in a request.
    pub fn text(self) -> String {
        self.0.map(|number| number.to_string()).join(",")
    }

    /// The box as boxes that do not cross the antimeridian: servers know no others.
    pub(crate) fn uncrossed(self) -> Vec<Self> {
        let [west, south, east, north] = self.0;
        if west <= east {
            return vec![self];
        }
        vec![Self([west, south, 180.0, north]), Self([-180.0, south, east, north])]
    }

    /// Its quarters, or nothing if it is too small to be divided. Not across the antimeridian.
    pub(crate) fn quarters(self) -> Option<[Self; 4]> {
        let [west, south, east, north] = self.0;
        if east - west < SMALLEST && north - south < SMALLEST {
            return None;
        }
        let (lon, lat) = (f64::midpoint(west, east), f64::midpoint(south, north));
        Some([
            Self([west, south, lon, lat]),
            Self([lon, south, east, lat]),
            Self([west, lat, lon, north]),
            Self([lon, lat, east, north]),
        ])
    }

    /// The box around it and a place.
    pub(crate) fn with(self, lon: f64, lat: f64) -> Self {
        let [west, south, east, north] = self.0;
        Self([west.min(lon), south.min(lat), east.max(lon), north.max(lat)])
    }

    /// Parts that together are all of it, or nothing if it is too small to be divided: quarters; or, where what is in it lies
    /// close together, the quarters of that, and what is west, east, south and north of it. So a street is found in the world
    /// at once. Not across the antimeridian.
    pub(crate) fn parts(self, around: Option<Self>) -> Option<Vec<Self>> {
        let [west, south, east, north] = self.0;
        let close = around.and_then(|around| {
            // A server may look for what is inside, and not on the edge.
            let [w, s, e, n] = around.0;
            let (w, e) = ((w - SMALLEST / 4.0).max(west), (e + SMALLEST / 4.0).min(east));
            let (s, n) = ((s - SMALLEST / 4.0).max(south), (n + SMALLEST / 4.0).min(north));
            let small = w < e && s < n && (e - w) * 4.0 < east - west && (n - s) * 4.0 < north - south;
            small.then_some([w, s, e, n])
        });
        let Some([w, s, e, n]) = close.filter(|_| self.quarters().is_some()) else {
            return self.quarters().map(Vec::from);
        };
        let outside = [[west, south, w, north], [e, south, east, north], [w, south, e, s], [w, n, e, north]].map(Self);
        let within = Self([w, s, e, n]);
        let outside = outside.into_iter().filter(|part| part.0[0] < part.0[2] && part.0[1] < part.0[3]);
        Some(outside.chain(within.quarters().map_or_else(|| vec![within], Vec::from)).collect())
    }

    /// Whether a place is in it; what is within a few centimetres of its edge is.
    pub(crate) fn holds(self, lon: f64, lat: f64) -> bool {
        let near = SMALLEST;
        self.uncrossed().iter().any(|part| {
            let [west, south, east, north] = part.0;
            (west - near..=east + near).contains(&lon) && (south - near..=north + near).contains(&lat)
        })
    }
}

/// One or more polygons: (lon, lat) in degrees.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygons(Vec<Vec<Vec<[f64; 2]>>>);

impl Polygons {
    /// Reads a GeoJSON document: a Polygon, a `MultiPolygon`, or features and collections of these.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(document: &Value) -> Result<Self, String> {
        let mut polygons = Vec::new();
        collect(document, &mut polygons, 0)?;
        if polygons.is_empty() {
            return Err("the area has to be a GeoJSON document with a Polygon or a MultiPolygon in it".to_owned());
        }
        if polygons.iter().flatten().map(Vec::len).sum::<usize>() > MOST_CORNERS {
            return Err(format!("the area has more than {MOST_CORNERS} corners: simplify it"));
        }
        Ok(Self(polygons))
    }

    /// As GeoJSON, always written the same way.
    pub fn geojson(&self) -> Value {
        match &self.0[..] {
            [one] => json!({"type": "Polygon", "coordinates": one}),
            many => json!({"type": "MultiPolygon", "coordinates": many}),
        }
    }

    /// The box around it.
    pub(crate) fn bbox(&self) -> BBox {
        let mut bbox = [180.0_f64, 90.0, -180.0, -90.0];
        for [lon, lat] in self.0.iter().flatten().flatten() {
            bbox = [bbox[0].min(*lon), bbox[1].min(*lat), bbox[2].max(*lon), bbox[3].max(*lat)];
        }
        BBox(bbox)
    }

    /// Whether a place is in it, by counting the edges to its east.
    pub(crate) fn holds(&self, lon: f64, lat: f64) -> bool {
        self.0.iter().any(|rings| {
            let crossed = |ring: &Vec<[f64; 2]>| {
                ring.windows(2)
                    .filter(|edge| {
                        let ([x1, y1], [x2, y2]) = (edge[0], edge[1]);
                        (y1 > lat) != (y2 > lat) && lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
                    })
                    .count()
            };
            rings.iter().map(crossed).sum::<usize>() % 2 == 1
        })
    }
}

fn collect(value: &Value, into: &mut Vec<Vec<Vec<[f64; 2]>>>, depth: u8) -> Result<(), String> {
    let each = |name: &str| value[name].as_array().into_iter().flatten();
    match value["type"].as_str() {
        Some("FeatureCollection") if depth < 8 => {
            each("features").try_for_each(|feature| collect(feature, into, depth + 1))
        }
        Some("GeometryCollection") if depth < 8 => {
            each("geometries").try_for_each(|geometry| collect(geometry, into, depth + 1))
        }
        Some("Feature") if depth < 8 => collect(&value["geometry"], into, depth + 1),
        Some("Polygon") => {
            into.push(polygon(&value["coordinates"])?);
            Ok(())
        }
        Some("MultiPolygon") => each("coordinates").try_for_each(|coordinates| {
            into.push(polygon(coordinates)?);
            Ok(())
        }),
        other => Err(format!(
            "the area has to be made of polygons; there is a {} in it",
            crate::shown(other.unwrap_or("thing without a type"))
        )),
    }
}

fn polygon(coordinates: &Value) -> Result<Vec<Vec<[f64; 2]>>, String> {
    let refuse = || "a polygon has to be a list of closed rings of [longitude, latitude] in degrees".to_owned();
    let corner = |value: &Value| {
        let (lon, lat) = (value[0].as_f64()?, value[1].as_f64()?);
        ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some([lon, lat])
    };
    let ring = |value: &Value| {
        let ring: Vec<[f64; 2]> = value.as_array()?.iter().map(corner).collect::<Option<_>>()?;
        (ring.len() >= 4 && ring.first() == ring.last()).then_some(ring)
    };
    let rings = coordinates.as_array().ok_or_else(refuse)?;
    let rings: Vec<_> = rings.iter().map(ring).collect::<Option<_>>().ok_or_else(refuse)?;
    if rings.is_empty() { Err(refuse()) } else { Ok(rings) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read_and_divided() {
        let bbox = BBox::parse("2.25, 48.81,2.42,48.91").unwrap();
        assert_eq!(bbox.text(), "2.25,48.81,2.42,48.91");
        for bad in ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "0,10,1,5", "-181,0,1,1", "0,0,NaN,1"] {
            assert!(BBox::parse(bad).is_err(), "{bad}");
        }
        let quarters = BBox([0.0, 0.0, 4.0, 2.0]).quarters().unwrap();
        assert_eq!(quarters[3], BBox([2.0, 1.0, 4.0, 2.0]));
        assert!(BBox([1.0, 1.0, 1.0, 1.0]).quarters().is_none());
        let across = BBox([170.0, -10.0, -170.0, 10.0]);
        assert_eq!(across.uncrossed(), [BBox([170.0, -10.0, 180.0, 10.0]), BBox([-180.0, -10.0, -170.0, 10.0])]);
        assert!(across.holds(179.0, 0.0) && across.holds(-179.0, 0.0) && !across.holds(0.0, 0.0));
    }

    #[test]
    fn parts_are_all_of_a_box() {
        let around = BBox([2.30, 48.80, 2.31, 48.81]);
        for (bbox, around) in [(BBox::WORLD, Some(around)), (BBox::WORLD, None), (around, Some(around))] {
            let parts = bbox.parts(around).unwrap();
            let area = |bbox: &BBox| (bbox.0[2] - bbox.0[0]) * (bbox.0[3] - bbox.0[1]);
            assert!((parts.iter().map(area).sum::<f64>() - area(&bbox)).abs() < 1e-9, "{parts:?}");
            assert!(parts.iter().all(|part| area(part) < area(&bbox)));
            for place in [[2.305, 48.803], [2.30, 48.80], [2.31, 48.81]] {
                assert!(parts.iter().any(|part| part.holds(place[0], place[1])));
            }
        }
        assert_eq!(BBox::WORLD.parts(Some(around)).unwrap().len(), 8);
        let spot = BBox([2.30, 48.80, 2.30, 48.80]);
        let parts = BBox::WORLD.parts(Some(spot)).unwrap();
        assert_eq!(parts.len(), 5);
        assert!(parts[4].parts(Some(spot)).is_none(), "a spot cannot be divided");
    }

    #[test]
    fn polygons_are_read_out_of_features_and_hold_places() {
        let ring = |from: f64, to: f64| json!([[from, from], [to, from], [to, to], [from, to], [from, from]]);
        let with_hole = json!({"type": "Polygon", "coordinates": [ring(0.0, 10.0), ring(4.0, 6.0)]});
        let document = json!({"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": with_hole},
            {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[ring(20.0, 30.0)]]}},
        ]});
        let polygons = Polygons::parse(&document).unwrap();
        let held: Vec<bool> = [1.0, 5.0, 15.0, 25.0, 35.0].map(|at| polygons.holds(at, at + 0.5)).into();
        assert_eq!(held, [true, false, false, true, false]);
        assert_eq!(polygons.bbox(), BBox([0.0, 0.0, 30.0, 30.0]));
        assert_eq!(Polygons::parse(&polygons.geojson()).unwrap(), polygons);
        for bad in [
            json!({}),
            json!({"type": "Point", "coordinates": [1, 2]}),
            json!({"type": "Polygon", "coordinates": []}),
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}),
            json!({"type": "Polygon", "coordinates": [[[0, 0], [500, 0], [1, 1], [0, 0]]]}),
        ] {
            assert!(Polygons::parse(&bad).is_err(), "{bad}");
        }
    }
}
