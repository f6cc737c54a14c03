"""TOPICS: everything one can talk about. The order is the order of matching.

Longer words stand before shorter ones that they begin with (问题清单 before 问题), and what
starts a sentence seldom before what starts many.
"""

from handlers import (
    corrections,
    drafts,
    invites,
    issues,
    join,
    leave,
    photos,
    reminders,
    reports,
    spotchecks,
    study,
    today,
    visits,
)
from handlers.talk import Topic

TOPICS: tuple[Topic, ...] = (
    join.HELP,
    today.TODAY,
    study.STUDY,
    visits.VISIT,
    issues.CLOSING,
    issues.LIST,
    issues.FROM_VISIT,
    issues.ISSUES,
    leave.BACK,
    leave.ANSWER,
    leave.LEAVE,
    spotchecks.ANSWER,
    spotchecks.RESULTS,
    spotchecks.DRAW,
    reports.DAILY,
    reports.WEEKLY,
    drafts.CONFIRM,
    corrections.UNDO,
    corrections.REDO,
    corrections.CHANGE,
    invites.INVITE,
    reminders.MUTE,
    reminders.UNMUTE,
)

BY_NAME = {topic.name: topic for topic in (*TOPICS, photos.PHOTOS, drafts.DOUBT)}
