"""Units (责任单位): bureaus and other offices that can lead or hold an issue, known by name."""

from dataclasses import dataclass

from rapidfuzz import fuzz

from ledger.database import Session, queries

sql = queries("units")
ALIKE = 90  # of 100: 县水利局 and 县水务局 stay two, a slip of one sign in a long name is one


# facts
@dataclass(frozen=True)
class Unit:
    """A bureau of the county (县水务局)."""

    id: int
    name: str


# rules
def same(name: str, other: str) -> bool:
    """Whether two names mean one unit: 水务局 is 县水务局."""
    short, long = sorted((name, other), key=len)
    return short == long or (
        len(short) > 2 and long in {f"县{short}", f"市{short}", f"区{short}"}
    )


def match(name: str, known: list[Unit]) -> Unit | None:
    """The unit of that name, as it is usually said; None when none or several fit."""
    found = [one for one in known if same(name, one.name)]
    if not found:
        found = [one for one in known if fuzz.ratio(name, one.name) >= ALIKE]
    return found[0] if len(found) == 1 else None


# records
async def known(db: Session, county: int) -> list[Unit]:
    """Every unit of a county, by name."""
    return [Unit(**dict(row)) async for row in sql.known(db.connection, county=county)]


async def named(db: Session, county: int, name: str) -> Unit | None:
    """The unit somebody means; None when it is not known yet."""
    return match(name.strip(), await known(db, county))


async def ensure(db: Session, county: int, name: str) -> int:
    """The id of that unit, entered when it is new."""
    if found := await named(db, county, name):
        return found.id
    await sql.add(db.connection, county=county, name=name.strip())
    return int(await sql.id_of(db.connection, county=county, name=name.strip()))
