import pytest

from cdp.identity import names

SURNAMES = [
    ("Berg, van der", ("berg",)),
    ("van der Berg", ("berg",)),
    ("v.d. Berg", ("berg",)),
    ("in 't Veld", ("veld",)),
    ("’t Hart", ("hart",)),
    ("Jansen-de Vries", ("jansen", "vries")),
    ("de Vries e/v Jansen", ("vries", "jansen")),
    ("Bakker geb. Smit", ("bakker", "smit")),
    ("O'Neill", ("oneill",)),
    ("Şahin", ("sahin",)),
    ("Sørensen", ("sorensen",)),
    ("Van", ("van",)),
    ("null", ()),
    ("", ()),
]

GIVEN = [
    ("Jan", (("jan",), "j")),
    ("J.P.", ((), "jp")),
    ("J. P.", ((), "jp")),
    ("JP", ((), "jp")),
    ("Jan-Peter", (("jan", "peter"), "jp")),
    ("Jan P.", (("jan",), "jp")),
    ("Mevr. Zoë", (("zoe",), "z")),
    ("Anna de", (("anna",), "a")),
    ("van der Wolde", (("wolde",), "w")),
    ("Al", (("al",), "a")),
    ("test", ((), "")),
    ("", ((), "")),
]

WHOLE = [
    ("Jan van der Berg", ("Jan", "van der Berg")),
    ("Berg, Jan van der", ("Jan", "van der Berg")),
    ("Berg, van der", ("", "Berg, van der")),
    ("Dhr. J.P. Jansen", ("J.P.", "Jansen")),
    ("Jansen", ("", "Jansen")),
    ("", ("", "")),
]


@pytest.mark.parametrize(("written", "parts"), SURNAMES)
def test_a_surname_is_its_parts_without_particles(written: str, parts: tuple[str, ...]) -> None:
    assert parts == names.surname(written)


@pytest.mark.parametrize(("written", "found"), GIVEN)
def test_given_names_and_initials_are_told_apart(written: str, found: tuple[tuple[str, ...], str]) -> None:
    assert found == names.given(written)


@pytest.mark.parametrize(("written", "found"), WHOLE)
def test_a_whole_name_is_cut_in_two(written: str, found: tuple[str, str]) -> None:
    assert found == names.whole(written)
