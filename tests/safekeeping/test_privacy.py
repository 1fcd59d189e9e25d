"""The privacy statement says of every column with something of a person what it is, and everybody may read it."""

import html

import pytest

from samverk import i18n
from samverk.safekeeping import classes, keeping, privacy
from tests.installation import Installation, httpx_client

LANGUAGES = ("nn", "nb", "sv", "en")


def test_every_column_that_tells_of_a_person_is_told() -> None:
    told = {table for part in privacy.parts() for table in part.tables}
    wanted = set()
    for table in classes.every_table():
        people = {column.name for column in classes.person_ids(table)}
        columns = [
            column.name
            for column in table.columns
            if column.name in people | set(privacy.ALSO.get(table.name, ())) or column.info.get("class")
        ]
        if columns:
            wanted.add(f"{table.name} ({', '.join(columns)})")

    assert told == wanted
    assert "message (person_id, address, body)" in told
    assert "attempt (who)" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_statement_is_whole_in_each_language(embedded: Installation, language: str) -> None:
    embedded.add_tenant("kobyt", slug="alpha")
    client = httpx_client(embedded)
    with i18n.using(language):
        parts = privacy.parts()

    for address in ("/privacy", "/alpha/privacy"):
        page = client.get(f"{address}?lang={language}")
        text = html.unescape(page.text)
        assert page.status_code == 200
        for part in parts:
            for words in (part.what, part.why, part.how_long, part.duty, *part.holds, *part.tables):
                assert words in text
        assert f'href="{address}"' in client.get(address.removesuffix("privacy") + f"?lang={language}").text
    assert len({part.how_long for part in parts}) > 3
    assert {part.is_confirmed for part in parts} == {True, False}


def test_privacy_cannot_be_the_slug_of_a_region(embedded: Installation) -> None:
    from samverk.errors import Invalid

    with pytest.raises(Invalid):
        embedded.add_tenant("kobyt", slug="privacy")


def test_how_long_is_what_the_rules_say() -> None:
    found = {part.what: part.how_long for part in privacy.parts()}

    for rule in keeping.KEEPINGS.values():
        if rule.what in found and rule.days is not None:
            years, rest = divmod(rule.days, 365)
            number, unit = (rule.days, "day") if rest else (years, "year")
            assert found[rule.what].startswith(f"{number} {unit}")
