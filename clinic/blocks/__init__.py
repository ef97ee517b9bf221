"""The StreamField vocabulary of the site; each block has one template in templates/blocks/."""

from clinic.blocks.lists import CitationsBlock, KeyPointsBlock, LinkListBlock, PageCardsBlock
from clinic.blocks.media import FigureBlock, IllustrationBlock, illustration_field
from clinic.blocks.safety import UrgentBlock, WhenToCallBlock
from clinic.blocks.streams import BodyBlock, HomeBlock
from clinic.blocks.text import RICH_TEXT_FEATURES

__all__ = [
    "RICH_TEXT_FEATURES",
    "BodyBlock",
    "CitationsBlock",
    "FigureBlock",
    "HomeBlock",
    "IllustrationBlock",
    "KeyPointsBlock",
    "LinkListBlock",
    "PageCardsBlock",
    "UrgentBlock",
    "WhenToCallBlock",
    "illustration_field",
]
