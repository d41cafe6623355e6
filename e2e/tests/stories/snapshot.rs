//! `flaneur snapshot`: an instance's dataset as a folder to cite and to archive.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use flaneur_e2e::{
    Commands, Ended, Finished, Folder, LONG, Role, SHORT, Server, Tools, run_alone, run_to_end, text, until,
};
use reqwest::Method;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

fn snapshot(url: &str, folder: &Path, more: &[&str]) -> Finished {
    run_to_end(&[&["snapshot", url, "--into", folder.to_str().unwrap()], more].concat())
}

fn check(folder: &Path) -> Finished {
    run_to_end(&["snapshot", "--check", folder.to_str().unwrap()])
}

fn made(url: &str, folder: &Path) {
    let ended = snapshot(url, folder, &["--wait", "60"]);
    assert!(ended.success, "{ended:?}");
    let checked = check(folder);
    assert!(checked.success && checked.stdout.contains("as it should be"), "{checked:?}");
}

/// Whether another program finds nothing wrong.
fn agrees(program: &str, arguments: &[&str], folder: &Path) {
    let ended = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(ended.status.success(), "{program} {arguments:?}: {ended:?}");
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |file: &Path| file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    Folder(folder.to_path_buf()).files().iter().map(|file| (name(file), std::fs::read(file).unwrap())).collect()
}

/// Has other readers count.
async fn counted(folder: &Path) -> Ended {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("dataset/card.py");
    let arguments = [script.to_str().unwrap(), folder.to_str().unwrap()];
    run_alone(&Tools::dataset_python(), &arguments, &[]).await
}

/// The card, with which other readers agree.
async fn card(folder: &Path) -> Value {
    let ended = counted(folder).await;
    assert!(ended.success, "{ended:?}");
    serde_json::from_slice(&std::fs::read(folder.join("card.json")).unwrap()).unwrap()
}

/// A line on which, while it is dammed, files but the first come to a standstill a moment after they have begun.
struct Dam {
    url: String,
    open: Arc<AtomicBool>,
}

/// What passes of an answer before it stands still: its head, and some of a file.
const PASSES: usize = 3_000;

impl Dam {
    async fn start(url: &str) -> Self {
        let server = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let (open, files) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let shared = Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server.clone(), Arc::clone(&shared), Arc::clone(&files)));
            }
        });
        Self { url: own, open }
    }
}

