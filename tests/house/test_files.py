"""Rules about everything that is not Python: locks, migrations, SQL, decisions, and what may never be committed."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house import source

OURS = [Path("requirements.txt"), Path("requirements-dev.txt")]
PIP_LOCKS = [path for path in source.files() if path.match("requirements*.txt")]
LOCKS = PIP_LOCKS + [path for path in source.files() if path.name == "package-lock.json"]
LONGEST_DECISION = 40
LONGEST_COMMAND = 3
SQL = [path for path in source.files() if path.suffix == ".sql"]
MIGRATIONS = [path for path in source.files() if path.match("migrations/versions/*.py") and path.stem != "__init__"]
DECISIONS = [path for path in source.files() if path.match("docs/adr/*.md")]
OPTION = r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b"
ADDRESS = re.compile(rf"\w+:/|{OPTION}", re.MULTILINE)
COMMAND = re.compile(r"\s*(select|with|insert into|update|delete from)\s")
HOME = re.compile(r"/(?:root|work|opt/pypi)/|/home/[a-z]+/|/Users/[a-z]+/")


@pytest.mark.parametrize("path", LOCKS, ids=str)
def test_a_lock_holds_no_address_and_no_path(path: Path) -> None:
    assert [] == ADDRESS.findall(source.text(path)) + HOME.findall(source.text(path))


@pytest.mark.parametrize("path", PIP_LOCKS, ids=str)
def test_every_package_in_a_lock_is_pinned_with_hashes(path: Path) -> None:
    packages = re.split(r"\n(?=[a-z0-9])", "\n" + source.text(path))[1:]

    assert packages
    assert [] == [each.split("\n")[0] for each in packages if "==" not in each or "--hash=sha256:" not in each]


def test_the_locks_agree_with_each_other() -> None:
    runtime, dev = (dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", source.text(path), re.MULTILINE)) for path in OURS)

    assert runtime == {name: dev.get(name) for name in runtime}


def test_the_locks_hold_everything_that_the_project_asks_for() -> None:
    project = tomllib.loads(source.text(Path("pyproject.toml")))["project"]
    asked = [re.split(r"[\[<>=;~ ]", each)[0].lower() for each in project["dependencies"]]
    locked = re.findall(r"^([a-z0-9.-]+)==", source.text(OURS[0]), re.MULTILINE)

    assert [] == [name for name in asked if name not in locked]


def test_a_migration_is_numbered_and_says_what_it_does() -> None:
    assert [] == [str(path) for path in MIGRATIONS if not re.fullmatch(r"\d{4}_[a-z]+(_[a-z0-9]+)+", path.stem)]
    assert [] == [str(path) for path in MIGRATIONS if f'revision = "{path.stem[:4]}"' not in source.text(path)]


def test_migrations_touch_the_vault_only_in_env() -> None:
    """A released migration must not change its meaning when the code changes."""
    ours = re.compile(r"^\s*(?:from|import)\s+(?:api|cdp|consent)\b", re.MULTILINE)

    assert [] == [str(path) for path in MIGRATIONS if ours.search(source.text(path))]


def test_a_file_of_sql_begins_by_saying_what_it_is_for() -> None:
    assert [] == [str(path) for path in SQL if not source.text(path).startswith("-- ")]


def test_long_sql_lives_in_files_of_its_own() -> None:
    texts = [
        (path, each) for path in source.product() for each in re.findall(r'"""(.*?)"""', source.text(path), re.DOTALL)
    ]
    commands = [(path, each.strip()) for path, each in texts if COMMAND.match(each)]

    assert [] == [f"{path}: {each}" for path, each in commands if len(each.splitlines()) > LONGEST_COMMAND]


def test_a_query_leaves_the_wall_to_the_wall() -> None:
    """A hot read may join the permission row; it does not filter by who is asking in a `where` of its own."""
    wall = re.compile(
        r"where\s+(?:\w+\.)?(?:organization_id|recipient_id)\s*=\s*\(?(?:select\s+)?(?:app_|current_setting)"
    )

    assert [] == [str(path) for path in SQL if path.match("cdp/sql/*") and wall.search(source.text(path))]


def test_a_setting_that_is_missing_is_never_replaced() -> None:
    """After a transaction a setting is '' and not null: `coalesce` around it would open what must stay shut."""
    replaced = re.compile(r"coalesce\s*\(\s*current_setting")

    assert [] == [str(path) for path in SQL if replaced.search(source.text(path))]


@pytest.mark.parametrize(
    ("statement", "is_sure"),
    [
        ("with due as materialized (select f(x) from t limit 1 for update skip locked) update t", True),
        ("wanted := array(select x from t limit :most for update)", True),
        ("update t from (select f(x) from t order by (a) limit 1 for update skip locked) due", False),
        ("update t where x in (select x from t limit at_most for no key update)", False),
        ("select x from t limit :most for update", True),
    ],
)
def test_the_rule_sees_what_could_be_taken_twice(statement: str, is_sure: bool) -> None:  # noqa: FBT001 -- a column of the table above
    assert is_sure == (not _taken_again(statement))


def test_what_is_taken_is_taken_once() -> None:
    """A join may come by a subquery again, which then passes over its own and takes the next `limit` rows."""
    assert [] == [str(path) for path in SQL if path.name != "schema.sql" and _taken_again(source.text(path))]


def test_no_view_goes_round_the_wall() -> None:
    view, walled = re.compile(r"create\s+(?:or\s+replace\s+)?view"), re.compile(r"security_invoker")

    assert [] == [str(path) for path in SQL if re.search(r"create\s+materialized\s+view", source.text(path))]
    assert [] == [str(path) for path in SQL if len(view.findall(text := source.text(path))) > len(walled.findall(text))]


def test_tests_lie_in_folders_that_are_named_after_packages() -> None:
    packages = {path.parts[1] for path in source.product() if path.match("cdp/*/__init__.py")}
    folders = {path.parts[2] for path in source.modules() if path.match("tests/cdp/*/*.py")}

    assert set() == folders - packages


def test_a_decision_fits_on_a_page() -> None:
    assert [] == [str(path) for path in DECISIONS if not re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)]
    assert [] == [str(path) for path in DECISIONS if len(source.text(path).splitlines()) > LONGEST_DECISION]


def test_no_two_decisions_have_one_number() -> None:
    numbers = [path.stem[:4] for path in DECISIONS]

    assert sorted(set(numbers)) == sorted(numbers)


def test_nobody_s_own_folder_is_named() -> None:
    texts = [
        path for path in source.files() if path.suffix in {".py", ".md", ".toml", ".txt", ".yaml", ".sql", ".ini", ""}
    ]
    this = Path("tests/house/test_files.py")

    assert [] == [str(path) for path in texts if path != this and HOME.search(source.text(path))]


def _taken_again(text: str) -> list[str]:
    """Return the heads of subqueries that lock a limited number of rows each time that they are run."""
    heads, opened = [], list[int]()
    for mark in re.finditer(r"[()]|\blimit\s+[:\w]+\s+for\s+(?:no key )?update", text, re.IGNORECASE):
        if mark[0] == "(":
            opened.append(mark.start())
        elif mark[0] == ")":
            opened = opened[:-1]
        elif opened:
            heads.append(text[: opened[-1]].rsplit(maxsplit=1)[-1])
    return [head for head in heads if head.lower() not in {"as", "materialized"} and not head.lower().endswith("array")]
