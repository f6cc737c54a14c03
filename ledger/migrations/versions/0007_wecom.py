"""What a channel of a company needs to remember: its keys, cards, files, members; passes of pages."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    # An access token or ticket of a channel; whoever has a fresh one writes it here for all.
    """CREATE TABLE access_token (
      channel TEXT NOT NULL,
      account TEXT NOT NULL,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      until INTEGER NOT NULL,
      PRIMARY KEY (channel, account, name)
    ) STRICT""",
    # A card on somebody's screen that can be changed once more, with the word that allows it.
    """CREATE TABLE live_card (
      channel TEXT NOT NULL,
      account TEXT NOT NULL,
      user_key TEXT NOT NULL,
      ref TEXT NOT NULL,
      edit_token TEXT NOT NULL,
      until INTEGER NOT NULL,
      PRIMARY KEY (channel, account, user_key, ref)
    ) STRICT""",
    # A file that a channel holds for us for some days, under its own name for it.
    """CREATE TABLE held_file (
      channel TEXT NOT NULL,
      account TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      kind TEXT NOT NULL,
      media_id TEXT NOT NULL,
      until INTEGER NOT NULL,
      PRIMARY KEY (channel, account, sha256, kind)
    ) STRICT""",
    # What a press was answered at once, so that its repetition is answered alike.
    """CREATE TABLE press_answer (
      channel TEXT NOT NULL,
      account TEXT NOT NULL,
      ext_id TEXT NOT NULL,
      body TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      PRIMARY KEY (channel, account, ext_id)
    ) STRICT""",
    # Who can be reached on a company's channel, by id alone; who he is says the roster.
    """CREATE TABLE channel_member (
      channel TEXT NOT NULL,
      account TEXT NOT NULL,
      user_key TEXT NOT NULL,
      spelling TEXT NOT NULL,
      tags TEXT NOT NULL DEFAULT '[]',
      state TEXT NOT NULL DEFAULT 'here' CHECK (state IN ('here', 'gone')),
      changed_at INTEGER NOT NULL,
      PRIMARY KEY (channel, account, user_key)
    ) STRICT""",
    # A page that one person may open once, for one purpose, until then.
    """CREATE TABLE page_pass (
      token_hash TEXT PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      channel TEXT NOT NULL,
      account TEXT NOT NULL,
      user_key TEXT NOT NULL,
      purpose TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      until INTEGER NOT NULL,
      used_at INTEGER
    ) STRICT""",
    # What stands on a button that was pressed.
    "CREATE INDEX outbox_card ON outbox (card_id) WHERE card_id IS NOT NULL",
    # Somebody whose screen shows no buttons has them told in words.
    "ALTER TABLE address ADD COLUMN plain INTEGER NOT NULL DEFAULT 0",
)


def upgrade() -> None:
    """Add it; nothing old changes."""
    for statement in STATEMENTS:
        op.execute(statement)
