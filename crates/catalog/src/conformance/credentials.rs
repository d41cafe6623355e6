//! Tokens, invites, sessions, secrets.

use std::sync::Arc;

use super::scene::Scene;
use crate::{
    CatalogError,
    model::{AccountId, Claim, Invite, NewInvite, NewToken, Session, Token, TokenId},
};

async fn token(scene: &Scene, account: Option<AccountId>) -> Token {
    scene.pass(1);
    scene.catalog.create_token(NewToken { account, ..plain(scene) }).await.unwrap()
}

/// A token for nobody yet, that may do everything for ever.
fn plain(scene: &Scene) -> NewToken {
    NewToken {
        id: TokenId(scene.world.id()),
        account: None,
        description: "my laptop".to_owned(),
        created_at: scene.now(),
        expires_at: None,
        scopes: None,
    }
}

pub async fn a_token_keeps_its_limits(scene: &Scene) {
    let ada = scene.account("ada").await;
    for scopes in [None, Some(""), Some("upload"), Some("upload edit moderate")] {
        let scopes = scopes.map(|scopes| scopes.parse().unwrap());
        let new = NewToken { account: Some(ada.id), expires_at: Some(scene.now()), scopes, ..plain(scene) };
        let made = scene.catalog.create_token(new).await.unwrap();
        assert_eq!((made.expires_at, made.scopes), (Some(scene.now()), scopes));
        // Whether it still holds is for who asks to say: its owner is to see that it ended.
        scene.pass(1);
        assert_eq!(scene.catalog.token(made.id).await.unwrap().as_ref(), Some(&made));
        assert_eq!(scene.catalog.tokens(ada.id).await.unwrap().last(), Some(&made));
    }
}

async fn invite(scene: &Scene, code: &[u8], name: &str, admin: bool) {
    let new = NewInvite {
        code_sha256: code.to_vec(),
        name: name.to_owned(),
        admin,
        created_at: scene.now(),
        expires_at: scene.now() + super::scene::HOLD,
    };
    scene.catalog.create_invite(new).await.unwrap();
}

