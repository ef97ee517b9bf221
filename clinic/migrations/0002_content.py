import clinic.illustrations
import django.db.models.deletion
import django.utils.timezone
import modelsearch.index
import taggit.managers
import uuid
import wagtail.fields
import wagtail.images.models
import wagtail.models.media
import wagtail.models.preview
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('clinic', '0001_initial'),
        ('taggit', '0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClinicalReviewTask',
            fields=[
                ('task_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.task')),
                ('groups', models.ManyToManyField(help_text='Pages/snippets at this step in a workflow will be moderated or approved by these groups of users', to='auth.group', verbose_name='groups')),
            ],
            options={
                'verbose_name': 'clinical review task',
                'verbose_name_plural': 'clinical review tasks',
            },
            bases=('wagtailcore.task',),
        ),
        migrations.CreateModel(
            name='TakeDown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('taken_down_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='taken down at')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='take_downs', to=settings.WAGTAIL_PAGE_MODEL, verbose_name='page')),
                ('taken_down_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken down by')),
            ],
            options={
                'verbose_name': 'take-down',
                'verbose_name_plural': 'take-downs',
                'ordering': ['-taken_down_at'],
            },
        ),
        migrations.CreateModel(
            name='ClinicImage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('file', wagtail.images.models.WagtailImageField(height_field='height', upload_to=wagtail.images.models.get_upload_to, verbose_name='file', width_field='width')),
                ('description', models.CharField(blank=True, default='', max_length=255, verbose_name='description')),
                ('width', models.IntegerField(editable=False, verbose_name='width')),
                ('height', models.IntegerField(editable=False, verbose_name='height')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='created at')),
                ('focal_point_x', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_y', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_width', models.PositiveIntegerField(blank=True, null=True)),
                ('focal_point_height', models.PositiveIntegerField(blank=True, null=True)),
                ('file_size', models.PositiveIntegerField(editable=False, null=True)),
                ('file_hash', models.CharField(blank=True, db_index=True, editable=False, max_length=40)),
                ('credit', models.CharField(blank=True, help_text='Who made the picture; shown below it.', max_length=200, verbose_name='credit')),
                ('is_decorative', models.BooleanField(default=False, help_text='Adds nothing to the text: screen readers pass over it.', verbose_name='decorative')),
                ('collection', models.ForeignKey(default=wagtail.models.media.get_root_collection_id, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.collection', verbose_name='collection')),
                ('tags', taggit.managers.TaggableManager(blank=True, help_text=None, through='taggit.TaggedItem', to='taggit.Tag', verbose_name='tags')),
                ('uploaded_by_user', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='uploaded by user')),
            ],
            options={
                'verbose_name': 'image',
                'verbose_name_plural': 'images',
                'abstract': False,
            },
            bases=(wagtail.images.models.ImageFileMixin, modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name='ClinicRendition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filter_spec', models.CharField(db_index=True, max_length=255)),
                ('file', wagtail.images.models.WagtailImageField(height_field='height', storage=wagtail.images.models.get_rendition_storage, upload_to=wagtail.images.models.get_rendition_upload_to, width_field='width')),
                ('width', models.IntegerField(editable=False)),
                ('height', models.IntegerField(editable=False)),
                ('focal_point_key', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='renditions', to='clinic.clinicimage')),
            ],
            bases=(wagtail.images.models.ImageFileMixin, models.Model),
        ),
        migrations.CreateModel(
            name='ClinicSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(default='Clinic', max_length=120, verbose_name='clinic name')),
                ('short_name', models.CharField(default='Clinic', max_length=60, verbose_name='short name')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='main phone')),
                ('tty', models.CharField(blank=True, max_length=40, verbose_name='TTY')),
                ('urgent_phone', models.CharField(blank=True, help_text='A change needs a second person.', max_length=40, verbose_name='24/7 number')),
                ('urgent_phone_proposed', models.CharField(blank=True, editable=False, max_length=40, verbose_name='proposed 24/7 number')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='public e-mail address')),
                ('street', models.CharField(blank=True, max_length=120, verbose_name='street')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='city')),
                ('state', models.CharField(blank=True, max_length=40, verbose_name='state')),
                ('zip_code', models.CharField(blank=True, max_length=10, verbose_name='ZIP code')),
                ('hours', models.CharField(blank=True, help_text='As patients read them.', max_length=120, verbose_name='opening hours')),
                ('working_day_start', models.TimeField(default='08:30', verbose_name='working day starts')),
                ('working_day_end', models.TimeField(default='17:00', verbose_name='working day ends')),
                ('working_days', models.CharField(default='0,1,2,3,4', help_text='0 is Monday. Public holidays are left out by themselves.', max_length=20, verbose_name='working days')),
                ('reply_target_days', models.PositiveSmallIntegerField(default=1, help_text='What we promise people who write to us.', verbose_name='reply target in working days')),
                ('facility_names', models.TextField(blank=True, help_text='As the registry writes them, one a line. They tell us which sites are ours.', verbose_name='our facility names')),
                ('facility_zip_codes', models.CharField(blank=True, help_text='Separated by spaces.', max_length=200, verbose_name='our facility ZIP codes')),
                ('default_assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner of general inquiries')),
                ('site', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, to='wagtailcore.site')),
                ('urgent_phone_proposed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'clinic settings',
                'permissions': [('confirm_urgent_phone', 'Can confirm the 24/7 number')],
            },
        ),
        migrations.CreateModel(
            name='PageCacheGeneration',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('value', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='page_cache_generation_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('credential', models.CharField(blank=True, help_text='For example: MD, PhD, RN, PharmD', max_length=60, verbose_name='credential')),
                ('role', models.CharField(max_length=160, verbose_name='role')),
                ('area', models.CharField(blank=True, help_text='For example: Radiation oncology', max_length=120, verbose_name='area of care')),
                ('bio', models.TextField(blank=True, verbose_name='short biography')),
                ('sort_order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('translation_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('locale', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtailcore.locale', verbose_name='locale')),
                ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.clinicimage', verbose_name='photo')),
                ('user', models.ForeignKey(blank=True, help_text='The login of this person. Reviews signed with it carry this name.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='people', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['sort_order', 'name'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PeoplePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='reviewed on')),
                ('next_review_due', models.DateField(blank=True, null=True, verbose_name='next review due')),
                ('is_demo_content', models.BooleanField(default=False, help_text='Says to readers that no clinician has reviewed this text yet.', verbose_name='demo content')),
                ('introduction', models.TextField(blank=True, help_text='The answer in one or two sentences. It also describes the page in lists.', verbose_name='introduction')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('subheading', 1), ('paragraph', 2), ('callout', 6), ('key_points', 10), ('steps', 11), ('question', 14), ('quote', 17), ('table', 20), ('patient_text', 22), ('when_to_call', 27), ('urgent', 30), ('illustration', 34), ('image', 37), ('links', 43), ('page_cards', 46)], blank=True, block_lookup={0: ('clinic.blocks.text.HeadingBlock', (), {'group': 'Text'}), 1: ('clinic.blocks.text.SubheadingBlock', (), {'group': 'Text'}), 2: ('clinic.blocks.text.ParagraphBlock', (), {'group': 'Text'}), 3: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('note', 'Good to know'), ('ask', 'Ask your care team'), ('caution', 'Be careful')], 'label': 'Kind'}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty, the kind is the title.', 'label': 'Title', 'required': False}), 5: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Text'}), 6: ('wagtail.blocks.StructBlock', [[('kind', 3), ('title', 4), ('text', 5)]], {'group': 'Text'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'required': False}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'Key point'}), 9: ('wagtail.blocks.ListBlock', (8,), {'label': 'Key points'}), 10: ('wagtail.blocks.StructBlock', [[('title', 7), ('points', 9)]], {'group': 'Text'}), 11: ('clinic.blocks.text.StepsBlock', (), {'group': 'Text'}), 12: ('wagtail.blocks.CharBlock', (), {'label': 'Question'}), 13: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Answer'}), 14: ('wagtail.blocks.StructBlock', [[('question', 12), ('answer', 13)]], {'group': 'Text'}), 15: ('wagtail.blocks.TextBlock', (), {'label': 'Quotation'}), 16: ('wagtail.blocks.CharBlock', (), {'label': 'Who said it', 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('text', 15), ('attribution', 16)]], {'group': 'Text'}), 18: ('wagtail.blocks.CharBlock', (), {'label': 'Short text', 'required': False}), 19: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Longer text', 'required': False}), 20: ('wagtail.contrib.typed_table_block.blocks.TypedTableBlock', [[('text', 18), ('rich_text', 19)]], {'group': 'Text'}), 21: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('emergency', 'When to call us or 911'), ('consent', 'Consent to be contacted'), ('other_trials', 'Consent to hear of other trials'), ('thank_you', 'Thank you'), ('next_steps', 'What happens next'), ('language_help', 'Language help'), ('privacy_practices', 'Notice of Privacy Practices'), ('nondiscrimination', 'Nondiscrimination notice')], 'label': 'Text'}), 22: ('wagtail.blocks.StructBlock', [[('key', 21)]], {'group': 'Text'}), 23: ('wagtail.blocks.CharBlock', (), {'label': 'Sign'}), 24: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that cannot wait.', 'label': 'Call 911 or go to the emergency room'}), 25: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that need our 24/7 line today.', 'label': 'Call us now, day or night'}), 26: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that can wait.', 'label': 'Tell us at your next visit'}), 27: ('wagtail.blocks.StructBlock', [[('red', 24), ('amber', 25), ('green', 26)]], {'group': 'Safety'}), 28: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty: the usual urgent title.', 'label': 'Title', 'required': False}), 29: ('wagtail.blocks.TextBlock', (), {'help_text': 'Left empty: the usual emergency text.', 'label': 'Text', 'required': False}), 30: ('wagtail.blocks.StructBlock', [[('title', 28), ('text', 29)]], {'group': 'Safety'}), 31: ('wagtail.blocks.ChoiceBlock', [], {'choices': clinic.illustrations.choices, 'label': 'Illustration'}), 32: ('wagtail.blocks.TextBlock', (), {'help_text': "For people who cannot see the drawing. Left empty, the drawing's own words are used.", 'label': 'Description', 'required': False}), 33: ('wagtail.blocks.TextBlock', (), {'label': 'Caption', 'required': False}), 34: ('wagtail.blocks.StructBlock', [[('name', 31), ('description', 32), ('caption', 33)]], {'group': 'Pictures'}), 35: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 36: ('wagtail.blocks.CharBlock', (), {'label': 'Caption', 'required': False}), 37: ('wagtail.blocks.StructBlock', [[('image', 35), ('caption', 36)]], {'group': 'Pictures'}), 38: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page', 'required': False}), 39: ('wagtail.blocks.URLBlock', (), {'label': 'Or an address', 'required': False}), 40: ('wagtail.blocks.CharBlock', (), {'help_text': "Left empty, the page's title is used.", 'label': 'Link text', 'required': False}), 41: ('wagtail.blocks.StructBlock', [[('page', 38), ('url', 39), ('text', 40)]], {}), 42: ('wagtail.blocks.ListBlock', (41,), {'label': 'Links'}), 43: ('wagtail.blocks.StructBlock', [[('title', 7), ('links', 42)]], {'group': 'Links'}), 44: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page'}), 45: ('wagtail.blocks.ListBlock', (44,), {'label': 'Pages'}), 46: ('wagtail.blocks.StructBlock', [[('title', 7), ('pages', 45)]], {'group': 'Links'})}, verbose_name='content')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.person', verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'people page',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='PatientText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translation_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('live', models.BooleanField(default=True, editable=False, verbose_name='live')),
                ('has_unpublished_changes', models.BooleanField(default=False, editable=False, verbose_name='has unpublished changes')),
                ('first_published_at', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='first published at')),
                ('last_published_at', models.DateTimeField(editable=False, null=True, verbose_name='last published at')),
                ('go_live_at', models.DateTimeField(blank=True, null=True, verbose_name='go live date/time')),
                ('expire_at', models.DateTimeField(blank=True, null=True, verbose_name='expiry date/time')),
                ('expired', models.BooleanField(default=False, editable=False, verbose_name='expired')),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='reviewed on')),
                ('next_review_due', models.DateField(blank=True, null=True, verbose_name='next review due')),
                ('is_demo_content', models.BooleanField(default=False, help_text='Says to readers that no clinician has reviewed this text yet.', verbose_name='demo content')),
                ('key', models.CharField(choices=[('emergency', 'When to call us or 911'), ('consent', 'Consent to be contacted'), ('other_trials', 'Consent to hear of other trials'), ('thank_you', 'Thank you'), ('next_steps', 'What happens next'), ('language_help', 'Language help'), ('privacy_practices', 'Notice of Privacy Practices'), ('nondiscrimination', 'Nondiscrimination notice')], max_length=40, verbose_name='place')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('body', wagtail.fields.RichTextField(verbose_name='text')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision')),
                ('live_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='live revision')),
                ('locale', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtailcore.locale', verbose_name='locale')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.person', verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'text for patients',
                'verbose_name_plural': 'texts for patients',
                'abstract': False,
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name='HomePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='reviewed on')),
                ('next_review_due', models.DateField(blank=True, null=True, verbose_name='next review due')),
                ('is_demo_content', models.BooleanField(default=False, help_text='Says to readers that no clinician has reviewed this text yet.', verbose_name='demo content')),
                ('introduction', models.TextField(blank=True, help_text='The answer in one or two sentences. It also describes the page in lists.', verbose_name='introduction')),
                ('hero_title', models.CharField(help_text='What the clinic offers, in a few words.', max_length=120, verbose_name='hero title')),
                ('hero_text', models.TextField(help_text='One or two short sentences.', verbose_name='hero text')),
                ('hero_illustration', models.CharField(blank=True, choices=clinic.illustrations.choices, max_length=60, verbose_name='hero illustration')),
                ('body', wagtail.fields.StreamField([('therapy_types', 2), ('open_trials', 4), ('feature', 9), ('people', 12), ('page_cards', 16), ('urgent', 19)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'label': 'Title'}), 1: ('wagtail.blocks.TextBlock', (), {'label': 'Text', 'required': False}), 2: ('wagtail.blocks.StructBlock', [[('title', 0), ('text', 1)]], {}), 3: ('wagtail.blocks.IntegerBlock', (), {'default': 3, 'label': 'How many', 'max_value': 9, 'min_value': 1}), 4: ('wagtail.blocks.StructBlock', [[('title', 0), ('text', 1), ('limit', 3)]], {}), 5: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'link'], 'label': 'Text'}), 6: ('wagtail.blocks.ChoiceBlock', [], {'choices': clinic.illustrations.choices, 'label': 'Illustration', 'required': False}), 7: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page', 'required': False}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'Link text', 'required': False}), 9: ('wagtail.blocks.StructBlock', [[('title', 0), ('text', 5), ('illustration', 6), ('page', 7), ('link_text', 8)]], {}), 10: ('wagtail.blocks.IntegerBlock', (), {'default': 4, 'label': 'How many', 'max_value': 12, 'min_value': 1}), 11: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page with everybody', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('title', 0), ('text', 1), ('limit', 10), ('page', 11)]], {}), 13: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'required': False}), 14: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page'}), 15: ('wagtail.blocks.ListBlock', (14,), {'label': 'Pages'}), 16: ('wagtail.blocks.StructBlock', [[('title', 13), ('pages', 15)]], {}), 17: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty: the usual urgent title.', 'label': 'Title', 'required': False}), 18: ('wagtail.blocks.TextBlock', (), {'help_text': 'Left empty: the usual emergency text.', 'label': 'Text', 'required': False}), 19: ('wagtail.blocks.StructBlock', [[('title', 17), ('text', 18)]], {})}, help_text='In reading order.', verbose_name='sections')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.person', verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'home page',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='ContactPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='reviewed on')),
                ('next_review_due', models.DateField(blank=True, null=True, verbose_name='next review due')),
                ('is_demo_content', models.BooleanField(default=False, help_text='Says to readers that no clinician has reviewed this text yet.', verbose_name='demo content')),
                ('introduction', models.TextField(blank=True, help_text='The answer in one or two sentences. It also describes the page in lists.', verbose_name='introduction')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('subheading', 1), ('paragraph', 2), ('callout', 6), ('key_points', 10), ('steps', 11), ('question', 14), ('quote', 17), ('table', 20), ('patient_text', 22), ('when_to_call', 27), ('urgent', 30), ('illustration', 34), ('image', 37), ('links', 43), ('page_cards', 46)], blank=True, block_lookup={0: ('clinic.blocks.text.HeadingBlock', (), {'group': 'Text'}), 1: ('clinic.blocks.text.SubheadingBlock', (), {'group': 'Text'}), 2: ('clinic.blocks.text.ParagraphBlock', (), {'group': 'Text'}), 3: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('note', 'Good to know'), ('ask', 'Ask your care team'), ('caution', 'Be careful')], 'label': 'Kind'}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty, the kind is the title.', 'label': 'Title', 'required': False}), 5: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Text'}), 6: ('wagtail.blocks.StructBlock', [[('kind', 3), ('title', 4), ('text', 5)]], {'group': 'Text'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'required': False}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'Key point'}), 9: ('wagtail.blocks.ListBlock', (8,), {'label': 'Key points'}), 10: ('wagtail.blocks.StructBlock', [[('title', 7), ('points', 9)]], {'group': 'Text'}), 11: ('clinic.blocks.text.StepsBlock', (), {'group': 'Text'}), 12: ('wagtail.blocks.CharBlock', (), {'label': 'Question'}), 13: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Answer'}), 14: ('wagtail.blocks.StructBlock', [[('question', 12), ('answer', 13)]], {'group': 'Text'}), 15: ('wagtail.blocks.TextBlock', (), {'label': 'Quotation'}), 16: ('wagtail.blocks.CharBlock', (), {'label': 'Who said it', 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('text', 15), ('attribution', 16)]], {'group': 'Text'}), 18: ('wagtail.blocks.CharBlock', (), {'label': 'Short text', 'required': False}), 19: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Longer text', 'required': False}), 20: ('wagtail.contrib.typed_table_block.blocks.TypedTableBlock', [[('text', 18), ('rich_text', 19)]], {'group': 'Text'}), 21: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('emergency', 'When to call us or 911'), ('consent', 'Consent to be contacted'), ('other_trials', 'Consent to hear of other trials'), ('thank_you', 'Thank you'), ('next_steps', 'What happens next'), ('language_help', 'Language help'), ('privacy_practices', 'Notice of Privacy Practices'), ('nondiscrimination', 'Nondiscrimination notice')], 'label': 'Text'}), 22: ('wagtail.blocks.StructBlock', [[('key', 21)]], {'group': 'Text'}), 23: ('wagtail.blocks.CharBlock', (), {'label': 'Sign'}), 24: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that cannot wait.', 'label': 'Call 911 or go to the emergency room'}), 25: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that need our 24/7 line today.', 'label': 'Call us now, day or night'}), 26: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that can wait.', 'label': 'Tell us at your next visit'}), 27: ('wagtail.blocks.StructBlock', [[('red', 24), ('amber', 25), ('green', 26)]], {'group': 'Safety'}), 28: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty: the usual urgent title.', 'label': 'Title', 'required': False}), 29: ('wagtail.blocks.TextBlock', (), {'help_text': 'Left empty: the usual emergency text.', 'label': 'Text', 'required': False}), 30: ('wagtail.blocks.StructBlock', [[('title', 28), ('text', 29)]], {'group': 'Safety'}), 31: ('wagtail.blocks.ChoiceBlock', [], {'choices': clinic.illustrations.choices, 'label': 'Illustration'}), 32: ('wagtail.blocks.TextBlock', (), {'help_text': "For people who cannot see the drawing. Left empty, the drawing's own words are used.", 'label': 'Description', 'required': False}), 33: ('wagtail.blocks.TextBlock', (), {'label': 'Caption', 'required': False}), 34: ('wagtail.blocks.StructBlock', [[('name', 31), ('description', 32), ('caption', 33)]], {'group': 'Pictures'}), 35: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 36: ('wagtail.blocks.CharBlock', (), {'label': 'Caption', 'required': False}), 37: ('wagtail.blocks.StructBlock', [[('image', 35), ('caption', 36)]], {'group': 'Pictures'}), 38: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page', 'required': False}), 39: ('wagtail.blocks.URLBlock', (), {'label': 'Or an address', 'required': False}), 40: ('wagtail.blocks.CharBlock', (), {'help_text': "Left empty, the page's title is used.", 'label': 'Link text', 'required': False}), 41: ('wagtail.blocks.StructBlock', [[('page', 38), ('url', 39), ('text', 40)]], {}), 42: ('wagtail.blocks.ListBlock', (41,), {'label': 'Links'}), 43: ('wagtail.blocks.StructBlock', [[('title', 7), ('links', 42)]], {'group': 'Links'}), 44: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page'}), 45: ('wagtail.blocks.ListBlock', (44,), {'label': 'Pages'}), 46: ('wagtail.blocks.StructBlock', [[('title', 7), ('pages', 45)]], {'group': 'Links'})}, verbose_name='content')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.person', verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'contact page',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='ClinicalReviewState',
            fields=[
                ('taskstate_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.taskstate')),
                ('content_sha256', models.CharField(blank=True, max_length=64)),
                ('whole_page', models.BooleanField(default=False)),
                ('reviewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.person')),
            ],
            bases=('wagtailcore.taskstate',),
        ),
        migrations.CreateModel(
            name='StandardPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='reviewed on')),
                ('next_review_due', models.DateField(blank=True, null=True, verbose_name='next review due')),
                ('is_demo_content', models.BooleanField(default=False, help_text='Says to readers that no clinician has reviewed this text yet.', verbose_name='demo content')),
                ('introduction', models.TextField(blank=True, help_text='The answer in one or two sentences. It also describes the page in lists.', verbose_name='introduction')),
                ('body', wagtail.fields.StreamField([('heading', 0), ('subheading', 1), ('paragraph', 2), ('callout', 6), ('key_points', 10), ('steps', 11), ('question', 14), ('quote', 17), ('table', 20), ('patient_text', 22), ('when_to_call', 27), ('urgent', 30), ('illustration', 34), ('image', 37), ('links', 43), ('page_cards', 46)], blank=True, block_lookup={0: ('clinic.blocks.text.HeadingBlock', (), {'group': 'Text'}), 1: ('clinic.blocks.text.SubheadingBlock', (), {'group': 'Text'}), 2: ('clinic.blocks.text.ParagraphBlock', (), {'group': 'Text'}), 3: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('note', 'Good to know'), ('ask', 'Ask your care team'), ('caution', 'Be careful')], 'label': 'Kind'}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty, the kind is the title.', 'label': 'Title', 'required': False}), 5: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Text'}), 6: ('wagtail.blocks.StructBlock', [[('kind', 3), ('title', 4), ('text', 5)]], {'group': 'Text'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'required': False}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'Key point'}), 9: ('wagtail.blocks.ListBlock', (8,), {'label': 'Key points'}), 10: ('wagtail.blocks.StructBlock', [[('title', 7), ('points', 9)]], {'group': 'Text'}), 11: ('clinic.blocks.text.StepsBlock', (), {'group': 'Text'}), 12: ('wagtail.blocks.CharBlock', (), {'label': 'Question'}), 13: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Answer'}), 14: ('wagtail.blocks.StructBlock', [[('question', 12), ('answer', 13)]], {'group': 'Text'}), 15: ('wagtail.blocks.TextBlock', (), {'label': 'Quotation'}), 16: ('wagtail.blocks.CharBlock', (), {'label': 'Who said it', 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('text', 15), ('attribution', 16)]], {'group': 'Text'}), 18: ('wagtail.blocks.CharBlock', (), {'label': 'Short text', 'required': False}), 19: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link', 'document-link'], 'label': 'Longer text', 'required': False}), 20: ('wagtail.contrib.typed_table_block.blocks.TypedTableBlock', [[('text', 18), ('rich_text', 19)]], {'group': 'Text'}), 21: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('emergency', 'When to call us or 911'), ('consent', 'Consent to be contacted'), ('other_trials', 'Consent to hear of other trials'), ('thank_you', 'Thank you'), ('next_steps', 'What happens next'), ('language_help', 'Language help'), ('privacy_practices', 'Notice of Privacy Practices'), ('nondiscrimination', 'Nondiscrimination notice')], 'label': 'Text'}), 22: ('wagtail.blocks.StructBlock', [[('key', 21)]], {'group': 'Text'}), 23: ('wagtail.blocks.CharBlock', (), {'label': 'Sign'}), 24: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that cannot wait.', 'label': 'Call 911 or go to the emergency room'}), 25: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that need our 24/7 line today.', 'label': 'Call us now, day or night'}), 26: ('wagtail.blocks.ListBlock', (23,), {'help_text': 'Signs that can wait.', 'label': 'Tell us at your next visit'}), 27: ('wagtail.blocks.StructBlock', [[('red', 24), ('amber', 25), ('green', 26)]], {'group': 'Safety'}), 28: ('wagtail.blocks.CharBlock', (), {'help_text': 'Left empty: the usual urgent title.', 'label': 'Title', 'required': False}), 29: ('wagtail.blocks.TextBlock', (), {'help_text': 'Left empty: the usual emergency text.', 'label': 'Text', 'required': False}), 30: ('wagtail.blocks.StructBlock', [[('title', 28), ('text', 29)]], {'group': 'Safety'}), 31: ('wagtail.blocks.ChoiceBlock', [], {'choices': clinic.illustrations.choices, 'label': 'Illustration'}), 32: ('wagtail.blocks.TextBlock', (), {'help_text': "For people who cannot see the drawing. Left empty, the drawing's own words are used.", 'label': 'Description', 'required': False}), 33: ('wagtail.blocks.TextBlock', (), {'label': 'Caption', 'required': False}), 34: ('wagtail.blocks.StructBlock', [[('name', 31), ('description', 32), ('caption', 33)]], {'group': 'Pictures'}), 35: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 36: ('wagtail.blocks.CharBlock', (), {'label': 'Caption', 'required': False}), 37: ('wagtail.blocks.StructBlock', [[('image', 35), ('caption', 36)]], {'group': 'Pictures'}), 38: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page', 'required': False}), 39: ('wagtail.blocks.URLBlock', (), {'label': 'Or an address', 'required': False}), 40: ('wagtail.blocks.CharBlock', (), {'help_text': "Left empty, the page's title is used.", 'label': 'Link text', 'required': False}), 41: ('wagtail.blocks.StructBlock', [[('page', 38), ('url', 39), ('text', 40)]], {}), 42: ('wagtail.blocks.ListBlock', (41,), {'label': 'Links'}), 43: ('wagtail.blocks.StructBlock', [[('title', 7), ('links', 42)]], {'group': 'Links'}), 44: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Page'}), 45: ('wagtail.blocks.ListBlock', (44,), {'label': 'Pages'}), 46: ('wagtail.blocks.StructBlock', [[('title', 7), ('pages', 45)]], {'group': 'Links'})}, verbose_name='content')),
                ('illustration', models.CharField(blank=True, choices=clinic.illustrations.choices, help_text='Stands beside the title.', max_length=60, verbose_name='illustration')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.person', verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'standard page',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.AddConstraint(
            model_name='clinicimage',
            constraint=models.CheckConstraint(condition=models.Q(('is_decorative', True), models.Q(('description', ''), _negated=True), _connector='OR'), name='image_is_described_or_decorative', violation_error_message='Describe the image, or mark it as decorative.'),
        ),
        migrations.AddConstraint(
            model_name='clinicrendition',
            constraint=models.UniqueConstraint(fields=('image', 'filter_spec', 'focal_point_key'), name='rendition_unique'),
        ),
        migrations.AlterUniqueTogether(
            name='person',
            unique_together={('translation_key', 'locale')},
        ),
        migrations.AddConstraint(
            model_name='patienttext',
            constraint=models.UniqueConstraint(fields=('key', 'locale'), name='patient_text_once_per_language'),
        ),
        migrations.AlterUniqueTogether(
            name='patienttext',
            unique_together={('translation_key', 'locale')},
        ),
    ]
