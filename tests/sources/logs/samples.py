"""A small log of each format, made here; each holds the same two requests, or a failed and a good sign-in."""

import json

FIELDS = "date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs(User-Agent) cs(Referer)"
SPACE = "http://schemas.microsoft.com/win/2004/08/events/event"


def _lines(*rows):
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()


def _windows(code, time, user, client):
    data = {"TargetUserName": user, "IpAddress": client, "LogonType": "3"}
    inner = "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in data.items())
    return (
        f"<Event xmlns='{SPACE}'><System><EventID>{code}</EventID><TimeCreated SystemTime='{time}'/></System>"
        f"<EventData>{inner}</EventData></Event>"
    )


def _zeek(path, names, *rows):
    head = ["#separator \\x09", f"#path\t{path}", "#fields\t" + "\t".join(names)]
    return _lines(*head, *("\t".join(row) for row in rows), "#close\t2024-03-01")


_AGENT = "Mozilla/5.0 (X11)"
WEB = {
    "combined": _lines(
        f'192.0.2.7 - - [01/Mar/2024:09:00:00 +0100] "GET /a?x=1 HTTP/1.1" 200 12 "-" "{_AGENT}"',
        f'192.0.2.8 - maria [01/Mar/2024:09:00:01 +0100] "POST /b HTTP/1.1" 404 - "https://a.example/" "{_AGENT}"',
    ),
    "w3c": _lines(
        "#Software: made here",
        f"#Fields: {FIELDS}",
        "2024-03-01 08:00:00 192.0.2.7 - GET /a x=1 200 12 Mozilla/5.0+(X11) -",
        "2024-03-01 08:00:01 192.0.2.8 maria POST /b - 404 - Mozilla/5.0+(X11) https://a.example/",
    ),
    "alb": _lines(
        "https 2024-03-01T08:00:00.000000Z app/x/1 192.0.2.7:5000 10.0.0.1:80 0 0 0 200 200 34 12 "
        f'"GET https://v.example:443/a?x=1 HTTP/2.0" "{_AGENT}" - -',
        "https 2024-03-01T08:00:01.000000Z app/x/1 192.0.2.8:5000 10.0.0.1:80 0 0 0 404 404 34 0 "
        f'"POST https://v.example:443/b HTTP/2.0" "{_AGENT}" - -',
    ),
    "json": _lines(
        {"time_local": "01/Mar/2024:09:00:00 +0100", "remote_addr": "192.0.2.7", "request": "GET /a?x=1 HTTP/1.1"}
        | {"status": 200, "body_bytes_sent": 12, "http_user_agent": _AGENT},
        {"ts": 1709280001.0, "request": {"remote_ip": "192.0.2.8", "method": "POST", "uri": "/b"}, "status": 404}
        | {"user": "maria"},
        {
            "@timestamp": "2024-03-01T08:00:02Z",
            "source": {"ip": "192.0.2.9"},
            "url": {"original": "https://v.example/c"},
        }
        | {"http": {"request": {"method": "GET"}, "response": {"status_code": 200}}},
    ),
    "suricata": _lines(
        {"timestamp": "2024-03-01T09:00:00.000000+0100", "event_type": "http", "src_ip": "192.0.2.7"}
        | {"http": {"http_method": "GET", "url": "/a?x=1", "status": 200, "length": 12, "http_user_agent": _AGENT}},
        {"timestamp": "2024-03-01T09:00:01.000000+0100", "event_type": "http", "src_ip": "192.0.2.8"}
        | {"http": {"http_method": "POST", "url": "/b", "status": 404}},
        {"timestamp": "2024-03-01T09:00:02.000000+0100", "event_type": "stats"},
    ),
    "zeek": _lines(
        {"_path": "http", "ts": 1709280000.0, "id.orig_h": "192.0.2.7", "method": "GET", "uri": "/a?x=1"}
        | {"status_code": 200, "response_body_len": 12},
        {"_path": "http", "ts": 1709280001.0, "id.orig_h": "192.0.2.8", "method": "POST", "uri": "/b"}
        | {"status_code": 404},
    ),
    "zeek-tsv": _zeek(
        "http",
        ("ts", "id.orig_h", "method", "uri", "status_code", "response_body_len"),
        ("1709280000.000000", "192.0.2.7", "GET", "/a?x=1", "200", "12"),
        ("1709280001.000000", "192.0.2.8", "POST", "/b", "404", "-"),
    ),
    "table": _lines(
        "client_token,time,method,uri,status,bytes",
        "192.0.2.7,01/Mar/2024:09:00:00 +0100,GET,/a?x=1,200,12",
        "192.0.2.8,2024-03-01T08:00:01Z,POST,/b,404,",
    ),
}
SIGN_INS = {
    "syslog": _lines(
        "Mar  1 08:00:00 host sshd[7]: Failed password for invalid user maria from 192.0.2.7 port 22 ssh2",
        "Mar  1 08:00:00 host sshd[7]: Connection closed by invalid user maria 192.0.2.7 port 22 [preauth]",
        "2024-03-01T09:00:01+01:00 host sshd[8]: Accepted publickey for maria from 192.0.2.8 port 22 ssh2: ED25519",
        "Mar  1 08:00:02 host CRON[9]: pam_unix(cron:session): session opened for user root",
    ),
    "windows-xml": _lines(
        "<?xml version='1.0'?>",
        _windows(4625, "2024-03-01T08:00:00.000Z", "maria", "192.0.2.7"),
        _windows(4624, "2024-03-01T08:00:01.000Z", "maria", "192.0.2.8"),
        _windows(4624, "2024-03-01T08:00:02.000Z", "SYSTEM", "-"),
    ),
    "json": _lines(
        *(
            {
                "@timestamp": f"2024-03-01T08:00:0{n}Z",
                "winlog": {
                    "event_id": code,
                    "event_data": {"TargetUserName": "maria", "IpAddress": client, "LogonType": "3"},
                },
            }
            for n, (code, client) in enumerate([(4625, "192.0.2.7"), (4624, "192.0.2.8"), (4624, "-")])
        )
    ),
    "table": _lines(
        "when,kind,ip,account,outcome",
        "2024-03-01T08:00:00Z,auth,192.0.2.7,maria,failed",
        "2024-03-01T08:00:01Z,auth,192.0.2.8,maria,success",
    ).replace(b"when", b"time"),
}
ALERT = {"timestamp": "2024-03-01T08:00:00Z", "event_type": "alert", "src_ip": "192.0.2.7", "http": {"url": "/a"}}
OTHERS = {
    "suricata": _lines(ALERT | {"alert": {"signature": "Scan seen", "severity": 2}}),
    "testssl": json.dumps(
        [
            {"id": "SSLv3", "ip": "v.example/192.0.2.1", "port": "443", "severity": "CRITICAL", "finding": "offered"},
            {"id": "TLS1_3", "ip": "v.example/192.0.2.1", "port": "443", "severity": "OK", "finding": "offered"},
        ]
    ).encode(),
    "zeek-tsv": _zeek(
        "conn", ("ts", "id.orig_h", "id.resp_p", "conn_state"), ("1709280000.0", "192.0.2.7", "22", "S0")
    ),
}
EVERY = {f"web {name}": data for name, data in WEB.items()}
EVERY |= {f"sign-ins {name}": data for name, data in SIGN_INS.items()}
EVERY |= {f"other {name}": data for name, data in OTHERS.items()}
