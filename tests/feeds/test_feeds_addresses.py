import pytest

from monitor.feeds.ssrf_filter import check_address, is_public
from monitor.records.errors import UnsafeAddress

LOCAL = """
0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:192.168.1.1 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::a9fe:a9fe 64:ff9b:1::8.8.8.8 2002:7f00:1::
2002:a00:1:: 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1 3fff::1
100::1
5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 2606:4700::1%1
"""
PUBLIC = """
8.8.8.8 1.1.1.1 93.184.216.34 172.32.0.1 100.128.0.1 192.0.1.1 2606:4700::1111 2a00:1450:4001::1
64:ff9b::808:808 2002:808:808:: ::ffff:8.8.8.8 ::8.8.8.8
"""


@pytest.mark.parametrize("ip", LOCAL.split())
def test_local_is_refused(ip):
    assert not is_public(ip)
    with pytest.raises(UnsafeAddress, match=r"outlet\.example"):
        check_address(ip, "outlet.example", ["127.0.0.1"])


@pytest.mark.parametrize("ip", PUBLIC.split())
def test_public_is_allowed(ip):
    check_address(ip, "outlet.example", [])


@pytest.mark.parametrize("ip", ["", "localhost", "127.1", "0x7f000001", "1.2.3.4.5", "::g"])
def test_what_is_no_address_is_refused(ip):
    assert not is_public(ip)


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("127.0.0.1", 80, "127.0.0.1"),
        ("127.0.0.1", 8000, "127.0.0.1:8000"),
        ("Intranet.Example.", 80, "intranet.example"),
        ("::1", 8000, "[::1]:8000"),
        ("::1", 8000, "[::1]"),
        ("::1", 80, "::1"),
    ],
)
def test_named_hosts_are_allowed(host, port, allowed):
    check_address("127.0.0.1", host, [allowed], port=port)


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("127.0.0.1", 9000, "127.0.0.1:8000"),
        ("localhost", 80, "127.0.0.1"),
        ("rebound.example", 80, "127.0.0.1"),
        ("evil-intranet.example", 80, "intranet.example"),
        ("a.intranet.example", 80, "intranet.example"),
    ],
)
def test_only_the_very_name_counts(host, port, allowed):
    with pytest.raises(UnsafeAddress):
        check_address("127.0.0.1", host, [allowed], port=port)
