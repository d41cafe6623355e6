//! How far magnetic north lies from true north.

mod coefficients;

use coefficients::{COEFFICIENTS, EPOCHS};

/// Degree and order of the expansion.
const DEGREE: usize = 10;
/// Radius of the sphere that the coefficients belong to, in kilometres.
const REFERENCE_RADIUS: f64 = 6371.2;
/// Semi-axes of the WGS 84 ellipsoid in kilometres.
const EQUATORIAL_RADIUS: f64 = 6378.137;
const POLAR_RADIUS: f64 = 6_356.752_314_2;
/// Nanotesla below which a compass does not work (the blackout zones of the World Magnetic Model).
const WEAKEST: f64 = 2000.0;

/// Degrees by which magnetic north lies east of true north at sea level, at a position in degrees and in a year with
/// its fraction; `None` around the magnetic poles, where no compass works.
///
/// The International Geomagnetic Reference Field: the gradient of a sum of spherical harmonics in Schmidt's
/// normalisation (Alken et al. 2021, <https://doi.org/10.1186/s40623-020-01288-x>, equation 1), between epochs linear
/// in time. Years before 2000 and after 2030 take those years' field.
pub(crate) fn at(lon: f64, lat: f64, year: f64) -> Option<f64> {
    // At the poles themselves east is no direction.
    let (sin, cos) = lat.clamp(-89.99, 89.99).to_radians().sin_cos();
    let (a2, b2) = (EQUATORIAL_RADIUS.powi(2), POLAR_RADIUS.powi(2));
    // From the normal of the ellipsoid to the line to its centre.
    let curvature = (a2 * cos * cos + b2 * sin * sin).sqrt();
    let (axis, height) = (a2 / curvature * cos, b2 / curvature * sin);
    let radius = axis.hypot(height);
    let (cos_colatitude, sin_colatitude) = (height / radius, axis / radius);
    let [north, east, down] = field(lon.to_radians(), cos_colatitude, sin_colatitude, radius, year);
    let tilt = cos_colatitude.asin() - sin.asin();
    let north = north * tilt.cos() - down * tilt.sin();
    (north.hypot(east) >= WEAKEST).then(|| east.atan2(north).to_degrees())
}

/// The field in nanotesla towards north, east and the centre of the Earth.
fn field(lon: f64, cos: f64, sin: f64, radius: f64, year: f64) -> [f64; 3] {
    let (column, part) = epoch(year);
    let mut rows = COEFFICIENTS.iter().map(|row| row[column] + (row[column + 1] - row[column]) * part);
    let mut next = || rows.next().unwrap_or(0.0);
    // Legendre functions of the colatitude and their derivatives: of this degree and of the two before.
    let mut before = ([0.0; DEGREE + 1], [0.0; DEGREE + 1]);
    let mut last = before;
    last.0[0] = 1.0;
    let ratio = REFERENCE_RADIUS / radius;
    let mut scale = ratio * ratio;
    let mut sum = [0.0; 3];
    for n in 1..=DEGREE {
        scale *= ratio;
        let (values, slopes) = legendre(n, cos, sin, &last, &before);
        for m in 0..=n {
            let g = next();
            let h = if m == 0 { 0.0 } else { next() };
            let (sin_m, cos_m) = (m as f64 * lon).sin_cos();
            let along = g * cos_m + h * sin_m;
            sum[0] += scale * along * slopes[m];
            sum[1] += scale * m as f64 * (g * sin_m - h * cos_m) * values[m] / sin;
            sum[2] -= scale * (n as f64 + 1.0) * along * values[m];
        }
        before = last;
        last = (values, slopes);
    }
    sum
}

/// Values and derivatives of one degree.
type Legendre = ([f64; DEGREE + 1], [f64; DEGREE + 1]);

/// Degree `n` out of the two before it.
fn legendre(n: usize, cos: f64, sin: f64, last: &Legendre, before: &Legendre) -> Legendre {
    let mut degree = ([0.0; DEGREE + 1], [0.0; DEGREE + 1]);
    let double = (2 * n - 1) as f64;
    for m in 0..n {
        let root = ((n * n - m * m) as f64).sqrt();
        let inner = ((n - 1) * (n - 1)) as f64 - (m * m) as f64;
        let inner = inner.max(0.0).sqrt();
        degree.0[m] = (double * cos * last.0[m] - inner * before.0[m]) / root;
        degree.1[m] = (double * (cos * last.1[m] - sin * last.0[m]) - inner * before.1[m]) / root;
    }
    let factor = if n == 1 { 1.0 } else { (double / (2 * n) as f64).sqrt() };
    degree.0[n] = factor * sin * last.0[n - 1];
    degree.1[n] = factor * (sin * last.1[n - 1] + cos * last.0[n - 1]);
    degree
}

/// The column of the epoch before a year, and how much of the time to the next one has passed.
fn epoch(year: f64) -> (usize, f64) {
    let (first, last) = (EPOCHS[0], EPOCHS[EPOCHS.len() - 1]);
    let year = if year.is_finite() { year.clamp(first, last) } else { last };
    let column = EPOCHS.iter().rposition(|epoch| *epoch <= year).unwrap_or(0).min(EPOCHS.len() - 2);
    (column, (year - EPOCHS[column]) / (EPOCHS[column + 1] - EPOCHS[column]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_what_the_full_model_and_the_world_magnetic_models_say() {
        // The first seven by the program ppigrf with all 13 degrees, the others by the WMM of 2020 and of 2025.
        for (lon, lat, year, expected) in [
            (2.27, 48.03, 2015.5, 0.289),
            (-4.48, 50.99, 2015.5, -2.314),
            (149.36, -35.31, 2015.5, 12.438),
            (9.0, 49.0, 2010.5, 1.469),
            (-122.4, 37.8, 2003.0, 15.061),
            (18.4, -33.9, 2021.5, -25.634),
            (-68.0, 70.0, 2018.5, -34.424),
            (18.67, 54.20, 2023.04, 6.440),
            (-7.91, 37.03, 2029.04, -0.174),
        ] {
            let found = at(lon, lat, year).unwrap();
            assert!((found - expected).abs() < 0.15, "{lon} {lat}: {found}, not {expected}");
        }
    }

    #[test]
    fn around_the_magnetic_poles_there_is_none() {
        assert_eq!(at(-150.0, 86.4, 2020.0), None);
        assert_eq!(at(135.9, -64.1, 2020.0), None);
    }

    proptest! {
        #[test]
        fn everywhere_it_is_an_angle(lon in -180.0..=180.0_f64, lat in -90.0..=90.0_f64, year in 1900.0..2200.0_f64) {
            prop_assert!(at(lon, lat, year).is_none_or(|degrees| degrees.abs() <= 180.0));
        }

        #[test]
        fn across_the_antimeridian_it_is_the_same(lat in -60.0..60.0_f64) {
            let (east, west) = (at(180.0, lat, 2020.0).unwrap(), at(-180.0, lat, 2020.0).unwrap());
            prop_assert!((east - west).abs() < 1e-9);
        }
    }
}
