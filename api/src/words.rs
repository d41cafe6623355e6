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
    /// In which order pictures are put.
    SortMethod: model::SortMethod::ALL.map(model::SortMethod::as_str);
    /// What is wrong with a picture or a sequence.
    Issue: model::Issue::ALL.map(model::Issue::as_str);
    /// How far a report is.
    ReportStatus: model::ReportStatus::ALL.map(model::ReportStatus::as_str);
    /// In which role somebody acts on a report; `rule` is the operator's, which nobody applies by hand.
    ReportRole: model::ReportRole::ALL.map(model::ReportRole::as_str);
    /// What a region of a picture holds.
    RegionClass: model::RegionClass::ALL.map(model::RegionClass::as_str);
    /// Where a redaction comes from: somebody drew it, or a model found it.
    RedactionOrigin: model::RedactionOrigin::ALL.map(model::RedactionOrigin::as_str);
    /// How far a redaction is.
    RedactionState: model::RedactionState::ALL.map(model::RedactionState::as_str);
    /// How far it is that a redaction is to be undone.
    UndoState: model::UndoState::ALL.map(model::UndoState::as_str);
    /// How far a transfer is.
    TransferStatus: model::TransferStatus::ALL.map(model::TransferStatus::as_str);
    /// Which page.
    PageName: model::PageName::ALL.map(model::PageName::as_str);
    /// A kind of job.
    JobKind: model::JobKind::ALL.map(model::JobKind::as_str);
}
