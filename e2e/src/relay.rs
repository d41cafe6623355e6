//! Listens in on what a client sends.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
};

/// Hands connections on to a server, and remembers every byte that clients send.
#[derive(Debug)]
pub struct Relay {
    url: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Relay {
    /// Starts one in front of the server at `url`; it ends with the test's runtime.
    pub async fn start(url: &str) -> Self {
        let server = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = format!("http://{}", listener.local_addr().expect("it is bound"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, record) = (server.clone(), Arc::clone(&record));
                tokio::spawn(async move {
                    let Ok(upstream) = TcpStream::connect(server).await else { return };
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = upstream.into_split();
                    tokio::join!(pass(from_client, to_server, Some(record)), pass(from_server, to_client, None));
                });
            }
        });
        Self { url: own, heard }
    }

    /// Where clients find it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many requests so far have a request line with this method and this in its path.
    pub fn requests(&self, method: &str, part: &str) -> usize {
        let heard = self.heard.lock().expect("nobody panics");
        let text = String::from_utf8_lossy(&heard);
        // A request follows the body of the one before without a line break, so only the end of the line is telling.
        text.lines()
            .filter_map(|line| line.strip_suffix(" HTTP/1.1"))
            .filter(|line| {
                line.rsplit_once(' ').is_some_and(|(verb, path)| verb.ends_with(method) && path.contains(part))
            })
            .count()
    }
}

async fn pass(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, record: Option<Arc<Mutex<Vec<u8>>>>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if let Some(record) = &record {
            record.lock().expect("nobody panics").extend(&buffer[..length]);
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}
