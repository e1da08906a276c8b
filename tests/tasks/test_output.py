from tasks import output


def test_output_in_pieces_is_said_in_lines() -> None:
    said: list[tuple[str, str]] = []
    lines = output.Lines("web", lambda name, line: said.append((name, line)))

    for piece in (b"one\ntw", b"o\n\xff", b"three"):
        lines({"data": piece})
    lines.close()

    assert said == [("web", "one"), ("web", "two"), ("web", "\N{REPLACEMENT CHARACTER}three")]
