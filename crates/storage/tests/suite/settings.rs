//! Where the stores are.

use flaneur_storage::{Storage, StorageError, StorageUrl, Variables};

fn open(public: &str, private: &str, variables: &[(&str, &str)]) -> Result<Storage, StorageError> {
    let variables: Variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Storage::open(&public.parse().unwrap(), &private.parse().unwrap(), &variables)
}

fn refusal(public: &str, private: &str, variables: &[(&str, &str)]) -> String {
    match open(public, private, variables) {
        Err(StorageError::Settings(sentence)) => sentence,
        other => panic!("{public} and {private}: {other:?}"),
    }
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];

#[tokio::test]
async fn originals_lie_apart_from_what_is_public() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("file:{}", folder.path().join(name).display());
    for (public, private) in [("a", "a"), ("a", "a/b"), ("a/b", "a")] {
        assert!(refusal(&at(public), &at(private), &[]).contains("choose two apart"));
    }
    // By another name it is the same place still.
    std::fs::create_dir(folder.path().join("real")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("real"), folder.path().join("alias")).unwrap();
    assert!(refusal(&at("real"), &at("alias/inside"), &[]).contains("choose two apart"));
    open(&at("public"), &at("private"), &[]).unwrap();

    assert!(refusal("s3://pictures", "s3://pictures/originals", &KEYS).contains("choose two apart"));
    open("s3://pictures/public", "s3://pictures/originals", &KEYS).unwrap();
    let elsewhere = [KEYS[0], KEYS[1], ("FLANEUR_PRIVATE_AWS_ENDPOINT", "https://s3.example.org")];
    open("s3://pictures", "s3://pictures", &elsewhere).unwrap();
    open("s3://pictures", &at("private"), &KEYS).unwrap();
}

#[tokio::test]
async fn a_connection_in_the_open_needs_leave() {
    let plain = ("AWS_ENDPOINT", "http://s3.example.org:9000");
    let sentence = refusal("s3://pictures", "s3://originals", &[KEYS[0], KEYS[1], plain]);
    assert!(sentence.contains("AWS_ALLOW_HTTP"), "{sentence}");
    open("s3://pictures", "s3://originals", &[KEYS[0], KEYS[1], plain, ("AWS_ALLOW_HTTP", "true")]).unwrap();
    let sentence = refusal("s3://pictures", "s3://originals", &[KEYS[0], KEYS[1], ("AWS_ENDPOINT", "s3.example.org")]);
    assert!(sentence.contains("no address"), "{sentence}");
}

#[tokio::test]
async fn a_folder_that_went_away_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (public, private) = (folder.path().join("public"), folder.path().join("private"));
    let storage = Storage::local(&public, &private).unwrap();
    storage.ping().await.unwrap();
    std::fs::remove_dir(&public).unwrap();
    assert!(storage.ping().await.is_err(), "an unmounted disk is not written around");
    assert!(!public.exists());
}

#[test]
fn only_the_owner_can_look_at_originals() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let private = folder.path().join("private");
    let place = StorageUrl::Folder(private.clone());
    Storage::open(&StorageUrl::Folder(folder.path().join("public")), &place, &Variables::default()).unwrap();
    assert_eq!(std::fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o700);
}
