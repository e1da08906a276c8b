"""The table that a person reads."""

from collections.abc import Iterable, Iterator, Sequence

from bench.rows import Budget, Measured

HEAD = ("row", "ours", "theirs", "ratio", "unit", "must", "aim", "")


def text(table: Iterable[Measured]) -> str:
    """Every row with its budget, and below each what else was measured with it."""
    lines = [HEAD, *(line for measured in table for line in _lines(measured))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_line(cells, widths) for cells in lines)


def verdict(measured: Measured) -> str:
    """Whether a row is within its budget, or even where it aims."""
    budget = measured.row.budget
    if budget.is_met_by(budget.aim, measured):
        return "aim met"
    return "met" if budget.is_met_by(budget.must, measured) else "MISSED"


def _lines(measured: Measured) -> Iterator[Sequence[str]]:
    row = measured.row
    yield (
        row.name,
        f"{measured.ours:.2f}",
        f"{measured.theirs:.2f}",
        f"{measured.ratio:.2f}",
        row.unit,
        _bound(row.budget, row.budget.must),
        _bound(row.budget, row.budget.aim),
        verdict(measured),
    )
    for name, value in measured.asides.items():
        yield (
            f"  {name}",
            "",
            f"{value:.2f}",
            f"{measured.ours / value:.2f}",
            row.unit,
            "",
            "",
            "",
        )


def _bound(budget: Budget, bound: float) -> str:
    sign = ">=" if budget.more_is_better else "<="
    return f"{sign} {bound:g}{'x' if budget.of_ratio else ''}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *rest = cells
    aligned = [cell.rjust(width) for cell, width in zip(rest[:-1], widths[1:], strict=False)]
    return "  ".join([name.ljust(widths[0]), *aligned, rest[-1]]).rstrip()
