//! Sorting, splitting, de-duplicating pictures into sequences, and headings along the track.
