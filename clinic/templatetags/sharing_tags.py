"""What the head of a page tells search engines."""

from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from clinic import social_image, social_images, structured_data
from clinic.models import ClinicSettings
from clinic.navigation import Navigation

register = template.Library()


@register.filter
def absolute(address: str) -> str:
    """Return the address with the public site's name in front."""
    return structured_data.absolute(address)


@register.simple_tag(takes_context=True)
def canonical_address(context: Context) -> str:
    """Return the page's one address, "" for a preview and for a view with parameters."""
    request = context.get("request")
    page: Any = context.get("page")
    if structured_data.is_told(page, request):
        return structured_data.absolute(page.get_url() or "")
    if page or request is None or request.GET or request.method not in {"GET", "HEAD"}:
        return ""
    return structured_data.absolute(request.path)


@register.simple_tag(takes_context=True)
def page_structured_data(
    context: Context, nav: Navigation, clinic: ClinicSettings, language: str
) -> SafeString:
    """Return the schema.org block of a live page, "" for everything else."""
    page: Any = context.get("page")
    if not structured_data.is_told(page, context.get("request")):
        return mark_safe("")
    data = structured_data.page_data(page, clinic.short_name, language, nav.breadcrumbs)
    return structured_data.as_script(data)


@register.inclusion_tag("components/social.html", takes_context=True)
def social_preview(
    context: Context, clinic: ClinicSettings, address: str, language: str
) -> dict[str, Any]:
    """Show what a link to this address looks like elsewhere (the Open Graph protocol)."""
    page: Any = context.get("page")
    told = page if structured_data.is_told(page, context.get("request")) else None
    picture = social_images.url_of(told, clinic.short_name) if told else ""
    return {
        "address": address,
        "page": told,
        "site_name": clinic.short_name,
        "locale": language,
        "image": structured_data.absolute(picture or static("clinic/images/social.png")),
        "width": social_image.WIDTH,
        "height": social_image.HEIGHT,
    }
