//! Where people sign in with an account that they have elsewhere.

use anyhow::{Context as _, Result, bail};
use clap::{ArgAction, Args};
use flaneur_login::{OidcSettings, OsmSettings, Provider};

/// Where people sign in with an account that they have elsewhere.
///
/// Secrets are best given in the environment or in the settings file: command lines are seen by everybody on the machine.
#[derive(Debug, Args)]
#[command(next_help_heading = "Signing in with an account elsewhere")]
pub struct Logins {
    /// Issuer of a provider of OpenID Connect, to the letter; it sends people back to /api/auth/redirect of the public URL
    #[arg(long, value_name = "URL", env = "FLANEUR_OIDC_ISSUER")]
    pub oidc_issuer: Option<String>,
    /// Client id of this instance at that provider
    #[arg(long, value_name = "ID", env = "FLANEUR_OIDC_CLIENT_ID")]
    pub oidc_client_id: Option<String>,
    /// Client secret of this instance there; without it, it is a public client
    #[arg(long, value_name = "SECRET", env = "FLANEUR_OIDC_CLIENT_SECRET", hide_env_values = true)]
    pub oidc_client_secret: Option<String>,
    /// How people know that provider; without it, by its host
    #[arg(long, value_name = "NAME", env = "FLANEUR_OIDC_NAME")]
    pub oidc_name: Option<String>,
    /// Whether who signs out here is led to that provider to sign out there, too; it sends them back to /api/auth/signed-out of the
    /// public URL
    #[arg(
        long, value_name = "BOOL", env = "FLANEUR_OIDC_SIGN_OUT", default_value = "true",
        action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true
    )]
    pub oidc_sign_out: bool,
    /// Client id of this instance at OpenStreetMap, with the permission "Read user preferences"
    #[arg(long, value_name = "ID", env = "FLANEUR_OSM_CLIENT_ID")]
    pub osm_client_id: Option<String>,
    /// Client secret of this instance there
    #[arg(long, value_name = "SECRET", env = "FLANEUR_OSM_CLIENT_SECRET", hide_env_values = true)]
    pub osm_client_secret: Option<String>,
    /// Address of OpenStreetMap, or of another server of its software
    #[arg(long, value_name = "URL", env = "FLANEUR_OSM_URL", default_value = "https://www.openstreetmap.org")]
    pub osm_url: String,
    /// Whether whoever signs in there for the first time gets an account; without it, only who was connected before gets in
    #[arg(
        long, value_name = "BOOL", env = "FLANEUR_SIGN_UP", default_value = "true",
        action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true
    )]
    pub sign_up: bool,
}

impl Logins {
    /// The providers. Refuses what makes no sense.
    pub fn providers(&self) -> Result<Vec<Provider>> {
        let mut providers = Vec::new();
        match (given(self.oidc_issuer.as_ref()), given(self.oidc_client_id.as_ref())) {
            (Some(issuer), Some(client_id)) => {
                let settings = OidcSettings {
                    issuer,
                    client_id,
                    client_secret: given(self.oidc_client_secret.as_ref()),
                    name: given(self.oidc_name.as_ref()),
                    sign_out: self.oidc_sign_out,
                };
                providers.push(Provider::oidc(settings).context("--oidc-issuer")?);
            }
            (None, None) => {}
            _ => bail!("--oidc-issuer and --oidc-client-id go together"),
        }
        if let Some(client_id) = given(self.osm_client_id.as_ref()) {
            let client_secret = given(self.osm_client_secret.as_ref());
            let settings = OsmSettings { base: self.osm_url.clone(), client_id, client_secret, name: None };
            providers.push(Provider::osm(settings).context("--osm-url")?);
        } else if given(self.osm_client_secret.as_ref()).is_some() {
            bail!("--osm-client-secret needs --osm-client-id");
        }
        Ok(providers)
    }
}

/// A text that is not empty: variables are often set to nothing where nothing is meant.
fn given(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut Logins);

    fn ids(change: impl FnOnce(&mut Logins)) -> Result<Vec<&'static str>> {
        let mut logins = Logins {
            oidc_issuer: None,
            oidc_client_id: None,
            oidc_client_secret: None,
            oidc_name: None,
            oidc_sign_out: true,
            osm_client_id: None,
            osm_client_secret: None,
            osm_url: "https://www.openstreetmap.org".to_owned(),
            sign_up: true,
        };
        change(&mut logins);
        Ok(logins.providers()?.iter().map(Provider::id).collect())
    }

    #[test]
    fn what_belongs_together_is_asked_for_together() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(ids(|_| ()).unwrap(), [""; 0]);
        let both = |logins: &mut Logins| {
            logins.oidc_issuer = text("https://id.example/realms/town");
            logins.oidc_client_id = text("flaneur");
            logins.osm_client_id = text("abc");
        };
        assert_eq!(ids(both).unwrap(), ["oidc", "osm"]);
        assert_eq!(ids(|logins| logins.oidc_issuer = text("")).unwrap(), [""; 0], "set to nothing");
        let wrong: [(&str, Change); 4] = [
            ("--oidc-client-id", |logins| logins.oidc_issuer = Some("https://id.example".to_owned())),
            ("--oidc-issuer", |logins| logins.oidc_client_id = Some("flaneur".to_owned())),
            ("--osm-client-id", |logins| logins.osm_client_secret = Some("secret".to_owned())),
            ("--osm-url", |logins| {
                logins.osm_client_id = Some("abc".to_owned());
                logins.osm_url = "http://osm.example".to_owned();
            }),
        ];
        for (says, change) in wrong {
            let error = format!("{:#}", ids(change).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }
}
