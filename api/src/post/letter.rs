//! What mails say: in English, then in French, since nobody knows what a reporter reads. Nothing of what a reporter wrote, who may
//! have given somebody else's address.

use flaneur_catalog::model::{Issue, MailAddress, ReportNotice, ReportRole, ReportStatus, Reported};

use super::server::Mail;
use crate::PublicUrl;

/// Stands between the languages.
const BETWEEN: &str = "\n\n* * *\n\n";

/// A mail to who made a report: that it was received, or that it is closed. `case` leads to it, if that can be told.
pub(super) fn to_reporter(notice: &ReportNotice, instance: &str, case: Option<&str>, email: &str) -> Mail {
    let [english, french] = if notice.event.place == 1 { received(notice, instance) } else { closed(notice, instance) };
    let follow = |english: bool| match (case, english) {
        (Some(case), true) => format!("\n\nThe case, for whoever has this link:\n{case}"),
        (Some(case), false) => format!("\n\nLe dossier, pour qui possède ce lien :\n{case}"),
        (None, _) => String::new(),
    };
    let wrong = [
        "If you reported nothing, somebody gave your address by mistake: you need not do anything.",
        "Si vous n’avez rien signalé, quelqu’un a donné votre adresse par erreur : vous n’avez rien à faire.",
    ];
    Mail {
        id: format!("report-{}-{}", notice.event.report, notice.event.place),
        to: email.to_owned(),
        subject: format!("{instance}: {} / {}", english.0, french.0),
        text: format!(
            "{}{}\n\n{}{BETWEEN}{}{}\n\n{}\n",
            english.1,
            follow(true),
            wrong[0],
            french.1,
            follow(false),
            wrong[1]
        ),
    }
}

/// A mail that asks whether somebody wants to be written to at an address. `page` is where they say so.
pub(super) fn to_confirm(address: &MailAddress, instance: &str, page: &str) -> Mail {
    Mail {
        id: format!("address-{}", address.request),
        to: address.address.clone(),
        subject: format!("{instance}: confirm your address / confirmez votre adresse"),
        text: format!(
            "Hello,\n\nsomebody with an account at {instance} wants to be written to at this address, when others report their \
             pictures. If that is you, confirm it within seven days:\n{page}\n\nIf it is not, you can refuse it there, or do nothing: \
             then nothing else is sent here.{BETWEEN}Bonjour,\n\nquelqu’un qui a un compte sur {instance} souhaite recevoir des \
             courriels à cette adresse quand ses photos sont signalées. Si c’est vous, confirmez-la dans les sept \
             jours :\n{page}\n\nSinon, vous pouvez la refuser au même endroit, ou ne rien faire : rien d’autre ne sera envoyé ici.\n"
        ),
    }
}

/// A mail to whose it is that was reported, or that those who run the instance deleted: what became of it, on which ground, who decided,
/// with the reasons given, and how to object. `page` is where they say that they want no more of these.
pub(super) fn to_owner(notice: &ReportNotice, instance: &str, url: &PublicUrl, to: &str, page: &str) -> Mail {
    let (report, event) = (&notice.report, &notice.event);
    let ([what, quoi], [ground, motif]) = (about(report.about), issue(report.issue));
    let [done, fait] = match (notice.withheld_before, event.withholds) {
        _ if report.deleted => ["It was deleted.", "Elle a été supprimée."],
        (false, true) => ["Others do not see it any more.", "Les autres ne la voient plus."],
        (true, false) => {
            ["It is no longer hidden because of this report.", "Elle n’est plus masquée par ce signalement."]
        }
        (true, true) => ["It stays hidden from others.", "Elle reste masquée aux autres."],
        (false, false) => ["It is not hidden because of this report.", "Elle n’est pas masquée par ce signalement."],
    };
    let [closed, clos] = match event.status {
        ReportStatus::ClosedSolved => [" The report was found to be right.", " Le signalement a été jugé fondé."],
        ReportStatus::ClosedIgnored => [" Nothing was found to be wrong.", " Rien d’anormal n’a été constaté."],
        _ => ["", ""],
    };
    let [who, qui] = match event.role {
        ReportRole::Moderator => ["A moderator decided so.", "C’est la décision d’un modérateur."],
        ReportRole::Reporter if event.place > 1 => {
            ["Who reported it took that back.", "La personne a retiré son signalement."]
        }
        ReportRole::Reporter => [
            "That was done automatically, by a rule of this server; a moderator looks at it next.",
            "C’est l’effet automatique d’une règle de ce serveur ; un modérateur va l’examiner.",
        ],
        ReportRole::Rule | ReportRole::Owner => [
            "That was done automatically, by a rule of this server.",
            "C’est l’effet automatique d’une règle de ce serveur.",
        ],
    };
    let decides = event.role == ReportRole::Moderator;
    let reasons = event.comments.as_deref().map(str::trim).filter(|reasons| decides && !reasons.is_empty());
    let given = |label: &str| reasons.map(|reasons| format!("\n\n{label}\n{reasons}")).unwrap_or_default();
    // Nobody reported it: whoever deleted it wrote that down.
    let removed = event.place == 1 && event.role == ReportRole::Moderator;
    let [opening, ouverture] = if removed {
        [
            format!("{what} of yours was deleted: {ground}."),
            format!("{quoi} que vous aviez envoyée a été supprimée : {motif}."),
        ]
    } else {
        [
            format!("somebody reported {what} of yours: {ground}. {done}{closed}"),
            format!("quelqu’un a signalé {quoi} que vous avez envoyée : {motif}. {fait}{clos}"),
        ]
    };
    let [subject, objet] = if removed {
        ["something of yours was deleted", "un contenu de votre part a été supprimé"]
    } else {
        ["a report about your pictures", "un signalement sur vos photos"]
    };
    let case = format!("{}/reports/{}", url.0, report.id);
    Mail {
        id: format!("owner-{}-{}", event.report, event.place),
        to: to.to_owned(),
        subject: format!("{instance}: {subject} / {objet}"),
        text: format!(
            "Hello,\n\n{opening} {who}{}\n\nIf you disagree, or something was done about it, say so there, signed in: the \
             moderators read it.\n{case}\n\nAn address gets ten of these mails a day at most; all reports are at {}/reports. \
             To get none:\n{page}{BETWEEN}Bonjour,\n\n{ouverture} {qui}{}\n\nSi vous n’êtes pas d’accord, ou si le nécessaire \
             est fait, dites-le là-bas, une fois connecté : les modérateurs le liront.\n{case}\n\nUne adresse reçoit au plus dix de ces courriels par \
             jour ; tous les signalements sont sur {}/reports. Pour ne plus en recevoir :\n{page}\n",
            given("The reasons given:"),
            url.0,
            given("Les motifs :"),
            url.0,
        ),
    }
}

