//! Words that stand for one of a few things, as the API's description lists them. They are taken from where they are decided, so
//! that none is missing there.

use std::{borrow::Cow, iter::once};

use flaneur_access::{TokenScopes, Visibility as Seen};
use flaneur_catalog::model;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::stac::collection::status_name;

macro_rules! words {
    ($(#[doc = $said:literal] $name:ident: $all:expr;)+) => {$(
        #[doc = $said]
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some($all));
                RefOr::T(words.description(Some($said.trim())).into())
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

words! {
    /// Who sees something: everybody, whoever is signed in, or its owner and administrators.
    Visibility: Seen::ALL.map(Seen::as_str);
    /// What a token may do.
    TokenScope: once(TokenScopes::READ).chain(flaneur_access::TokenScope::ALL.map(flaneur_access::TokenScope::as_str));
    /// How far a sequence is.
    SequenceStatus: model::SequenceStatus::ALL.map(status_name);
    /// How far a transfer is.
    TransferStatus: model::TransferStatus::ALL.map(model::TransferStatus::as_str);
    /// Which page.
    PageName: model::PageName::ALL.map(model::PageName::as_str);
    /// A kind of job.
    JobKind: model::JobKind::ALL.map(model::JobKind::as_str);
}
