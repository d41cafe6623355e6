//! The operator's mail server.

use std::{net::IpAddr, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp,
};
use url::Url;

/// How long the server may take for each of its answers, and for a mail.
const PATIENCE: [Duration; 2] = [Duration::from_secs(20), Duration::from_mins(1)];

/// Why there is no mail.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address of the server makes no sense.
    #[error(
        "write the mail server as smtps://NAME:PASSWORD@mail.example.org, or as \
         smtp://NAME:PASSWORD@mail.example.org:587?tls=required, with % and two digits for signs such as @ in a password"
    )]
    Address,
    /// It would send a password, or mails, through the net for all to read.
    #[error("without TLS a mail server has to be on this machine: write smtps://, or add ?tls=required")]
    Plain,
    /// An address to write from or to.
    #[error("{0} is no address for mails: write town@example.org, or Name <town@example.org>")]
    Mailbox(String),
}

/// Where mails are handed in, and from whom they are.
#[derive(Clone)]
pub struct MailServer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Nothing of the address, which has a password in it.
        f.debug_struct("MailServer").field("from", &self.from).finish_non_exhaustive()
    }
}

/// A mail before it has a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mail {
    /// Tells it from all others, also when it is sent twice; goes in front of the sender's host.
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// What became of a mail that no server took.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unsent {
    /// It is no use to try again.
    Refused(String),
    /// Later it may go.
    Later(String),
}

impl MailServer {
    /// `server` is a URL: `smtps://` with TLS from the beginning, `smtp://` with `?tls=required` for STARTTLS, or plain to this
    /// machine.
    ///
    /// # Errors
    ///
    /// If one of the addresses makes no sense. What the server thinks of them shows later.
    pub fn new(server: &str, from: &str) -> Result<Self, MailError> {
        let url = Url::parse(server).map_err(|_| MailError::Address)?;
        // Of schemes that it does not know, the parser takes an IPv4 address for a name.
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(MailError::Address)?;
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        let starts_tls = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
        if url.scheme() == "smtp" && !starts_tls && !here {
            return Err(MailError::Plain);
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server)
            .map_err(|_| MailError::Address)?
            .timeout(Some(PATIENCE[0]))
            .build();
        Ok(Self { transport, from: mailbox(from)? })
    }

    /// Hands a mail in.
    pub(super) async fn send(&self, mail: Mail) -> Result<(), Unsent> {
        let to = mailbox(&mail.to).map_err(|error| Unsent::Refused(error.to_string()))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .raw_header(automatic())
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text)
            .map_err(|error| Unsent::Refused(error.to_string()))?;
        match tokio::time::timeout(PATIENCE[1], self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(unsent(&error)),
            Err(_) => Err(Unsent::Later("the mail server takes too long".to_owned())),
        }
    }
}

fn unsent(error: &smtp::Error) -> Unsent {
    let text = crate::error::chain(error);
    if error.is_permanent() { Unsent::Refused(text) } else { Unsent::Later(text) }
}

/// An address as people write it.
///
/// # Errors
///
/// If it is none.
pub fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    text.parse().map_err(|_| MailError::Mailbox(text.to_owned()))
}

/// Nobody's holiday is told to a program (RFC 3834, 5).
fn automatic() -> lettre::message::header::HeaderValue {
    let name = lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted");
    lettre::message::header::HeaderValue::new(name, "auto-generated".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses() {
        for right in [
            "smtps://town:s%40crate@mail.example.org",
            "smtps://mail.example.org:465",
            "smtp://town:secret@mail.example.org:587?tls=required",
            "smtp://localhost:2525",
            "smtp://127.0.0.1",
            "smtp://[::1]:25",
        ] {
            let server = MailServer::new(right, "A town <town@example.org>").unwrap();
            assert!(!format!("{server:?}").contains("crate"));
        }
        for (wrong, why) in [
            ("mail.example.org", "smtps://"),
            ("https://mail.example.org", "smtps://"),
            ("smtps://", "smtps://"),
            ("smtp://mail.example.org", "tls=required"),
            ("smtp://town:secret@mail.example.org:587?tls=opportunistic", "tls=required"),
        ] {
            let error = MailServer::new(wrong, "town@example.org").unwrap_err().to_string();
            assert!(error.contains(why), "{wrong}: {error}");
        }
        for wrong in ["", "town", "town@", "a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org"] {
            assert!(matches!(MailServer::new("smtp://localhost", wrong), Err(MailError::Mailbox(_))), "{wrong}");
        }
    }
}
