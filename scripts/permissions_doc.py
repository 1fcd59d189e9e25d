"""Writes docs/permissions.md from the permission table and the routes. A test holds them equal."""

from pathlib import Path

from samverk.app import all_routes
from samverk.permissions import ACTIONS, REACHES, ROLES, Action

OUT = Path(__file__).parents[1] / "docs" / "permissions.md"
HEAD = """# Who may do what

Made from `core/samverk/permissions.py` and the route table by `python scripts/permissions_doc.py`; do not edit by hand.
A route names one action; a role that is not in its row is refused before anything is looked up. What a role reaches:
"""
COLUMNS = tuple(role for role in ROLES if role != "operator")


def _row(name: str, action: Action) -> str:
    if action.is_public:
        who = ["everybody" if not action.needs_person else "whoever is signed in"] + [""] * (len(COLUMNS) - 1)
    else:
        who = [action.reach.get(role, "–") for role in COLUMNS]
    return f"| `{name}` | {' | '.join(who)} | {', '.join(action.states) or 'any'} | {action.shows} |"


def document() -> str:
    """Return the page."""
    lines = [HEAD, *(f"- *{reach}*: {words};" for reach, words in REACHES.items()), ""]
    lines.append(f"| action | {' | '.join(COLUMNS)} | in the states | shows at most |")
    lines.append("| --- " * (len(COLUMNS) + 3) + "|")
    lines += [_row(name, action) for name, action in ACTIONS.items()]
    lines += [
        "",
        "The operator holds no role in a region by being operator: what belongs to regions is closed to them too.",
        "",
        "## Routes",
        "",
        "| method | address | action |",
        "| --- | --- | --- |",
        *(f"| {one.method} | `{one.path}` | `{one.action}` |" for one in sorted(all_routes(), key=_order)),
        "",
    ]
    return "\n".join(lines)


def _order(route: object) -> tuple[str, str]:
    return route.path, route.method  # type: ignore[attr-defined]


if __name__ == "__main__":
    OUT.write_text(document(), "utf-8")
