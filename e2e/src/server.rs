//! The server under test: started, killed, restarted, stopped, and asked for its log.

use std::{
    ffi::OsString,
    net::TcpListener,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    client::Client,
    log::{Lines, unexpected},
    tools::Tools,
    wait::{SHORT, poll},
};

/// How long a server may take to finish what it has in hand when it is told to stop.
const STOPPING: Duration = Duration::from_mins(1);

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    arguments: Vec<String>,
    place: Vec<String>,
    environment: Vec<(String, String)>,
    allowed: Vec<String>,
    listen: Option<String>,
}

impl ServerOptions {
    /// Adds arguments of `flaneur serve`.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&each| each.to_owned()));
        self
    }

    /// Has it tell others that it is where it really is, on a port that it keeps.
    #[must_use]
    pub fn public(mut self) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = port.local_addr().expect("it is bound").to_string();
        let url = format!("http://{address}");
        self.listen = Some(address);
        self.with(&["--public-url", &url])
    }

    /// Adds arguments that say where its data are; other commands on them get these, too.
    #[must_use]
    pub fn place(mut self, arguments: &[&str]) -> Self {
        self.place.extend(arguments.iter().map(|&each| each.to_owned()));
        self
    }

    /// Has it keep the catalog in the database at this address.
    #[must_use]
    pub fn database(self, url: &str) -> Self {
        self.place(&["--database", url])
    }

    /// Sets environment variables.
    #[must_use]
    pub fn environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.environment.extend(variables);
        self
    }

    /// Expects warnings and errors that have this part.
    #[must_use]
    pub fn allow(mut self, part: &str) -> Self {
        self.allowed.push(part.to_owned());
        self
    }

    /// Starts it on new data.
    pub fn start(self) -> Server {
        self.start_in(tempfile::Builder::new().prefix("flaneur-e2e-").tempdir().expect("a temporary folder"))
    }

    /// Starts it on new data in this folder.
    pub fn start_in(self, data: TempDir) -> Server {
        let running = Running::start(&self, data.path());
        let token = running
            .stdout
            .after("administrator token:")
            .expect("the first start prints the administrator's token before it listens");
        Server { options: self, data, token, running, earlier: Vec::new(), wrecked: false }
    }

    /// Starts it on data that are there already, with a token that its administrator has.
    pub fn start_on(self, data: TempDir, token: &str) -> Server {
        let running = Running::start(&self, data.path());
        Server { options: self, data, token: token.to_owned(), running, earlier: Vec::new(), wrecked: false }
    }

    /// Runs another command in the same environment, with these arguments and where the server's data are, until it ends.
    pub fn run_to_end(&self, arguments: &[&str]) -> Finished {
        let own = self.place.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.iter().copied().chain(own).collect();
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        finish(Tools::flaneur().args(&arguments).envs(environment), &arguments)
    }
}

/// A running server with a data folder of its own. Dropped, it is stopped, and the test fails if its log holds what was
/// not expected or it did not end well.
#[derive(Debug)]
pub struct Server {
    options: ServerOptions,
    data: TempDir,
    token: String,
    running: Running,
    earlier: Vec<String>,
    wrecked: bool,
}

impl Server {
    /// Starts one with nothing special.
    pub fn start() -> Self {
        ServerOptions::default().start()
    }

    /// Where it listens, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// Where it tells the operator how it goes, if `--admin-listen` said so.
    pub fn operator(&self) -> &str {
        &self.running.operator
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The administrator's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A client that is the administrator.
    pub fn admin(&self) -> Client {
        Client::new(self.url(), Some(&self.token))
    }

    /// A client that is nobody.
    pub fn anonymous(&self) -> Client {
        Client::new(self.url(), None)
    }

    /// A client of a new account that is no administrator.
    pub fn account(&self, name: &str) -> Client {
        Client::new(self.url(), Some(&self.commands().token(name)))
    }

    /// Runs another command on its data until it ends.
    pub fn command(&self, arguments: &[&str]) -> Finished {
        self.commands().run(arguments)
    }

    /// For running other commands on its data, also while it is killed and started again.
    pub fn commands(&self) -> Commands {
        let data = self.data().to_str().expect("a path in UTF-8").to_owned();
        let place = ["--data".to_owned(), data].into_iter().chain(self.options.place.iter().cloned()).collect();
        Commands { place, environment: self.options.environment.clone() }
    }

    /// What it printed on stdout since it was last started.
    pub fn stdout(&self) -> Vec<String> {
        self.running.stdout.all()
    }

    /// Its whole log, earlier runs first.
    pub fn log(&self) -> Vec<String> {
        let mut lines = self.earlier.clone();
        lines.extend(self.running.stderr.all());
        lines
    }

    /// Ends it as a power failure would: no chance to finish anything.
    pub fn kill(&mut self) {
        self.running.child.kill().expect("the server runs");
        self.running.ended(SHORT);
        self.earlier.extend(self.running.stderr.all());
    }

    /// Ends it as a power failure would, for good: it is not expected to end well any more.
    pub fn wreck(&mut self) {
        self.kill();
        self.wrecked = true;
    }

    /// Tells it to stop, and waits until it has. Gives how it ended.
    pub fn terminate(&mut self) -> ExitStatus {
        let status = self.running.terminate();
        self.earlier.extend(self.running.stderr.all());
        status
    }

    /// Starts it again on the same data, on another port.
    pub fn restart(&mut self) {
        self.running = Running::start(&self.options, self.data.path());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.running.give_up();
            eprintln!("--- log of the server ---\n{}", self.log().join("\n"));
            return;
        }
        let status = self.running.terminate();
        let log = self.log();
        let unexpected = unexpected(&log, &self.options.allowed);
        assert!(unexpected.is_empty(), "the server logged what this test does not expect:\n{}", unexpected.join("\n"));
        assert!(self.wrecked || status.success(), "the server did not end well: {status}\n{}", log.join("\n"));
    }
}

