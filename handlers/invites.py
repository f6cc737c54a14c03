"""邀请: a leader, township or county lets somebody on the roster join."""

from handlers.forms import words
from handlers.talk import Talk, Topic
from ledger import invites, people
from ledger.errors import Refused
from ledger.messages import Reply
from ledger.people import STAFF, Role


async def invite(talk: Talk) -> Reply:
    """A fresh code for one person in the asker's scope."""
    name = talk.rest or await talk.ask("invites.ask_name", words)
    person = await people.access_person(talk.db, talk.asker, name)
    if person is None or not invites.may_invite(talk.asker, person):
        raise Refused("invites.unknown", name=name)
    made = await invites.make(
        talk.db, person.id, by=talk.asker.id, key=talk.room.key, now=talk.now, rules=talk.rules
    )
    return talk.reply("invites.made", person=person, invite=made)


INVITE = Topic("invite", ("邀请", "invite"), invite, STAFF | {Role.LEADER})
