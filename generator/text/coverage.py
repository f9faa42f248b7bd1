"""Which faces lack letters that a recipe's texts are made of. Source: own."""

from __future__ import annotations

from collections.abc import Sequence

from generator.core.annotation import Finding
from generator.core.seeds import stage_rng
from generator.text.port import Ask, Corpus, Font

_TEXTS = 64
_SHOWN = 5
_NOWHERE = "\U0010fffd"  # no face has it, so that every face is named


def never_written(corpus: Corpus, font: Font) -> tuple[Finding, ...]:
    """Return a warning if a corpus lists its texts and no face has all letters of some: others stand in their place."""
    listed = getattr(corpus, "every_line", None)
    if listed is None:
        return ()
    texts, ask = dict.fromkeys(listed()), Ask(index=0, split="train", seed=0)
    letters = "".join(sorted(set().union(*texts) - {"\n"}))
    lacking = [set(found) for found in font.turned_down(letters + _NOWHERE, ask).values()]
    never = [text for text in texts if all(found & set(text) for found in lacking)]
    if not never:
        return ()
    shown = ", ".join(f"'{text}'" for text in never[:_SHOWN])
    message = (
        f"{len(never)} of {len(texts)} texts have letters that no face has and are never written, others stand in "
        f"their place: {shown}; choose fonts that have them"
    )
    return (Finding(severity="warning", code="text_never_written", message=message),)


def lacking_faces(corpora: Sequence[Corpus], font: Font) -> tuple[Finding, ...]:
    """Return a finding if faces lack letters of the first texts of a recipe: they are passed over for such texts."""
    letters: set[str] = set()
    for corpus in corpora:
        for index in range(_TEXTS):
            ask = Ask(index=index, split="train", seed=0)
            letters |= set(corpus.draw(ask, stage_rng(0, index, 0, "coverage")))
    said = "".join(sorted(letters - {"\n"}))
    lacking = font.turned_down(said, Ask(index=0, split="train", seed=0))
    if not lacking:
        return ()
    shown = "; ".join(f"{name} lacks {' '.join(lacking[name][:_SHOWN])}" for name in sorted(lacking)[:_SHOWN])
    more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
    message = f"{len(lacking)} face(s) are passed over for texts with letters that they lack: {shown}{more}"
    return (Finding(severity="info", code="faces_lack_letters", message=message),)
