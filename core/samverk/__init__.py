"""Samverk: the map of the house. Read it first; each room's own docstring says what lives there and what does not.

`LEVELS` lists the rooms from the ground up. A module imports from earlier rows and from its own room only
(`tests/test_levels.py` reads this). A change that needs a new arrow needs an ADR in `docs/decisions/`.
"""

LEVELS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("settings", "i18n"),
    ("regions",),
    ("guard",),
    ("database",),
    ("hookspecs",),
    ("registry",),
    ("permissions",),
    ("scope",),
    ("documents", "web"),
    ("reference",),
    ("people",),
    ("tenants",),
    ("outbox",),
    ("accounts",),
    ("membership",),
    ("arrangements",),
    ("bodies",),
    ("calendar",),
    ("points",),
    ("meetings",),
    ("decisions",),
    ("rounds",),
    ("papers",),
    ("tasks",),
    ("foundations",),
    ("wheel", "reminders"),
    ("home",),
    ("plugin",),
    ("models",),
    ("migrations",),
    ("onboarding",),
    ("demonstration",),
    ("app",),
    ("serving",),
    ("cli", "testing"),
)
