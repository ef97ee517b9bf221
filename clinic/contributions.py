"""What every room contributes to something of the house, found by the name of a module."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

ROOMS = ("clinic", "education", "trials")


def contributions(name: str) -> Iterator[ModuleType]:
    """Yield the module `name` of each of our apps that has one, lower rooms first."""
    for app in reversed(list(apps.get_app_configs())):
        ours = app.name.split(".", 1)[0] in ROOMS
        if ours and module_has_submodule(app.module, name):
            yield import_module(f"{app.name}.{name}")
