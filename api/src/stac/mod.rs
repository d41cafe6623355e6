//! STAC documents: how pictures and sequences are written as Items and Collections.
