"""What search engines are told of a page (schema.org), from what the page already holds.

A room that knows what a page is about contributes a module ``structured_about.py`` with
``structured_about(page)``, which returns things of schema.org.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from clinic.contributions import contributions
from clinic.navigation import Link


def absolute(address: str) -> str:
    """Return the address with the public site's name in front."""
    return settings.SITE_URL.rstrip("/") + address if address.startswith("/") else address


def page_data(
    page: Any, publisher: str, language: str, breadcrumbs: Sequence[Link]
) -> dict[str, Any]:
    """Return a page as schema.org data; one with sources is a medical page."""
    citations = getattr(page, "citations", None) or []
    address = absolute(page.get_url() or "")
    data: dict[str, Any] = {
        "@type": "MedicalWebPage" if hasattr(page, "citations") else "WebPage",
        "@id": address,
        "url": address,
        "name": page.title,
        "description": getattr(page, "summary", ""),
        "inLanguage": language,
        "publisher": {"@type": "MedicalOrganization", "name": publisher},
        "citation": [
            {
                "@type": "CreativeWork",
                "name": citation.value["title"],
                "url": citation.value["url"],
            }
            for citation in citations
        ],
    }
    data["about"] = [
        told for room in contributions("structured_about") for told in room.structured_about(page)
    ]
    if getattr(page, "reviewed_by", None) and page.reviewed_on:
        data["reviewedBy"] = {"@type": "Person", "name": page.reviewed_by.display_name}
        data["lastReviewed"] = page.reviewed_on.isoformat()
    trail = [(link.title, absolute(link.url)) for link in breadcrumbs] + [(page.title, address)]
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": title, "item": item}
            for place, (title, item) in enumerate(trail, start=1)
        ],
    }
    told = {key: value for key, value in data.items() if value}
    return {"@context": "https://schema.org", "@graph": [told, crumbs]}


def as_script(data: dict[str, Any]) -> SafeString:
    """Return the data as a block that no browser executes and no text can break out of."""
    text = json.dumps(data, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(  # noqa: S308 - escaped above
        f'<script type="application/ld+json">{text}</script>'
    )


def is_told(page: Any, request: Any) -> bool:
    """Return whether a page that is shown is one that others may find: live, not a preview."""
    return isinstance(page, Page) and page.live and not getattr(request, "is_preview", False)
