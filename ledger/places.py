"""A place as it was told: its datum, source and accuracy are part of it.

Chinese maps shift by some hundred metres (GCJ-02); a distance is only taken between places in
WGS-84, and what is kept is what came.
"""

import re
from dataclasses import dataclass
from typing import Literal

from prcoords import gcj_wgs_bored

Datum = Literal["WGS-84", "GCJ-02"]
TEXT = re.compile(
    r"(?P<lat>-?\d{1,2}(?:\.\d+)?),(?P<lng>-?\d{1,3}(?:\.\d+)?)"
    r"(?: (?P<datum>WGS-84|GCJ-02))?(?: ±(?P<accuracy>\d+)米)?(?P<note>（[^）]{1,20}）)?"
)


@dataclass(frozen=True)
class Place:
    """Degrees north and east in a datum; `accuracy` in metres, 0 unknown; `note`: 转发, 地图选点."""

    lat: float
    lng: float
    datum: Datum = "WGS-84"
    accuracy: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lng <= 180):
            raise ValueError(f"no such place: {self.lat},{self.lng}")

    def __str__(self) -> str:
        """As it is kept: `26.646330,106.633569 GCJ-02 ±30米（转发）`."""
        about = f" ±{self.accuracy}米" if self.accuracy else ""
        note = f"（{self.note}）" if self.note else ""
        return f"{self.lat:.6f},{self.lng:.6f} {self.datum}{about}{note}"

    @property
    def wgs84(self) -> tuple[float, float]:
        """Degrees north and east in WGS-84, from which distances are taken."""
        if self.datum == "WGS-84":
            return self.lat, self.lng
        found = gcj_wgs_bored((self.lat, self.lng))
        return float(found[0]), float(found[1])


def read_place(text: str) -> Place | None:
    """A place as it was kept; what was kept before data had a name is WGS-84."""
    found = TEXT.fullmatch(text)
    if not found:
        return None
    return Place(
        float(found["lat"]), float(found["lng"]),
        "GCJ-02" if found["datum"] == "GCJ-02" else "WGS-84",
        int(found["accuracy"] or 0), (found["note"] or "").strip("（）"),
    )  # fmt: skip
