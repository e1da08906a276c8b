import pytest

from app import egress
from app.egress import urls


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("http://example.com", "http://example.com:80/"),
        ("HTTPS://Example.COM./a/../b?q=1#part", "https://example.com:443/b?q=1"),
        ("https://example.com:8443/hook", "https://example.com:8443/hook"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example:443/%C3%BC"),
        ("http://2130706433/", "http://127.0.0.1:80/"),
        ("http://0177.0.0.1/", "http://127.0.0.1:80/"),
        ("http://%31%32%37.1/", "http://127.0.0.1:80/"),
        ("http://[::FFFF:7f00:1]/", "http://127.0.0.1:80/"),
        ("http://[fe80::1%25eth0]/", "http://[fe80::1]:80/"),
        ("http://127.0.0.1./", "http://127.0.0.1:80/"),
    ],
)
def test_a_url_is_called_in_its_one_usual_spelling(url, called):
    assert urls.parse(url).url == called


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "begin with http"),
        ("example.com/hook", "begin with http"),
        ("//example.com/hook", "begin with http"),
        ("ftp://example.com/", "begin with http"),
        ("file:///etc/passwd", "begin with http"),
        ("gopher://example.com/", "begin with http"),
        ("http:example.com", "name a host"),
        ("http:///hook", "name a host"),
        ("http://:80/", "name a host"),
        ("http://./", "name a host"),
        ("http://a!b/", "name a host"),
        ("http://exa%6dple%2ecom%00/", "host or port"),
        ("http://[::1/", "host or port"),
        ("http://[nonsense]/", "host or port"),
        ("http://example.com:65536/", "host or port"),
        ("http://example.com:-1/", "host or port"),
        ("http://example.com:٨٠/", "host or port"),
        ("http://①②⑦.0.0.1/", "host or port"),
        ("http://\N{FULLWIDTH DIGIT ONE}27.0.0.1/", "host or port"),
        ("http://127。0。0。1/", "host or port"),
        ("http://example.com:0/", "between 1 and 65535"),
        ("http://me:secret@example.com/", "user name"),
        ("http://good.example@127.0.0.1/", "user name"),
        ("http://@127.0.0.1/", "user name"),
        ("http://127.0.0.1\\@example.com/", "backslashes"),
        ("http://exam\tple.com/", "control characters"),
        ("http://example.com/\r\nX-Evil: 1", "control characters"),
        (" http://example.com/", "spaces"),
        ("http://example.com/\u202e", "control characters"),
        ("http://example.com/\ud800", "control characters"),
        ("http://example.com/" + "a" * 4096, "longer than 4096"),
    ],
)
def test_a_url_that_two_could_read_differently_is_denied(url, reason):
    with pytest.raises(egress.Denied, match=reason):
        egress.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://LOCALHOST:8000/",
        "http://app.localhost/",
        "http://127.0.0.1:5432/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0/",
    ],
)
def test_an_address_that_is_not_allowed_is_denied_at_creation_with_a_remedy(configure, url):
    with pytest.raises(egress.Denied) as denied:
        egress.check_url(url)

    assert "HEARTH_EGRESS_ALLOW" in denied.value.reason
    assert denied.value.shown == denied.value.reason


def test_an_opened_address_passes(configure):
    configure(egress_allow="127.0.0.0/8:9700")

    egress.check_url("http://localhost:9700/hook")
    with pytest.raises(egress.Denied):
        egress.check_url("http://localhost:9701/hook")


def test_names_are_not_looked_up_at_creation(configure):
    egress.check_url("https://no-such-name.invalid/hook")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://example.com/a?b=c", "https://example.com:443"),
        ("http://127.1:9700/a", "http://127.0.0.1:9700"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]:80"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url, origin):
    assert egress.origin(url) == origin
