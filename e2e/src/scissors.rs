//! A bad line: connections that break at random bytes.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Hands connections on to a server, and cuts each after a random number of bytes, or just when the answer comes. Where it
/// leads to can be changed, as when a server was started again on another port; of several servers, each connection goes to any.
#[derive(Debug)]
pub struct Scissors {
    url: String,
    line: Arc<Mutex<Line>>,
}

#[derive(Debug)]
struct Line {
    servers: Vec<String>,
    random: StdRng,
    longest: u64,
    cuts: usize,
    sent: u64,
}

/// When a connection is cut.
#[derive(Debug, Clone, Copy)]
struct Fate {
    /// After so many bytes of the client's.
    after: u64,
    /// Or when the server answers.
    unheard: bool,
}

impl Scissors {
    /// Starts it in front of the server at `url`; connections carry at most `longest` bytes of a client's. It ends with the
    /// test's runtime.
    pub async fn start(url: &str, seed: u64, longest: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = format!("http://{}", listener.local_addr().expect("it is bound"));
        let servers = vec![address(url)];
        let line = Line { servers, random: StdRng::seed_from_u64(seed), longest, cuts: 0, sent: 0 };
        let line = Arc::new(Mutex::new(line));
        let shared = Arc::clone(&line);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let line = Arc::clone(&shared);
                tokio::spawn(async move { carry(client, &line).await });
            }
        });
        Self { url: own, line }
    }

    /// Where clients find it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Leads to these servers from now on.
    pub fn lead_to(&self, urls: &[&str]) {
        self.line.lock().expect("nobody panics").servers = urls.iter().map(|url| address(url)).collect();
    }

    /// Connections cut so far.
    pub fn cuts(&self) -> usize {
        self.line.lock().expect("nobody panics").cuts
    }

    /// Bytes of clients that were handed on so far.
    pub fn sent(&self) -> u64 {
        self.line.lock().expect("nobody panics").sent
    }
}

fn address(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
}

async fn carry(mut client: TcpStream, line: &Mutex<Line>) {
    let (server, fate) = {
        let mut line = line.lock().expect("nobody panics");
        let longest = line.longest;
        let fate = Fate { after: line.random.random_range(500..longest), unheard: line.random.random_ratio(1, 8) };
        let servers = line.servers.len();
        let any = line.random.random_range(0..servers);
        (line.servers[any].clone(), fate)
    };
    let Ok(mut upstream) = TcpStream::connect(server).await else { return };
    let (mut there, mut back) = (vec![0; 16_384], vec![0; 16_384]);
    let mut carried = 0;
    loop {
        tokio::select! {
            read = client.read(&mut there) => {
                let Ok(length @ 1..) = read else { return };
                let length = length.min(usize::try_from(fate.after - carried).unwrap_or(length));
                if upstream.write_all(&there[..length]).await.is_err() {
                    return;
                }
                carried += length as u64;
                let mut line = line.lock().expect("nobody panics");
                line.sent += length as u64;
                if carried == fate.after {
                    line.cuts += 1;
                    return;
                }
            }
            read = upstream.read(&mut back) => {
                let Ok(length @ 1..) = read else { return };
                if fate.unheard && carried > 2000 {
                    line.lock().expect("nobody panics").cuts += 1;
                    return;
                }
                // A client that does not listen must not hold the line for ever.
                let write = tokio::time::timeout(Duration::from_secs(10), client.write_all(&back[..length]));
                if !matches!(write.await, Ok(Ok(()))) {
                    return;
                }
            }
        }
    }
}
