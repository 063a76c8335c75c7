import os
import os.path as p
import a.b.c, d
from x import y
from x.y import z as w, v
from . import sibling
from .. import (
    uncle as u,
    aunt,
)
from .near import *
from __future__ import annotations


def lazily():
    from late import name

    return name.call(w())
