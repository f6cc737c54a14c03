"""Roles: what a person does here. Known without a database, for rules and duties."""

from enum import StrEnum


class Role(StrEnum):
    """What a person does here: 队员, 队长/第一书记, 乡镇, 县."""

    MEMBER = "member"
    LEADER = "leader"
    TOWNSHIP = "township"
    COUNTY = "county"


ON_TEAM = frozenset({Role.MEMBER, Role.LEADER})
STAFF = frozenset({Role.TOWNSHIP, Role.COUNTY})
EVERYONE = frozenset(Role)
