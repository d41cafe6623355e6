//! Where each kind of object lives; private originals apart from public pictures.
