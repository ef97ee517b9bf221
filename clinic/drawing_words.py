"""The words of the drawings, collected here so that they are translated.

The SVG files carry the same words for those who open them alone; a test keeps both the same.
"""

from django.utils.translation import gettext_noop

DRAWING_WORDS: dict[str, tuple[str, str]] = {
    "antibody-bridge": (
        gettext_noop("Antibodies that mark and antibodies that link"),
        gettext_noop(
            "Left: antibodies in the shape of the letter Y sit on a cancer cell, and an "
            "immune cell takes hold of one stem. Right: a bispecific antibody holds a T "
            "cell with one arm and a cancer cell with the other."
        ),
    ),
    "bispecific-bridge": (
        gettext_noop("A bispecific antibody links a T cell and a cancer cell"),
        gettext_noop(
            "One arm of the antibody holds the T cell, and the other arm holds the "
            "cancer cell, so that the two come close."
        ),
    ),
    "bowel": (
        gettext_noop("A bowel that reacts"),
        gettext_noop(
            "A part of the bowel, cut open. Its folded lining is red and swollen where "
            "immune cells have gathered."
        ),
    ),
    "by-chance": (
        gettext_noop("Groups formed by chance"),
        gettext_noop(
            "A group of people is divided by a coin into two groups. Each group gets "
            "another treatment."
        ),
    ),
    "cancer-hides": (
        gettext_noop("Three ways in which cancer hides"),
        gettext_noop(
            "First: a cancer cell without flags, and a T cell that passes by. Second: a "
            "cancer cell presses the brake of a T cell. Third: a wall of other cells "
            "keeps a T cell away from a cancer cell."
        ),
    ),
    "car-t-steps": (
        gettext_noop("CAR T-cell therapy in four steps"),
        gettext_noop(
            "1: T cells are collected from blood. 2: In the lab, a T cell gets a new "
            "sensor. 3: The cells multiply. 4: Back in the body, they find the cancer "
            "cell and attack it."
        ),
    ),
    "caregivers": (
        gettext_noop("Not alone"),
        gettext_noop(
            "Two people sit side by side at a table. One writes down what to ask, so that"
            " the other can rest. A phone lies within reach, for the first sign of "
            "trouble."
        ),
    ),
    "checkpoint-brake": (
        gettext_noop("How a checkpoint inhibitor frees a T cell"),
        gettext_noop(
            "Left: PD-L1 on a cancer cell is locked into PD-1 on a T cell, and the T "
            "cell rests. Right: an antibody covers PD-1, the lock stays open, and the T "
            "cell attacks the cancer cell."
        ),
    ),
    "cost": (
        gettext_noop("Ask about cost early"),
        gettext_noop(
            "A bill lies under a magnifying glass. Beside it stands a helper with a "
            "headset, whom you can call. The helper holds an umbrella: insurance and aid "
            "programs can cover a part."
        ),
    ),
    "cytokines": (
        gettext_noop("Immune cells talk with cytokines"),
        gettext_noop(
            "An immune cell in the middle sends out small signals in all directions. "
            "The immune cells around it wake up, and one of them divides."
        ),
    ),
    "find-my-page": (
        gettext_noop("Find your way"),
        gettext_noop(
            "A signpost stands where four paths part. A person looks at it, with a bag "
            "over the shoulder."
        ),
    ),
    "first-visit": (
        gettext_noop("Your first visit, from the door to the way home"),
        gettext_noop(
            "A path with three places: a door where somebody welcomes you, a chair where "
            "the drug runs in through a drip, and a house."
        ),
    ),
    "glands": (
        gettext_noop("Where the hormone glands sit"),
        gettext_noop(
            "A head and upper body with four glands. One sits below the brain, one in the"
            " neck, one behind the stomach, and one on top of each kidney."
        ),
    ),
    "heart": (
        gettext_noop("A heart that reacts"),
        gettext_noop(
            "A heart with its large vessels. Immune cells have gathered in its muscle. "
            "The line of the heartbeat below it is no longer even."
        ),
    ),
    "home-hero": (
        gettext_noop("A T cell meets a cancer cell"),
        gettext_noop(
            "In a calm landscape of soft hills, a large T cell reaches out to a cancer "
            "cell and touches one of the flags on its surface."
        ),
    ),
    "hot-and-cold-tumors": (
        gettext_noop("Some tumors are full of T cells and some are not"),
        gettext_noop(
            "Left: a tumor with many flags and with T cells inside. Right: a tumor with "
            "few flags, and the T cells stay outside."
        ),
    ),
    "joints": (
        gettext_noop("A joint that reacts"),
        gettext_noop(
            "Two bones meet in a joint. Immune cells have gathered in the joint, and the "
            "space between the bones is swollen. A muscle beside it hurts too."
        ),
    ),
    "life-after": (
        gettext_noop("After treatment"),
        gettext_noop(
            "A path leads from the clinic over gentle hills toward the sun. Along it "
            "stand a calendar for check-ups and a phone to call."
        ),
    ),
    "liver": (
        gettext_noop("A liver that reacts"),
        gettext_noop(
            "The liver below the ribs. Immune cells have gathered in one part of it. A "
            "blood test beside it shows the strain before you feel it."
        ),
    ),
    "lungs": (
        gettext_noop("Lungs that react"),
        gettext_noop(
            "The two lungs with the windpipe. In one part of a lung immune cells have "
            "gathered and the tissue is swollen, so that air gets through less well."
        ),
    ),
    "nerves": (
        gettext_noop("A nerve that reacts"),
        gettext_noop(
            "A nerve cell with its long fiber. Immune cells have come to the cover of the"
            " fiber, so that signals pass less well on their way to a muscle."
        ),
    ),
    "oncolytic-virus": (
        gettext_noop("How an oncolytic virus works"),
        gettext_noop(
            "A virus enters a cancer cell, multiplies inside it, and breaks it open. T "
            "cells come to the pieces."
        ),
    ),
    "other-medicines": (
        gettext_noop("Medicines that can disturb each other"),
        gettext_noop(
            "A T cell at work on the left. Pills such as steroids or antibiotics can "
            "quiet it. On the right is a list of all medicines, with one line marked to "
            "ask about."
        ),
    ),
    "questions": (
        gettext_noop("Questions and answers"),
        gettext_noop("Two people talk. One asks a question, and the other answers."),
    ),
    "scans": (
        gettext_noop("A scan can look worse before it looks better"),
        gettext_noop(
            "Three scans of the same spot: before treatment, then larger because immune "
            "cells have moved in, then much smaller."
        ),
    ),
    "side-effects-body": (
        gettext_noop("Where side effects can show"),
        gettext_noop(
            "The outline of a body with nine numbers. 1: the skin of an arm. 2: the bowel in "
            "the belly. 3: the lungs in the chest. 4: the liver below the ribs. 5: a hormone "
            "gland in the neck. 6: the joint of an elbow. 7: the brain. 8: the heart. 9: the "
            "whole body is tired."
        ),
    ),
    "skin": (
        gettext_noop("Skin that reacts"),
        gettext_noop(
            "A cut through the skin, with red spots on its surface. Immune cells have "
            "come up from below, into skin that is not sick."
        ),
    ),
    "t-cell-finds-cancer": (
        gettext_noop("How a T cell finds a cancer cell"),
        gettext_noop(
            "A T cell moves along a dotted path over two healthy cells with square "
            "flags. It stops at a cancer cell, where one round flag fits its receptor."
        ),
    ),
    "t-cell-transfer": (
        gettext_noop("T cells from a tumor are grown and given back"),
        gettext_noop(
            "1: A tumor holds some T cells. 2: They are taken out and put in a dish. 3: "
            "They multiply. 4: Back in the body, they attack the cancer cell."
        ),
    ),
    "three-treatments": (
        gettext_noop("Three ways to treat cancer with drugs"),
        gettext_noop(
            "Left, chemotherapy: a capsule acts on cells that divide fast. Middle, "
            "targeted therapy: a drug blocks one part that the cancer cell needs. "
            "Right, immunotherapy: T cells attack the cancer cell."
        ),
    ),
    "tiredness": (
        gettext_noop("Very tired"),
        gettext_noop(
            "A person rests in an armchair with a blanket. Above them is a battery that "
            "is almost empty."
        ),
    ),
    "treatment-vaccine": (
        gettext_noop("How a treatment vaccine teaches T cells"),
        gettext_noop(
            "A syringe brings small pieces of a target. A star-shaped dendritic cell "
            "picks them up and shows them to a T cell. The T cell multiplies and goes "
            "on the search."
        ),
    ),
    "trial-costs": (
        gettext_noop("Who pays for what in a trial"),
        gettext_noop(
            "A calendar with visits between two stacks of bills. Gold days go to the gold"
            " stack: the study pays for them. Violet days go to the violet stack: they "
            "are usual care, which insurance pays."
        ),
    ),
    "trial-phases": (
        gettext_noop("The phases of a clinical trial"),
        gettext_noop(
            "A path goes up a hill in three steps. A few people stand on the first "
            "step, more on the second, and many on the third, where a small flag marks "
            "the goal."
        ),
    ),
    "weighing": (
        gettext_noop("Weighing benefits and risks"),
        gettext_noop("A balance: a T cell lies in one pan, and a calendar in the other."),
    ),
    "when-to-call": (
        gettext_noop("Call early"),
        gettext_noop("A phone with a large call button, and a calm T cell with a speech bubble."),
    ),
}
