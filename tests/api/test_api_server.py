"""`monitor serve` as it is started, with the log it writes."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from monitor.web.server import _listen

CANARY = "Zqcanaryvex"


def test_the_log_has_routes_and_no_words(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "serve", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        log: list[str] = []
        address = ""
        for line in process.stdout:
            log.append(line)
            if found := re.search(r"running on (http://\S+)", line):
                address = found[1]
                break
        try:
            assert address, "".join(log)
            with httpx.Client(base_url=address, timeout=60) as client:
                draft = {"text": f"Two child prostitutes of {CANARY} were found."}
                assert client.post("/v1/check", json=draft).status_code == 200
                assert client.post("/v1/check", content=CANARY).status_code == 415
                assert client.get(f"/v1/rules/{CANARY}", params=draft).status_code == 404
                assert client.get(f"/{CANARY}").status_code == 404
                broken = {"content-type": "multipart/form-data; boundary=x"}
                answer = client.post("/v1/check/file", content=CANARY, headers=broken)
                assert answer.status_code == 400
                assert client.get("/", headers={"host": CANARY}).status_code == 400
        finally:
            process.send_signal(signal.SIGINT)
            log += process.stdout.readlines()
    told = "".join(log)
    assert "POST /v1/check 200" in told
    assert "GET /v1/rules/{rule_id} 404" in told
    assert "GET (no route) 404" in told
    assert CANARY.lower() not in told.lower()
    assert "boundary" not in told


def test_a_port_in_use_is_an_error_in_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "monitor", "serve", "--port", port],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 2
    assert f"error: cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_address_of_a_name_is_listened_on() -> None:
    """On one port, free on all; each kind of address for itself."""
    with _listen("localhost", 0) as listeners:
        wanted = {found[0] for found in socket.getaddrinfo("localhost", 0)}
        assert {listener.family for listener in listeners} <= wanted
        [port] = {listener.getsockname()[1] for listener in listeners}
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
