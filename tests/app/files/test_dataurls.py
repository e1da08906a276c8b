"""Data URLs are read as people write them, or refused with what is wrong."""

import pytest

from app.files.dataurls import DataUrl, Malformed

URLS = {
    "a picture": ("data:image/png;base64,aGVhcnRo", ".png", b"hearth"),
    "percent": ("data:text/plain,a%20b%2Cc", ".txt", b"a b,c"),
    "no kind": ("data:,abc", ".txt", b"abc"),
    "no kind, base64": ("data:;base64,YWJj", ".txt", b"abc"),
    "a parameter": ("data:text/plain;charset=utf-8;base64,YWJj", ".txt", b"abc"),
    "capitals": ("DATA:Image/PNG;BASE64,YWJj", ".png", b"abc"),
    "an unknown kind": ("data:application/octet-stream;base64,YWJj", ".bin", b"abc"),
    "a made-up kind": ("data:x/../y;base64,YWJj", "", b"abc"),
    "no content": ("data:image/png;base64,", ".png", b""),
    "percent in base64": ("data:;base64,YWI%3D", ".txt", b"ab"),
    "broken lines": ("data:;base64,YW\nJj", ".txt", b"abc"),
    "sound": ("data:audio/wav;base64,YWJj", ".wav", b"abc"),
    "base64 as a word of the text": ("data:text/plain;base64=no,YWJj", ".txt", b"YWJj"),
}


@pytest.mark.parametrize(("url", "suffix", "content"), URLS.values(), ids=URLS)
def test_a_data_url_is_a_file_with_an_ending(url, suffix, content):
    data = DataUrl.parse(url)

    assert (data.suffix, data.content()) == (suffix, content)


BROKEN = {
    "no comma": ("data:image/png;base64", "must have a comma"),
    "odd characters": ("data:;base64,YW!Jj", "base64 is not valid"),
    "cut off": ("data:;base64,YWJ", "base64 is not valid"),
}


@pytest.mark.parametrize(("url", "problem"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_refused(url, problem):
    with pytest.raises(Malformed, match=problem):
        DataUrl.parse(url).content()
