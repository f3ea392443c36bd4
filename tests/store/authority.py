"""A timestamp authority on loopback: OpenSSL's `ts` behind a small HTTP server, with certificates of its own."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Authority of a test
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamps]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
certs = {folder}/root.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.13762.3
digests = sha256
ess_cert_id_alg = sha256
[refuses]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.13762.3
digests = sha512
"""
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """Answers each query as `mode` says: "stamps", "refuses", "other" (stamps something else), "again" (gives its last
    answer), "broken" (no timestamp at all), "busy" (HTTP 503)."""

    def __init__(self, folder):
        self.folder = folder
        self.mode = "stamps"
        self.asked = 0
        self._last = b""
        self._certify()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def certificate(self):
        """The root's certificate, PEM."""
        return (self.folder / "root.pem").read_bytes()

    def run(self, *words):
        done = subprocess.run(["openssl", *map(str, words)], cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def _certify(self):
        (self.folder / "serial").write_text("01\n")
        (self.folder / "config").write_text(CONFIG.format(folder=self.folder))
        config = ["-config", "config"]
        root = ["-x509", "-days", "2", "-extensions", "root", "-subj", "/CN=Root of a test"]
        self.run("req", *root, *KEY, *config, "-keyout", "root.key", "-out", "root.pem")
        self.run("req", *KEY, *config, "-keyout", "signer.key", "-out", "signer.csr")
        signed = ["-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2", "-days", "2"]
        self.run("x509", "-req", "-in", "signer.csr", *signed, "-extfile", "config", "-extensions", "signer",
                 "-out", "signer.pem")  # fmt: skip

    def answer(self, query):
        """What is sent back for a query."""
        self.asked += 1
        if self.mode == "broken":
            return b"<html>welcome to our portal</html>"
        if self.mode == "again":
            return self._last
        if self.mode == "other":
            (self.folder / "message").write_bytes(b"something else")
            self.run("ts", "-query", "-data", "message", "-sha256", "-cert", "-out", "query")
        else:
            (self.folder / "query").write_bytes(query)
        section = "refuses" if self.mode == "refuses" else "stamps"
        self.run("ts", "-reply", "-config", "config", "-section", section, "-queryfile", "query", "-out", "reply")
        self._last = (self.folder / "reply").read_bytes()
        return self._last

    def _handler(authority):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["content-length"]))
                assert self.headers["content-type"] == "application/timestamp-query"
                body = b"" if authority.mode == "busy" else authority.answer(query)
                self.send_response(503 if authority.mode == "busy" else 200)
                self.send_header("content-type", "application/timestamp-reply")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
