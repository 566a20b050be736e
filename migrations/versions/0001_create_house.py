"""Create the house: tables, roles' rights, the scope seal, the gates and the keeper's functions."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTS = (
    "tables",
    "oauth",
    "presentations",
    "questions",
    "ways_in",
    "scope",
    "partitions",
    "keeper_acts",
    "bonds",
    "keeper_identity",
    "membership",
    "bond_doors",
    "keeper_doors",
    "keeper_reads",
    "keeper_dossier",
    "demands",
    "letters",
    "surveys",
    "signals",
    "requests",
    "catalog",
    "log",
    "wishes",
    "offers",
    "rules",
    "contacts",
    "messages",
    "replies",
    "matching",
    "policies",
    "moments",
    "log_rights",
    "wishes_rights",
    "offers_rights",
    "rules_rights",
    "contacts_rights",
    "messages_rights",
    "replies_rights",
    "witnesses",
    "matching_rights",
    "bonds_rights",
    "demands_rights",
    "letters_rights",
    "surveys_rights",
    "signals_rights",
    "requests_rights",
    "administrators",
    "quality",
    "owners",
    "recognition",
    "ways_in_rights",
    "oauth_rights",
    "presentations_rights",
    "questions_rights",
)


def upgrade() -> None:
    """Run the parts in order; each is one readable file."""
    folder = Path(__file__).parents[1] / "sql"
    cursor = op.get_bind().connection.cursor()
    for part in PARTS:
        cursor.execute((folder / f"0001_{part}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refuse: the first migration has nothing to go back to."""
    raise NotImplementedError("restore a backup instead")
