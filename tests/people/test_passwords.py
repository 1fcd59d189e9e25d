"""Which passwords are taken, and how they are kept."""

import subprocess
import sys

import pytest
from sqlalchemy import select, update
from tests.installation import PASSWORD, Installation, httpx_client

from samverk.people import password_rules, passwords
from samverk.people.model import Person

SHORT = "The password must have at least 12 characters. A few words in a row do well."
LONG = "The password may have at most 128 characters."
CONTEXT = "The password is made of your name, your council or words that others try first. Choose other words."
GUESSED = "The password is too easy to guess, or stands on lists of stolen passwords. Choose other words."
KNOWN = password_rules.context_words("Kari Fjellheim", "kari.fjellheim@lesja.example", "Lesja kommune", "Samverk")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("elleve tegn", [SHORT]),
        ("x" * 129, [LONG]),
        ("lesja-kommune-2026", [CONTEXT]),
        ("Samverk Samverk 1", [CONTEXT]),
        ("kari.fjellheim26", [CONTEXT]),
        ("Sommer2026!!!", [CONTEXT]),
        ("qwertyuiop[]\\", [CONTEXT]),
        ("iloveyou1234", [GUESSED]),
        ("liverpool2026", [GUESSED]),
        ("aaaaaaaaaaaaaaaa", [GUESSED]),
        ("abcdefghijklmnop", [GUESSED]),
        ("p@ssw0rd1234", [GUESSED]),
        ("tolv tegn her", []),
        ("hest over blå bru", []),
        ("kommune over blå bru med hest", []),
        ("9wXq!tZr2LkP", []),
        ("ord " * 5 + "og mer " * 15, []),
    ],
)
def test_a_password_is_taken_by_length_and_guesses_never_by_composition(password: str, said: list[str]) -> None:
    assert [problem.message for problem in password_rules.problems(password, KNOWN)] == said


@pytest.mark.alone
def test_the_longest_password_is_judged_in_time() -> None:
    import time

    begun = time.perf_counter()
    password_rules.problems("4@8({[6|<+1!7052%" * 8, KNOWN)

    assert time.perf_counter() - begun < 4


def test_a_serving_process_does_without_the_lists_and_the_libraries_of_few_pages() -> None:
    heavy = ("zxcvbn", "pyotp", "segno", "authlib", "joserfc", "httpx2", "cryptography")
    code = (
        "import sys; from samverk.app import all_routes; all_routes(); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_the_hash_is_argon2id_with_the_floor_of_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMVERK_TEST_CHEAP_PASSWORDS")
    passwords._hasher.cache_clear()
    try:
        stored = passwords.hashed("hest over blå bru")
    finally:
        passwords._hasher.cache_clear()

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_with_other_parameters_is_made_anew_at_sign_in(embedded: Installation) -> None:
    from argon2 import PasswordHasher

    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    email = f"secretariat@{tenant}.example"
    older = PasswordHasher(1, 512, 1).hash(PASSWORD)
    with embedded.database.unit(write=True) as session:
        session.execute(update(Person).where(Person.email == email).values(password_hash=older))

    answer = httpx_client(embedded).post("/sign-in", data={"email": email, "password": PASSWORD})

    with embedded.database.unit(write=False) as session:
        stored = session.scalar(select(Person.password_hash).where(Person.email == email))
    assert stored is not None
    assert answer.status_code == 200
    assert stored.startswith("$argon2id$v=19$m=1024,t=1,p=1$")
    assert passwords.matches(stored, PASSWORD)
