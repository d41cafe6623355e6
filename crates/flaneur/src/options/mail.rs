//! Mails about reports.

use anyhow::{Context as _, Result};
use clap::Args;
use flaneur_api::{MailServer, Post, PublicUrl, mailbox};

use crate::parts::front;

/// Where mails about reports go, if anywhere.
#[derive(Debug, Args)]
pub struct Mail {
    /// Mail server for what is told of reports; without one nobody is written to
    #[arg(
        long,
        value_name = "smtps://NAME:PASSWORD@HOST",
        env = "FLANEUR_SMTP",
        hide_env_values = true,
        requires = "from"
    )]
    pub smtp: Option<String>,
    /// Whom mails are from, such as "A town <street@example.org>"
    #[arg(long = "mail-from", value_name = "ADDRESS", env = "FLANEUR_MAIL_FROM")]
    pub from: Option<String>,
    /// Whom to tell that somebody reported something, at most every quarter of an hour
    #[arg(long, value_name = "ADDRESS", env = "FLANEUR_MODERATORS_EMAIL", requires = "smtp")]
    pub moderators_email: Option<String>,
}

impl Mail {
    /// What writes mails, for an instance that is reached at `public_url`.
    ///
    /// # Errors
    ///
    /// If an address makes no sense, or links in mails would lead nowhere.
    pub fn post(&self, public_url: Option<&str>) -> Result<Option<Post>> {
        let (Some(smtp), Some(from)) = (&self.smtp, &self.from) else { return Ok(None) };
        let server = MailServer::new(smtp, from).context("--smtp, --mail-from")?;
        let moderators = self.moderators_email.as_deref();
        moderators.map(mailbox).transpose().context("--moderators-email")?;
        let url = public_url.context("mails lead people to the instance: say with --public-url where it is reached")?;
        Ok(Some(Post { server, moderators: moderators.map(str::to_owned), url: PublicUrl(front::public_url(url)?) }))
    }
}