/// One run of the binary.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pub(crate) url: String,
    pub(crate) operator: String,
    pub(crate) stdout: Lines,
    pub(crate) stderr: Lines,
    readers: Vec<JoinHandle<()>>,
    status: Option<ExitStatus>,
}

impl Running {
    fn start(options: &ServerOptions, data: &Path) -> Self {
        let listen = options.listen.as_deref().unwrap_or("127.0.0.1:0");
        let mut arguments: Vec<OsString> = ["serve", "--listen", listen, "--data"].map(Into::into).into();
        arguments.extend([data.into(), "--models".into(), Tools::models().into()]);
        arguments.extend(options.place.iter().chain(&options.arguments).map(Into::into));
        Self::launch(&arguments, &options.environment, "listening on")
    }

    /// Starts the binary with these arguments, and waits until it prints a line that begins with `ready`.
    pub(crate) fn launch(arguments: &[OsString], environment: &[(String, String)], ready: &str) -> Self {
        let mut child = Tools::flaneur()
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (stdout, first) = Lines::collect(child.stdout.take().expect("a pipe"));
        let (stderr, second) = Lines::collect(child.stderr.take().expect("a pipe"));
        let readers = vec![first, second];
        let (url, operator) = (String::new(), String::new());
        let mut running = Self { child, url, operator, stdout, stderr, readers, status: None };
        let begun = poll(SHORT, || match running.stdout.after(ready) {
            Some(_) => Some(true),
            None => running.try_end().map(|_| false),
        });
        if begun != Some(true) {
            let log = running.stderr.all().join("\n");
            let _ = running.child.kill();
            panic!("the server does not start:\n{log}");
        }
        let address = |line| running.stdout.after(line).unwrap_or_default().trim_end_matches('/').to_owned();
        (running.url, running.operator) = (address("listening on"), address("operator's listener on"));
        running
    }

    /// The process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn try_end(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.child.try_wait().expect("a child can be asked");
        }
        self.status
    }

    /// Waits for the end; kills what does not end.
    pub(crate) fn ended(&mut self, deadline: Duration) -> Option<ExitStatus> {
        let status = poll(deadline, || self.try_end());
        if status.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        status
    }

    /// Ends it somehow.
    pub(crate) fn give_up(&mut self) {
        let _ = self.child.kill();
        self.ended(SHORT);
    }

    /// Asks it to stop, and does not wait.
    pub(crate) fn ask_to_stop(&mut self) {
        if self.try_end().is_none() {
            self.signal("TERM");
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "no signal was sent");
    }

    pub(crate) fn terminate(&mut self) -> ExitStatus {
        if let Some(status) = self.try_end() {
            return status;
        }
        self.ask_to_stop();
        self.ended(STOPPING).unwrap_or_else(|| panic!("the server did not stop within {STOPPING:?} of SIGTERM"))
    }
}

/// Runs commands on the data of an instance.
#[derive(Debug, Clone)]
pub struct Commands {
    place: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Commands {
    /// On data that are where these arguments and variables say.
    pub fn on(place: &[&str], environment: &[(String, String)]) -> Self {
        Self { place: place.iter().map(|&each| each.to_owned()).collect(), environment: environment.to_vec() }
    }

    /// A token of an account, which is made if there is none of that name.
    pub fn token(&self, account: &str) -> String {
        self.make_token(&["--account", account])
    }

    /// A token of an administrator, who is made if there is no account of that name.
    pub fn administrator(&self, account: &str) -> String {
        self.make_token(&["--account", account, "--admin"])
    }

    fn make_token(&self, of: &[&str]) -> String {
        let made = self.run(&[&["token", "create"], of].concat());
        assert!(made.success, "{made:?}");
        made.stdout.trim().to_owned()
    }

    /// Runs a command until it ends.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        let arguments: Vec<&str> = arguments.iter().copied().chain(self.place.iter().map(String::as_str)).collect();
        let variables = self.environment.iter().map(|(name, value)| (name, value));
        finish(Tools::flaneur().args(&arguments).envs(variables), &arguments)
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Finished {
    /// Whether its exit code was 0.
    pub success: bool,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

/// Runs the binary with these arguments until it ends.
pub fn run_to_end(arguments: &[&str]) -> Finished {
    finish(Tools::flaneur().args(arguments), arguments)
}

fn finish(command: &mut Command, arguments: &[&str]) -> Finished {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let (stdout, first) = Lines::collect(child.stdout.take().expect("a pipe"));
    let (stderr, second) = Lines::collect(child.stderr.take().expect("a pipe"));
    let Some(status) = poll(SHORT, || child.try_wait().expect("a child can be asked")) else {
        let _ = child.kill();
        panic!("`flaneur {}` does not end:\n{}", arguments.join(" "), stderr.all().join("\n"));
    };
    for reader in [first, second] {
        let _ = reader.join();
    }
    Finished { success: status.success(), stdout: stdout.all().join("\n"), stderr: stderr.all().join("\n") }
}
