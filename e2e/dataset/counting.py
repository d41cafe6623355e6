"""What servers take: a forwarder on this machine that counts requests, and bytes of answers; and processor time."""

import http.client
import http.server
import os
import pathlib
import threading
import urllib.parse

# What is about a connection, and not about what goes over it.
ONE_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
CHUNK = 1 << 16


class Forwarder(http.server.ThreadingHTTPServer):
    """Sends every request on to a server, and its answer back."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, base):
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = urllib.parse.urlsplit(base)
        self.theirs, self.base = base, f"http://127.0.0.1:{self.server_port}"
        self.lock, self.counted = threading.Lock(), {}
        self.reset()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def through(self, url):
        """The same address, by way of here."""
        return self.base + url.removeprefix(self.theirs) if url.startswith(f"{self.theirs}/") else url

    def reset(self):
        """What was counted since the last time."""
        with self.lock:
            counted, self.counted = self.counted, {"requests": 0, "bytes": 0, "bytes_of_headers": 0}
        return counted

    def count(self, **more):
        with self.lock:
            for name, by in more.items():
                self.counted[name] += by

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    connection_there = None

    def log_message(self, *_):
        """Says nothing."""

    def there(self):
        """The connection to the server: one for each that comes here."""
        if self.connection_there is None:
            upstream = self.server.upstream
            kind = http.client.HTTPSConnection if upstream.scheme == "https" else http.client.HTTPConnection
            self.connection_there = kind(upstream.hostname, upstream.port, timeout=120)
        return self.connection_there

    def finish(self):
        super().finish()
        if self.connection_there is not None:
            self.connection_there.close()

    def forward(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ONE_HOP | {"host"}}
        self.server.count(requests=1)
        try:
            self.there().request(self.command, self.path, body=body, headers=headers)
            answer = self.there().getresponse()
        except (OSError, http.client.HTTPException) as error:
            self.send_error(502, f"the server can't be reached: {error}")
            self.close_connection = True
            return
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in ONE_HOP]
        self.send_response_only(answer.status, answer.reason)
        for name, value in kept:
            self.send_header(name, value)
        bodiless = self.command == "HEAD" or answer.status in (204, 304)
        chunked = not bodiless and answer.getheader("Content-Length") is None
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.server.count(bytes_of_headers=sum(len(name) + len(value) + 4 for name, value in kept))
        while chunk := answer.read(CHUNK):
            # What was sent is counted, even if nobody waited for it.
            self.server.count(bytes=len(chunk))
            self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" if chunked else chunk)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    do_GET = do_HEAD = do_POST = forward

    def handle(self):
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            # Readers hang up when they have what they want.
            self.close_connection = True


def processor(roots):
    """Seconds of processor time that processes have used, with those that they started, the ones that ended included."""
    parents, used = {}, {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            # It has ended meanwhile.
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        used[int(stat.parent.name)] = sum(int(field) for field in fields[11:15])
    ticks = 0
    for process, its in used.items():
        while process and process not in roots:
            process = parents.get(process)
        ticks += its if process else 0
    return ticks / os.sysconf("SC_CLK_TCK")
