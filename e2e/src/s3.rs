//! Object storage for a server under test: a real S3 server, and a gate in front of one that holds all traffic up.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use flaneur_storage::{ObjectKind, PublicKey, Storage};
pub use flaneur_test_s3::{S3, Web};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
};

use crate::{
    ServerOptions,
    wait::{SHORT, until},
};

/// Options of a server whose objects lie in these buckets.
pub fn on_s3(s3: &S3) -> ServerOptions {
    on_s3_at(s3, s3.public_endpoint(), s3.private_endpoint())
}

/// The same with other addresses of the buckets' servers, as of gates in front of them.
pub fn on_s3_at(s3: &S3, public: &str, private: &str) -> ServerOptions {
    ServerOptions::default()
        .place(&["--storage", &s3.public_url(), "--private-storage", &s3.private_url()])
        .environment(s3.variables_at(public, private))
}

/// Both stores, for looking into the buckets past the server.
pub fn buckets(s3: &S3) -> Storage {
    let place = |url: String| url.parse().expect("the address of a bucket");
    let variables = s3.variables().into_iter().collect();
    Storage::open(&place(s3.public_url()), &place(s3.private_url()), &variables).expect("settings of S3")
}

/// Hands connections on to a server, and can hold them up: whoever is connected then neither hears nor fails.
#[derive(Debug)]
pub struct Gate {
    url: String,
    closed: watch::Sender<bool>,
    held_up: Arc<AtomicUsize>,
}

impl Gate {
    /// Starts one in front of the server at `url`, open; it ends with the test's runtime.
    pub async fn start(url: &str) -> Self {
        let server = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (closed, gate) = watch::channel(false);
        let held_up = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&held_up);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, gate, counter) = (server.clone(), gate.clone(), Arc::clone(&counter));
                tokio::spawn(async move {
                    let Ok(upstream) = TcpStream::connect(server).await else { return };
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = upstream.into_split();
                    tokio::join!(
                        pass(from_client, to_server, gate.clone(), &counter),
                        pass(from_server, to_client, gate, &counter)
                    );
                });
            }
        });
        Self { url: own, closed, held_up }
    }

    /// Where clients find it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Holds everything up from now on.
    pub fn close(&self) {
        self.held_up.store(0, Ordering::SeqCst);
        self.closed.send_replace(true);
    }

    /// Lets everything through again, and what was held up first.
    pub fn open(&self) {
        self.closed.send_replace(false);
    }

    /// Waits until the closed gate holds something up.
    pub async fn until_it_holds_something_up(&self) {
        until("somebody stands before the gate", SHORT, async || {
            (self.held_up.load(Ordering::SeqCst) > 0).then_some(())
        })
        .await;
    }
}

async fn pass(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    mut gate: watch::Receiver<bool>,
    held_up: &AtomicUsize,
) {
    let mut buffer = vec![0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if *gate.borrow() {
            held_up.fetch_add(1, Ordering::SeqCst);
        }
        // The gate itself went away with its test.
        if gate.wait_for(|closed| !closed).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

/// The objects of pictures in a public store: files of the dataset come and go by themselves.
pub async fn of_pictures(stores: &Storage) -> Vec<PublicKey> {
    let mut keys = stores.public.list(1000).await.expect("the store can be listed");
    keys.retain(|key| key.kind() != ObjectKind::Dataset);
    keys
}