pub async fn tokens_are_listed_and_revoked(scene: &Scene) {
    let catalog = &scene.catalog;
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let first = token(scene, Some(ada.id)).await;
    let second = token(scene, Some(ada.id)).await;
    token(scene, None).await;
    assert_eq!(catalog.tokens(ada.id).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(catalog.token(first.id).await.unwrap(), Some(first.clone()));
    assert!(!catalog.revoke_token(first.id, bob.id).await.unwrap(), "somebody else's");
    assert!(catalog.revoke_token(first.id, ada.id).await.unwrap());
    assert!(!catalog.revoke_token(first.id, ada.id).await.unwrap());
    assert_eq!(catalog.token(first.id).await.unwrap(), None);
    assert_eq!(catalog.claim_token(first.id, ada.id).await.unwrap(), Claim::Missing);
    assert_eq!(catalog.tokens(ada.id).await.unwrap(), std::slice::from_ref(&second));
    let same = NewToken { id: second.id, account: None, ..plain(scene) };
    assert!(matches!(catalog.create_token(same).await, Err(CatalogError::Conflict(_))));
    let nobodys = NewToken { account: Some(AccountId(scene.world.id())), ..plain(scene) };
    assert!(matches!(catalog.create_token(nobodys).await, Err(CatalogError::Missing(_))));
}

pub async fn a_token_is_claimed_once(scene: &Scene) {
    let unclaimed = token(scene, None).await;
    assert_eq!(unclaimed.account, None);
    let mut tasks = Vec::new();
    for n in 0..8 {
        let (account, catalog) = (scene.account(&format!("claimant {n}")).await, scene.catalog.clone());
        tasks.push(tokio::spawn(
            async move { (account.id, catalog.claim_token(unclaimed.id, account.id).await.unwrap()) },
        ));
    }
    let mut winners = Vec::new();
    for task in tasks {
        let (account, claim) = task.await.unwrap();
        match claim {
            Claim::Claimed => winners.push(account),
            other => assert_eq!(other, Claim::Taken),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(scene.catalog.token(unclaimed.id).await.unwrap().unwrap().account, Some(winners[0]));
    assert_eq!(scene.catalog.claim_token(unclaimed.id, winners[0]).await.unwrap(), Claim::Claimed, "again by the same");
    let unknown = TokenId(scene.world.id());
    assert_eq!(scene.catalog.claim_token(unknown, winners[0]).await.unwrap(), Claim::Missing);
}

pub async fn unclaimed_tokens_are_dropped(scene: &Scene) {
    let ada = scene.account("ada").await;
    let (claimed, old) = (token(scene, Some(ada.id)).await, token(scene, None).await);
    let young = token(scene, None).await;
    assert_eq!(scene.catalog.drop_unclaimed_tokens(young.created_at).await.unwrap(), 1);
    assert_eq!(scene.catalog.token(old.id).await.unwrap(), None);
    assert!(scene.catalog.token(young.id).await.unwrap().is_some());
    assert!(scene.catalog.token(claimed.id).await.unwrap().is_some());
}

pub async fn an_invite_is_redeemed_once(scene: &Scene) {
    invite(scene, b"code", "Ada", true).await;
    invite(scene, b"late", "Bob", false).await;
    let now = scene.now();
    let catalog: Arc<_> = scene.catalog.clone();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (catalog, id) = (catalog.clone(), AccountId(scene.world.id()));
            tokio::spawn(async move { catalog.redeem_invite(b"code", id, now).await.unwrap() })
        })
        .collect();
    let mut redeemed = Vec::new();
    for task in tasks {
        if let Invite::Redeemed(account) = task.await.unwrap() {
            redeemed.push(account);
        }
    }
    assert_eq!(redeemed.len(), 1);
    assert!(redeemed[0].admin && redeemed[0].name == "Ada");
    assert_eq!(catalog.account_by_name("ada").await.unwrap(), redeemed.pop());
    let id = AccountId(scene.world.id());
    assert_eq!(catalog.redeem_invite(b"unheard of", id, now).await.unwrap(), Invite::Invalid);
    assert_eq!(catalog.redeem_invite(b"late", id, now + super::scene::HOLD).await.unwrap(), Invite::Invalid, "expired");
    assert_eq!(catalog.account_by_name("Bob").await.unwrap(), None);
}

pub async fn an_invite_uses_the_account_of_its_name(scene: &Scene) {
    let ada = scene.account("Ada").await;
    invite(scene, b"plain", "ADA", false).await;
    invite(scene, b"admin", "ada", true).await;
    let id = AccountId(scene.world.id());
    let plain = scene.catalog.redeem_invite(b"plain", id, scene.now()).await.unwrap();
    assert_eq!(plain, Invite::Redeemed(ada.clone()));
    assert_eq!(scene.catalog.account(id).await.unwrap(), None);
    let Invite::Redeemed(admin) = scene.catalog.redeem_invite(b"admin", id, scene.now()).await.unwrap() else {
        panic!("not redeemed");
    };
    assert!(admin.admin && admin.id == ada.id);
    assert_eq!(scene.catalog.account(ada.id).await.unwrap(), Some(admin));
}

pub async fn sessions_end(scene: &Scene) {
    let ada = scene.account("ada").await;
    let until = scene.now() + super::scene::HOLD;
    for secret in [b"one", b"two"] {
        let session = Session { secret_sha256: secret.to_vec(), account: ada.id, expires_at: until };
        scene.catalog.create_session(session, scene.now()).await.unwrap();
    }
    assert_eq!(scene.catalog.session(b"one", scene.now()).await.unwrap(), Some(ada.clone()));
    assert_eq!(scene.catalog.session(b"xxx", scene.now()).await.unwrap(), None);
    assert_eq!(scene.catalog.session(b"one", until).await.unwrap(), None, "expired");
    scene.catalog.end_session(b"one").await.unwrap();
    scene.catalog.end_session(b"one").await.unwrap();
    assert_eq!(scene.catalog.session(b"one", scene.now()).await.unwrap(), None);
    assert_eq!(scene.catalog.session(b"two", scene.now()).await.unwrap(), Some(ada.clone()));
    let later = Session { secret_sha256: b"later".to_vec(), account: ada.id, expires_at: until + super::scene::HOLD };
    scene.catalog.create_session(later, until).await.unwrap();
    assert_eq!(scene.catalog.session(b"two", scene.now()).await.unwrap(), None, "forgotten once it had expired");
    assert_eq!(scene.catalog.session(b"later", until).await.unwrap(), Some(ada));
    let nobodys = Session { secret_sha256: b"three".to_vec(), account: AccountId(scene.world.id()), expires_at: until };
    assert!(matches!(scene.catalog.create_session(nobodys, scene.now()).await, Err(CatalogError::Missing(_))));
}

pub async fn a_secret_is_the_same_for_all(scene: &Scene) {
    let tasks: Vec<_> = (0..8u8)
        .map(|n| {
            let catalog = scene.catalog.clone();
            tokio::spawn(async move { catalog.secret("jwt", &[n; 32]).await.unwrap() })
        })
        .collect();
    let mut secrets = Vec::new();
    for task in tasks {
        secrets.push(task.await.unwrap());
    }
    secrets.dedup();
    assert_eq!(secrets.len(), 1);
    assert_eq!(scene.catalog.secret("other", &[99; 32]).await.unwrap(), [99; 32]);
}
