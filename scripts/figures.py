# ruff: noqa: E501
"""The figures of security and reliability: what must be shown, by which tests, and how many cases it takes.

Two sizes of each: for continuous integration, and for the night. Which are run and written down is `nightly.py`'s.
"""

from dataclasses import dataclass

TIERS = ("CI", "nightly")
RACES = "tests/reliability/test_races.py::"
REQUESTS = "tests/web/test_generated_requests.py::test_generated_requests_get_what_the_description_promises"
KILLS = "tests/reliability/test_killed_server.py::"
BACKUPS = "tests/safekeeping/test_backup.py::"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its cases for (CI, night). Where tests report more than one thing by an id, `named` picks among them."""

    id: str
    what: str
    cases: tuple[int, int]
    named: str = ""

    @property
    def key(self) -> str:
        return f"{self.id} {self.named}".strip()


@dataclass(frozen=True, slots=True)
class Proof:
    """Tests that are run together, how many times their usual size at (CI, night), and the figures they show."""

    tests: tuple[str, ...]
    scales: tuple[float, float]
    figures: tuple[Figure, ...]
    is_alone: bool = False


def _of(tests: str | tuple[str, ...], scales: tuple[float, float], *figures: Figure, is_alone: bool = False) -> Proof:
    return Proof((tests,) if isinstance(tests, str) else tests, scales, figures, is_alone)


# The longest first: two run side by side, and the last should not be waited for alone.
PROOFS = (
    _of(REQUESTS + "[first]", (10, 150), Figure("F1", "generated requests, every check, p99 within 1 s, half of them", (10_000, 150_000), "first half")),
    _of(REQUESTS + "[second]", (10, 150), Figure("F1", "generated requests, every check, p99 within 1 s, the other half", (10_000, 150_000), "second half")),
    _of(
        KILLS + "test_a_killed_server_loses_and_doubles_nothing",
        (6, 100),
        Figure("K1", "kills of the server on SQLite", (60, 1_000), "submissions, SQLite"),
        Figure("K1", "kills of the server on PostgreSQL", (18, 300), "submissions, PostgreSQL"),
        Figure("K1", "submissions acknowledged under kills, none lost or doubled", (5_000, 100_000), "acknowledged"),
    ),
    _of(
        "tests/probes/test_isolation.py::test_every_route_has_probes_a_permission_and_an_operation",
        (1, 1),
        Figure("P2", "routes, each with probes, a permission and an operation", (100, 100)),
    ),
    _of("tests/safekeeping/test_migrated_rows.py", (1, 1), Figure("D1", "revisions walked down and up with a row in every table, on both engines", (16, 16))),
    _of("tests/house/test_security_page.py", (1, 1), Figure("V1", "requirements of ASVS 5.0 levels 1 and 2 that apply, each with what meets it", (205, 205))),
    _of(
        "tests/house/test_supply.py",
        (1, 1),
        Figure("S1", "packages installed, each as the lock names it with its hashes", (80, 80), "packages"),
        Figure("S1", "files of the project, none with a secret", (500, 500), "files"),
    ),
    _of("tests/reliability/test_power_loss.py", (10, 250), Figure("K2", "images of a power loss, a prefix of the history each", (200, 5_000))),
    _of("tests/reliability/test_killed_migration.py", (3, 100), Figure("D2", "kills during migration, nothing lost", (5, 200))),
    _of("tests/reliability/test_write_skew.py", (5, 50), Figure("C5", "administrators removing each other at once, one stays", (500, 5_000))),
    _of("tests/reliability/test_stopped_postgres.py", (5, 100), Figure("K4", "immediate stops of PostgreSQL, nothing acknowledged lost", (5, 100))),
    _of(
        "tests/reliability/test_full_disk.py",
        (5, 50),
        Figure("K5", "full disks, nothing acknowledged lost", (5, 50), "full"),
        Figure("K5", "databases that cannot be written, nothing acknowledged lost", (5, 50), "could not be written"),
    ),
    _of(
        "tests/probes/test_isolation.py",
        (2, 20),
        Figure("P1", "isolation probes on SQLite, no leak", (25_000, 250_000), "SQLite"),
        Figure("P1", "isolation probes on PostgreSQL, no leak", (2_500, 250_000), "PostgreSQL"),
        Figure("P4", "foreign and missing objects look the same", (1_000, 10_000)),
    ),
    _of(
        RACES + "test_of_many_changes_to_one_version_exactly_one_is_kept",
        (5, 125),
        Figure("C1", "changes to one version at once, exactly one kept", (2_000, 50_000)),
    ),
    _of(
        RACES + "test_every_acknowledged_submission_is_there_exactly_once",
        (5, 100),
        Figure("C2", "acknowledged submissions, each there exactly once", (5_000, 100_000)),
    ),
    _of(
        RACES + "test_one_key_sent_four_times_at_once_has_one_effect_and_one_answer",
        (5, 100),
        Figure("C3", "one key sent four times at once, one effect", (1_000, 20_000)),
    ),
    _of(
        RACES + "test_nothing_is_accepted_after_a_round_has_closed",
        (5, 100),
        Figure("C4", "closing against submitting, nothing accepted after", (500, 10_000)),
    ),
    _of(
        (RACES + "test_numbers_are_unique_and_without_gap_also_where_work_is_undone", "tests/audit/test_log.py"),
        (5, 50),
        Figure("C6", "numbers unique and without gap, also where work is undone", (2_000, 20_000)),
        Figure("A1", "tampering with the log, found at its place", (500, 10_000)),
    ),
    _of("tests/regions/test_hostile_files.py", (5, 100), Figure("G2", "malformed files of regions, refused", (1_000, 20_000))),
    _of("tests/configuration/test_malformed_configuration.py", (5, 100), Figure("G2", "malformed configurations, refused in the asked language", (1_000, 20_000), "configurations")),
    _of("tests/web/test_naughty_strings.py", (5, 50), Figure("F2", "naughty strings through every field", (5_000, 50_000), "naughty")),
    _of("tests/web/test_hostile_requests.py", (1, 1), Figure("F2", "malformed requests, alike on both engines", (100, 100), "malformed")),
    _of("tests/probes/test_mutants.py", (2, 2), Figure("P3", "mutants of isolation, all caught", (20, 80))),
    _of("tests/plugins/test_fault_matrix.py", (1, 10), Figure("G1", "faults of plugins, each hook", (80, 800))),
    _of("tests/house/test_row_security.py", (1, 10), Figure("P5", "tables held by the policies in PostgreSQL's own catalogue, no exception", (57, 57)), Figure("P6", "units of two tenants on a pool of two, no foreign row", (10_000, 100_000))),
    _of("tests/safekeeping/test_region_files.py", (1, 1), Figure("R1", "regions of each kind exported and brought in again, the same bytes, also by PostgreSQL", (5, 5), "exported"), Figure("R4", "tables looked for in the file of a region, none forgotten", (20, 20))),
    _of(
        "tests/safekeeping/test_many_regions.py",
        (1, 10),
        Figure("R1", "many regions exported and brought in again within ten minutes, the same bytes", (5, 50), "many regions written"),
        Figure("R1", "their answers", (1_000, 100_000), "answers of many regions"),
        Figure("R1", "their megabytes", (10, 1_000), "megabytes of many regions"),
    ),
    _of(
        BACKUPS + "test_a_backup_while_another_process_writes_holds_all_that_was_acknowledged",
        (1, 17),
        Figure("R2", "backups while another process writes", (3, 50)),
    ),
    _of(
        BACKUPS + "test_every_wrong_bit_and_every_cut_is_refused_and_nothing_written",
        (1, 25),
        Figure("R3", "spoiled backups, refused and nothing written", (200, 5_000)),
    ),
    _of("tests/safekeeping/test_persons.py", (1, 25), Figure("E1", "persons erased, no canary left, also after an older backup", (20, 500))),
    _of(KILLS + "test_every_commit_has_reached_the_disk_before_its_answer", (1, 1), Figure("K3", "commits whose syncs were counted", (40, 40))),
    _of("tests/web/test_rates_and_log.py", (1, 1), Figure("L1", "stories whose log holds no word of anybody", (1, 1))),
    _of("tests/plugins/test_neighbours.py", (1, 1), Figure("G1", "requests of others while a plugin hangs, p99 under twice as long", (480, 480), "neighbours"), is_alone=True),
    _of("tests/reliability/test_soak.py", (20, 200), Figure("Q1", "seconds of usual work, the server as large and as fast as before", (180, 1_800)), is_alone=True),
    _of("tests/reliability/test_overload.py", (10, 100), Figure("Q2", "seconds of more than the server can do", (30, 300)), is_alone=True),
)  # fmt: skip
