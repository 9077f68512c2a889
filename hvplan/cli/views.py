"""Documents to stdout and to files, in the view that was asked for."""

from __future__ import annotations

from hvplan.cli.files import save
from hvplan.cli.output import Output
from hvplan.document.canonical import dumps, to_json
from hvplan.document.plan import PlanDocument
from hvplan.document.result import ResultDocument


def show_document(output: Output, document: PlanDocument | ResultDocument, view: str, *, every: bool = True) -> None:
    """Print it as `text`, `summary` or `json`. Without `every`, a result that ended well lists no steps, and no reasons, which were said before."""
    import hvplan.report.text as text

    match view, document:
        case "json", _:
            output.document(dumps(to_json(document)))
        case "summary", PlanDocument():
            output.lines(text.summary_lines(document))
        case "summary", ResultDocument():
            output.lines(text.result_summary_lines(document, every=every))
        case _, PlanDocument():
            output.lines(text.plan_lines(document))
        case _, ResultDocument():
            output.lines(text.result_lines(document, every=every))


def save_document(name: str | None, document: PlanDocument | ResultDocument) -> None:
    """Write the same bytes as `--format json` prints to a file, whole or not at all."""
    if name is None:
        return
    save(name, dumps(to_json(document)))
