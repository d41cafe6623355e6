//! Coverage vector tiles and the map style.
