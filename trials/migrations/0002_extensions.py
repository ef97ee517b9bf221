"""Trigram similarity and accent removal, for spelling help in searches."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("trials", "0001_initial")]

    operations = [TrigramExtension(), UnaccentExtension()]
