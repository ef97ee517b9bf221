"""The table of transitions as text, for docs/inquiry-states.md."""

from trials.inquiries.enums import CLOSINGS, ENDS, REOPENED_BY_LEADS, TRANSITIONS, Closing


def mermaid() -> str:
    """Return the transitions between working states as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> new"]
    for old, following in TRANSITIONS.items():
        if old not in ENDS:
            lines += [f"    {old} --> {new}" for new in following if new not in ENDS]
    return "\n".join(lines)


def ends_table() -> str:
    """Return every end, where it is reached from and how the sender learns of it, in Markdown."""
    lines = [
        "| End | Reached from | The sender learns of it | Reopened by |",
        "|---|---|---|---|",
    ]
    for end in ENDS:
        origins = ", ".join(old for old, following in TRANSITIONS.items() if end in following)
        closings = CLOSINGS[end]
        how = "message or recorded reason" if Closing.MESSAGE in closings else f"no: {closings[0]}"
        who = "lead" if end in REOPENED_BY_LEADS else "anyone who sees it"
        lines.append(f"| {end} | {origins} | {how} | {who} |")
    return "\n".join(lines)
