"""Which blocks may stand in which part of a page."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from clinic.blocks.handouts import LetterBlock, WalletCardBlock
from clinic.blocks.lists import KeyPointsPanelBlock, LinkListBlock, PageCardsBlock
from clinic.blocks.media import FigureBlock, IllustrationBlock
from clinic.blocks.safety import UrgentBlock, WhenToCallBlock
from clinic.blocks.sections import (
    FeatureSection,
    OpenTrialsSection,
    PeopleSection,
    TherapyTypesSection,
)
from clinic.blocks.text import (
    CalloutBlock,
    HeadingBlock,
    ParagraphBlock,
    PatientTextBlock,
    QuestionBlock,
    QuoteBlock,
    StepsBlock,
    SubheadingBlock,
    TableBlock,
)


class BodyBlock(blocks.StreamBlock):
    """The content of a page below its title."""

    heading = HeadingBlock(group=_("Text"))
    subheading = SubheadingBlock(group=_("Text"))
    paragraph = ParagraphBlock(group=_("Text"))
    callout = CalloutBlock(group=_("Text"))
    key_points = KeyPointsPanelBlock(group=_("Text"))
    steps = StepsBlock(group=_("Text"))
    question = QuestionBlock(group=_("Text"))
    quote = QuoteBlock(group=_("Text"))
    table = TableBlock(group=_("Text"))
    patient_text = PatientTextBlock(group=_("Text"))
    when_to_call = WhenToCallBlock(group=_("Safety"))
    urgent = UrgentBlock(group=_("Safety"))
    wallet_card = WalletCardBlock(group=_("To print"))
    letter = LetterBlock(group=_("To print"))
    illustration = IllustrationBlock(group=_("Pictures"))
    image = FigureBlock(group=_("Pictures"))
    links = LinkListBlock(group=_("Links"))
    page_cards = PageCardsBlock(group=_("Links"))


class HomeBlock(blocks.StreamBlock):
    """The sections of the home page, in the order that the editor chooses."""

    therapy_types = TherapyTypesSection()
    open_trials = OpenTrialsSection()
    feature = FeatureSection()
    people = PeopleSection()
    page_cards = PageCardsBlock()
    urgent = UrgentBlock()