async fn carry(mut client: TcpStream, server: String, open: Arc<AtomicBool>, files: Arc<AtomicUsize>) {
    let Ok(mut upstream) = TcpStream::connect(server).await else { return };
    let (mut there, mut back) = (vec![0; 16_384], vec![0; 16_384]);
    let mut left = usize::MAX;
    loop {
        tokio::select! {
            read = client.read(&mut there) => {
                let Ok(length @ 1..) = read else { return };
                let is_file = memchr::memmem::find(&there[..length], b".parquet").is_some();
                let dammed = is_file && !open.load(Ordering::SeqCst) && files.fetch_add(1, Ordering::SeqCst) > 0;
                left = if dammed { PASSES } else { usize::MAX };
                if upstream.write_all(&there[..length]).await.is_err() {
                    return;
                }
            }
            read = upstream.read(&mut back), if left > 0 => {
                let Ok(length @ 1..) = read else { return };
                let length = length.min(left);
                if left != usize::MAX {
                    left -= length;
                }
                if client.write_all(&back[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

// The line carries on while the test waits for a command.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_has_one_snapshot_however_it_is_taken() {
    let data = tempfile::Builder::new().prefix("flaneur-e2e-").tempdir().unwrap();
    let commands = Commands::on(&["--data", data.path().to_str().unwrap()], &[]);
    let simulated = commands.run(&["simulate", "--pictures", "3000", "--seed", "5"]);
    assert!(simulated.success, "{simulated:?}");
    let api = Role::start("api", data.path(), &[]);
    let dam = Dam::start(api.url()).await;
    let place = tempfile::tempdir().unwrap();
    let [one, other, killed] = ["one", "other", "killed"].map(|name| place.path().join(name));

    // Killed when some files are here, and some only in part.
    let arguments = ["snapshot", &dam.url, "--into", killed.to_str().unwrap(), "--wait", "60"];
    let mut run = Tools::flaneur().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("it is under way", LONG, async || {
        let coming = Folder(killed.join(".work")).files();
        let whole = coming.iter().any(|file| file.extension().is_some_and(|end| end == "parquet"));
        let parts = coming.iter().filter(|file| file.extension().is_some_and(|end| end == "part"));
        let begun = parts.filter(|file| file.metadata().is_ok_and(|file| file.len() > 0)).count();
        assert!(run.try_wait().unwrap().is_none(), "it ended by itself");
        (whole && begun > 0).then_some(())
    })
    .await;
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(!killed.join("SHA256SUMS").exists() && !check(&killed).success);
    dam.open.store(true, Ordering::SeqCst);

    made(&dam.url, &one);
    made(&dam.url, &other);
    made(&dam.url, &killed);
    for folder in [&other, &killed] {
        agrees("diff", &["-r", one.to_str().unwrap(), folder.to_str().unwrap()], place.path());
    }
    agrees("sha256sum", &["--check", "--strict", "--quiet", "SHA256SUMS"], &one);
    let told = card(&one).await;
    assert_eq!(told["pictures"], api.client(None).json("/api/dataset").await["table:row_count"]);
    let again = snapshot(&dam.url, &one, &[]);
    assert!(again.success && again.stdout.contains("nothing changed"), "{again:?}");

    // Somebody makes it look better: that is noticed by the check, and by others who count.
    let text = String::from_utf8(contents(&one)["card.json"].clone()).unwrap();
    let accounts = format!("\"accounts\": {}", told["accounts"]);
    std::fs::write(other.join("card.json"), text.replace(&accounts, "\"accounts\": 4711")).unwrap();
    let ended = counted(&other).await;
    assert!(!ended.success && ended.stdout.contains("accounts is 4711"), "{ended:?}");
    std::fs::write(one.join("card.json"), text.replace("\"incomplete\": false", "\"incomplete\": true")).unwrap();
    let checked = check(&one);
    assert!(!checked.success, "{checked:?}");
    assert!(checked.stderr.contains("card.json: /state/incomplete is true"), "{checked:?}");
    assert!(checked.stderr.contains("card.json has another checksum"), "{checked:?}");
}

#[tokio::test]
async fn what_was_withdrawn_is_in_no_later_snapshot() {
    let server = Server::start();
    let owner = server.account("ada");
    let mut items = owner.upload_walk("Walk", 0..5).await;
    let client = server.anonymous();
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("town");
    let withdraw = async |item: &Value| {
        let target = format!("/api/collections/{}/items/{}", text(item, "/collection"), text(item, "/id"));
        owner.send(owner.request(Method::DELETE, &target)).await.ok();
    };
    let files_have = async |pictures: u64| {
        until("the files have all that is left", SHORT, async || {
            let collection = client.json("/api/dataset").await;
            (collection["table:row_count"] == pictures && collection["flaneur:incomplete"] == false).then_some(())
        })
        .await;
    };
    until("there is a dataset", LONG, async || {
        let collection = client.json("/api/dataset").await;
        (collection["table:row_count"].as_u64() > Some(0)).then_some(())
    })
    .await;
    // It may have been written before all were ready. A picture that goes has the files written anew, with what is there then.
    withdraw(&items.pop().unwrap()).await;
    files_have(4).await;
    made(server.url(), &folder);
    let older = contents(&folder);
    let before = card(&folder).await;
    assert_eq!(before["instance"]["address"], format!("{}/", server.url()));

    let gone = items.pop().unwrap();
    withdraw(&gone).await;
    // As README.md says.
    let changes = text(&before, "/state/changes");
    let log = client.json(changes.strip_prefix(server.url()).unwrap()).await;
    let lines = log["changes"].as_array().unwrap();
    let told = |line: &Value| line["kind"] == "deleted" && line["picture"] == gone["id"];
    assert!(lines.iter().any(told), "{log}");
    files_have(3).await;
    made(server.url(), &folder);
    let after = card(&folder).await;
    assert_eq!(after["pictures"], 3);
    assert!(after["state"]["change"].as_u64() > before["state"]["change"].as_u64(), "{after}");
    let stale = older.keys().filter(|path| path.starts_with("parts/") && folder.join(path).exists());
    assert_eq!(stale.count(), 0, "the file that it was in is gone");

    // What is no place for a snapshot.
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let before = contents(&folder);
    let refused = snapshot(server.url(), &folder, &[]);
    assert!(!refused.success && refused.stderr.contains("notes.txt"), "{refused:?}");
    assert_eq!(contents(&folder), before);
}

#[tokio::test]
async fn an_instance_without_a_dataset_says_so() {
    let data = tempfile::Builder::new().prefix("flaneur-e2e-").tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("none");
    let api = Role::start("api", data.path(), &["--dataset-every", "0"]);
    let refused = snapshot(api.url(), &folder, &[]);
    assert!(!refused.success && refused.stderr.contains("offers no dataset"), "{refused:?}");
    assert!(!folder.exists());
}