/// A mail to those who decide about reports: that there is a new one, and how many wait.
pub(super) fn to_moderators(notice: &ReportNotice, instance: &str, url: &PublicUrl, open: i64, to: &str) -> Mail {
    let report = &notice.report;
    let [english, french] = issue(report.issue);
    let queue = format!("{}/reports", url.0);
    let withheld = if report.withholds {
        [" It is withheld until somebody looked at it.", " Le contenu est masqué en attendant un avis."]
    } else {
        ["", ""]
    };
    let [what, quoi] = about(report.about);
    Mail {
        id: format!("moderators-{}", report.id),
        to: to.to_owned(),
        subject: format!("{instance}: new report / nouveau signalement"),
        text: format!(
            "Somebody reported {what}: {english}.{}\nReports that wait: {open}\n{queue}{BETWEEN}Quelqu’un a signalé {quoi} : \
             {french}.{}\nSignalements en attente : {open}\n{queue}\n",
            withheld[0], withheld[1]
        ),
    }
}

/// A subject and a text, in each language.
type InBoth = [(&'static str, String); 2];

fn received(notice: &ReportNotice, instance: &str) -> InBoth {
    let ([what, quoi], [english, french]) = (about(notice.report.about), issue(notice.report.issue));
    let withheld = if notice.event.withholds {
        [
            "\nUntil somebody looked at it, others do not see it.",
            "\nEn attendant que quelqu’un l’examine, les autres ne le voient pas.",
        ]
    } else {
        ["", ""]
    };
    [
        (
            "your report was received",
            format!(
                "Hello,\n\n{instance} received your report about {what}: {english}.{}\nYou will be told once it is decided.",
                withheld[0]
            ),
        ),
        (
            "votre signalement est arrivé",
            format!(
                "Bonjour,\n\n{instance} a reçu votre signalement concernant {quoi} : {french}.{}\nVous serez informé de la \
                 décision.",
                withheld[1]
            ),
        ),
    ]
}

fn closed(notice: &ReportNotice, instance: &str) -> InBoth {
    let ([what, quoi], [english, french]) = (about(notice.report.about), issue(notice.report.issue));
    let solved = notice.event.status == ReportStatus::ClosedSolved;
    let [outcome, issue_du_cas] = match (solved, notice.event.role) {
        (true, ReportRole::Rule) => ["It was deleted since.", "Depuis, le contenu a été supprimé."],
        (true, _) => ["Something was done about it.", "Le nécessaire a été fait."],
        (false, _) => ["It stays as it is.", "Le contenu reste en l’état."],
    };
    let reasons = notice.event.comments.as_deref().map(str::trim).filter(|reasons| !reasons.is_empty());
    let given = |label: &str| reasons.map(|reasons| format!("\n\n{label}\n{reasons}")).unwrap_or_default();
    [
        (
            "your report was decided",
            format!(
                "Hello,\n\nyour report to {instance} about {what} ({english}) is closed. {outcome}{}",
                given("The reasons given:")
            ),
        ),
        (
            "votre signalement est traité",
            format!(
                "Bonjour,\n\nvotre signalement à {instance} concernant {quoi} ({french}) est clos. {issue_du_cas}{}",
                given("Les motifs :")
            ),
        ),
    ]
}

fn about(what: Reported) -> [&'static str; 2] {
    match what {
        Reported::Picture(_) => ["a picture", "une photo"],
        Reported::Sequence(_) => ["a sequence of pictures", "une séquence de photos"],
    }
}

fn issue(issue: Issue) -> [&'static str; 2] {
    match issue {
        Issue::BlurMissing => ["a face or a plate can be seen", "un visage ou une plaque est visible"],
        Issue::BlurExcess => ["something is blurred that need not be", "un flou n’a pas lieu d’être"],
        Issue::Inappropriate => ["it should not be shown", "contenu inapproprié"],
        Issue::Privacy => ["it shows what is private", "atteinte à la vie privée"],
        Issue::PictureLowQuality => ["it is of poor quality", "mauvaise qualité"],
        Issue::Mislocated => ["it is in the wrong place", "mauvais emplacement"],
        Issue::Copyright => ["it belongs to somebody else", "droits d’auteur"],
        Issue::Other => ["something else", "autre chose"],
    }
}
