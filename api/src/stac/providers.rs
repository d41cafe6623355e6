//! Who made something.

use flaneur_catalog::model::AccountId;
use serde::Serialize;

/// A provider. The account comes first, the photographer its files name second; viewers show the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Provider {
    /// Name.
    pub name: String,
    /// Always `producer`.
    pub roles: [&'static str; 1],
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub id: Option<AccountId>,
}

impl Provider {
    /// An account.
    pub fn account(id: AccountId, name: String) -> Self {
        Self { name, roles: ["producer"], id: Some(id) }
    }

    /// A photographer without an account.
    pub fn photographer(name: String) -> Self {
        Self { name, roles: ["producer"], id: None }
    }
}
